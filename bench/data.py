"""What benches read: made once, kept in build/bench-data; what it holds; and the processes that make and measure."""

import json
import os
import shlex
import subprocess
import time

import pushes
import report

DATA = report.ROOT / "build" / "bench-data"
RIVALS = report.ROOT / "bench" / "rivals"


def fail(words):
    raise SystemExit(f"bench: {words}")


def timed(command, stdin=None):
    """Runs a process: its standard output, and what it took by the kernel's account."""
    begin = time.monotonic()
    try:
        process = subprocess.Popen(list(map(str, command)), stdin=stdin, stdout=subprocess.PIPE, text=True,
                                   cwd=report.ROOT)
    except FileNotFoundError:
        fail(f"{command[0]} is not there")
    with process.stdout as pipe:
        output = pipe.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        fail(f"exit code {process.returncode} of {shlex.join(map(str, command))}")
    return output, {"seconds": time.monotonic() - begin, "cpu_seconds": usage.ru_utime + usage.ru_stime,
                    "resident_bytes_max": usage.ru_maxrss * 1024}


def made_once(path, make):
    """What is half made has another name."""
    if not path.exists():
        partial = path.with_name(path.name + ".partial")
        make(partial)
        partial.rename(path)
    return path


def ndjson_file(options):
    return made_once(DATA / f"lineitem-{options.rows}.ndjson", lambda out: timed(
        [options.build / "make_ndjson", "--rows", options.rows, "--out", out]))


def csv_file(options):
    return made_once(DATA / f"lineitem-{options.rows}.csv", lambda out: timed(
        ["node", RIVALS / "duckdb.mjs", "make-csv", parquet_file(options), out, 2, 1]))


def parquet_file(options):
    def make(out):
        timed([options.build / "write_bench", "--rows", options.rows, "--codec", "none", "--repeat", 1, "--out", out])
        check(out, expected_digest(options))

    return made_once(DATA / f"lineitem-{options.rows}.parquet", make)


def digest(path):
    return json.loads(timed(["node", RIVALS / "digest.mjs", path])[0])


def expected_digest(options):
    """Of the text: no code of ours has touched what it says."""
    path = DATA / f"lineitem-{options.rows}.digest.json"
    if not path.exists():
        path.write_text(json.dumps(digest(ndjson_file(options))))
    return json.loads(path.read_text())


def check(path, expected):
    found = digest(path)
    if found != expected:
        fail(f"{path} does not hold the rows of its source: expected {expected}, found {found}")


def feed_file(options):
    """300,000 events of a feed (bench/feed.h)."""
    return made_once(DATA / "feed.ndjson", lambda out: timed(
        [options.build / "make_ndjson", "--table", "feed", "--rows", 300_000, "--out", out]))


def pushes_file(options):
    """300,000 records of an API (bench/pushes.py)."""
    return made_once(DATA / "pushes.ndjson", pushes.write)


def carts_file(options):
    """The records of the bench table `carts` as NDJSON."""
    table = DATA / "sizes" / "carts.sluice.snappy.parquet"
    if not table.exists():
        table.parent.mkdir(exist_ok=True)
        timed([options.build / "size_bench", "--table", "carts", "--dir", table.parent])

    def make(out):
        with open(out, "wb") as text:
            subprocess.run([options.build / "sluice", "show", table, "--format", "ndjson"], stdout=text, check=True)

    return made_once(DATA / "carts.ndjson", make)
