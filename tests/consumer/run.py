#!/usr/bin/python3
"""Installs the release build into a folder of its own, builds tests/consumer against it through find_package(sluice),
runs the README's example, and looks at the file with the installed program. Exit code 77 = no release build."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


def run(*command, cwd=ROOT):
    print("$", *command, flush=True)
    code = subprocess.run([str(part) for part in command], cwd=cwd, check=False).returncode
    if code != 0:
        sys.exit(f"{command[0]} ended with exit code {code}")


def main():
    release = Path(os.environ.get("SLUICE_RELEASE_DIR", ROOT / "build" / "release"))
    if not (release / "libsluice.a").exists() or not (release / "sluice").exists():
        print("skipped: the release library is not built (./dev build)")
        return 77
    with tempfile.TemporaryDirectory(prefix="sluice_consumer_") as name:
        folder = Path(name)
        prefix, build, output = folder / "prefix", folder / "build", folder / "output"
        output.mkdir()
        run("cmake", "--install", release, "--prefix", prefix)
        run("cmake", "-G", "Ninja", "-S", ROOT / "tests" / "consumer", "-B", build, "-DCMAKE_BUILD_TYPE=Release",
            f"-DCMAKE_PREFIX_PATH={prefix}", f"-DSLUICE_EXAMPLE={ROOT / 'examples' / 'quickstart.cc'}")
        run("cmake", "--build", build)
        run(build / "quickstart", cwd=output)
        written = (output / "people.parquet").read_bytes()
        if written[:4] != b"PAR1" or written[-4:] != b"PAR1":
            print("people.parquet is not a Parquet file")
            return 1
        run(prefix / "bin" / "sluice", "inspect", "people.parquet", cwd=output)
    return 0


if __name__ == "__main__":
    sys.exit(main())
