#!/usr/bin/python3
"""Times Sluice and its rivals on the same data in the same run, one after the other in rounds (A B C A B C ...), and
prints tables. Builds nothing: ./dev bench does. Python 3.11, standard library only.

  bench/run.py [write|read|ndjson|csv|nested|shards|partitions|memory|peaks|soak|wide|sizes|choices|all ...]
               [--rows N] [--repeat N] [--long] [--save] [--build DIR] [--tables NAME ...] [--keep]

write    batches in memory -> Parquet, snappy, 1 and 2 threads
read     Parquet -> batches: all columns, some, 1 % of the rows, nested, many files, opening a wide one
ndjson   an NDJSON file -> Parquet, snappy, 1 and 2 threads
csv      a CSV file to Parquet, snappy, 1 and 2 threads
nested   nested NDJSON -> Parquet, snappy, 1 and 2 threads; and flattened into tables that join back
shards   what cutting by size costs: one file, files of 64 and of 16 MiB, in the same run
partitions  what partitions cost: 7, 84 and 2,526 of them (with --long 10,000, too), and one file, in the same run
memory   NDJSON through a pipe (500 MB; 10 GB with --long): peak resident memory against the promise
peaks    many shapes of writes: peak resident memory against budget and promise (100 GB and more with --long)
soak     one process that writes, overwrites, appends and reads again and again: 10 s, half an hour with --long
wide     10,000 and 100,000 columns of 10 rows; 10,000 and 100,000 row groups: time and memory
merge    what merging files costs beside cp, in the same run
sizes    how small each bench table becomes with each codec; by column in build/bench-data/sizes-columns.md
choices  how far the measured choice of encodings is from the best fixed ones; build/bench-data/choices-columns.md

Every process is bound to as many cores as it may use threads. Each file that Sluice wrote is read by DuckDB, and its
rows, values and order are compared with DuckDB's own reading of the NDJSON: a quick wrong result ends the run."""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import choices as choice_bench
import merges as merge_bench
import report
import sizes as size_bench
from data import (DATA, RIVALS, carts_file, check, csv_file, digest, expected_digest, fail, feed_file, ndjson_file,
                  parquet_file, pushes_file, timed)

ROOT = report.ROOT
MEMORY_BYTES_MAX = 256 * 2**20  # the promise: budget of 192 MiB + 64 MiB
# Arrow C++ is not here to be run: its time is DuckDB's of the same run, times what was measured once side by side.
ARROW_TO_DUCKDB = {1: 0.83, 2: 0.97}
# Likewise for reading, to Polars.
ARROW_TO_POLARS = {1: 1.38, 2: 1.95}
# Writes, or reads, of one process: the first one warms its allocator up.
WRITES_PER_PROCESS = 2


@dataclass
class Entrant:
    name: str
    command: list  # "{threads}" is replaced
    runs: list = field(default_factory=list)  # of the current thread count
    is_ours: bool = False
    has_other_types: bool = False

    def best(self, key="seconds"):
        return min(run[key] for run in self.runs)

    def median(self):
        return statistics.median(run["seconds"] for run in self.runs)


def on_cores(threads):
    cores = sorted(os.sched_getaffinity(0))[:threads]
    return ["taskset", "--cpu-list", ",".join(map(str, cores))]


def check_rival(entrant, path, expected):
    """The table tells of one that gives columns other types than the source has: dates as texts."""
    found = digest(path)
    if found["rows"] != expected["rows"]:
        fail(f"{path} of {entrant.name} has {found['rows']} rows, and its source {expected['rows']}")
    entrant.has_other_types = found != expected


def warm(path):
    """Reads a source once, so that the first one to run does not pay for the disk."""
    with open(path, "rb") as source:
        while source.read(1 << 24):
            pass


# ---- benches --------------------------------------------------------------------------------------------------------


def run_entrant(entrant, threads, out, expected):
    """One process; its own lines of JSON say what it measured, else the whole process counts."""
    out.unlink(missing_ok=True)
    output, usage = timed([*on_cores(threads), *(str(word).format(threads=threads) for word in entrant.command)])
    lines = [json.loads(line) for line in output.splitlines() if line.startswith('{"seconds"')]
    for run in lines or [usage]:
        entrant.runs.append({**run, "resident_bytes_max": usage["resident_bytes_max"], "bytes": out.stat().st_size})
    if entrant.is_ours:
        check(out, expected)
    elif len(entrant.runs) == len(lines or [usage]):  # once
        check_rival(entrant, out, expected)
    out.unlink()


def compare(entrants, out, options, source=None):
    """Rows of the table, for each number of threads. What is written has to hold the rows of the bench table, or of the
    NDJSON file `source`."""
    rows = []
    expected = digest(source) if source else expected_digest(options)
    for threads in (1, 2)[:len(os.sched_getaffinity(0))]:
        for entrant in entrants:
            entrant.runs.clear()
        for turn in range(options.repeat):
            for entrant in entrants:
                run_entrant(entrant, threads, out, expected)
            times = ", ".join(f"{entrant.name} {entrant.runs[-1]['seconds']:.2f}" for entrant in entrants)
            print(f"  {threads} threads, round {turn + 1}: {times}", file=sys.stderr, flush=True)
        rows += [result_row(entrant, threads, entrants[0]) for entrant in entrants]
        duckdb = next(entrant for entrant in entrants if entrant.name == "DuckDB")
        if "write" in duckdb.command:
            seconds = duckdb.best() * ARROW_TO_DUCKDB[threads]
            rows.append([f"Arrow C++ ({ARROW_TO_DUCKDB[threads]} x DuckDB)", str(threads), f"{seconds:.2f}", "", "",
                         "", "", f"{entrants[0].best() / seconds:.2f}"])
    header = ["engine", "threads", "best s", "median s", "CPU s", "peak MiB", "file MB", "Sluice / it"]
    return report.table(header, rows)


def result_row(entrant, threads, ours):
    peak = max(run["resident_bytes_max"] for run in entrant.runs)
    name = entrant.name + (", other types" if entrant.has_other_types else "")
    return [name, str(threads), f"{entrant.best():.2f}", f"{entrant.median():.2f}",
            f"{entrant.best('cpu_seconds'):.2f}", f"{peak / 2**20:.0f}", f"{entrant.runs[-1]['bytes'] / 1e6:.1f}",
            "" if entrant.is_ours else f"{ours.best() / entrant.best():.2f}"]


def rival(name, script, task, source, out, repeat):
    return Entrant(name, ["node", RIVALS / script, task, source, out, "{threads}", repeat])


def write(options):
    """Batches in memory -> Parquet, snappy."""
    source, out = parquet_file(options), DATA / "write.parquet"
    ours = [options.build / "write_bench", "--rows", options.rows, "--codec", "snappy", "--threads", "{threads}",
            "--repeat", WRITES_PER_PROCESS, "--out", out, "--sync"]
    warm(source)
    return compare([
        Entrant("Sluice", [*ours, "off"], is_ours=True),
        Entrant("Sluice, sync on", [*ours, "on"], is_ours=True),
        rival("DuckDB", "duckdb.mjs", "write", source, out, WRITES_PER_PROCESS),
        rival("Polars", "polars.mjs", "write", source, out, WRITES_PER_PROCESS),
        rival("Polars, streaming sink", "polars.mjs", "sink", source, out, WRITES_PER_PROCESS),
    ], out, options)


@dataclass
class ReadTask:
    """What is read of which file, in the words of each engine."""
    name: str
    source: Path
    ours: list
    query: str = ""  # the first column of its row says how many rows were read, but for "open"
    polars: tuple = ("", "")  # columns, and the condition
    repeat: int = WRITES_PER_PROCESS  # more for what takes milliseconds: most of a first one are page faults


def aggregates():
    """Whoever computes these has decoded all 16 columns; most of the time goes into that."""
    names = {"sum": "l_orderkey l_partkey l_suppkey l_linenumber l_quantity l_extendedprice l_discount l_tax",
             "max": "l_returnflag l_linestatus l_shipdate l_commitdate l_receiptdate l_shipinstruct l_shipmode"}
    terms = [f"{function}({name})" for function, columns in names.items() for name in columns.split()]
    return ", ".join(["count(*)", *terms, "sum(strlen(l_comment))"])


def read_sources(options):
    """The same rows in one file and in a thousand, texts, a nested table, and a file of 10,000 columns; made once."""
    one, many = DATA / f"read-{options.rows}.parquet", DATA / f"read-{options.rows}-many"
    tables = [DATA / "sizes" / f"{table}.sluice.snappy.parquet" for table in ("documents", "carts")]
    wide_file = DATA / "read-wide.parquet"
    make = [options.build / "write_bench", "--rows", options.rows, "--codec", "snappy", "--repeat", 1, "--out"]
    if not one.exists():
        timed([*make, one])
    if not many.exists():
        timed([*make, many, "--shard-bytes", one.stat().st_size // 1000])
    for table in tables:
        if not table.exists():
            timed([options.build / "size_bench", "--table", table.name.split(".")[0], "--dir", table.parent])
    if not wide_file.exists():
        timed([options.build / "wide_bench", "--columns", 10_000, "--rows", 10, "--repeat", 1, "--out", wide_file])
    return one, many, *tables, wide_file


def read_tasks(options):
    one, many, texts, nested, wide_file = read_sources(options)
    every = f"SELECT {aggregates()} FROM file"
    low = options.rows // 100  # order keys ascend to about the number of rows
    return [
        ReadTask("16 columns", one, [], every),
        ReadTask("16 columns, plain form", one, ["--plain"]),
        ReadTask("3 of 16 columns", one, ["--columns", "l_orderkey, l_extendedprice, l_shipmode"],
                 "SELECT count(*), sum(l_orderkey), sum(l_extendedprice), max(l_shipmode) FROM file",
                 ("l_orderkey,l_extendedprice,l_shipmode", "")),
        ReadTask("1 % of the rows, sorted", one, ["--where", f"l_orderkey < {low}"],
                 f"{every} WHERE l_orderkey < {low}", ("", f"l_orderkey {low}")),
        ReadTask("1 % of the rows, anywhere", one, ["--where", "l_partkey < 2000"],
                 f"{every} WHERE l_partkey < 2000", ("", "l_partkey 2000")),
        ReadTask("a table of texts", texts, [], "SELECT count(*), max(hash(COLUMNS(*))) FROM file"),
        ReadTask("a nested table", nested, [], "SELECT count(*), max(hash(COLUMNS(*))) FROM file"),
        ReadTask("16 columns in 1,000 files", many, [], every),
        ReadTask("open 10,000 columns", wide_file, ["--open"], "DESCRIBE file", ("open", ""), repeat=10),
    ]


def read_entrants(task, options):
    pattern = task.source / "*.parquet" if task.source.is_dir() else task.source
    entrants = [Entrant("Sluice", [options.build / "read_bench", task.source, "--threads", "{threads}", "--repeat",
                                   task.repeat, *task.ours], is_ours=True)]
    if task.query:
        entrants.append(Entrant("DuckDB", ["node", RIVALS / "duckdb_read.mjs", pattern, task.query, "{threads}",
                                           task.repeat]))
        entrants.append(Entrant("Polars", ["node", RIVALS / "polars_read.mjs", pattern, *task.polars, "{threads}",
                                           task.repeat]))
    return entrants


def read_once(entrant, threads):
    """One process; returns how many rows it says it has read."""
    output, usage = timed([*on_cores(threads), *(str(word).format(threads=threads) for word in entrant.command)])
    lines = [json.loads(line) for line in output.splitlines() if line.startswith('{"seconds"')]
    entrant.runs += [{**run, "resident_bytes_max": usage["resident_bytes_max"]} for run in lines]
    return {int(run["rows"]) for run in lines if "rows" in run}


def read_row(task, entrant, threads, ours):
    peak = max(run["resident_bytes_max"] for run in entrant.runs)
    ratio = "" if entrant.is_ours else f"{ours.best() / entrant.best():.2f}"
    return [task.name, entrant.name, str(threads), f"{entrant.best():.4f}", f"{entrant.median():.4f}",
            f"{entrant.best('cpu_seconds'):.4f}", f"{peak / 2**20:.0f}", ratio]


def read(options):
    """Parquet, snappy -> batches in memory."""
    rows = []
    for task in read_tasks(options):
        for path in sorted(task.source.rglob("*.parquet")) if task.source.is_dir() else [task.source]:
            warm(path)
        for threads in (1, 2)[:len(os.sched_getaffinity(0))]:
            entrants = read_entrants(task, options)
            found = set()
            for _ in range(options.repeat):
                for entrant in entrants:
                    found |= read_once(entrant, threads)
            if len(found) > 1:
                fail(f"{task.name}: the engines have read different numbers of rows: {sorted(found)}")
            times = ", ".join(f"{entrant.name} {entrant.best():.4f}" for entrant in entrants)
            print(f"  {task.name}, {threads} threads: {times}", file=sys.stderr, flush=True)
            rows += [read_row(task, entrant, threads, entrants[0]) for entrant in entrants]
            polars = next((entrant for entrant in entrants if entrant.name == "Polars"), None)
            if polars and task.name == "16 columns":
                seconds = polars.best() * ARROW_TO_POLARS[threads]
                rows.append([task.name, f"Arrow C++ ({ARROW_TO_POLARS[threads]} x Polars)", str(threads),
                             f"{seconds:.4f}", "", "", "", f"{entrants[0].best() / seconds:.2f}"])
    header = ["what", "engine", "threads", "best s", "median s", "CPU s", "peak MiB", "Sluice / it"]
    return report.table(header, rows)


def text_to_parquet(task, source, options, rows_of=None):
    """A file of text by the whole program; `task` is what the rivals call it."""
    out = DATA / f"{task}.parquet"
    ours = [options.build / "sluice", "write", source, "-o", out, "--compression", "snappy", "--threads", "{threads}",
            "--sync"]
    warm(source)
    return compare([
        Entrant("Sluice", [*ours, "off"], is_ours=True),
        Entrant("Sluice, sync on", [*ours, "on"], is_ours=True),
        rival("DuckDB", "duckdb.mjs", task, source, out, 1),
        rival("Polars", "polars.mjs", task, source, out, 1),
    ], out, options, rows_of)


def ndjson(options):
    """An NDJSON file -> Parquet, snappy."""
    return text_to_parquet("ndjson", ndjson_file(options), options)


def csv(options):
    """A CSV file -> Parquet, snappy."""
    return text_to_parquet("csv", csv_file(options), options)


def memory_directory():
    in_memory = Path("/dev/shm")
    return tempfile.TemporaryDirectory(dir=in_memory if in_memory.is_dir() else DATA)


def cut(options, what, ways):
    """What it costs to cut: batches in memory -> one file, or datasets, by the options of write_bench in `ways`. Files
    stay in memory, where there is a file system for that: what a disk's cache does between two runs is more than what
    is asked here, and ext4 without a journal looks for minutes at each inode that an earlier run has freed. `to one
    file`: the middle of the ratios round by round, for the machine changes its pace in the course of a run."""
    rows = []
    with memory_directory() as directory:
        for threads in (1, 2)[:len(os.sched_getaffinity(0))]:
            rows += cut_with(options, threads, ways, Path(directory) / what)
    return report.table([what, "threads", "files", "best s", "to one file", "CPU s", "to one file"], rows)


def cut_with(options, threads, ways, out):
    seconds, cpu, files = {}, {}, {}
    for _ in range(options.repeat):
        for name, cuts in ways.items():
            target = out if cuts else out.with_suffix(".parquet")
            command = [options.build / "write_bench", "--rows", options.rows, "--codec", "snappy", "--threads",
                       threads, "--repeat", WRITES_PER_PROCESS, "--out", target, "--sync", "off"]
            output, _ = timed([*on_cores(threads), *command, *cuts])
            runs = [json.loads(line) for line in output.splitlines() if line.startswith('{"seconds"')]
            seconds.setdefault(name, []).append(min(run["seconds"] for run in runs))
            cpu.setdefault(name, []).append(min(run["cpu_seconds"] for run in runs))
            files[name] = runs[0]["files"]
            shutil.rmtree(out, ignore_errors=True)
            out.with_suffix(".parquet").unlink(missing_ok=True)
    whole = next(iter(ways))
    ratio = lambda taken, name: statistics.median(one / of for one, of in zip(taken[name], taken[whole]))
    return [[name, str(threads), f"{files[name]:,}", f"{min(seconds[name]):.2f}", f"{ratio(seconds, name):.3f}",
             f"{min(cpu[name]):.2f}", f"{ratio(cpu, name):.3f}"] for name in ways]


def nested(options):
    """Nested NDJSON -> Parquet with the same nesting, snappy; and `--flatten`: tables that join back, from a pipe."""
    tables = []
    for name, source_of in {"carts": carts_file, "feed": feed_file, "pushes": pushes_file}.items():
        if not options.tables or name in options.tables:
            source = source_of(options)
            tables.append(f"{name}, {source.stat().st_size / 1e6:.0f} MB of NDJSON:\n\n" +
                          text_to_parquet("ndjson", source, options, source))
            tables.append(f"{name}, flattened, from a pipe:\n\n" + flattened(name, source, options))
    return "\n\n".join(tables)


def flattened(name, source, options):
    """Tables that join back, from a pipe; DuckDB, which has no such thing, writes the same records nested, from the
    file, in the same rounds."""
    out, rows = DATA / "flattened", []
    command = [options.build / "sluice", "write", "-", "-o", out, "--flatten", "--name", name, "--compression",
               "snappy", "--sync", "off", "--quiet"]
    nested_out = DATA / "nested.parquet"
    for threads in (1, 2)[:len(os.sched_getaffinity(0))]:
        runs, duckdb = [], rival("DuckDB", "duckdb.mjs", "ndjson", source, nested_out, 1)
        for _ in range(options.repeat):
            shutil.rmtree(out, ignore_errors=True)
            with subprocess.Popen(["cat", source], stdout=subprocess.PIPE) as maker:
                runs.append(timed([*on_cores(threads), *command, "--threads", threads], stdin=maker.stdout)[1])
            output, _ = timed([*on_cores(threads), *(str(word).format(threads=threads) for word in duckdb.command)])
            duckdb.runs.append(json.loads(output.splitlines()[-1]))
        best, cpu = (min(run[key] for run in runs) for key in ("seconds", "cpu_seconds"))
        megabytes = source.stat().st_size / 1e6
        rows.append([str(threads), f"{best:.2f}", f"{megabytes / best:.0f}", f"{cpu:.2f}", f"{megabytes / cpu:.0f}",
                     f"{max(run['resident_bytes_max'] for run in runs) / 2**20:.0f}", f"{duckdb.best():.2f}",
                     f"{best / duckdb.best():.2f}"])
    shutil.rmtree(out, ignore_errors=True)
    nested_out.unlink()
    return report.table(["threads", "best s", "MB/s", "CPU s", "MB/s of CPU", "peak MiB", "DuckDB, nested, s",
                         "Sluice / it"], rows)


def shards(options):
    """What it costs to cut by size: one file, or files of 64 and of 16 MiB; snappy, sync off."""
    return cut(options, "shards",
               {"one file": [], **{f"{size} MiB": ["--shard-bytes", size << 20] for size in (64, 16)}})


def partitions(options):
    """What partitions cost: one file, or a file for each value of the keys; snappy, sync off."""
    keys = ["l_shipmode", "yearmonth(l_shipdate)", "l_shipdate"] + (["l_suppkey"] if options.long else [])
    return cut(options, "partitions", {"one file": [], **{key: ["--partition-by", key] for key in keys}})


def memory(options):
    """NDJSON through a pipe: peak resident memory by the kernel's account."""
    rows = []
    for source_bytes in [500_000_000, 10_000_000_000][:2 if options.long else 1]:
        rows.append(pipe(source_bytes, options))
    return report.table(["source MB", "rows", "peak MiB", "promise MiB", "seconds", "MB/s", "file MB"], rows)


def pipe(source_bytes, options):
    out = DATA / "memory.parquet"
    out.unlink(missing_ok=True)
    maker = subprocess.Popen([options.build / "make_ndjson", "--bytes", str(source_bytes)], stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE, text=True)
    _, usage = timed([options.build / "sluice", "write", "-", "-o", out], stdin=maker.stdout)
    maker.stdout.close()
    made = json.loads(maker.communicate()[1])
    found = digest(out)["rows"]
    if found != made["rows"]:
        fail(f"{out} has {found} rows of {made['rows']}")
    peak = usage["resident_bytes_max"]
    if peak > MEMORY_BYTES_MAX:
        fail(f"{made['bytes']} bytes through a pipe peaked at {peak} bytes; {MEMORY_BYTES_MAX} are promised")
    file_bytes = out.stat().st_size
    out.unlink()
    return [f"{made['bytes'] / 1e6:,.0f}", f"{made['rows']:,}", f"{peak / 2**20:.0f}",
            f"{MEMORY_BYTES_MAX / 2**20:.0f}", f"{usage['seconds']:.1f}",
            f"{made['bytes'] / usage['seconds'] / 1e6:.0f}", f"{file_bytes / 1e6:.1f}"]


def wide(options):
    """Very many columns or row groups, codec none, sync off, one thread."""
    out, rows = DATA / "wide.parquet", []
    for columns, count, group_rows, repeat in [(1_000, 10, 2**20, 50), (10_000, 10, 2**20, 20), (100_000, 10, 2**20, 3),
                                               (3, 10_000, 1, 3), (3, 100_000, 1, 1)]:
        done, _ = timed([options.build / "wide_bench", "--columns", str(columns), "--rows", str(count), "--group-rows",
                         str(group_rows), "--repeat", str(repeat), "--out", out])
        result = json.loads(done)
        rows.append([f"{columns:,}", f"{-(-count // group_rows):,}", f"{count:,}", f"{result['best_ms']:,.1f}",
                     f"{result['median_ms']:,.1f}", f"{result['peak_kib'] / 1024:.1f}",
                     f"{out.stat().st_size / 1e6:.1f}"])
    out.unlink()
    return report.table(["columns", "row groups", "rows", "best ms", "median ms", "peak MiB", "file MB"], rows)


def peaks(options):
    """Peak resident memory of writes, by the kernel's account, against a budget and 64 MiB; and the most that
    memory_used() has said. --long writes 100 GB of rows, and more of the others."""
    stream_rows, more = (752_000_000, 10) if options.long else (20_000_000, 1)
    cases = [("16 columns, a stream", ["stream", "--rows", stream_rows]),
             ("400 skewed columns", ["skewed", "--columns", 400, "--rows", 60_000 * more]),
             ("10,000 columns", ["columns", "--columns", 10_000, "--rows", 2_000]),
             ("10,000 columns", ["columns", "--columns", 10_000, "--rows", 20_000]),
             ("1,000 columns", ["columns", "--columns", 1_000, "--rows", 200_000]),
             ("10,000 columns of texts", ["texts", "--columns", 10_000, "--rows", 2_000 * more]),
             ("100,000 row groups", ["row-groups", "--count", 100_000, "--rows", 100_000])]
    cases += [(f"{count:,} partition{'s' * (count > 1)}", ["partitions", "--count", count, "--rows", 2_000_000 * more])
              for count in (1, 100, 1_000, 10_000)]
    cases += [(f"{count} files at once", ["writers", "--count", count, "--rows", 300_000 * more])
              for count in (2, 8, 32)]
    rows, out = [], DATA / "peaks"
    for name, arguments in cases:
        for budget in (64, 192):
            done, _ = timed([options.build / "peak_bench", "--what", *map(str, arguments), "--budget-mib", str(budget),
                             "--out", out])
            result = json.loads(done)
            rows.append([name, f"{result['rows']:,}", f"{budget}", f"{result['used_mib']:.0f}",
                         f"{result['peak_kib'] / 1024:.0f}", f"{budget + 64}", f"{result['seconds']:.1f}"])
            print("  " + ", ".join(rows[-1]), file=sys.stderr, flush=True)
    return report.table(["what", "rows", "budget MiB", "used MiB", "peak MiB", "promise MiB", "seconds"], rows)


def soak(options):
    """The same work again and again in one process: memory and handles stay as they are, else the run ends here.
    --long takes half an hour."""
    done, _ = timed([options.build / "soak_bench", "--seconds", 1_800 if options.long else 10, "--out", DATA / "soak"])
    result = json.loads(done)
    row = [f"{result['rounds']:,}", f"{result['seconds']:,.0f}", f"{result['middle_kib'] / 1024:.0f}",
           f"{result['last_kib'] / 1024:.0f}", f"{result['handles_min']} to {result['handles_max']}"]
    return report.table(["rounds", "seconds", "MiB, second third", "MiB, last third", "handles"], [row])


def merge(options):
    """What merging files costs beside copying them; in memory where there is a file system for that, as `cut` is."""
    with memory_directory() as directory:
        return merge_bench.run_merges(options, Path(directory), timed, parquet_file(options))


def sizes(options):
    """How small each bench table becomes with each codec."""
    return size_bench.run_sizes(options, DATA, timed)


def choices(options):
    """How far the measured choice of encodings is from the best fixed ones."""
    return choice_bench.run_choices(options, DATA, timed)


BENCHES = {"write": write, "read": read, "ndjson": ndjson, "csv": csv, "nested": nested, "shards": shards,
           "partitions": partitions, "memory": memory, "peaks": peaks, "soak": soak, "wide": wide, "merge": merge,
           "sizes": sizes, "choices": choices}
IN_ROUNDS = ("write", "read", "ndjson", "csv", "nested", "shards", "partitions", "merge")


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"{', '.join(BENCHES)}, all (all)")
    parser.add_argument("--rows", type=int, default=6_000_000, help="rows of the table (6000000)")
    parser.add_argument("--repeat", type=int, default=5, help="rounds (5)")
    parser.add_argument("--long", action="store_true", help="memory: also 10 GB; partitions: also 10,000")
    parser.add_argument("--save", action="store_true", help="rewrite the tables in bench/README.md")
    parser.add_argument("--tables", nargs="*", metavar="NAME", help="nested, sizes, choices: these tables alone")
    parser.add_argument("--keep", action="store_true", help="sizes: leave the files in build/bench-data/sizes")
    parser.add_argument("--build", type=Path, default=ROOT / "build" / "bench", help="where the programs are")
    options = parser.parse_args()
    options.build = options.build.resolve()
    unknown = set(options.names) - {*BENCHES, "all"}
    if unknown:
        parser.error(f"no bench {', '.join(sorted(unknown))}; there are: {', '.join(BENCHES)}, all")
    if not options.names or "all" in options.names:
        options.names = list(BENCHES)
    return options


def main():
    options = parse()
    DATA.mkdir(parents=True, exist_ok=True)
    for name in options.names:
        bench = BENCHES[name]
        load = os.getloadavg()[0]
        print(f"{name}: {bench.__doc__}", file=sys.stderr, flush=True)
        result = bench(options)
        words = " --long" if options.long and name == "memory" else ""
        size = f" --rows {options.rows} --repeat {options.repeat}" if name in IN_ROUNDS else ""
        text = (f"{report.machine()}; load {load:.1f} before the run; {report.commit()}; "
                f"`bench/run.py {name}{size}{words}`\n\n{result}")
        print(f"\n{bench.__doc__} {text}\n", flush=True)
        if options.save:
            report.save(name, text)


if __name__ == "__main__":
    main()
