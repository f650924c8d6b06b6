#!/usr/bin/python3
"""An audit of paths: whatever a run makes, opens for writing, renames or removes lies in the directory of its
destination. Each scenario runs once under strace, partitions also with values that try to lead out of it, and with a
link that does.

  tests/faults/paths_test.py [SCENARIO...]"""

import argparse
import json
import os
import re
import sys
from pathlib import Path

from harness import PROGRAM, Report, Violation, call, known, look, need_strace, scratch_folder, sluice
from scenarios import Stage, chosen, help_of, put_records

# All that changes something by a path; openat where its flags say so.
CALLS = ("open", "openat", "openat2", "creat", "mkdir", "mkdirat", "mknod", "mknodat", "rename", "renameat",
         "renameat2", "link", "linkat", "symlink", "symlinkat", "unlink", "unlinkat", "rmdir", "truncate", "chmod",
         "fchmodat", "chown", "fchownat", "utimensat", "setxattr", "mount")
WRITES = ("O_WRONLY", "O_RDWR", "O_CREAT", "O_TRUNC", "O_TMPFILE")
# A directory's handle (strace -y says what it is) and a name in it, or a name alone.
PATH = re.compile(r'(?:(?:AT_FDCWD|\d+)<([^>]*)>, )?"((?:[^"\\]|\\.)*)"')
HOSTILE = ["..", ".", "../../evil", "/etc/evil", "a/../../evil", "..\\evil", "%2e%2e", "%2Fevil", "~", "-rf", "$HOME",
           "k=../evil", "\u0001\n", ".hidden", "_hidden", "a\u0300" * 20, "CON", "x.parquet", "", " "]


def changed_paths(log):
    """[(call, path)] of all calls that change something; files without a name are nobody's."""
    found = []
    for line in Path(log).read_text(errors="surrogateescape").splitlines():
        match = re.match(r"\d+ +(\w+)\((.*)", line)
        if not match or match[1] not in CALLS:
            continue
        if match[1].startswith("open") and (not any(flag in match[2] for flag in WRITES) or "O_TMPFILE" in match[2]):
            continue
        for folder, name in PATH.findall(match[2]):
            name = name.encode().decode("unicode_escape").encode("latin-1").decode(errors="surrogateescape")
            found.append((match[0][:160], os.path.normpath(os.path.join(folder or "/", name))))
    return found


def audit(command, root, log, code=0):
    """How many paths were changed; all of them lie in `root`."""
    done = call(["strace", "-f", "-y", "-s", "4096", "-o", log, "-e", "trace=" + known(CALLS), *command])
    if done.code != code:
        raise Violation(f"exit code {done.code}: {done.err}")
    paths = changed_paths(log)
    for line, path in paths:
        if not path.startswith(f"{root}/") and path != "/dev/null":
            raise Violation(f"{path} is outside of {root}: {line}")
    return len(paths)


def check_the_check(folder, report):
    """What goes outside must be found, or nothing would be."""
    place = folder / "control"
    place.mkdir()
    for command in (["touch", folder / "elsewhere"], ["mkdir", place / ".." / "made"], ["mv", folder / "made", place],
                    ["sh", "-c", f"cd {place} && : > ../written"]):
        try:
            audit(command, place, folder / "log")
            report.broken("the check itself", command, "nothing was found")
        except Violation as violation:
            if "is outside of" not in str(violation):
                report.broken("the check itself", command, violation)


def hostile_partitions(folder, report):
    root = folder / "root"
    root.mkdir()
    source = folder / "hostile.ndjson"
    source.write_text("".join(json.dumps({"id": i, "part": value}) + "\n" for i, value in enumerate(HOSTILE)))
    total = 0
    for mode in ("create", "append", "overwrite-partitions", "overwrite"):
        command = [PROGRAM, "write", source, "-o", root / "out", "--partition-by", "part", "--mode", mode, "--quiet",
                   "--threads", "1"]
        try:
            total += audit(command, root, folder / "log")
            if len(look_at_parts(root / "out")) != len(HOSTILE):
                raise Violation(f"partitions: {look_at_parts(root / 'out')}")
        except Violation as violation:
            report.broken(f"hostile partitions, {mode}", command, violation)
    print(f"{len(HOSTILE)} hostile partitions, four modes: {total} changes, none outside", flush=True)


def look_at_parts(destination):
    found = sluice("show", destination, "--columns", "part", "--format", "ndjson").out.splitlines()
    return {json.loads(line)["part"] for line in found}


def links(folder, report):
    """A link in the place of a partition leads out of the dataset: nothing is written behind it."""
    root, outside = folder / "linked", folder / "outside"
    root.mkdir()
    outside.mkdir()
    put_records(folder / "rows.ndjson", 0, 20)
    sluice("write", folder / "rows.ndjson", "-o", root / "out", "--partition-by", "part", "--quiet")
    (root / "out" / "part=p1").rename(outside / "was")
    (root / "out" / "part=p1").symlink_to(outside / "was")
    before = sorted(outside.rglob("*"))
    for mode in ("append", "overwrite-partitions"):
        command = [PROGRAM, "write", folder / "rows.ndjson", "-o", root / "out", "--partition-by", "part", "--mode",
                   mode, "--quiet", "--threads", "1"]
        try:
            audit(command, root, folder / "log", code=1)
            if sorted(outside.rglob("*")) != before:
                raise Violation(f"behind a link stands {sorted(outside.rglob('*'))}")
        except Violation as violation:
            report.broken(f"a link in the place of a partition, {mode}", command, violation)
        sluice("recover", root / "out", "--discard", code=None)
    print("a link in the place of a partition: nothing behind it", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scenarios", nargs="*", metavar="SCENARIO")
    options = parser.parse_args()
    need_strace()
    scenarios, lacking = chosen(options.scenarios)
    report = Report()
    with scratch_folder() as name:
        folder = Path(name).resolve()
        check_the_check(folder, report)
        for scenario in scenarios:
            stage = Stage(scenario, folder)
            place = stage.copy("audit")
            command = [PROGRAM, *scenario.command(place)]
            try:
                count = audit(command, place, folder / "log")
                if look(place / scenario.destination).ids != scenario.after():
                    raise Violation("it makes something else")
                print(f"{scenario.name} {scenario.words}: {count} changes, none outside", flush=True)
            except Violation as violation:
                report.broken(f"{scenario.name} {scenario.words}", command, violation)
        if "--partition-by" in help_of("write") and not options.scenarios:
            hostile_partitions(folder, report)
            links(folder, report)
    for words in lacking:
        print(f"not there yet: {words}")
    report.end()


if __name__ == "__main__":
    sys.exit(main())
