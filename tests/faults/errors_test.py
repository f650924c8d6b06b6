#!/usr/bin/python3
"""Each system call of a run fails, once or from there on: EIO, ENOSPC, EDQUOT, EMFILE, ENOMEM. The run ends with exit
code 1 and a sentence that names path and reason, or with success and everything in place; nothing partial is visible,
old data are as they were, and the same command without the fault succeeds. EINTR is no error at all. Also: a full
disk, a parent that cannot be written, a limit of a file's size, few handles.

  tests/faults/errors_test.py [SCENARIO...]      (SLUICE_FAULTS=long: at every call, each error that it may have)

The sanitized program makes calls of its own under strace; what sanitizers find is for failing_calls_test.cc."""

import argparse
import errno
import itertools
import os
import resource
import subprocess
import sys
import time
from pathlib import Path

from harness import (CHANGES, LONG, LOOKS, PROGRAM, Report, Violation, call, changes, check_neighbours,
                     each, leftovers, look, need_strace, points, scratch_folder, sluice, under)
from scenarios import Stage, chosen, help_of, ids

# What each call may well answer; calls that are not named get EIO.
ERRORS = {
    "write": ("ENOSPC", "EIO", "EDQUOT", "EFBIG"),
    "pwrite64": ("ENOSPC", "EIO", "EDQUOT", "EFBIG"),
    "openat": ("EMFILE", "ENOSPC", "EACCES", "EIO", "ENFILE", "EDQUOT"),
    "mkdirat": ("ENOSPC", "EACCES", "EIO", "EROFS", "EDQUOT"),
    "ftruncate": ("ENOSPC", "EIO"),
    "fallocate": ("ENOSPC", "EIO"),
    "copy_file_range": ("ENOSPC", "EIO"),
    "fsync": ("EIO", "ENOSPC", "EDQUOT"),
    "fdatasync": ("EIO", "ENOSPC"),
    "syncfs": ("EIO", "ENOSPC"),
    "close": ("EIO", "ENOSPC"),
    "renameat2": ("EIO", "ENOSPC", "EACCES"),
    "renameat": ("EIO", "ENOSPC"),
    "linkat": ("EIO", "ENOSPC", "EMLINK"),
    "mmap": ("ENOMEM",),
}
# What may answer EINTR.
INTERRUPTIBLE = ("openat", "read", "pread64", "write", "pwrite64", "fsync", "fdatasync", "ftruncate", "flock",
                 "copy_file_range", "fallocate")
# Without these what was staged cannot be removed.
REMOVERS = ("unlinkat", "openat", "getdents64", "newfstatat", "fcntl", "renameat2", "renameat")


def check(scenario, place, before, done, name, error, forever=False):
    destination = place / scenario.destination
    state = look(destination)
    seen = None if state is None else state.ids
    if done.code == 0:
        if seen != scenario.after():
            raise Violation(f"exit code 0, but {state} can be seen")
    elif done.code == 1:
        if not (name == "write" and forever):  # then there is no way to say anything
            check_words(place, done.err, error)
        told = "is complete and visible" in done.err or "recover" in done.err
        rightly = (told and scenario.allows(state, place)) or scenario.keeps_what_it_published(state)
        if seen != before and not rightly:
            raise Violation(f"it failed, and {state} can be seen: {done.err}")
    else:
        raise Violation(f"exit code {done.code}: {done.err}")
    check_neighbours(destination, scenario.neighbours())
    left, pending = leftovers(destination)
    if left and not pending and name not in REMOVERS:
        raise Violation(f"exit code {done.code}, and {left} is left: {done.err}")
    return state


def check_words(place, words, error):
    line = next((line for line in words.splitlines() if "error:" in line), "")
    named = str(place) in line or "standard" in line  # the destination, or a source
    if not named or (error and os.strerror(getattr(errno, error)) not in line and "permission" not in line):
        raise Violation(f"the message names no path or no reason: {words}")


def fail_everywhere(scenario, folder, report):
    """Every call, every error that it may have, once and from there on."""
    stage = Stage(scenario, folder)
    place = stage.copy("trace")
    before = look(place / scenario.destination)
    before = before and before.ids
    wanted = points([PROGRAM, *scenario.command(place)], place, CHANGES + LOOKS)
    stage.drop(place)
    # To let go of a lock never fails; who waits for it would wait forever.
    wanted = [point for point in wanted if (LONG or changes(point)) and "LOCK_UN" not in point.line]
    if not LONG:  # one of three, and in each scenario others
        wanted = wanted[len(scenario.name + scenario.words) % 3::3]
    jobs = []
    for point in wanted:
        errors = ERRORS.get(point.name, ("EIO",))
        # The quick form takes one error in turn.
        taken = errors if LONG else [errors[point.count % len(errors)]]
        jobs += [(point, error, forever) for error, forever in itertools.product(taken, (False, True))
                 if LONG or forever == (point.count % 2 == 0)]
    counts = {0: 0, 1: 0}

    def one(job):
        number, (point, error, forever) = job
        place = stage.copy(str(number))
        command = under(f"{point.name}:error={error}:when={point.count}{'+' if forever else ''}",
                        [PROGRAM, *scenario.command(place)])
        try:
            done = call(command)
            state = check(scenario, place, before, done, point.name, error, forever)
            counts[done.code] += 1
            if done.code == 1 and (state and state.ids) == before and not scenario.keeps_what_it_published(state):
                sluice(*scenario.command(place))
                if look(place / scenario.destination).ids != scenario.after():
                    raise Violation("the same command without the fault makes something else")
        except Violation as violation:
            report.broken(f"{scenario.name}, {error} at {point}{' and from there on' if forever else ''}", command,
                          violation)
        stage.drop(place)

    started = time.monotonic()
    each(one, list(enumerate(jobs)))
    print(f"{scenario.name} {scenario.words}: {len(jobs)} errors at {len(wanted)} calls: {counts[1]} runs failed with "
          f"words, {counts[0]} had what they needed ({time.monotonic() - started:.1f} s)", flush=True)


def interrupt_everywhere(scenario, folder, report):
    """EINTR at every third call of a kind, beginning with each of the first three: the same bytes as without."""
    stage = Stage(scenario, folder)
    place = stage.copy("trace")
    found = points([PROGRAM, *scenario.command(place)], place, INTERRUPTIBLE)
    expected = contents(place / scenario.destination)
    stage.drop(place)
    firsts = {}
    for point in found:
        firsts.setdefault(point.name, point.count)
    jobs = [(name, first + shift) for name, first in firsts.items() for shift in (range(3) if LONG else range(1))]

    def one(job):
        name, first = job
        place = stage.copy(f"{name}{first}")
        command = under(f"{name}:error=EINTR:when={first}+3", [PROGRAM, *scenario.command(place)])
        try:
            done = call(command)
            if done.code != 0:
                raise Violation(f"exit code {done.code}: {done.err}")
            if scenario.same_names and contents(place / scenario.destination) != expected:
                raise Violation("other bytes than without interruptions")
            if look(place / scenario.destination).ids != scenario.after():
                raise Violation("other rows than without interruptions")
        except Violation as violation:
            report.broken(f"{scenario.name}, EINTR from {name} {first} on", command, violation)
        stage.drop(place)

    each(one, jobs)
    print(f"{scenario.name} {scenario.words}: interrupted in {len(jobs)} ways, the same bytes", flush=True)


def contents(path):
    if path.is_file():
        return path.read_bytes()
    return {str(file.relative_to(path)): file.read_bytes() for file in sorted(path.rglob("*.parquet"))}


# ---- the world ------------------------------------------------------------------------------------------------------


def with_limit(which, value):
    def set_limit():
        resource.setrlimit(which, (value, value))
    return set_limit


def as_nobody():
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)


def run_limited(scenario, place, before, limit, error):
    done = call([PROGRAM, *scenario.command(place)], preexec_fn=limit)
    if done.code != 1:
        raise Violation(f"exit code {done.code}: {done.err}")
    check(scenario, place, before, done, "", error)


def world(scenario, folder, report):
    """Limits of the process and of its file system."""
    stage = Stage(scenario, folder)
    tried = []
    for words, limit, error in (("a limit of 1 KiB for a file", with_limit(resource.RLIMIT_FSIZE, 1024), "EFBIG"),
                                ("5 handles", with_limit(resource.RLIMIT_NOFILE, 5), "EMFILE")):
        place = stage.copy(words.replace(" ", "_"))
        before = look(place / scenario.destination)
        command = [PROGRAM, *scenario.command(place)]
        try:
            run_limited(scenario, place, before and before.ids, limit, error)
        except Violation as violation:
            report.broken(f"{scenario.name}, {words}", command, violation)
        tried.append(words)
    read_only_parent(scenario, stage, report, tried)
    full_disk(scenario, stage, report, tried)
    print(f"{scenario.name} {scenario.words}: {', '.join(tried)}", flush=True)


def few_handles(folder, report):
    """A thousand partitions, twice over, with 16 handles: one file each."""
    partitions, destination = 1000, folder / "out"
    with (folder / "new.ndjson").open("w", encoding="utf-8") as out:
        for i in range(2 * partitions):
            out.write(f'{{"id":{i},"part":{i % partitions}}}\n')
    command = [PROGRAM, "write", folder / "new.ndjson", "-o", destination, "--partition-by", "part", "--quiet"]
    try:
        done = call(command, preexec_fn=with_limit(resource.RLIMIT_NOFILE, 16))
        if done.code != 0:
            raise Violation(f"exit code {done.code}: {done.err}")
        state = look(destination)
        if state.ids != ids(0, 2 * partitions) or len(state.files) != partitions:
            raise Violation(f"{state} are there")
    except Violation as violation:
        report.broken("16 handles", command, violation)
    print(f"{partitions} partitions with 16 handles", flush=True)


def read_only_parent(scenario, stage, report, tried):
    place = stage.copy("read_only")
    before = look(place / scenario.destination)
    place.chmod(0o555)
    for parent in [*stage.folder.parents[:1], stage.folder]:
        parent.chmod(0o755)
    command = [PROGRAM, *scenario.command(place)]
    try:
        done = call(command, preexec_fn=as_nobody if os.geteuid() == 0 else None)
        if done.code != 1 or "no permission" not in done.err:
            raise Violation(f"exit code {done.code}: {done.err}")
        check(scenario, place, before and before.ids, done, "", None)
    except Violation as violation:
        report.broken(f"{scenario.name}, a parent that cannot be written", command, violation)
    place.chmod(0o755)
    tried.append("a parent that cannot be written")


def full_disk(scenario, stage, report, tried):
    """On a file system of its own, where the machine allows one. With a byte more each time until it fits."""
    place = stage.folder / "small"
    place.mkdir()
    fits = False
    for kib in (24, 32, 40, 48, 56, 64, 96, 128, 256, 1024):
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={kib}k", "none", place], capture_output=True,
                                 check=False)
        if mounted.returncode != 0:
            tried.append("(no full disk: this user cannot mount one)")
            return
        try:
            scenario.prepare(place)
            before = look(place / scenario.destination)
            done = call([PROGRAM, *scenario.command(place)])
            fits = done.code == 0
            check(scenario, place, before and before.ids, done, "", "ENOSPC")
        except (Violation, OSError) as violation:
            # The old data themselves may find no room.
            if not isinstance(violation, OSError) and "No space left" not in str(violation):
                report.broken(f"{scenario.name}, {kib} KiB of disk", [PROGRAM, *scenario.command(place)], violation)
        finally:
            subprocess.run(["umount", place], check=True)
        if fits:
            tried.append(f"full disks below {kib} KiB")
            return
    report.broken(f"{scenario.name}, 1 MiB of disk", [], "it does not suffice")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scenarios", nargs="*", metavar="SCENARIO")
    options = parser.parse_args()
    need_strace()
    scenarios, lacking = chosen(options.scenarios)
    scenarios = [scenario for scenario in scenarios if scenario.can_fail]
    report = Report()
    for scenario in scenarios:
        with scratch_folder() as folder:
            fail_everywhere(scenario, folder, report)
        with scratch_folder() as folder:
            interrupt_everywhere(scenario, folder, report)
        with scratch_folder() as folder:
            world(scenario, folder, report)
    if "--partition-by" in help_of("write"):
        with scratch_folder() as folder:
            few_handles(Path(folder), report)
    for words in lacking:
        print(f"not there yet: {words}")
    report.end()


if __name__ == "__main__":
    sys.exit(main())
