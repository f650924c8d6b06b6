#!/usr/bin/python3
"""Datasets read, Parquet rewritten, and files compared: write, schema and diff on files that the program has made."""

import json

import program

ROWS = [{"id": i, "name": f"name {i % 7}", "amount": i * 0.5, "tags": ["a", None] if i % 3 else [],
         "user": {"age": i % 90} if i % 5 else None} for i in range(1000)]


class Datasets(program.ProgramTest):
    def write(self, name, rows, *options):
        self.put("rows.ndjson", "".join(json.dumps(row) + "\n" for row in rows))
        (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
        self.run_program("write", "rows.ndjson", "-o", name, "-q", *options)

    def rows(self, *arguments):
        return [json.loads(line) for line in self.text("show", *arguments)[0].splitlines()]

    def difference(self, a, b, *options, code=1):
        return self.json("diff", a, b, "--json", *options, code=code)


class Rewriting(Datasets):
    def test_other_options_give_the_same_rows(self):
        self.write("a.parquet", ROWS)
        for i, options in enumerate([["--compression", "gzip"], ["--row-group-rows", "100", "--threads", "1"],
                                     ["--profile", "compat", "--column", "name: dictionary=off, bloom"]]):
            self.run_program("write", "a.parquet", "-o", f"b{i}.parquet", *options)
            self.assertEqual(self.rows(f"b{i}.parquet"), ROWS)
            self.difference("a.parquet", f"b{i}.parquet", code=0)

    def test_columns_and_rows(self):
        self.write("a.parquet", ROWS)
        self.run_program("write", "a.parquet", "-o", "b.parquet", "--columns", "user, id", "--where", "id >= 990")
        self.assertEqual(self.rows("b.parquet"), [{"user": row["user"], "id": row["id"]} for row in ROWS[990:]])
        self.refused("write", "a.parquet", "-o", "c.parquet", "--columns", "nope", code=2, says=["nope"])

    def test_shards_come_back_in_their_order(self):
        self.write("many", ROWS, "--shard-rows", "70")
        self.assertGreater(len(list((self.folder / "many").iterdir())), 10)
        self.run_program("write", "many", "-o", "one.parquet")
        self.assertEqual(self.rows("one.parquet"), ROWS)
        self.difference("many", "one.parquet", code=0)

    def test_partitions_become_columns(self):
        self.write("d/year=2025/x.parquet", ROWS[:10])
        self.write("d/year=2026/x.parquet", ROWS[10:20])
        result = self.json("write", "d", "-o", "one.parquet", "--where", "year = 2026 and id < 13", "--json")
        self.assertEqual(result["rows"], 3)
        self.assertEqual(self.rows("one.parquet"), [{**row, "year": 2026} for row in ROWS[10:13]])
        self.assertIn("year int64", self.text("schema", "d")[0])

    def test_what_is_no_source(self):
        self.write("a.parquet", ROWS)
        data = (self.folder / "a.parquet").read_bytes()
        self.refused("write", "-", "--from", "parquet", "-o", "b.parquet", code=2, says=["standard input"], stdin=data)
        self.refused("write", "-", "-o", "b.parquet", says=["standard input", "Name a file"], stdin=data)
        (self.folder / "empty").mkdir()
        self.refused("write", "empty", "-o", "b.parquet", says=["no file below empty ends in .parquet"])
        self.put("bad.parquet", data[:-1])
        self.refused("write", "bad.parquet", "-o", "b.parquet", says=["bad.parquet"])


class Diff(Datasets):
    def test_the_same_rows(self):
        self.write("a.parquet", ROWS)
        out, err = self.text("diff", "a.parquet", "a.parquet")
        self.assertEqual(out, "")
        self.assertEqual(err, "the same 1000 rows of 5 columns\n")
        self.assertEqual(self.text("diff", "a.parquet", "a.parquet", "-q"), ("", ""))

    def test_one_value_is_found(self):
        self.write("a.parquet", ROWS)
        changed = [dict(row) for row in ROWS]
        changed[517]["user"] = {"age": 200}
        self.write("b.parquet", changed)
        out, _ = self.text("diff", "a.parquet", "b.parquet", code=1)
        self.assertEqual(out, "values  user: 1 row differs\n          row 517: {age: 67} | {age: 200}\n")
        found = self.difference("a.parquet", "b.parquet")
        self.assertEqual((found["equal"], found["rows_a"], found["rows_b"]), (False, 1000, 1000))
        self.assertEqual(found["columns"], [{"name": "user", "a": "user struct<age int64>",
                                             "b": "user struct<age int64>", "rows": 1,
                                             "samples": [{"row": 517, "a": "{age: 67}", "b": "{age: 200}"}]}])

    def test_columns_and_rows(self):
        self.write("a.parquet", [{"a": 1, "b": 2, "c": 3}])
        self.write("b.parquet", [{"b": 2.5, "a": 1, "d": None, "e": 1}, {"a": 1}], "--schema",
                   "b float64, a int16, e int64", "--extra", "ignore")
        out, _ = self.text("diff", "a.parquet", "b.parquet", code=1)
        self.assertEqual(out.splitlines(), [
            "column  a int64 | a int16", "column  b int64 | b float64", "column  only in a.parquet: c int64",
            "column  only in b.parquet: e int64", "order   columns that both have stand in another order",
            "rows    1 in a.parquet | 2 in b.parquet"])

    def test_what_cannot_be_compared(self):
        self.write("a.parquet", ROWS)
        self.refused("diff", "a.parquet", code=2, says=["compares two"])
        self.refused("diff", "a.parquet", "-", code=2, says=["standard input"])
        self.refused("diff", "a.parquet", "missing.parquet", says=["missing.parquet"])
        self.assertIn("Compares two Parquet files", self.text("diff", "--help")[0])


if __name__ == "__main__":
    program.main()
