"""The program under test, and a folder to run it in. What is sanitized is tested before what is released."""

import json
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


def find_program():
    for name in (os.environ.get("SLUICE_SANITIZED_PROGRAM"), os.environ.get("SLUICE_PROGRAM"),
                 ROOT / "build" / "release" / "sluice"):
        if name and Path(name).exists():
            return Path(name).resolve()
    return None


PROGRAM = find_program()
# A locale with UTF-8 that every system has, and nothing of the caller's that changes the looks.
ENVIRONMENT = {**{key: value for key, value in os.environ.items() if key not in ("NO_COLOR", "CLICOLOR_FORCE", "LANG")},
               "LC_ALL": "C.UTF-8", "TERM": "xterm"}


def main():
    """Runs the tests of the calling module; exit code 77 where there is no program."""
    if PROGRAM is None:
        print("skipped: the program is not built (./dev build)")
        sys.exit(77)
    print(f"testing {PROGRAM}")
    unittest.main()


class ProgramTest(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory(prefix="sluice_test_")
        self.addCleanup(holder.cleanup)
        self.folder = Path(holder.name)

    def run_program(self, *arguments, code=0, stdin="", environment=None):
        """Runs `sluice ARGUMENTS` in the folder, expects the exit code, and gives (stdout, stderr)."""
        data = stdin if isinstance(stdin, bytes) else stdin.encode()
        done = subprocess.run([PROGRAM, *map(str, arguments)], input=data, capture_output=True, cwd=self.folder,
                              env={**ENVIRONMENT, **(environment or {})}, timeout=120, check=False)
        out, err = done.stdout, done.stderr.decode(errors="replace")
        self.assertEqual(done.returncode, code, f"sluice {' '.join(map(str, arguments))}\n{out!r}\n{err}")
        return out, err

    def text(self, *arguments, **options):
        out, err = self.run_program(*arguments, **options)
        return out.decode(), err

    def json(self, *arguments, **options):
        """The one object that stands on standard output."""
        out, _ = self.text(*arguments, **options)
        self.assertEqual(out.count("\n"), 1, out)
        return json.loads(out)

    def put(self, name, text):
        path = self.folder / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def names(self):
        """What stands in the folder, hidden files too."""
        return sorted(path.name for path in self.folder.iterdir())

    def refused(self, *arguments, code=1, says=(), stdin=""):
        """Runs a write that must fail, say each of `says` on standard error, and leave nothing."""
        before = self.names()
        out, err = self.text(*arguments, code=code, stdin=stdin)
        self.assertEqual(out, "", "standard output has no words")
        self.assertTrue(err.startswith("sluice: error: "), err)
        for words in says:
            self.assertIn(words, err)
        self.assertEqual(self.names(), before, "something was left")
        return err
