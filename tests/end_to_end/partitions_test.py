#!/usr/bin/python3
"""Datasets with partitions, through the program: names, rows that come back, and calls that are wrong."""

import json
import resource

import program

HOSTILE = ["", ".", "..", "null", "NULL", "a/b", "../up", "a b", "100%", "%41", "k=v", "*?[", "\t\n\"'",
           "\u00e9\U0001f30a", "-", "_", "~", "con", "C:\\x", "#", "a" * 240]


class Partitions(program.ProgramTest):
    def write(self, rows, *options, name="out", code=0):
        self.put("rows.ndjson", "".join(json.dumps(row) + "\n" for row in rows))
        return self.text("write", "rows.ndjson", "-o", name, *options, code=code)

    def rows(self, *arguments):
        return [json.loads(line) for line in self.text("show", *arguments)[0].splitlines()]

    def files(self, name="out"):
        root = self.folder / name
        return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())

    def test_columns_and_parts(self):
        rows = [{"id": i, "country": [None, "de", "fr"][i % 3], "at": f"2026-0{1 + i % 2}-0{1 + i % 9}T01:00:00.000"}
                for i in range(100)]
        _, words = self.write(rows, "--partition-by", "country, month(at)")
        self.assertIn("6 files", words)
        names = [f"country={country}/month=0{month}/out-0.parquet"
                 for country in ("__HIVE_DEFAULT_PARTITION__", "de", "fr") for month in (1, 2)]
        self.assertEqual(self.files(), sorted(names))
        schema = self.text("schema", "out")[0]
        self.assertIn("country string", schema)
        self.assertIn("month int32", schema)
        back = sorted(self.rows("out"), key=lambda row: row["id"])
        self.assertEqual(back, [{**row, "month": 1 + row["id"] % 2} for row in rows])
        self.assertEqual(self.text("count", "out", "--where", "country is null and month = 2")[0].strip(), "17")
        self.run_program("verify", "out")

    def test_hostile_values_come_back(self):
        rows = [{"id": i, "k": value} for i, value in enumerate(HOSTILE)]
        self.write(rows, "--partition-by", "k", "--schema", "id int64, k string")
        self.assertEqual(len(self.files()), len(HOSTILE))
        self.assertEqual(sorted(self.rows("out"), key=lambda row: row["id"]), rows)
        self.assertEqual(self.names(), ["out", "rows.ndjson"])

    def test_columns_stay_on_request(self):
        rows = [{"a": i % 2, "b": i} for i in range(4)]
        self.write(rows, "--partition-by", "a", "--keep-partition-columns")
        self.assertEqual(self.rows("out/a=1/out-0.parquet"), [rows[1], rows[3]])

    def test_shards_and_threads_and_budgets(self):
        rows = [{"a": i * i % 5, "b": i, "c": "x" * (i % 20)} for i in range(2000)]
        options = ("--partition-by", "a", "--shard-rows", "100")
        self.write(rows, *options, "--threads", "1", name="one")
        self.write(rows, *options, "--threads", "3", "--memory", "16MiB", name="two")
        self.assertEqual([f.replace("one-", "") for f in self.files("one")],
                         [f.replace("two-", "") for f in self.files("two")])
        for a, b in zip(self.files("one"), self.files("two")):
            self.assertEqual((self.folder / "one" / a).read_bytes(), (self.folder / "two" / b).read_bytes(), a)

    def test_many_partitions_with_few_handles(self):
        before = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (64, before[1]))
        try:
            self.write([{"k": i % 1000, "v": i} for i in range(20000)], "--partition-by", "k", "--sync", "off")
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, before)
        self.assertEqual(len(self.files()), 1000)
        self.assertEqual(self.text("count", "out")[0].strip(), "20000")

    def test_no_record_no_partition(self):
        _, words = self.write([], "--partition-by", "a", "--schema", "a int64, b int64")
        self.assertIn("wrote     nothing", words)
        self.assertEqual(self.names(), ["rows.ndjson"])

    def test_wrong_calls(self):
        self.put("rows.ndjson", '{"a": 1, "b": 2}\n')
        for options, words in [(["--partition-by", "a,"], "--partition-by"),
                               (["--partition-by", "week(a)"], "no part of a date"),
                               (["--keep-partition-columns"], "--partition-by"),
                               (["--partition-by", "a", "--publish", "each"], "--publish each"),
                               (["--partition-by", "a", "--shard-seconds", "1"], "--shard-seconds")]:
            self.refused("write", "rows.ndjson", "-o", "out", *options, code=2, says=[words])
        self.refused("write", "rows.ndjson", "-o", "out.parquet", "--partition-by", "a", code=2, says=["is one file"])
        self.refused("write", "rows.ndjson", "-o", "out", "--partition-by", "A", code=2, says=["Is a meant?"])
        self.refused("write", "rows.ndjson", "-o", "out", "--partition-by", "year(a)", code=2, says=["type int64"])
        self.refused("write", "rows.ndjson", "-o", "out", "--partition-by", "a, b", code=2, says=["no column for"])

    def test_values_that_make_no_name(self):
        self.put("rows.ndjson", json.dumps({"k": "ok", "v": 1}) + "\n" + json.dumps({"k": "x" * 300, "v": 2}) + "\n")
        self.refused("write", "rows.ndjson", "-o", "out", "--partition-by", "k", says=["row 1", "302 bytes"])
        self.put("rows.ndjson", json.dumps({"k": "__HIVE_DEFAULT_PARTITION__", "v": 1}) + "\n")
        self.refused("write", "rows.ndjson", "-o", "out", "--partition-by", "k", says=["means null"])


if __name__ == "__main__":
    program.main()
