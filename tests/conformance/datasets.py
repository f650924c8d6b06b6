#!/usr/bin/python3
"""Datasets that the program writes, through the independent readers: each file must hold the next rows of the source,
so that all files together give the source in order, and every file must have the one schema of the run. Among them are
files that were amended when a field came late: at the root, in an optional struct, in a list of structs, two lists
deep; and when columns got wider types; and files that were written anew for rows that came to them later. What is in
the files is worked out here, as in real_data.py.

  datasets.py PROGRAM        PROGRAM is sluice, best the sanitized one

Exit code 0 = all equal, 1 = a difference or a failure, 77 = node or a reader is not there."""

import csv
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from real_data import HERE, SKIPPED, Failure, SchemaText, csv_value, sluice, struct_values

SEED = 20240229
LATE_SCHEMA = ("id int64, u struct<a int64>, l list<struct<x int64>>, ll list<list<struct<x int64>>>, "
               "s struct<l list<struct<m struct<x string>>>>")


def maybe(draw, make, nulls=0.2):
    return None if draw.random() < nulls else make()


def several(draw, make):
    return maybe(draw, lambda: [maybe(draw, make) for _ in range(draw.choice((0, 1, 1, 2, 5)))])


def plain_record(draw, i):
    return {"id": i, "word": draw.choice(("red", "green", "", None, "\u00fc\u2603")), "x": draw.random(),
            "text": maybe(draw, lambda: f"{draw.getrandbits(64):x} \n\"{i}\""),
            "tags": several(draw, lambda: f"t{draw.randrange(9)}"), "ok": draw.random() < 0.5}


def late_record(draw, i, rows):
    """Fields come one after the other; by a third of the rows none has."""
    age = i * 12 // rows
    x = lambda: draw.randrange(1000)
    point = lambda *late: {"x": x(), **{name: f"{x()}" for turn, name in late if age >= turn and draw.random() < 0.8}}
    record = {"id": i,
              "u": maybe(draw, lambda: {"a": x(), **({"b": several(draw, x)} if age >= 4 else {})}),
              "l": several(draw, lambda: point((5, "y"))),
              "ll": several(draw, lambda: several(draw, lambda: point((6, "y"), (8, "z")))),
              "s": maybe(draw, lambda: {"l": several(draw, lambda: {"m": maybe(draw, lambda: {
                  "x": f"{x()}", **({"deep": {"er": x()}} if age >= 7 else {})})})})}
    if age >= 9:
        record["new"] = "2024-02-29" if i % 3 else None
    return {name: value for name, value in record.items() if value is not None or draw.random() < 0.5}


EVOLVING_SCHEMA = ("n int64, d date, u struct<a int64, b string>, l list<int64>, s struct<x list<struct<y int64>>>, "
                   "id int64")


def evolving_record(draw, i, is_late):
    """The first half fits the schema; then each column has values that it cannot hold. Fields that are null are left
    out, as they are in the text of what was a struct."""
    real = draw.random() if is_late else draw.randrange(-9, 9)
    record = {"n": maybe(draw, lambda: real), "d": f"2024-02-{1 + i % 28:02}" if not is_late else "soon",
              "u": maybe(draw, lambda: "text" if is_late else {"a": i, **({"b": "x"} if i % 3 else {})}),
              "l": several(draw, lambda: f"{i}" if is_late else i),
              "s": maybe(draw, lambda: {"x": several(draw, lambda: {"y": real})}), "id": i}
    return {name: value for name, value in record.items() if value is not None}


OLD_SCHEMA = "id int32, n int64, u struct<a int32>, l list<int32>, gone string"
NEW_SCHEMA = "l list<float64>, id int64, n float64, u struct<b string, a int64>, late bool"


def grown_record(draw, i, is_new):
    """Before and after: fields come and go, and numbers become larger, or reals."""
    x = (lambda: draw.random()) if is_new else (lambda: draw.randrange(-9, 9))
    record = {"id": i, "n": maybe(draw, x), "l": several(draw, x),
              "u": maybe(draw, lambda: {"a": i, **({"b": f"{i}"} if is_new and i % 3 else {})})}
    return {**record, **({"late": i % 2 == 0} if is_new else {"gone": f"g{i}"})}


class Datasets:
    """Writes datasets, and puts each of their files down for read_files.mjs."""

    def __init__(self, program, directory):
        self.program = program
        self.directory = directory
        self.count = 0
        self.whole = []  # for read_dataset.mjs

    def write(self, what, source, expected_of, *options, files_min=3):
        """`expected_of(schema)` gives the rows as canonical.mjs has them."""
        out = self.directory / f"dataset_{len(self.whole)}"
        result = json.loads(sluice(self.program, "write", source, "-o", out, "--json", "--quiet", "--sync", "off",
                                   *options))
        files = result["files"]
        if len(files) < files_min:
            raise Failure(f"{what}: {len(files)} files")
        found = sorted(path.name for path in out.iterdir())
        if found != sorted(Path(file["path"]).name for file in files):
            raise Failure(f"{what}: the folder has {found}")
        schema = SchemaText(result["schema"]).fields()
        rows = expected_of(schema)
        if result["rows"] != len(rows) or sum(file["rows"] for file in files) != len(rows):
            raise Failure(f"{what}: {result['rows']} rows, not {len(rows)}")
        begin = 0
        for file in files:
            os.symlink(file["path"], self.put_down(schema, rows[begin:begin + file["rows"]]))
            begin += file["rows"]
        if len(files) > 1:
            self.merge(what, out, schema, rows)
        self.whole.append({"paths": [file["path"] for file in files], "rows": len(rows),
                           "columns": [field["name"] for field in schema]})
        print(f"{what}: {len(files)} files, {len(rows)} rows, {' '.join(result['schema'].split())}", flush=True)

    def put_down(self, schema, rows):
        """What read_files.mjs is to find in a file; returns where that is to stand."""
        base = self.directory / f"{self.count:04}"
        self.count += 1
        Path(f"{base}.schema.json").write_text(json.dumps(schema))
        with open(f"{base}.expected.ndjson", "w", encoding="utf-8") as expected:
            for row in rows:
                print(json.dumps(row), file=expected)
        return Path(f"{base}.parquet")

    def merge(self, what, dataset, schema, rows):
        """All its files in one: row groups copied as they are, and all rows written anew."""
        for options in (("--copy-rows", "0"), ("--copy-rows", str(10**9), "--copy-bytes", "1TiB")):
            done = json.loads(sluice(self.program, "merge", dataset, "-o", self.put_down(schema, rows), "--json",
                                     "--quiet", "--sync", "off", *options))
            copies = options[1] == "0"
            if done["rows"] != len(rows) or (done["row_groups_copied"] > 0) != copies:
                raise Failure(f"{what}, merged: {done}")

    def write_records(self, what, records, *options, is_array=False, **named):
        lines = [json.dumps(record) for record in records]
        source = self.directory / ("source.json" if is_array else "source.ndjson")
        text = "[" + ",\n ".join(lines) + "]" if is_array else "".join(f"{line}\n" for line in lines)
        source.write_text(text, encoding="utf-8")
        self.write(what, source, lambda schema: [struct_values(schema, line) for line in lines], *options, **named)

    def write_evolving(self, what, halves, *options, **named):
        """The first half is written when the second one comes."""
        lines = [[json.dumps(record, separators=(",", ":")) for record in half] for half in halves]
        for number, half in enumerate(lines):
            (self.directory / f"half-{number}.ndjson").write_text("".join(f"{line}\n" for line in half))
        self.write(what, self.directory / "half-*.ndjson",
                   lambda schema: [struct_values(schema, line) for half in lines for line in half],
                   "--schema", EVOLVING_SCHEMA, "--evolve", "widen", *options, **named)

    def append_to_grown(self, what, old, new, *options):
        """The files of the old rows are written anew when the new ones come to them."""
        out = self.directory / f"dataset_{len(self.whole)}"
        lines = [[json.dumps(record, separators=(",", ":")) for record in half] for half in (old, new)]
        source = self.directory / "source.ndjson"
        for half, schema, mode in zip(lines, (OLD_SCHEMA, NEW_SCHEMA), ((), ("--mode", "append", "--rewrite-old"))):
            source.write_text("".join(f"{line}\n" for line in half))
            result = json.loads(sluice(self.program, "write", source, "-o", out, "--schema", schema, "--shard-rows",
                                       "90", "--json", "--quiet", "--sync", "off", *mode, *options))
        rewritten = sorted(path for path in out.iterdir() if path.stem[-18:-16] == "-r")
        if (result["rewritten"]["files"], result["rewritten"]["rows"]) != (len(rewritten), len(old)):
            raise Failure(f"{what}: {result['rewritten']} and {rewritten}")
        schema = SchemaText(sluice(self.program, "schema", out)).fields()
        paths = [*map(str, rewritten), *(file["path"] for file in result["files"])]
        rows = [struct_values(schema, line) for half in lines for line in half]
        begin = 0
        for half in lines:
            for first in range(0, len(half), 90):
                count = min(90, len(half) - first)
                os.symlink(paths[begin], self.put_down(schema, rows[:count]))
                del rows[:count]
                begin += 1
        self.whole.append({"paths": paths, "rows": len(old) + len(new), "columns": [field["name"] for field in schema]})
        print(f"{what}: {len(paths)} files, {len(old) + len(new)} rows", flush=True)

    def write_csv(self, what, records, *options):
        names = [name for name in records[0] if name != "tags"]
        source = self.directory / "source.csv"
        with open(source, "w", encoding="utf-8", newline="") as out:
            writer = csv.writer(out)
            writer.writerow(names)
            for record in records:
                writer.writerow([str(record[name]).lower() if name == "ok" else record[name] for name in names])
        texts = list(csv.reader(source.read_text(encoding="utf-8").splitlines(keepends=True)))[1:]
        self.write(what, source, lambda schema: [
            [None if text == "" else csv_value(field, text) for field, text in zip(schema, row, strict=True)]
            for row in texts], *options)


def write_all(datasets):
    draw = random.Random(SEED)
    plain = [plain_record(draw, i) for i in range(6000)]
    datasets.write_records("by rows", plain, "--shard-rows", "1100")
    datasets.write_records("by bytes", plain, "--shard-bytes", "40KiB", "--page-version", "2")
    datasets.write_records("by raw bytes, in one array", plain, "--shard-raw-bytes", "100KiB", "--compression", "lz4",
                           is_array=True)
    datasets.write_csv("CSV by rows", plain, "--shard-rows", "1000", "--compression", "gzip")
    late = [late_record(draw, i, 600) for i in range(600)]
    declared = ("--schema", LATE_SCHEMA, "--evolve", "add")
    variants = (("snappy", "1", "modern"), ("none", "2", "compat"), ("zstd", "2", "modern"))
    for codec, version, profile in variants:
        datasets.write_records(f"late fields, {codec}, pages of version {version}, {profile}", late, *declared,
                               "--shard-rows", "90", "--row-group-rows", "40", "--page-bytes", "500",
                               "--compression", codec, "--page-version", version, "--profile", profile)
    halves = [[evolving_record(draw, i, i >= 200) for i in rows] for rows in (range(200), range(200, 400))]
    for codec, version, profile in variants:
        datasets.write_evolving(f"wider types, {codec}, pages of version {version}, {profile}", halves,
                                "--shard-rows", "90", "--row-group-rows", "40", "--page-bytes", "500",
                                "--compression", codec, "--page-version", version, "--profile", profile)
    old, new = ([grown_record(draw, i, i >= 200) for i in rows] for rows in (range(200), range(200, 400)))
    datasets.append_to_grown("appended to files that were written anew", old, new, "--row-group-rows", "40")
    datasets.write_evolving("wider types in one file", halves, "--row-group-rows", "50", files_min=1)
    datasets.write_records("late fields in one file", late, *declared, "--row-group-rows", "50", files_min=1)


def main():
    program = os.path.abspath(sys.argv[1])
    node = shutil.which("node")
    if not node:
        print("skipped: node is not installed")
        return SKIPPED
    directory = Path(tempfile.mkdtemp(prefix="sluice_datasets_"))
    datasets = Datasets(program, directory)
    print(f"seed {SEED}")
    try:
        write_all(datasets)
    except Failure as failure:
        print(f"{failure}\nall files are kept in {directory}")
        return 1
    (directory / "datasets.json").write_text(json.dumps(datasets.whole))
    codes = [subprocess.run([node, HERE / script, directory], check=False).returncode
             for script in ("read_files.mjs", "read_dataset.mjs")]
    if 1 in codes or 2 in codes:
        print(f"all files are kept in {directory}")
        return 1
    shutil.rmtree(directory)
    return max(codes)


if __name__ == "__main__":
    sys.exit(main())
