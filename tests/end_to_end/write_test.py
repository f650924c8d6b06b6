#!/usr/bin/python3
"""Records into files, what is said about it, and bad input: one sentence that names the place, and nothing left."""

import json
import subprocess

import program

RECORDS = ('{"id":1,"name":"Ada","zip":"01234","tags":["a","b"],"at":"2026-01-02T03:04:05Z"}\n'
           '{"id":2,"name":null,"zip":"99999","tags":[],"at":"2026-01-02T03:04:06Z"}\n'
           '{"id":3,"zip":"12345","tags":null,"at":null,"none":null}\n')


class Writes(program.ProgramTest):
    def test_file_to_file(self):
        self.put("events.ndjson", RECORDS)
        out, err = self.text("write", "events.ndjson", "-o", "out.parquet")
        self.assertEqual(out, "")
        self.assertRegex(err, r"(?m)^inferred  id int64 \u00b7 name string \u00b7 zip string")
        self.assertRegex(err, r"(?m)^          .*none: never held a value")
        self.assertRegex(err, r"(?m)^wrote     out\.parquet  1 file, 1 row group, 3 rows in \d")
        self.assertRegex(err, r"(?m)^size      \d+ B read \u2192 [\d.]+ \w+ written, [\d.]+ : 1$")
        self.assertEqual(self.names(), ["events.ndjson", "out.parquet"])
        self.assertNotIn("\x1b", err)

    def test_pipe_to_pipe_gives_the_same_bytes(self):
        self.put("events.ndjson", RECORDS)
        self.run_program("write", "events.ndjson", "-o", "out.parquet")
        piped, _ = self.run_program("write", "-", "-o", "-", stdin=RECORDS)
        self.assertEqual(piped, (self.folder / "out.parquet").read_bytes())

    def test_standard_input_may_be_a_file(self):
        """Once the bytes that told the format were gone: reading went on behind them, in the middle of a record."""
        table = "a,b\n" + "3,4\n" * 99_999
        for name, text in (("a.ndjson", RECORDS), ("b.ndjson", RECORDS * 20_000), ("c.csv", table)):
            self.put(name, text)
            named, _ = self.run_program("write", name, "-o", "-")
            with (self.folder / name).open("rb") as source:
                done = subprocess.run([program.PROGRAM, "write", "-", "-o", "-"], stdin=source, capture_output=True,
                                      env=program.ENVIRONMENT, timeout=120, check=False)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(done.stdout, named, name)

    def test_threads_change_no_byte(self):
        records = "".join(f'{{"n":{n},"s":"{n % 7}","l":[{n % 3}]}}\n' for n in range(20_000))
        one, _ = self.run_program("write", "-", "-o", "-", "--threads", 1, "--row-group-rows", 3000, stdin=records)
        four, _ = self.run_program("write", "-", "-o", "-", "--threads", 4, "--row-group-rows", 3000, stdin=records)
        self.assertEqual(one, four)

    def test_declared_schema_prints_nothing_inferred(self):
        out, err = self.text("write", "-", "-o", "a.parquet", "--schema", "id int32 not null", "--extra", "ignore",
                             stdin=RECORDS)
        self.assertNotIn("inferred", err)
        self.assertRegex(err, r"dropped   \d+ values")
        self.assertEqual(self.text("schema", "a.parquet")[0], "id int32 not null\n")

    def test_quiet_says_nothing(self):
        self.assertEqual(self.text("write", "-", "-o", "a.parquet", "-q", stdin=RECORDS), ("", ""))

    def test_json_of_a_run(self):
        result = self.json("write", "-", "-o", "a.parquet", "--json", stdin=RECORDS)
        self.assertEqual(result["format"], "sluice.write/1")
        size = (self.folder / "a.parquet").stat().st_size
        file = result["files"][0]
        self.assertEqual(len(result["files"]), 1)
        self.assertEqual({key: file[key] for key in ("path", "rows", "row_groups", "bytes", "row_group_offsets")},
                         {"path": "a.parquet", "rows": 3, "row_groups": 1, "bytes": size, "row_group_offsets": [4]})
        self.assertEqual(result["rows"], 3)
        self.assertEqual(result["bytes"], size)
        self.assertEqual(result["bytes_read"], len(RECORDS))
        self.assertIs(result["inferred"], True)
        self.assertTrue(result["schema"].startswith("id int64, name string"))
        self.assertIn("none", [note["field"] for note in result["notes"]])
        self.assertGreater(result["memory_peak_bytes"], 0)

    def test_json_tells_of_each_field(self):
        records = "".join(f'{{"id":{n - 2},"x":{(n + 1) / 4},"tags":["{chr(97 + n)}"],"no":null}}\n' for n in range(5))
        result = self.json("write", "-", "-o", "a.parquet", "--row-group-rows", 2, "--json", stdin=records)
        fields = {field["name"]: field for field in result["files"][0]["fields"]}
        self.assertEqual(list(fields), ["id", "x", "tags[]", "no"])
        self.assertEqual([fields["id"][key] for key in ("type", "values", "nulls", "nans", "min", "max", "min_exact")],
                         ["int64", 5, 0, None, "-2", "2", True])
        self.assertEqual([fields["x"][key] for key in ("nans", "min", "max")], [0, "0.25", "1.25"])
        self.assertEqual([fields["tags[]"][key] for key in ("type", "min", "max")], ["string", "a", "e"])
        self.assertEqual([fields["no"][key] for key in ("nulls", "min", "max_exact")], [5, None, False])
        columns = self.json("inspect", "a.parquet", "--json")["columns"]
        for column in columns:
            for key in ("values", "nulls", "min", "max", "bytes", "raw_bytes"):
                self.assertEqual(fields[column["name"]][key], column[key], column["name"])
        offsets = result["files"][0]["row_group_offsets"]
        self.assertEqual(len(offsets), 3)
        self.assertEqual(offsets[0], 4)

    def test_schema_of_a_file_is_its_own_input(self):
        self.run_program("write", "-", "-o", "a.parquet", stdin=RECORDS)
        columns = self.text("schema", "a.parquet")[0]
        self.put("columns", columns)
        self.run_program("write", "-", "-o", "b.parquet", "--schema", "@columns", stdin=RECORDS)
        self.assertEqual(self.text("schema", "b.parquet")[0], columns)
        self.assertEqual(self.text("schema", "-", stdin=RECORDS)[0], columns)

    def test_options_reach_the_file(self):
        records = "".join(f'{{"n":{n},"text":"some words that repeat, number {n}"}}\n' for n in range(1000))
        self.run_program("write", "-", "-o", "a.parquet", "--row-group-rows", 300, "--compression", "snappy", "--meta",
                         "a=b=c", "--meta", "d=", "--sync", "off", "-q", stdin=records)
        found = self.json("inspect", "a.parquet", "--json")
        self.assertEqual([group["rows"] for group in found["row_groups"]], [300, 300, 300, 100])
        self.assertIn({"key": "a", "value": "b=c"}, found["metadata"])
        self.assertIn({"key": "d", "value": ""}, found["metadata"])
        self.assertEqual(found["columns"][1]["codecs"], ["snappy"])

    def test_columns_ask_for_themselves(self):
        records = "".join(f'{{"id":{n},"user":{{"name":"name {n % 50}","tags":["t"]}},"x":{(n + 1) / 8}}}\n'
                          for n in range(2000))
        self.run_program("write", "-", "-o", "a.parquet", "-q", "--column", "id: encoding=delta, bloom, id=7",
                         "--column", "user: compression=gzip:9, statistics=off", "--column",
                         '"user.tags[]": dictionary=off, encoding=plain', "--sorted-by", "id", stdin=records)
        found = self.json("inspect", "a.parquet", "--json")
        columns = {column["name"]: column for column in found["columns"]}
        self.assertEqual(columns["id"]["encodings"], ["delta_binary_packed"])
        self.assertEqual(columns["user.tags[]"]["encodings"], ["plain"])
        self.assertEqual([columns[name]["codecs"] for name in ("user.name", "user.tags[]")], [["gzip"], ["gzip"]])
        self.assertEqual([columns[name]["min"] for name in ("id", "user.name", "x")], ["0", None, "0.125"])
        self.assertIn("id int64 id 7", found["schema"])
        chunks = found["row_groups"][0]["chunks"]
        self.assertEqual([chunk["bloom_filter"] for chunk in chunks], [True, False, False, False])
        self.assertEqual(chunks[0]["reason"], "delta_binary_packed: as asked")

    def test_pages_of_the_second_version(self):
        self.run_program("write", "-", "-o", "a.parquet", "-q", "--page-version", 2, stdin=RECORDS)
        out, _ = self.text("inspect", "a.parquet", "--pages")
        self.assertIn("data v2", out)
        self.assertNotIn("data v1", out)

    def test_pages_by_content(self):
        records = [f'{{"n":{(n * 2654435761) % 4294967296}}}\n' for n in range(200_000)]
        for name, lines in (("a", records), ("b", records[:100] + ['{"n":5}\n'] * 7 + records[100:])):
            self.run_program("write", "-", "-o", f"{name}.parquet", "-q", "--content-defined-pages", "--compression",
                             "none", "--column", "n: encoding=plain", stdin="".join(lines))
        found = [self.json("inspect", f"{name}.parquet", "--pages", "--json") for name in "ab"]
        pages = [[page["bytes"] for page in one["row_groups"][0]["chunks"][0]["page_list"]] for one in found]
        self.assertGreater(len(pages[0]), 2)
        self.assertEqual(pages[0][1:], pages[1][1:])

    def test_rows_out_of_order(self):
        self.refused("write", "-", "-o", "a.parquet", "--sorted-by", "n desc", stdin='{"n":3}\n{"n":1}\n{"n":2}\n',
                     says=["column n: row 2 (2) belongs before row 1 (1)"])

    def test_wrong_requests(self):
        for setting, says in (("m: bloom", 'did you mean "n"?'), ("n: encoding=rle", "which its type int64"),
                              ("n: encodin=delta", 'did you mean "encoding"?'), ("n", "is not NAME: SETTING"),
                              ("n: bloom=2", "share of false positives"), ("n: compression=zstd:99", "1 to 22")):
            self.refused("write", "-", "-o", "a.parquet", "--column", setting, code=2, says=[says], stdin='{"n":3}\n')

    def test_verbose_names_the_choices(self):
        _, err = self.text("write", "-", "-o", "a.parquet", "-v", "--threads", 1, "--memory", "64MiB", stdin=RECORDS)
        self.assertIn("options   1 thread, memory 64.0 MiB, compression zstd:1, sync on", err)

    def test_progress_in_plain_lines(self):
        _, err = self.text("write", "-", "-o", "a.parquet", "--progress", "always", stdin=RECORDS)
        self.assertTrue(err.startswith("progress: "), err)
        self.assertNotIn("\r", err)
        self.assertNotIn("progress", self.text("write", "-", "-o", "b.parquet", stdin=RECORDS)[1])


class BadInput(program.ProgramTest):
    def write(self, stdin, *arguments, says, code=1):
        return self.refused("write", "-", "-o", "out.parquet", *arguments, code=code, stdin=stdin, says=says)

    def test_malformed_json_names_record_and_byte(self):
        good = '{"a":1}\n'
        err = self.write(good * 4 + '{"a":1,}\n' + good, says=["stdin: ", "record 5", "(byte "])
        self.assertIn("out.parquet was not touched.", err)
        many = '{"a":12345678,"b":"some text"}\n'
        begin = len(many) * 99_999
        for threads in (1, 4):
            err = self.write(many * 99_999 + '{"a":1]\n' + many, "--threads", threads, says=["record 100000 ("])
            self.assertEqual(err.split("(byte ")[1].split(")")[0], str(begin + 6))

    def test_values_out_of_range(self):
        self.write('{"n":1}\n{"n":128}\n', "--schema", "n int8", says=["record 2", "column n", "128", "int8"])
        self.write('{"n":-1}\n', "--schema", "n uint64", says=["record 1", "column n", "-1"])
        self.write('{"n":1e400}\n', "--schema", "n float64", says=["record 1", "column n"])
        self.write('{"n":"x"}\n', "--schema", "n int64", says=["column n", "int64"])

    def test_invalid_utf8(self):
        self.write(b'{"a":"x"}\n{"a":"\xff"}\n', says=["record 2", "UTF-8"])

    def test_nesting(self):
        def nested(depth):
            return '{"a":' + "[" * (depth - 1) + "]" * (depth - 1) + "}\n"

        self.write(nested(65), says=["record 1", "64"])
        self.write('{"a":' * 100_000, says=["record 1"])
        self.run_program("write", "-", "-o", "fine.parquet", stdin='{"a":' * 63 + '{"b":1}' + "}" * 63 + "\n")

    def test_null_in_a_required_column(self):
        self.write('{"a":1}\n{"a":null}\n', "--schema", "a int64 not null", says=["record 2", "column a"])
        self.write('{"a":1}\n{}\n', "--schema", "a int64 not null", says=["record 2", "column a"])

    def test_fields_outside_the_schema(self):
        self.write('{"a":1}\n{"a":2,"b":3}\n', "--schema", "a int64", says=["record 2", "b", "--extra ignore"])

    def test_a_field_that_comes_too_late_names_the_way_out(self):
        early = '{"a":"' + "x" * 1000 + '"}\n'
        late = '{"a":"y","late":1}\n'
        self.write(early * 17_000 + late, "--evolve", "strict", says=["record 17001", "late", "--schema"])

    def test_no_records(self):
        self.write("", says=["stdin", "--schema"])
        self.run_program("write", "-", "-o", "empty.parquet", "--schema", "a int64", "-q", stdin="")
        self.assertEqual(self.json("inspect", "empty.parquet", "--json")["rows"], 0)

    def test_missing_source(self):
        err = self.refused("write", "nothing.ndjson", "-o", "out.parquet", says=["nothing.ndjson"])
        self.assertIn("out.parquet was not touched.", err)
        self.refused("write", ".", "-o", "out.parquet", says=["no file below . ends in .parquet"])
        self.refused("write", "-", "-o", "a.parquet", "--schema", "@nothing", says=["nothing", "No such file"])

    def test_missing_folder(self):
        self.refused("write", "-", "-o", "no/such/out.parquet", says=["no/such"], stdin=RECORDS)

    def test_existing_destination_is_refused_untouched(self):
        self.put("out.parquet", "precious")
        self.refused("write", "-", "-o", "out.parquet", says=["out.parquet exists", "was not touched"], stdin=RECORDS)
        self.assertEqual((self.folder / "out.parquet").read_text(), "precious")

    def test_hints_come_behind_the_sentence(self):
        err = self.write('{"a":1}\n{"a":2,"b":3}\n', "--schema", "a int64", says=["\nhint: "])
        self.assertLess(err.index("was not touched"), err.index("hint: "))

    def test_errors_as_json_have_their_parts(self):
        records = '{"n":1}\n{"n":999}\n'
        error = self.json("write", "-", "-o", "out.parquet", "--json", "--schema", "n int8", stdin=records, code=1)
        self.assertEqual((error["code"], error["source"], error["record"], error["field"]), ("data", "stdin", 2, "n"))
        self.assertEqual(error["format"], "sluice.error/1")
        self.assertIsNotNone(error["byte"])
        self.assertEqual(self.names(), [])

    def test_terminals_are_not_driven_by_data(self):
        err = self.write('{"\\u001b[31mred":1}\n', "--schema", "a int64", says=["red"])
        self.assertNotIn("\x1b", err)

    def test_closed_output_is_a_failure_of_a_file_but_not_of_words(self):
        records = "".join(json.dumps({"n": n, "text": str(n * 7919)}) + "\n" for n in range(50_000))
        shell = f"'{program.PROGRAM}' write - -o - -q; echo $? >code"
        process = subprocess.Popen(["sh", "-c", f"({shell}) | true"], stdin=subprocess.PIPE, cwd=self.folder,
                                   env=program.ENVIRONMENT, stderr=subprocess.DEVNULL)
        process.communicate(records.encode())
        self.assertEqual((self.folder / "code").read_text(), "1\n")
        self.run_program("write", "-", "-o", "a.parquet", "-q", stdin=RECORDS)
        for verb in ("inspect", "schema"):
            shell = f"('{program.PROGRAM}' {verb} a.parquet; echo $? >code) | true; sleep 0.2"
            code = subprocess.run(["sh", "-c", shell], cwd=self.folder, env=program.ENVIRONMENT, capture_output=True,
                                  check=False)
            self.assertEqual(code.stderr, b"")
            self.assertEqual((self.folder / "code").read_text(), "0\n")


if __name__ == "__main__":
    program.main()
