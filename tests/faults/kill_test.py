#!/usr/bin/python3
"""kill -9 at every call that changes the file system (SLUICE_FAULTS=long: at every call, and at random moments): what
can be seen is whole, and either old or new; the next run, recover or clean brings everything in order.

  tests/faults/kill_test.py [SCENARIO...] [--random N] [--seed S]"""

import argparse
import itertools
import json
import random
import subprocess
import sys
import time
from pathlib import Path

from harness import (CHANGES, LONG, LOOKS, PROGRAM, SECONDS_MAX, Report, Violation, changes, check_neighbours, each,
                     environment, kill_at, leftovers, look, need_strace, points, scratch_folder, sluice)
from scenarios import Stage, chosen, help_of, put_records

RANDOM_ROWS = 40_000


def check(scenario, place, way):
    """After a kill. Says how it was put in order."""
    destination = place / scenario.destination
    state = look(destination)
    if not scenario.allows(state, place):
        raise Violation(f"{state} can be seen: {sample(state)}")
    check_neighbours(destination, scenario.neighbours())
    {"again": finish_again, "recover": finish_recover, "clean": finish_clean}[way](scenario, place, state)


def sample(state):
    return "nothing" if state is None else f"ids {state.ids[:3]} ... {state.ids[-3:]}, files {state.files[:8]}"


def expect(scenario, place, ids, what):
    state = look(place / scenario.destination)
    if (state and state.ids) != ids:
        raise Violation(f"{what}: {sample(state)}")


def expect_no_leftovers(destination, what):
    if leftovers(destination)[0]:
        raise Violation(f"{what}: {leftovers(destination)[0]} is left")


def is_pending(scenario, place, state):
    """Whether a run that was publishing has to be completed. Not where the whole old dataset is there as it was."""
    return leftovers(place / scenario.destination)[1] and not (scenario.whole and scenario.is_untouched(state))


def finish_again(scenario, place, state):
    destination = place / scenario.destination
    if scenario.repeatable() or state is None or not state.files:
        sluice(*scenario.command(place))
        expect(scenario, place, scenario.after(), "after the same command once more")
    else:
        sluice(*scenario.command(place), code=1)
        expect(scenario, place, state.ids, "after the same command was refused")
    if scenario.clears():
        expect_no_leftovers(destination, "after the same command once more")
    check_neighbours(destination, scenario.neighbours())


def finish_recover(scenario, place, state):
    destination = place / scenario.destination
    pending = is_pending(scenario, place, state)
    listed = json.loads(sluice("recover", destination, "--dry-run", "--json").out)
    promised = sum(run["rows"] for run in listed["runs"])
    done = sluice("recover", destination, code=None)
    if done.code == 0:
        now = look(destination)
        check_recovered(scenario, state, now, promised, pending)
    else:
        # A part of the new never takes the place of the whole old.
        if pending or state is None or "--discard" not in done.err:
            raise Violation(f"recover ends with {done.code}: {done.err}")
        sluice("recover", destination, "--discard")
        expect(scenario, place, state and state.ids, "after recover --discard")
    expect_no_leftovers(destination, "after recover")
    check_neighbours(destination, scenario.neighbours())


def check_recovered(scenario, state, now, promised, pending):
    before, after = set(state.ids if state else ()), scenario.after()
    found = now.ids if now else ()
    # All the rows of a run are in order where it was about to publish them.
    if found != after and (len(set(found)) != len(found) or not before <= set(found) <= before | set(after)):
        raise Violation(f"recover made {sample(now)}")
    if pending and found != after:
        raise Violation(f"recover did not complete a run that was publishing: {sample(now)}")
    new = set(found) - before
    if found != after and len(new) != promised:
        raise Violation(f"recover gave back {len(new)} rows and had promised {promised}")
    for rows in scenario.files_of_new():
        count = len(new & set(rows))
        if new & set(rows) != set(rows[:count]) or (count != len(rows) and count % scenario.group_rows != 0):
            raise Violation(f"recover gave back {count} rows of the file that begins with {rows[0]}: {sample(now)}")


def finish_clean(scenario, place, state):
    destination = place / scenario.destination
    pending = is_pending(scenario, place, state)
    sluice("clean", destination)
    expect(scenario, place, state and state.ids, "after clean")
    if not pending:
        expect_no_leftovers(destination, "after clean")
    check_neighbours(destination, scenario.neighbours())


def ways_of(scenario):
    """Of the ways each point takes its turn; the long form takes all of them."""
    return [way for way in scenario.ways if way == "again" or help_of(way)]


def check_the_check(folder, report):
    """A writer of the usual kind: killed while it copies to the final name. That must be found, or nothing would be."""
    place = Path(folder) / "control"
    place.mkdir()
    put_records(place / "new.ndjson", 0, 100)
    sluice("write", place / "new.ndjson", "-o", place / "whole.parquet", "--quiet")
    command = ["dd", f"if={place}/whole.parquet", f"of={place}/out.parquet", "bs=100", "status=none"]
    found = 0
    for point in points(command, place, CHANGES):
        if point.name == "write":
            kill_at(point, command)
            try:
                look(place / "out.parquet")
            except Violation:
                found += 1
    if found < 5:
        report.broken("the check itself", command, f"files that end anywhere were found {found} times")


def kill_everywhere(scenario, folder, report):
    stage = Stage(scenario, folder)
    place = stage.copy("trace")
    wanted = points([PROGRAM, *scenario.command(place)], place, CHANGES + LOOKS)
    stage.drop(place)
    chosen_points = [point for point in wanted if LONG or changes(point)]
    if not LONG and not scenario.is_quick:
        chosen_points = chosen_points[::4]
    ways = ways_of(scenario)
    turns = itertools.product(chosen_points, ways) if LONG else zip(chosen_points, itertools.cycle(ways))

    def one(job):
        number, (point, way) = job
        place = stage.copy(str(number))
        command = [PROGRAM, *scenario.command(place)]
        try:
            command = kill_at(point, command)
            check(scenario, place, way)
        except Violation as violation:
            report.broken(f"{scenario.name} at {point}, then {way}", command, violation)
        stage.drop(place)

    started = time.monotonic()
    jobs = list(enumerate(turns))
    each(one, jobs)
    print(f"{scenario.name} {scenario.words}: killed at {len(chosen_points)} of {len(wanted)} calls, "
          f"{len(jobs)} times in all, then {', '.join(ways)} ({time.monotonic() - started:.1f} s)", flush=True)


def kill_at_random(scenario, folder, report, times, draw):
    """More rows and two threads, and a kill whenever it comes."""
    scenario = type(scenario)(RANDOM_ROWS)
    stage = Stage(scenario, folder)
    ways, seconds, hits, turn = ways_of(scenario), 0.0, 0, 0
    while hits < times and turn < 3 * times + 3:
        place, way = stage.copy(str(turn)), ways[turn % len(ways)]
        command = [str(part) for part in (PROGRAM, *scenario.command(place, threads=2))]
        # The first ones tell how long it takes.
        moment = draw.uniform(0, seconds) if turn >= 3 else SECONDS_MAX
        started = time.monotonic()
        process = subprocess.Popen(command, cwd="/", env=environment(), stdin=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL)
        try:
            process.wait(moment)
            seconds = max(seconds, time.monotonic() - started) if turn < 3 else seconds
        except subprocess.TimeoutExpired:
            process.kill()
            hits += process.wait() == -9
        try:
            check(scenario, place, way)
        except Violation as violation:
            report.broken(f"{scenario.name}, killed after {moment:.4f} s, then {way}", command, violation)
        stage.drop(place)
        turn += 1
    print(f"{scenario.name} {scenario.words}: killed {hits} times at random moments of {seconds:.3f} s", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scenarios", nargs="*", metavar="SCENARIO")
    parser.add_argument("--random", type=int, default=1000 if LONG else 0, help="kills at random moments, in all")
    parser.add_argument("--seed", type=int, default=random.randrange(2**31))
    options = parser.parse_args()
    need_strace()
    scenarios, lacking = chosen(options.scenarios)
    report = Report()
    with scratch_folder() as folder:
        check_the_check(folder, report)
        for scenario in scenarios:
            kill_everywhere(scenario, folder, report)
    if options.random:
        print(f"random moments with seed {options.seed}", flush=True)
        draw = random.Random(options.seed)
        scenarios = [scenario for scenario in scenarios if scenario.can_grow]
        for scenario in scenarios:
            with scratch_folder() as folder:
                kill_at_random(scenario, folder, report, -(-options.random // len(scenarios)), draw)
    for words in lacking:
        print(f"not there yet: {words}")
    report.end()


if __name__ == "__main__":
    sys.exit(main())
