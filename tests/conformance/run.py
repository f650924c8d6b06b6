#!/usr/bin/python3
"""The property test of the writer: write_random_files draws tables and writes them, read_files.mjs reads every file
with five independent readers and compares each value. As many parts as there are cores are under way at once.

  run.py PROGRAM [--files N] [--seed S] [--only I]     PROGRAM is write_random_files

N is 1200 or SLUICE_PROPERTY_FILES; S is 1 or SLUICE_PROPERTY_SEED. Exit code 0 = all equal, 1 = a difference, an error
or a crash, 77 = node or a reader is not installed: then the files were written, but not read by all."""

import argparse
import concurrent.futures
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

READ_FILES = Path(__file__).resolve().parent / "read_files.mjs"
PART_FILES = 1_000  # written, then read by one process; what is equal is removed, so a long run takes little space
PART_SECONDS_MAX = 900
REPRODUCTIONS_SHOWN = 5
SKIPPED = 77


def say(words):
    print(words, flush=True)


def parse():
    environment = os.environ.get
    parser = argparse.ArgumentParser(description="Writes random files and reads them with independent readers.")
    parser.add_argument("program", help="write_random_files")
    parser.add_argument("--files", type=int, default=int(environment("SLUICE_PROPERTY_FILES") or 1_200))
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


class Part:
    """Some files, written and read; `words` is what was said about them."""

    def __init__(self, options, first, files):
        self.directory = Path(tempfile.mkdtemp(prefix="sluice_random_files_"))
        choices = ["--dir", self.directory, "--seed", options.seed, "--first", first, "--files", files]
        written, self.words = run([options.program, *choices])
        node = shutil.which("node")
        read, found = run([node, READ_FILES, self.directory]) if node else (SKIPPED, "skipped: node is not installed\n")
        self.words += found
        self.code = 1 if written != 0 or read not in (0, SKIPPED) else read
        if self.code != 1 and options.only is None:
            shutil.rmtree(self.directory)


def run_parts(options):
    """Each part in its turn; those behind one that failed are not begun."""
    starts = range(0, options.files, PART_FILES)
    cores = len(os.sched_getaffinity(0))
    with concurrent.futures.ThreadPoolExecutor(cores) as pool:
        begun = [pool.submit(Part, options, first, min(PART_FILES, options.files - first)) for first in starts]
        for future in begun:
            part = future.result()
            if part.code == 1:
                pool.shutdown(cancel_futures=True)
            yield part
            if part.code == 1:
                return


def run_all(options):
    begin = time.monotonic()
    totals = Totals()
    skipped = None
    say(f"seed {options.seed}, {options.files} files")
    for part in run_parts(options):
        if part.code == 1:
            sys.stdout.write(part.words)
            show_reproductions(options, part.directory, part.words)
            return 1
        totals.add(part.words)
        if part.code == SKIPPED:
            skipped = part.words.strip().split("\n")[-1]
    totals.show()
    say(f"{options.files} files in {time.monotonic() - begin:.0f} s")
    if skipped:
        say(skipped)
    return SKIPPED if skipped else 0


def main():
    options = parse()
    if options.only is None:
        return run_all(options)
    part = Part(options, options.only, 1)
    sys.stdout.write(part.words)
    if part.code == 1:
        show_reproductions(options, part.directory, part.words)
    say(f"kept in {part.directory}")
    return part.code


if __name__ == "__main__":
    sys.exit(main())
