#!/usr/bin/python3
"""What inspect and schema show of files."""

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
        self.assertRegex(out, r"^a\.parquet  [\d.]+ KiB  1000 rows  10 row groups  4 columns  zstd  by sluice \d")
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

    def test_colours_only_when_asked(self):
        self.assertIn("\x1b[1m", self.text("inspect", "a.parquet", "--color", "always")[0])
        self.assertIn("\x1b[1m", self.text("inspect", "a.parquet", environment={"CLICOLOR_FORCE": "1"})[0])
        both = {"CLICOLOR_FORCE": "1", "NO_COLOR": "1"}
        self.assertNotIn("\x1b", self.text("inspect", "a.parquet", environment=both)[0])

    def test_plain_ascii_where_the_locale_is(self):
        out, _ = self.run_program("inspect", "a.parquet", environment={"LC_ALL": "C"})
        self.assertTrue(out.isascii())

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
        self.refused("inspect", ".", says=["directory"])


if __name__ == "__main__":
    program.main()
