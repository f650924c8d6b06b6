#!/usr/bin/python3
"""What inspect and schema show of files."""

import json

import program

RECORDS = "".join(f'{{"id":{n},"user":{{"name":"n{n % 10}","tags":["x",null]}},"at":"2026-01-01T00:00:{n % 60:02}Z"}}\n'
                  for n in range(1000))


class Inspect(program.ProgramTest):
    def setUp(self):
        super().setUp()
        self.run_program("write", "-", "-o", "a.parquet", "--row-group-rows", 100, "-q", stdin=RECORDS)

    def test_a_line_for_each_column(self):
        out, err = self.text("inspect", "a.parquet")
        self.assertEqual(err, "")
        self.assertRegex(out, r"^a\.parquet  [\d.]+ KiB  1000 rows  10 row groups  4 columns  none, zstd  by sluice \d")
        self.assertRegex(out, r"(?m)^id +int64 .* 0  0 \u2026 999 ")
        self.assertRegex(out, r"(?m)^user\.name +string +\w+ +0  n0 \u2026 n9 ")
        self.assertRegex(out, r"(?m)^user\.tags\[\] +string .* 1000  x \u2026 x ")
        self.assertRegex(out, r"(?m)^at +timestamp\(ms, UTC\) .*2026-01-01T00:00:00.*Z \u2026 2026-01-01T00:00:59")
        self.assertIn("no bloom filter", out)
        self.assertNotIn("\x1b", out)

    def test_json_has_every_chunk(self):
        found = self.json("inspect", "a.parquet", "--json")
        self.assertEqual(found["format"], "sluice.inspect/1")
        self.assertEqual(found["rows"], 1000)
        self.assertEqual(found["bytes"], (self.folder / "a.parquet").stat().st_size)
        tags = found["columns"][2]
        self.assertEqual(tags["name"], "user.tags[]")
        self.assertEqual(tags["path"], ["user", "tags", "list", "element"])
        self.assertEqual((tags["values"], tags["nulls"]), (2000, 1000))
        self.assertEqual([len(group["chunks"]) for group in found["row_groups"]], [4] * 10)
        chunk = found["row_groups"][9]["chunks"][0]
        self.assertEqual((chunk["column"], chunk["min"], chunk["max"], chunk["min_exact"]), ("id", "900", "999", True))
        self.assertEqual(chunk["index"], ["column", "offset"])
        self.assertEqual(sum(group["rows"] for group in found["row_groups"]), 1000)
        self.assertEqual(sum(chunk["bytes"] for group in found["row_groups"] for chunk in group["chunks"]),
                         sum(column["bytes"] for column in found["columns"]))

    def test_several_files_and_directories(self):
        (self.folder / "d" / "deep").mkdir(parents=True)
        self.run_program("write", "-", "-o", "d/deep/b.parquet", "-q", stdin=RECORDS)
        self.run_program("write", "-", "-o", "d/c.parquet", "-q", stdin='{"only":1}\n')
        (self.folder / "d" / ".hidden.parquet").write_text("not looked at")
        out, err = self.text("inspect", "a.parquet", "d")
        self.assertEqual(err, "")
        heads = [line.split("  ")[0] for line in out.split("\n") if " row group" in line]
        self.assertEqual(heads, ["a.parquet", "d/c.parquet", "d/deep/b.parquet"])
        self.assertIn("\n\nd/c.parquet  ", out)
        lines = self.text("inspect", "d", "--json")[0].splitlines()
        self.assertEqual([json.loads(line)["path"] for line in lines], ["d/c.parquet", "d/deep/b.parquet"])
        (self.folder / "empty").mkdir()
        _, err = self.run_program("inspect", "empty", code=1)
        self.assertIn("empty has no file whose name ends in .parquet", err)
        self.assertIn("needs a PATH", self.run_program("inspect", code=2)[1])

    def test_colours_only_when_asked(self):
        self.assertIn("\x1b[1m", self.text("inspect", "a.parquet", "--color", "always")[0])
        self.assertIn("\x1b[1m", self.text("inspect", "a.parquet", environment={"CLICOLOR_FORCE": "1"})[0])
        both = {"CLICOLOR_FORCE": "1", "NO_COLOR": "1"}
        self.assertNotIn("\x1b", self.text("inspect", "a.parquet", environment=both)[0])

    def test_plain_ascii_where_the_locale_is(self):
        out, _ = self.run_program("inspect", "a.parquet", environment={"LC_ALL": "C"})
        self.assertTrue(out.isascii())

    def test_pages_as_tables(self):
        self.run_program("write", "-", "-o", "b.parquet", "-q", stdin=RECORDS)
        out, err = self.text("inspect", "b.parquet", "--pages", "--column", "user")
        self.assertEqual(err, "")
        self.assertRegex(out, r"^b\.parquet  [\d.]+ KiB  1000 rows  1 row group  4 columns  ")
        self.assertRegex(out, r"(?m)^row group 0 \S user\.name string \S zstd \S 1 data page \S ")
        titles = r"(?m)^page  kind +rows +values  nulls  encoding +levels +offset +bytes +raw  bounds +crc$"
        self.assertRegex(out, titles)
        self.assertRegex(out, r"(?m)^ +dictionary +10 +plain +[\d,]+ +\d+ +\d+ +ok$")
        self.assertRegex(out, r"(?m)^   0  data v1 +0 \u2026 999 +1000 +0  dictionary  rle .* n0 \u2026 n9 +ok$")
        self.assertRegex(out, r"(?m)^   0  data v1 +0 \u2026 999 +2000 +1000 ")
        self.assertNotIn("row group 0 \u00b7 id", out)
        self.assertRegex(out, r"(?m)^\d pages \S checksum right on every page$")
        self.refused("inspect", "b.parquet", "--pages", "--column", "usr", code=2,
                     says=['no column "usr" in b.parquet'])

    def test_pages_as_json(self):
        found = self.json("inspect", "a.parquet", "--json", "--pages", "--column", "id", "--column", "at")
        self.assertEqual([column["name"] for column in found["columns"]], ["id", "at"])
        for group in found["row_groups"]:
            self.assertEqual([chunk["column"] for chunk in group["chunks"]], ["id", "at"])
            self.assertEqual(group["sorted_by"], [])
            for chunk in group["chunks"]:
                data = [page for page in chunk["page_list"] if page["kind"] == "data"]
                self.assertEqual(len(data), chunk["pages"])
                self.assertEqual(sum(page["bytes"] for page in chunk["page_list"]), chunk["bytes"])
                self.assertEqual(sum(page["values"] for page in data), chunk["values"])
                self.assertEqual([page["first_row"] for page in data][0], 0)
                self.assertEqual({page["checksum"] for page in chunk["page_list"]}, {"right"})
        self.assertNotIn("page_list", self.json("inspect", "a.parquet", "--json")["row_groups"][0]["chunks"][0])

    def test_damaged_pages(self):
        chunk = self.json("inspect", "a.parquet", "--json")["row_groups"][3]["chunks"][0]
        whole = bytearray((self.folder / "a.parquet").read_bytes())
        whole[chunk["offset"] + chunk["bytes"] - 1] ^= 1
        self.put("flipped.parquet", bytes(whole))
        out, _ = self.text("inspect", "flipped.parquet", "--pages")
        self.assertRegex(out, r"(?m)^   0  data v1 .* wrong$")
        self.assertIn("checksum wrong on 1 of them", out)
        whole[chunk["offset"]] = 0xff
        self.put("broken.parquet", bytes(whole))
        found = self.json("inspect", "broken.parquet", "--pages", "--json", code=1)
        self.assertEqual((found["format"], found["code"], found["field"]), ("sluice.error/1", "corrupt", "id"))
        out, err = self.text("inspect", "broken.parquet", "--pages", code=1)
        self.assertIn("row group 2 ", out, "what stands before the damage is told")
        self.assertIn(f"broken.parquet: row group 3, column id, page at byte {chunk['offset']}: ", err)

    def test_sorted_rows_are_declared_and_checked(self):
        self.run_program("write", "-", "-o", "c.parquet", "--sorted-by", "id, user.name desc nulls first", "-q",
                         stdin=RECORDS)
        group = self.json("inspect", "c.parquet", "--json")["row_groups"][0]
        self.assertEqual(group["sorted_by"], [{"column": "id", "descending": False, "nulls_first": False},
                                              {"column": "user.name", "descending": True, "nulls_first": True}])
        self.assertIn("sorted by id, user.name desc nulls first", self.text("inspect", "c.parquet")[0])
        self.refused("write", "-", "-o", "d.parquet", "--sorted-by", "user.name", stdin=RECORDS,
                     says=['column user.name: row 10 ("n0") belongs before row 9 ("n9")', "--sorted-by",
                           "d.parquet was not touched"])
        self.refused("write", "-", "-o", "d.parquet", "--sorted-by", "idd", code=2, stdin=RECORDS,
                     says=['Did you mean "id"?'])
        self.refused("write", "-", "-o", "d.parquet", "--sorted-by", "id up", code=2, stdin=RECORDS,
                     says=["--sorted-by: sort order, line 1, column 4: expected"])

    def test_decimals_are_compared_as_numbers(self):
        self.run_program("write", "-", "-o", "e.parquet", "--schema", "d decimal(9, 1)", "--row-group-rows", 1, "-q",
                         stdin='{"d":9.5}\n{"d":10.5}\n{"d":-9.5}\n{"d":-10.5}\n')
        column = self.json("inspect", "e.parquet", "--json")["columns"][0]
        self.assertEqual((column["min"], column["max"]), ("-10.5", "10.5"))

    def test_schema_as_json(self):
        found = self.json("schema", "a.parquet", "--json")
        self.assertEqual(found["format"], "sluice.schema/1")
        self.assertIs(found["inferred"], False)
        self.assertEqual(found["fields"][0], {"name": "id", "type": "int64", "nullable": True, "id": None})
        inferred = self.json("schema", "-", "--json", stdin=RECORDS)
        self.assertIs(inferred["inferred"], True)
        self.assertEqual(inferred["schema"], found["schema"])

    def test_damaged_files_are_an_error_that_names_them(self):
        whole = (self.folder / "a.parquet").read_bytes()
        for name, data in [("cut.parquet", whole[:-1]), ("empty.parquet", b""), ("short.parquet", b"PAR1PAR1"),
                           ("text.parquet", b"hello, world, this is text")]:
            self.put(name, data)
            for verb in ("inspect", "schema"):
                self.refused(verb, name, says=[name])
        self.assertEqual(self.json("inspect", "cut.parquet", "--json", code=1)["code"], "corrupt")
        self.refused("inspect", "missing.parquet", says=["missing.parquet"])


if __name__ == "__main__":
    program.main()
