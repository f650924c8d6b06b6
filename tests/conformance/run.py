#!/usr/bin/python3
"""The property test of the writer: write_random_files draws tables and writes them, read_files.mjs reads every file
with four independent readers and compares each value.

  run.py PROGRAM [--files N] [--seed S] [--only I]     PROGRAM is write_random_files

N is 1000 or SLUICE_PROPERTY_FILES; S is 1 or SLUICE_PROPERTY_SEED. Exit code 0 = all equal, 1 = a difference, an error
or a crash, 77 = node or a reader is not installed: then the files were written, but not read by all."""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

READ_FILES = Path(__file__).resolve().parent / "read_files.mjs"
PART_FILES = 500  # written and read at once; what is equal is removed, so a long run takes little space
PART_SECONDS_MAX = 600
REPRODUCTIONS_SHOWN = 5
SKIPPED = 77


def say(words):
    print(words, flush=True)


def parse():
    environment = os.environ.get
    parser = argparse.ArgumentParser(description="Writes random files and reads them with independent readers.")
    parser.add_argument("program", help="write_random_files")
    parser.add_argument("--files", type=int, default=int(environment("SLUICE_PROPERTY_FILES") or 1_000))
    parser.add_argument("--seed", type=int, default=int(environment("SLUICE_PROPERTY_SEED") or 1))
    parser.add_argument("--only", type=int, metavar="I", help="file I alone, which is kept")
    return parser.parse_args()


def run(command):
    """Exit code and output; a command that hangs has failed."""
    try:
        done = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True, errors="replace", timeout=PART_SECONDS_MAX, check=False)
        return done.returncode, done.stdout
    except subprocess.TimeoutExpired as expired:
        output = (expired.stdout or b"").decode(errors="replace")
        return 1, f"{output}\n{command[0]} was stopped after {PART_SECONDS_MAX} s\n"


class Totals:
    """Adds up what read_files.mjs says of each reader: "duckdb: 500 files equal, 0 differ, 3 columns skipped (why)"."""

    def __init__(self):
        self.counts = {}

    def add(self, output):
        for reader, words in re.findall(r"^([\w-]+): (\d+ files equal, .*)$", output, re.MULTILINE):
            for count, what in re.findall(r"(\d+) ((?:files equal|differ|columns skipped \(.*?\))(?=, |$))", words):
                of_reader = self.counts.setdefault(reader, {})
                of_reader[what] = of_reader.get(what, 0) + int(count)

    def show(self):
        for reader, counts in self.counts.items():
            say(f"{reader}: " + ", ".join(f"{count} {what}" for what, count in counts.items()))


def show_reproductions(options, directory, output):
    """How each file that failed was made, and how to make it alone."""
    failed = sorted(set(re.findall(r"^(\d{4,})\.parquet: ", output, re.MULTILINE)))
    if not failed:  # a crash: the file that was begun last
        failed = sorted(path.stem for path in directory.glob("*.txt"))[-1:]
    for number in failed[:REPRODUCTIONS_SHOWN]:
        again = f"tests/conformance/run.py {options.program} --seed {options.seed} --only {int(number)}"
        say(f"\n{number}.parquet: {again}")
        description = directory / f"{number}.txt"
        if description.exists():
            say(description.read_text(errors="replace").rstrip())
    say(f"\n{len(failed)} files failed; all of this part are kept in {directory}")


def run_part(options, first, files, totals):
    directory = Path(tempfile.mkdtemp(prefix="sluice_random_files_"))
    choices = ["--dir", directory, "--seed", options.seed, "--first", first, "--files", files]
    written, words = run([options.program, *choices])
    node = shutil.which("node")
    read, found = run([node, READ_FILES, directory]) if node else (SKIPPED, "skipped: node is not installed\n")
    totals.add(found)
    if written != 0 or read not in (0, SKIPPED):
        sys.stdout.write(words + found)
        show_reproductions(options, directory, words + found)
        return 1
    if options.only is None:
        shutil.rmtree(directory)
    else:
        sys.stdout.write(words + found)
        say(f"kept in {directory}")
    if read == SKIPPED and not totals.counts.get("skipped"):
        totals.counts["skipped"] = {found.strip().split("\n")[-1]: files}
    return read


def main():
    options = parse()
    if options.only is not None:
        return run_part(options, options.only, 1, Totals())
    say(f"seed {options.seed}, {options.files} files")
    begin = time.monotonic()
    totals = Totals()
    skipped = False
    for first in range(0, options.files, PART_FILES):
        code = run_part(options, first, min(PART_FILES, options.files - first), totals)
        if code not in (0, SKIPPED):
            return code
        skipped |= code == SKIPPED
    words = totals.counts.pop("skipped", None)
    totals.show()
    say(f"{options.files} files in {time.monotonic() - begin:.0f} s")
    if skipped:
        say(next(iter(words)))
    return SKIPPED if skipped else 0


if __name__ == "__main__":
    sys.exit(main())
