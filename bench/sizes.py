"""The bench of sizes: every bench table with each codec, as Sluice, DuckDB and Polars write it (bench/run.py sizes)."""

import json
import os
import shutil
import statistics
from pathlib import Path

import report

RIVALS = Path(__file__).resolve().parent / "rivals"
CODECS = ["none", "snappy", "lz4", "zstd"]
DEFAULTS = ["duckdb-v1", "duckdb-v2", "polars", "polars-sink"]
# Sluice's size of row groups -> rivals that have the same.
EQUAL_GROUPS = {"sluice-122880": ["duckdb-v1", "duckdb-v2"], "sluice": ["duckdb-v1-1048576", "duckdb-v2-1048576"]}
COLUMN_LOSS_SHOWN = 1.01
COLUMN_BYTES_SHOWN = 20_000


class Table:
    """Sizes of one table: bytes[engine][codec], and columns[engine][codec] as rivals/columns.mjs tells them."""

    def __init__(self, name, bytes_in_memory, rows):
        self.name, self.bytes_in_memory, self.rows = name, bytes_in_memory, rows
        self.bytes = {}
        self.columns = {}

    def smallest(self, codec, engines):
        """(name, bytes) of the smallest file among `engines`, which need not have every codec."""
        found = [(name, self.bytes[name][codec]) for name in engines if codec in self.bytes.get(name, {})]
        return min(found, key=lambda pair: pair[1])

    def ratio(self, codec, ours="sluice", engines=tuple(DEFAULTS)):
        return self.bytes[ours][codec] / self.smallest(codec, engines)[1]


def measure(name, folder, options, run):
    """Writes all files of a table, and holds their rows against each other. `run` is run.timed."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    made = [json.loads(line) for line in
            run([options.build / "size_bench", "--table", name, "--dir", folder])[0].splitlines()]
    table = Table(name, made[0]["bytes_in_memory"], made[0]["rows"])
    source = folder / f"{name}.sluice.none.parquet"
    for engine in ("duckdb", "polars"):
        run(["node", RIVALS / "sizes.mjs", engine, source, folder, name])
    found = run(["node", RIVALS / "columns.mjs", *sorted(folder.glob("*.parquet"))])[0]
    contents = [json.loads(line) for line in found.splitlines()]
    for file in contents:
        _, engine, codec, _ = os.path.basename(file["path"]).split(".")
        table.bytes.setdefault(engine, {})[codec] = os.path.getsize(file["path"])
        table.columns.setdefault(engine, {})[codec] = file["columns"]
        if (file["rows"], file["sum"]) != (contents[0]["rows"], contents[0]["sum"]) or file["rows"] != table.rows:
            raise SystemExit(f"bench: {file['path']} and {contents[0]['path']} hold other rows")
    if not options.keep:
        shutil.rmtree(folder)
    return table


def row(table):
    cells = [table.name, f"{table.bytes_in_memory / 1e6:.0f}"]
    for codec in CODECS:
        rival, _ = table.smallest(codec, DEFAULTS)
        cells += [f"{table.bytes['sluice'][codec] / 1e6:.2f}", f"{table.ratio(codec):.3f}", rival]
    return cells


def equal_row(table):
    ratios = [f"{table.ratio(codec, ours, rivals):.3f}" for ours, rivals in EQUAL_GROUPS.items() for codec in CODECS]
    return [table.name, *ratios]


def mean_and_worst(tables, ratio):
    """Two cells for each codec."""
    values = [[ratio(table, codec) for table in tables] for codec in CODECS]
    return [statistics.mean(of_codec) for of_codec in values], [max(of_codec) for of_codec in values]


def summary(tables):
    header = ["table", "Arrow MB"]
    for codec in CODECS:
        header += [f"{codec} MB", "ratio", "to"]
    means, worst = mean_and_worst(tables, lambda table, codec: table.ratio(codec))
    spread = lambda values: [cell for value in values for cell in ("", f"{value:.3f}", "")]
    rows = [*map(row, tables), ["mean", "", *spread(means)], ["worst", "", *spread(worst)]]
    return report.table(header, rows)


def equal_groups(tables):
    header = ["table"]
    for ours, rows in (("sluice-122880", "122,880"), ("sluice", "1,048,576")):
        header += [f"{codec}, {rows}" for codec in CODECS]
    means, worst = ["mean"], ["worst"]
    for ours, rivals in EQUAL_GROUPS.items():
        mean, largest = mean_and_worst(tables, lambda table, codec: table.ratio(codec, ours, rivals))
        means += [f"{value:.3f}" for value in mean]
        worst += [f"{value:.3f}" for value in largest]
    return report.table(header, [*map(equal_row, tables), means, worst])


def lost_columns(table):
    """Columns that a rival wrote smaller, the worst first: where to look."""
    losses = []
    for codec in CODECS:
        for index, ours in enumerate(table.columns["sluice"][codec]):
            rivals = {name: columns[codec][index] for name, columns in table.columns.items()
                      if not name.startswith("sluice") and codec in columns}
            best = min(rivals, key=lambda name: rivals[name]["bytes"])
            theirs = rivals[best]
            lost = ours["bytes"] - theirs["bytes"]
            if ours["bytes"] > COLUMN_LOSS_SHOWN * theirs["bytes"] and lost > COLUMN_BYTES_SHOWN:
                losses.append((lost, [f"{table.name}.{ours['name']}", codec, str(ours["bytes"]), str(theirs["bytes"]),
                                      f"{ours['bytes'] / theirs['bytes']:.3f}", best, ours["encodings"],
                                      theirs["encodings"]]))
    return [cells for _, cells in sorted(losses, reverse=True)]


def run_sizes(options, data, run):
    """The tables for the README; what was lost by column goes to `data`/sizes-columns.md."""
    listed = [json.loads(line) for line in run([options.build / "size_bench", "--list"])[0].splitlines()]
    names = [entry["table"] for entry in listed if not options.tables or entry["table"] in options.tables]
    tables = []
    for name in names:
        tables.append(measure(name, data / "sizes" / name, options, run))
        print("  " + " ".join(row(tables[-1])), flush=True)
    header = ["column", "codec", "ours", "best", "ratio", "rival", "our encodings", "theirs"]
    lost = [cells for table in tables for cells in lost_columns(table)]
    (data / "sizes-columns.md").write_text(report.table(header, lost) + "\n")
    (data / "sizes.json").write_text(json.dumps([vars(table) for table in tables]))
    words = "\n".join(f"* {entry['table']}: {entry['words']}" for entry in listed if entry["table"] in names)
    return (f"{summary(tables)}\n\nWith row groups of equal size, against DuckDB:\n\n{equal_groups(tables)}\n\n{words}")
