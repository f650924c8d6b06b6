#!/usr/bin/python3
"""Eight processes at once on one destination (SLUICE_FAULTS=long: 500 rounds of each kind). create: exactly one wins,
the others learn that there is a conflict. overwrite: what is there in the end is one writer's, whole. append: every
writer that says so has its rows there, once.

  tests/faults/race_test.py [--rounds N]"""

import argparse
import json
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

from harness import LONG, PROGRAM, Report, Violation, environment, leftovers, look, scratch_folder, skip
from scenarios import help_of, ids, put_records

PROCESSES = 8
ROWS = 60


def race(folder, destination, options, draw):
    """Starts all processes within some milliseconds; [(first id, exit code, words)]."""
    started = []
    for number in range(PROCESSES):
        first = (number + 1) * 1000
        source = folder.parent / f"{first}.ndjson"
        command = [PROGRAM, "write", source, "-o", destination, "--threads", "1", "--json", *options]
        started.append((first, subprocess.Popen(list(map(str, command)), cwd="/", env=environment(),
                                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                                stderr=subprocess.DEVNULL)))
        if draw.random() < 0.3:
            time.sleep(draw.uniform(0, 0.006))
    return [(first, process.communicate(timeout=60)[0].decode(), process.returncode) for first, process in started]


def winners_of(outcomes):
    """First ids of the writers that succeeded; every other one must have met a conflict."""
    winners = []
    for first, out, code in outcomes:
        if code == 0:
            winners.append(first)
        elif code != 1 or json.loads(out)["code"] != "conflict":
            raise Violation(f"a writer ends with {code}: {out}")
    return winners


def one_round(kind, folder, draw):
    """How many won."""
    folder.mkdir()
    destination = folder / ("out.parquet" if kind == "create a file" else "out")
    options = ["--shard-rows", ROWS // 3] if kind != "create a file" else []
    if kind in ("overwrite", "append"):
        shutil.copytree(folder.parent / "old", destination)
        options += ["--mode", kind]
    winners = winners_of(race(folder, destination, options, draw))
    state = look(destination)
    if kind.startswith("create"):
        if len(winners) != 1 or state.ids != ids(winners[0], ROWS):
            raise Violation(f"{len(winners)} won, {state} can be seen")
    elif kind == "overwrite":
        if not winners or state.ids not in [ids(first, ROWS) for first in winners]:
            raise Violation(f"{len(winners)} won, {state} can be seen")
    elif state.ids != tuple(sorted(ids(0, ROWS) + sum((ids(first, ROWS) for first in winners), ()))):
        raise Violation(f"{len(winners)} won, {state} can be seen")
    if leftovers(destination)[0] or len(list(folder.iterdir())) != 1:
        raise Violation(f"{sorted(path.name for path in folder.iterdir())} is left")
    shutil.rmtree(folder)
    return len(winners)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=500 if LONG else 12)
    parser.add_argument("--seed", type=int, default=random.randrange(2**31))
    options = parser.parse_args()
    if not PROGRAM.exists():
        skip("the program is not built (./dev build)")
    report, draw = Report(), random.Random(options.seed)
    kinds = ["create a file", "create"] + (["overwrite", "append"] if "--mode" in help_of("write") else [])
    with scratch_folder() as name:
        folder = Path(name)
        for number in range(PROCESSES + 1):
            put_records(folder / f"{number * 1000}.ndjson", number * 1000, ROWS)
        subprocess.run([PROGRAM, "write", folder / "0.ndjson", "-o", folder / "old", "--quiet"], check=True)
        for kind in kinds:
            started, won = time.monotonic(), 0
            for number in range(options.rounds):
                try:
                    won += one_round(kind, folder / f"{kind} {number}", draw)
                except Violation as violation:
                    report.broken(f"{kind}, round {number}, seed {options.seed}", [], violation)
            print(f"{kind}: {PROCESSES} processes, {options.rounds} rounds, {won} won "
                  f"({time.monotonic() - started:.1f} s)", flush=True)
    report.end()


if __name__ == "__main__":
    sys.exit(main())
