#!/usr/bin/python3
"""How the program is called: help, verbs, options, and what happens when they are wrong (exit code 2)."""

import re
import subprocess

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
            ("--memory", "", "is not a size"),
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

    def test_switches_take_no_value(self):
        """`recover DEST --discard=false` discarded."""
        for verb, word in (("recover", "--discard=false"), ("clean", "--dry-run=0"), ("write", "--help=no"),
                           ("count", "--quiet=banana")):
            name, value = word.split("=")
            self.refused(verb, "x", word, code=2, says=[f'{name} takes no value, found "{value}"'])

    def test_missing_parts(self):
        self.refused("write", code=2, says=["needs a SOURCE"])
        self.refused("write", "a.ndjson", code=2, says=["needs a destination"])
        self.refused("write", "a.ndjson", "-o", code=2, says=["--output needs a value: --output DEST"])
        self.refused("write", "-", "-", "-o", "c.parquet", code=2, says=["only once"])
        self.refused("write", "a", "-o", "b.parquet", "-o", "c.parquet", code=2, says=["2 times"])
        self.refused("inspect", code=2, says=["needs a PATH"])
        self.refused("schema", code=2, says=["needs a SOURCE"])

    def test_an_empty_value(self):
        """`--null= a.csv` took the file for the value."""
        self.put("a.csv", "n,t\n1,\n2,x\n")
        self.text("write", "--null=", "a.csv", "-o", "a.parquet")
        self.assertEqual(self.text("count", "a.parquet", "--where=t is null")[0], "1\n")

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


class Operands(program.ProgramTest):
    """Every word that is no option is one path, whatever is in it. `count '[old]'` counted old, a list of one."""

    def setUp(self):
        super().setUp()
        for number, name in enumerate(("old", "[old]", "a,b", "[a,b]", "[]", "-x", "--json"), start=1):
            (self.folder / name).mkdir()
            self.text("write", "-", "-o", f"./{name}/f.parquet", stdin='{"a":1}\n' * number)

    def test_paths_in_brackets(self):
        for number, name in enumerate(("old", "[old]", "a,b", "[a,b]", "[]"), start=1):
            self.assertEqual(self.text("count", f"{name}/f.parquet")[0], f"{number}\n")
            self.assertEqual(self.text("count", name)[0], f"{number}\n")
        self.text("merge", "--in-place", "[old]")
        self.assertEqual(self.text("count", "old")[0], "1\n")

    def test_paths_behind_two_dashes(self):
        for number, name in ((6, "-x"), (7, "--json")):
            self.assertEqual(self.text("count", "--", name)[0], f"{number}\n")
        self.refused("count", "-x", code=2, says=['no option "-x"'])


class StandardStreams(program.ProgramTest):
    def run_shell(self, command):
        done = subprocess.run(["/bin/sh", "-c", command, "sh", program.PROGRAM], cwd=self.folder, timeout=120,
                              env=program.ENVIRONMENT, capture_output=True, check=False)
        return done.returncode, done.stderr.decode()

    def test_closed_ones(self):
        """The file got the number of standard error, and the progress line stood in it."""
        self.text("write", "-", "-o", "a.parquet", stdin='{"a":1}\n' * 1000)
        for number, closed in enumerate(("0<&- 1>&- 2>&-", "0<&- 2>&-", "1>&- 2>&-", "2>&-")):
            code, _ = self.run_shell(f'"$1" merge a.parquet -o {number}.parquet --progress always {closed}')
            self.assertEqual(code, 0)
            self.text("verify", f"{number}.parquet")
        code, err = self.run_shell('"$1" write - -o c.parquet 0<&-')
        self.assertEqual((code, (self.folder / "c.parquet").exists()), (1, False))
        self.assertIn("cannot read stdin", err)

    def test_a_report_that_finds_no_room(self):
        """What had been published "was not touched"."""
        self.text("write", "-", "-o", "a.parquet", stdin='{"a":1}\n')
        for verb in ("write", "merge"):
            code, err = self.run_shell(f'"$1" {verb} a.parquet -o {verb}.parquet --json >/dev/full')
            self.assertEqual(code, 1)
            self.assertIn("cannot write to standard output", err)
            self.assertNotIn("not touched", err)
            self.text("verify", f"{verb}.parquet")


if __name__ == "__main__":
    program.main()
