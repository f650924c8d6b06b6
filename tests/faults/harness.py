"""Runs the program under strace, which kills it or lets a system call fail at any one call, and looks at what is left.

A scenario (scenarios.py) says what stands there before, the command, and what may be visible afterwards. A point is
(name of a system call, how many of them so far): strace counts each name by itself. Points before the first call that
touches the scenario's folder belong to the loader and are left out. With --threads 1 a run makes the same calls each
time."""

import concurrent.futures
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PROGRAM = Path(os.environ.get("SLUICE_PROGRAM") or ROOT / "build" / "release" / "sluice").resolve()
LONG = os.environ.get("SLUICE_FAULTS") == "long"
WORKERS = int(os.environ.get("SLUICE_FAULTS_WORKERS") or 2)

# What changes a file system: between two of these a kill leaves the same state.
CHANGES = ("openat", "mkdirat", "write", "pwrite64", "fsync", "fdatasync", "syncfs", "sync_file_range", "ftruncate",
           "fallocate", "renameat2", "renameat", "linkat", "unlinkat", "copy_file_range")
# What else a run asks of the system about files.
LOOKS = ("close", "flock", "read", "pread64", "lseek", "newfstatat", "statx", "getdents64", "fcntl", "fstatfs")
SECONDS_MAX = 60


class Violation(Exception):
    """A promise that was broken, in words."""


def skip(words):
    print(f"skipped: {words}")
    sys.exit(77)


# ---- places ---------------------------------------------------------------------------------------------------------


def scratch_folder():
    """In memory where there is room: kills do not ask for a disk. SLUICE_FAULTS_DIR names another place."""
    chosen = os.environ.get("SLUICE_FAULTS_DIR")
    if not chosen and os.access("/dev/shm", os.W_OK) and shutil.disk_usage("/dev/shm").free > 2**28:
        chosen = "/dev/shm"
    return tempfile.TemporaryDirectory(prefix="sluice_faults_", dir=chosen)


@dataclass(frozen=True)
class State:
    """What everybody can see at a destination."""

    ids: tuple  # of all rows, sorted
    files: tuple  # (path below the destination, rows), sorted

    def __str__(self):
        return f"{len(self.ids)} rows in {len(self.files)} files"


def environment():
    return {**{key: value for key, value in os.environ.items() if not key.startswith("SLUICE_")}, "LC_ALL": "C.UTF-8"}


@dataclass
class Done:
    code: int
    out: str
    err: str


def call(command, **options):
    """Runs a command from "/": the folder of a scenario is named by its path in every call."""
    done = subprocess.run(list(map(str, command)), capture_output=True, cwd="/", timeout=SECONDS_MAX, check=False,
                          stdin=subprocess.DEVNULL, env=environment(), **options)
    return Done(done.returncode, done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace"))


def sluice(*arguments, code=0):
    """Runs the program as it is meant to be run; `code` is what it must end with (None: anything)."""
    done = call([PROGRAM, *arguments])
    if code is not None and done.code != code:
        raise Violation(f"exit code {done.code}, not {code}: sluice {shlex.join(map(str, arguments))}\n{done.err}")
    return done


def ids_of(path):
    lines = sluice("show", path, "--columns", "id", "--format", "csv").out.split()
    return tuple(sorted(map(int, lines[1:])))


def look(destination):
    """The State of a destination, or None when nothing is there. All that is visible must be whole, and ours."""
    destination = Path(destination)
    if not destination.exists():
        return None
    paths = [destination] if destination.is_file() else [path for path in destination.rglob("*") if not path.is_dir()]
    for path in paths:
        below = path.relative_to(destination.parent)
        if path.suffix != ".parquet" or any(part.startswith((".", "_")) for part in below.parts):
            raise Violation(f"{below} is visible")
    if not paths:
        return State((), ())
    report = json.loads(sluice("verify", "--json", destination, code=None).out)
    if report["format"] != "sluice.verify/1" or report["errors"] != 0:
        raise Violation(f"what is visible is damaged: {report}")
    start = len(str(destination)) + 1
    files = tuple(sorted((file["path"][start:], file["rows"]) for file in report["files"]))
    if len(files) != len(paths):
        raise Violation(f"verify sees {len(files)} of {len(paths)} files")
    state = State(ids_of(destination), files)
    if len(state.ids) != report["rows"]:
        raise Violation(f"{len(state.ids)} rows are read, {report['rows']} are counted")
    return state


def leftovers(destination):
    """Names of staging directories of the destination, and whether one of them is pending."""
    destination = Path(destination)
    found = [path for path in destination.parent.iterdir()
             if re.fullmatch(rf"\.{re.escape(destination.name)}\.sluice-[0-9a-f]{{16}}", path.name)]
    return sorted(path.name for path in found), any((path / "intent").exists() for path in found)


def check_neighbours(destination, expected):
    """Beside the destination there is nothing but what was there before and its staging directories."""
    destination = Path(destination)
    stagings, _ = leftovers(destination)
    names = {path.name for path in destination.parent.iterdir()} - {destination.name, *stagings}
    if names != set(expected):
        raise Violation(f"beside the destination stand {sorted(names)}, not {sorted(expected)}")


# ---- strace ---------------------------------------------------------------------------------------------------------


def need_strace():
    """Ends the test with words where strace is missing or may not trace."""
    if not PROGRAM.exists():
        skip("the program is not built (./dev build)")
    if not shutil.which("strace"):
        skip("strace is not installed")
    done = subprocess.run(["strace", "-f", "-o", "/dev/null", "-e", "trace=write", "-e",
                           "inject=write:signal=SIGKILL:when=1", "/bin/echo"], capture_output=True, check=False)
    if done.returncode not in (-9, 137):
        reason = done.stderr.decode(errors="replace").strip() or "it ran on"
        skip(f"strace cannot kill at a system call here: {reason.splitlines()[0]}")


@dataclass(frozen=True)
class Point:
    name: str
    count: int
    line: str  # as strace shows it

    def __str__(self):
        return f"{self.name} {self.count}: {self.line[:100]}"


def points(command, folder, names):
    """Every call of `names` that `command` makes, from the first that touches `folder` on."""
    with tempfile.NamedTemporaryFile(prefix="sluice_trace_", mode="r") as log:
        # The strings of a call may be long: the folder must be in them.
        done = call(["strace", "-f", "-y", "-s", "300", "-o", log.name, "-e", "trace=" + known(names), *command])
        if done.code != 0:
            raise Violation(f"without a fault it fails: {shlex.join(map(str, command))}\n{done.err}")
        lines = log.read().splitlines()
    found, counts, begun = [], {}, False
    for line in lines:
        match = re.match(r"\d+ +(\w+)\((.*)", line)
        if not match or match[1] == "exit_group":
            continue
        counts[match[1]] = counts.get(match[1], 0) + 1
        begun = begun or str(folder) in match[2]
        if begun:
            found.append(Point(match[1], counts[match[1]], match[0].split(" ", 1)[1].replace(str(folder), "")))
    return found


def known(names):
    """For strace: names that this machine's kernel does not have are no error."""
    return ",".join("?" + name for name in names)


def changes(point):
    """Whether the call may change what stands in the file system."""
    if point.name == "openat":
        return "O_CREAT" in point.line
    return point.name in CHANGES and not (point.name == "write" and re.match(r"write\([12]<", point.line))


def under(inject, command):
    name = inject.split(":", 1)[0]
    return ["strace", "-f", "-o", "/dev/null", "-e", f"trace={name}", "-e", f"inject={inject}", *command]


def kill_at(point, command):
    """Kills the process as it is about to make the call. With one thread a run makes the same calls each time."""
    traced = under(f"{point.name}:signal=SIGKILL:when={point.count}", command)
    done = call(traced)
    if done.code not in (-9, 137):
        raise Violation(f"it was not killed, but ended with {done.code}: {done.err}")
    return traced


def each(work, jobs):
    """work(job) for all jobs, several at once; gives the results in order."""
    with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
        return list(pool.map(work, jobs))


class Report:
    """Counts what was tried, prints what was broken with the command that repeats it."""

    def __init__(self):
        self.violations = 0

    def broken(self, what, command, words):
        self.violations += 1
        print(f"VIOLATION in {what}\n  {words}\n  {shlex.join(map(str, command))}", flush=True)

    def end(self):
        print(f"{self.violations} violations" if self.violations else "no violation")
        sys.exit(1 if self.violations else 0)
