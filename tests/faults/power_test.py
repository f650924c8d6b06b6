#!/usr/bin/python3
"""Power loss, on ext4 and xfs of its own in a file: the file system is shut down as if the power went (all that was not
synced is gone), mounted again, and looked at. Once a run has ended well its rows are there; in the middle of a run
what can be seen is whole, and either old or new. Needs root and loop devices; SLUICE_FAULTS=long: 50 rounds of each.

  tests/faults/power_test.py [SCENARIO...] [--rounds N] [--seed S]"""

import argparse
import fcntl
import os
import random
import shutil
import struct
import subprocess
import sys
import time
from pathlib import Path

from harness import (LONG, PROGRAM, SECONDS_MAX, Report, Violation, check_neighbours, environment, look,
                     scratch_folder, skip, sluice)
from scenarios import Stage, chosen, put_records

SHUTDOWN = 0x8004587D  # FS_IOC_SHUTDOWN, of ext4 and xfs
FLUSHED, LOST = 1, 2  # the journal is written before the power goes, or not even that
IMAGE_BYTES = {"ext4": 48 * 2**20, "xfs": 320 * 2**20}
ROWS = 8000


class Disk:
    """A file system in a file, mounted at a folder."""

    def __init__(self, kind, folder):
        self.kind, self.image, self.folder = kind, Path(folder) / f"{kind}.img", Path(folder) / kind
        self.folder.mkdir(exist_ok=True)

    def run(self, *command):
        done = subprocess.run(list(map(str, command)), capture_output=True, check=False)
        if done.returncode != 0:
            raise OSError(f"{command[0]}: {done.stderr.decode(errors='replace').strip()}")

    def make(self):
        self.image.unlink(missing_ok=True)
        with self.image.open("wb") as image:
            image.truncate(IMAGE_BYTES[self.kind])
        self.run(f"mkfs.{self.kind}", "-q", *(["-F"] if self.kind == "ext4" else []), self.image)
        self.mount()

    def mount(self):
        self.run("mount", "-o", "loop", self.image, self.folder)

    def shut_down(self, how):
        handle = os.open(self.folder, os.O_RDONLY)
        try:
            fcntl.ioctl(handle, SHUTDOWN, struct.pack("I", how))
        finally:
            os.close(handle)

    def unmount(self):
        # Of what is shut down not even the mount point can be looked at.
        if f" {self.folder} " in Path("/proc/mounts").read_text(encoding="utf-8"):
            self.run("umount", self.folder)


def disks(folder):
    """(those that this machine can make, why others cannot be)"""
    able, words = [], []
    for kind in IMAGE_BYTES:
        if not shutil.which(f"mkfs.{kind}"):
            words.append(f"mkfs.{kind} is not installed")
            continue
        disk = Disk(kind, folder)
        try:
            disk.make()
            disk.shut_down(LOST)
            disk.unmount()
            able.append(disk)
        except OSError as error:
            words.append(f"{kind}: {error}")
            disk.unmount()
    return able, words


def place_on(disk, stage):
    """The scenario's folder on a fresh disk, all of it on the device."""
    disk.make()
    place = disk.folder / "place"
    shutil.copytree(stage.original, place)
    os.sync()
    return place


def lose_power(disk, how):
    disk.shut_down(how)
    disk.unmount()
    disk.mount()


def after_success(scenario, disk, stage, how):
    """What a run that ended well has written is there."""
    place = place_on(disk, stage)
    sluice(*scenario.command(place))
    lose_power(disk, how)
    state = look(place / scenario.destination)
    if state is None or state.ids != scenario.after():
        raise Violation(f"a run had ended well, and after the power was lost {state} can be seen")


def in_the_middle(scenario, disk, stage, how, moment):
    place = place_on(disk, stage)
    command = list(map(str, [PROGRAM, *scenario.command(place)]))
    process = subprocess.Popen(command, cwd="/", env=environment(), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
    time.sleep(moment)
    # What a run says that goes on without power counts for nothing: xfs then tells it that a directory was synced.
    was_done = process.poll() == 0
    disk.shut_down(how)
    process.wait(SECONDS_MAX)
    disk.unmount()
    disk.mount()
    state = look(place / scenario.destination)
    if not scenario.allows(state, place) or (was_done and (state is None or state.ids != scenario.after())):
        raise Violation(f"{state} can be seen after the power was lost; the run was {'' if was_done else 'not '}over")
    check_neighbours(place / scenario.destination, scenario.neighbours())
    if scenario.repeatable() or state is None or not state.files:
        sluice(*scenario.command(place))
        if look(place / scenario.destination).ids != scenario.after():
            raise Violation("the same command once more makes something else")


def check_the_check(disk, folder, report):
    """A file that nobody synced must be lost, or this test could not tell."""
    put_records(folder / "control.ndjson", 0, 100)
    for how in (FLUSHED, LOST):
        disk.make()
        sluice("write", folder / "control.ndjson", "-o", disk.folder / "out.parquet", "--quiet", "--sync", "off")
        lose_power(disk, how)
        try:
            lost = look(disk.folder / "out.parquet") is None
        except Violation:
            lost = True
        disk.unmount()
        if not lost:
            report.broken("the check itself", [], f"{disk.kind}: a file that was not synced has survived")


def how_long(scenario, stage):
    place = stage.copy("time")
    started = time.monotonic()
    sluice(*scenario.command(place))
    stage.drop(place)
    return time.monotonic() - started


def test_one(scenario, disk, stage, report, rounds, draw):
    seconds = 1.5 * how_long(scenario, stage)
    for number in range(rounds):
        for how in (FLUSHED, LOST):
            moment = draw.uniform(0, seconds)
            for words, work in (("after a run", lambda: after_success(scenario, disk, stage, how)),
                                (f"{moment:.4f} s into a run",
                                 lambda: in_the_middle(scenario, disk, stage, how, moment))):
                try:
                    work()
                except Violation as violation:
                    report.broken(f"{scenario.name} on {disk.kind}, power lost {words} (flag {how}), round {number}",
                                  [PROGRAM, *scenario.command(disk.folder / "place")], violation)
                finally:
                    disk.unmount()
    print(f"{scenario.name} {scenario.words}: {disk.kind}, power lost {rounds * 2} times after a run and {rounds * 2} "
          f"times within {seconds:.3f} s", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scenarios", nargs="*", metavar="SCENARIO")
    parser.add_argument("--rounds", type=int, default=50 if LONG else 1)
    parser.add_argument("--seed", type=int, default=random.randrange(2**31))
    options = parser.parse_args()
    if not PROGRAM.exists():
        skip("the program is not built (./dev build)")
    if os.geteuid() != 0:
        skip("only root can mount a file system to shut down")
    names = options.scenarios or ([] if LONG else ["S1", "S4"])
    scenarios, lacking = chosen(names)
    report, draw = Report(), random.Random(options.seed)
    with scratch_folder() as name:
        folder = Path(name)
        able, words = disks(folder)
        if not able:
            skip("; ".join(words))
        print(f"seed {options.seed}" + "".join(f"; not tested: {why}" for why in words), flush=True)
        for disk in able:
            check_the_check(disk, folder, report)
        for scenario in scenarios:
            stage = Stage(type(scenario)(ROWS), folder)
            for disk in able:
                test_one(stage.scenario, disk, stage, report, options.rounds, draw)
    for why in lacking:
        print(f"not there yet: {why}")
    report.end()


if __name__ == "__main__":
    sys.exit(main())
