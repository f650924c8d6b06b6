#!/usr/bin/python3
"""How the program is called: help, verbs, options, and what happens when they are wrong (exit code 2)."""

import re

import program

VERBS = ("write", "merge", "inspect", "schema", "show", "count", "verify", "diff", "recover", "clean")


class Help(program.ProgramTest):
    def test_bare_call_fits_a_small_terminal(self):
        out, err = self.text()
        self.assertEqual(err, "")
        lines = out.splitlines()
        self.assertLessEqual(len(lines), 24)
        self.assertLessEqual(max(map(len, lines)), 80)
        for verb in VERBS:
            self.assertRegex(out, rf"\b{verb}\b")
        for asked in (["--help"], ["-h"], ["help"]):
            self.assertEqual(self.text(*asked)[0], out)

    def test_version(self):
        self.assertRegex(self.text("--version")[0], r"^sluice \d+\.\d+\.\d+\n$")

    def test_help_of_each_verb(self):
        for verb in VERBS:
            out, err = self.text(verb, "--help")
            self.assertEqual(err, "")
            self.assertEqual(out, self.text("help", verb)[0])
            self.assertEqual(out, self.text(verb, "-h")[0])
            self.assertLess(out.index("\nExamples\n"), out.index("\nUsage: sluice " + verb))
            examples = re.findall(r"(?m)^  \S.*", out[: out.index("\nUsage")])
            self.assertIn(len(examples), (3, 4, 5))
            for example in examples:
                self.assertIn("sluice " + verb, example)
            words = [line for line in out.splitlines() if not line.startswith("  sluice")]
            self.assertLessEqual(max(map(len, words)), 80)

    def test_every_option_stands_in_one_group(self):
        out = self.text("write", "--help")[0]
        options = re.findall(r"(?m)^ +(?:-\w, )?(--[\w-]+)", out[out.index("Usage"):])
        self.assertEqual(len(options), len(set(options)))
        for option in ("--output", "--from", "--schema", "--extra", "--compression", "--row-group-rows", "--sync",
                       "--row-group-bytes", "--page-bytes", "--meta", "--memory", "--threads", "--progress", "--color",
                       "--json", "--quiet", "--verbose"):
            self.assertIn(option, options)

    def test_plain_ascii_where_the_locale_is(self):
        for arguments in ([], ["write", "--help"], ["inspect", "--help"]):
            self.assertTrue(self.text(*arguments, environment={"LC_ALL": "C"})[0].isascii())


class WrongCalls(program.ProgramTest):
    def test_wrong_verb(self):
        err = self.refused("wirte", code=2)
        self.assertIn('no verb "wirte"; did you mean "write"?', err)
        self.refused("help", "inspct", code=2, says=['did you mean "inspect"?'])
        self.refused("qqqqq", code=2, says=['no verb "qqqqq"'])
        self.refused("--verison", code=2, says=['no option "--verison"; did you mean "--version"?'])

    def test_wrong_option(self):
        err = self.refused("write", "-", "--compresion=zstd", "-o", "a.parquet", code=2)
        self.assertIn('no option "--compresion"; did you mean "--compression"?', err)
        self.assertIn("hint: sluice write --help", err)
        self.refused("inspect", "--pagse", "a.parquet", code=2, says=['no option "--pagse"; did you mean "--pages"?'])

    def test_wrong_values(self):
        for option, value, says in [
            ("--compression", "zsdt", 'did you mean "zstd"?'),
            ("--compression", "zstd:23", "1 to 22"),
            ("--compression", "zstd:", "1 to 22"),
            ("--compression", "snappy:3", "no levels"),
            ("--row-group-rows", "0", "at least 1"),
            ("--row-group-rows", "1e6", "whole number"),
            ("--row-group-rows", "99999999999999999999", "whole number"),
            ("--row-group-bytes", "128M", "128MB = 128000000 bytes, 128MiB = 134217728 bytes"),
            ("--page-bytes", "big", "is not a size"),
            ("--page-bytes", "0", "page_bytes"),
            ("--memory", "", "needs a value"),
            ("--memory", "1MiB", "16 MiB"),
            ("--threads", "1025", "0 to 1024"),
            ("--sync", "maybe", "--sync takes on, off or row-group"),
            ("--extra", "ignored", 'did you mean "ignore"?'),
            ("--progress", "alway", 'did you mean "always"?'),
            ("--color", "red", "auto, always or never"),
            ("--meta", "novalue", "KEY=VALUE"),
            ("--meta", "sluice.x=1", "reserved"),
            ("--delimiter", ";;", "one ASCII character"),
            ("--quote", "ab", "one ASCII character"),
            ("--where", "a >", "--where"),
            ("--where", "b > 1", 'no column "b"'),
            ("--columns", "a,,b", "--columns"),
            ("--bad-max", "101%", "0% to 100%"),
            ("--bad-max", "-1", "whole number"),
            ("--on-bad-record", "skipp", 'did you mean "skip"?'),
            ("--evolve", "wide", 'did you mean "widen"?'),
            ("--shard-rows", "5", "is one file"),
            ("--publish", "each", "is one file"),
            ("--rejects", "r.ndjson", "--on-bad-record quarantine"),
            ("--from", "cvs", 'did you mean "csv"?'),
            ("--schema", "id int46", "int64"),
            ("--schema", "id decimal(77,2)", "decimal"),
            ("--schema", "id", "expected"),
        ]:
            with self.subTest(option=option, value=value):
                self.refused("write", "-", "-o", "a.parquet", f"{option}={value}", code=2, says=[says],
                             stdin='{"id":1}\n')

    def test_missing_parts(self):
        self.refused("write", code=2, says=["needs a SOURCE"])
        self.refused("write", "a.ndjson", code=2, says=["needs a destination"])
        self.refused("write", "a.ndjson", "-o", code=2, says=["--output needs a value: --output DEST"])
        self.refused("write", "-", "-", "-o", "c.parquet", code=2, says=["only once"])
        self.refused("write", "a", "-o", "b.parquet", "-o", "c.parquet", code=2, says=["2 times"])
        self.refused("inspect", code=2, says=["needs a PATH"])
        self.refused("schema", code=2, says=["needs a SOURCE"])

    def test_destinations_that_are_not_built(self):
        for destination, says in [("out.csv", "out.parquet"), ("out.pq", "ends in .pq"), ("out.json", "writes Parquet"),
                                  ("s3://b/o.parquet.d", "S3")]:
            self.refused("write", "-", "-o", destination, code=2, says=[says], stdin='{"a":1}\n')

    def test_errors_as_json(self):
        for arguments in (["write", "--json"], ["wirte", "--json"], ["inspect", "--json", "--nix"]):
            error = self.json(*arguments, code=2)
            self.assertEqual(error["format"], "sluice.error/1")
            self.assertEqual(error["code"], "invalid")
            self.assertTrue(error["message"])
        error = self.json("write", "-", "-o", "-", "--json", code=2)
        self.assertIn("both want standard output", error["message"])


if __name__ == "__main__":
    program.main()
