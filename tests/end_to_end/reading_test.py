#!/usr/bin/python3
"""Rows back out of Parquet: show, count and verify against the program itself, on files that it has written."""

import fcntl
import json
import os
import pty
import re
import struct
import subprocess
import termios

import program

ROWS = [{"id": i, "name": f"name {i % 7}", "amount": i * 0.5, "tags": ["a", None] if i % 3 else [],
         "user": {"age": i % 90, "at": f"2024-02-{i % 28 + 1:02}T12:30:00.500Z"} if i % 5 else None}
        for i in range(1000)]


class Reading(program.ProgramTest):
    def write(self, name, rows, *options):
        self.put("rows.ndjson", "".join(json.dumps(row) + "\n" for row in rows))
        self.run_program("write", "rows.ndjson", "-o", name, "-q", *options)

    def rows(self, *arguments):
        return [json.loads(line) for line in self.text("show", *arguments)[0].splitlines()]

    def on_terminal(self, *arguments, columns=80):
        """What the program prints on a terminal so wide."""
        leader, follower = pty.openpty()
        fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        with subprocess.Popen([program.PROGRAM, *arguments], stdout=follower, stderr=follower, cwd=self.folder,
                              env={**program.ENVIRONMENT, "NO_COLOR": "1"}) as child:
            os.close(follower)
            text = b""
            while True:
                try:
                    piece = os.read(leader, 65536)
                except OSError:
                    break
                if not piece:
                    break
                text += piece
            os.close(leader)
            self.assertEqual(child.wait(), 0, text.decode())
        return text.decode().replace("\r\n", "\n")


class Show(Reading):
    def test_rows_come_back_as_they_went_in(self):
        self.write("a.parquet", ROWS)
        self.assertEqual(self.rows("a.parquet"), ROWS)
        self.assertEqual(self.rows("a.parquet", "--threads", "1"), ROWS)
        self.assertEqual(self.rows("a.parquet", "--limit", "3"), ROWS[:3])
        self.assertEqual(self.rows("a.parquet", "--limit", "0"), [])
        self.assertEqual(self.rows("a.parquet", "--json", "--limit", "1"), ROWS[:1])

    def test_columns_and_rows_that_are_asked_for(self):
        self.write("a.parquet", ROWS, "--row-group-rows", "100")
        expected = [{"user": row["user"] and {"age": row["user"]["age"]}, "id": row["id"]} for row in ROWS[10:13]]
        self.assertEqual(self.rows("a.parquet", "--columns", "user.age, id", "--where", "id between 10 and 12"),
                         expected)
        self.assertEqual(self.rows("a.parquet", "--where", "name = 'name 3'", "--columns", "id"),
                         [{"id": i} for i in range(3, 1000, 7)])
        self.assertEqual(self.rows("a.parquet", "--where", "user is null", "--columns", "id", "--prune", "off"),
                         [{"id": i} for i in range(0, 1000, 5)])

    def test_all_of_it_written_again_is_the_same_file(self):
        self.write("a.parquet", ROWS)
        schema = self.put("schema", self.text("schema", "a.parquet")[0])
        text, _ = self.text("show", "a.parquet")
        self.put("again.ndjson", text)
        self.run_program("write", "again.ndjson", "-o", "b.parquet", "-q", "--schema", f"@{schema}")
        self.assertEqual(self.text("show", "b.parquet")[0], text)

    def test_exact_values(self):
        self.put("values.ndjson", '{"a": 9223372036854775807, "b": 12.50, "c": "x", "d": "2024-02-29", "e": {"k": 1}}\n'
                 '{"a": -9223372036854775808, "b": -0.01, "c": "", "d": null, "e": {}}\n')
        self.run_program("write", "values.ndjson", "-o", "a.parquet", "-q", "--schema",
                         "a int64, b decimal(30, 2), c string, d date, e map<string, int64>")
        self.assertEqual(self.text("show", "a.parquet")[0],
                         '{"a":9223372036854775807,"b":12.50,"c":"x","d":"2024-02-29","e":{"k":1}}\n'
                         '{"a":-9223372036854775808,"b":-0.01,"c":"","d":null,"e":{}}\n')
        self.assertEqual(self.text("show", "a.parquet", "--format", "csv")[0],
                         'a,b,c,d,e\n9223372036854775807,12.50,x,2024-02-29,"{""k"":1}"\n'
                         '-9223372036854775808,-0.01,"",,"{}"\n')

    def test_csv_comes_back(self):
        self.write("a.parquet", [{"a": 'say "hi"', "b": 1}, {"a": "", "b": None}, {"a": None, "b": 3}, {"a": " x,y\n"}])
        self.put("b.csv", self.text("show", "a.parquet", "--format", "csv")[0])
        self.run_program("write", "b.csv", "-o", "b.parquet", "-q")
        self.assertEqual(self.text("show", "b.parquet")[0], self.text("show", "a.parquet")[0])

    def test_arrow(self):
        self.write("a.parquet", ROWS)
        stream, _ = self.run_program("show", "a.parquet", "--format", "arrow")
        self.put("a.arrows", stream)
        self.run_program("write", "a.arrows", "-o", "b.parquet", "-q")
        self.assertEqual(self.rows("b.parquet"), ROWS)

    def test_a_pipe_that_is_closed_early_is_no_failure(self):
        self.write("a.parquet", ROWS * 20)
        for form in ("ndjson", "csv", "table", "arrow"):
            with subprocess.Popen([program.PROGRAM, "show", "a.parquet", "--format", form], stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE, cwd=self.folder, env=program.ENVIRONMENT) as child:
                child.stdout.read(10)
                child.stdout.close()
                self.assertEqual((form, child.wait(), child.stderr.read()), (form, 0, b""))

    def test_stats(self):
        self.write("a.parquet", ROWS, "--row-group-rows", "100")
        out, err = self.text("show", "a.parquet", "--where", "id = 550", "--columns", "id", "--stats")
        self.assertEqual(out, '{"id":550}\n')
        self.assertIn("row groups  10 (9 ruled out by bounds)\n", err)
        self.assertIn("1 delivered", err)

    def test_table_into_a_pipe_hides_nothing(self):
        self.write("a.parquet", [{"id": 1, "text": "x" * 500}, {"id": 20000, "text": None}, {"id": 3, "text": "null"}])
        out, err = self.text("show", "a.parquet", "--format", "table")
        lines = out.splitlines()
        self.assertEqual(lines[0].split(), ["id", "text"])
        self.assertEqual(lines[1].split(), ["int64", "string"])
        self.assertEqual(lines[3], "    1  " + "x" * 500)
        self.assertEqual(lines[4], "20000  null")
        self.assertEqual(lines[5], '    3  "null"')
        self.assertEqual((len(lines), err), (6, ""))

    def test_table_fits_the_terminal(self):
        rows = [{**{f"column_{c}": 10 ** c + r for c in range(12)}, "note": "wide \u6771\u4eac " * 9, "\x1b[31m": r}
                for r in range(100)]
        self.write("a.parquet", rows)
        for columns in (40, 80, 100, 200):
            lines = self.on_terminal("show", "a.parquet", columns=columns).splitlines()
            table, words = lines[:43], lines[43:]
            widths = [sum(2 if ord(c) > 0x2e80 else 1 for c in line) for line in table]
            self.assertLessEqual(max(widths), columns)
            self.assertNotIn("\x1b", "".join(lines))
            self.assertTrue(words[0].startswith("40 of 100 rows"), words)
            self.assertRegex(table[3].split()[0], r"^1$")
            for number in re.findall(r"\d{3,}", "".join(table[3:])):
                self.assertRegex(number, r"^10*\d{1,2}$", "a number was cut")
        self.assertIn("columns left out", " ".join(words) if columns < 200 else " ".join(
            self.on_terminal("show", "a.parquet", columns=60).splitlines()[43:]))
        self.assertEqual(len(self.on_terminal("show", "a.parquet", "--limit", "all", "-q").splitlines()), 103)

    def test_wrong_calls(self):
        self.write("a.parquet", ROWS[:10])
        self.refused("show", "a.parquet", "--columns", "nmae", code=2, says=["nmae"])
        self.refused("show", "a.parquet", "--where", "id = 'x'", code=2, says=["id"])
        self.refused("show", "a.parquet", "--where", "id =", code=2)
        self.refused("show", "-", code=2, says=["standard input"])
        self.refused("show", code=2)
        self.refused("show", "none.parquet", code=1, says=["none.parquet"])
        self.put("text.parquet", "this is no Parquet file at all")
        self.refused("show", "text.parquet", code=1, says=["text.parquet"])


class Datasets(Reading):
    def setUp(self):
        super().setUp()
        for year in (2025, 2026):
            (self.folder / "events" / f"year={year}").mkdir(parents=True)
            self.write(f"events/year={year}/part-0.parquet", [{"id": year * 10 + i, "x": i} for i in range(3)])

    def test_directory_with_partitions(self):
        self.assertEqual(self.rows("events", "--columns", "id, year"),
                         [{"id": year * 10 + i, "year": year} for year in (2025, 2026) for i in range(3)])
        self.assertEqual(self.text("count", "events")[0], "6\n")
        found = self.json("count", "events", "--where", "year = 2026", "--stats", "--json")
        self.assertEqual((found["rows"], found["stats"]["files_pruned"]), (3, 1))
        self.assertEqual(self.text("schema", "events")[0], "id int64,\nx int64,\nyear int64\n")
        self.assertEqual(self.rows("events", "--hive", "off", "--limit", "1"), [{"id": 20250, "x": 0}])

    def test_patterns_and_files_of_different_columns(self):
        self.write("events/year=2026/part-1.parquet", [{"id": 1, "y": "new"}])
        self.assertEqual(self.rows("events/year=2026/*.parquet")[-1], {"id": 1, "x": None, "y": "new"})
        self.refused("show", "events", "--schemas", "strict", code=1, says=["part-1.parquet"])
        self.assertIn("3 files, 7 rows", self.text("verify", "events")[1])


class Count(Reading):
    def test_counts(self):
        self.write("a.parquet", ROWS, "--row-group-rows", "100")
        self.assertEqual(self.text("count", "a.parquet"), ("1000\n", ""))
        self.assertEqual(self.text("count", "a.parquet", "--where", "id >= 900 or name like '%3'")[0], "229\n")
        found = self.json("count", "a.parquet", "--where", "id < 250", "--stats", "--json")
        self.assertEqual((found["format"], found["rows"]), ("sluice.count/1", 250))
        self.assertEqual(found["stats"]["row_groups_pruned_by_bounds"], 7)
        self.assertEqual(found["stats"]["rows_tested"], 100)
        self.refused("count", "a.parquet", "--where", "nothing = 1", code=2, says=["nothing"])
        failed = self.json("count", "a.parquet", "--where", "nothing = 1", "--json", code=2)
        self.assertEqual(failed["format"], "sluice.error/1")


class Verify(Reading):
    def test_nothing_is_wrong(self):
        self.write("a.parquet", ROWS, "--row-group-rows", "100", "--column", "id: bloom")
        out, err = self.text("verify", "a.parquet", "a.parquet")
        self.assertEqual([line for line in out.splitlines() if not line.startswith("note ")], [])
        self.assertIn("2 files, 2000 rows", err)
        self.assertIn("nothing is wrong", err)

    def test_strict(self):
        self.write("small.parquet", ROWS, "--row-group-rows", "50")
        self.assertIn("row groups have fewer", self.text("verify", "small.parquet", code=0)[0])
        self.text("verify", "--strict", "small.parquet", code=1)
        self.write("wise.parquet", ROWS)
        self.text("verify", "--strict", "wise.parquet", code=0)

    def test_a_damaged_page_is_told_and_the_rest_is_read(self):
        self.write("a.parquet", ROWS, "--compression", "none")
        data = bytearray((self.folder / "a.parquet").read_bytes())
        page = self.json("inspect", "a.parquet", "--pages", "--json")["row_groups"][0]["chunks"][0]["page_list"][0]
        data[page["offset"] + page["bytes"] - 1] ^= 1
        self.put("b.parquet", bytes(data))
        out, err = self.text("verify", "b.parquet", code=1)
        self.assertTrue(out.startswith("damaged  b.parquet: row group 0, column id, page 0, byte "), out)
        self.assertEqual(out.count("\n"), 1)
        self.assertIn("1 error", err)
        found = self.json("verify", "b.parquet", "--json", code=1)
        self.assertEqual((found["format"], found["errors"]), ("sluice.verify/1", 1))
        self.assertEqual(found["files"][0]["findings"][0]["check"], "page_checksum")
        self.assertEqual(self.text("show", "b.parquet", "--columns", "id", code=1)[0], "")

    def test_each_part_of_the_file_is_looked_at(self):
        self.write("a.parquet", ROWS[:200], "--column", "name: bloom")
        data = (self.folder / "a.parquet").read_bytes()
        for at in [*range(0, len(data), 149), len(data) - 1]:
            damaged = bytearray(data)
            damaged[at] ^= 0x10
            self.put("b.parquet", bytes(damaged))
            out, _ = self.text("verify", "b.parquet", code=1)
            self.assertTrue(out.startswith(("damaged", "wrong")), f"byte {at}: {out}")


if __name__ == "__main__":
    program.main()
