"""Sources of every kind into files and datasets, as a person would do it: shards, patterns, containers, conditions, bad
records, fields that come late, streams without an end."""

import bz2
import gzip
import json
import lzma
import os
import signal
import subprocess
import threading
import time
import zlib

import program


class Sources(program.ProgramTest):
    def write(self, *arguments, **options):
        return self.json("write", *arguments, "--json", "--sync", "off", **options)

    def test_packed_csv_by_pattern_into_shards(self):
        for part in range(3):
            rows = "".join(f"{part * 10000 + i},name {i % 17},{i / 4}\n" for i in range(10000))
            with gzip.open(self.folder / f"part-{part}.csv.gz", "wt") as file:
                file.write("id,name,x\n" + rows)
        result = self.write("part-*.csv.gz", "-o", "out/", "--shard-bytes", "256KiB")
        self.assertEqual(result["rows"], 30000)
        self.assertEqual(result["schema"], "id int64, name string, x float64")
        self.assertEqual([file["path"] for file in result["files"]],
                         [f"out/out-{i}.parquet" for i in range(len(result["files"]))])
        self.assertEqual(sorted(path.name for path in (self.folder / "out").iterdir()),
                         [f"out-{i}.parquet" for i in range(len(result["files"]))])
        for file in result["files"][:-1]:
            self.assertTrue(0.95 * 256 <= file["bytes"] / 1024 <= 1.02 * 256, file["bytes"])

    def test_shards_by_rows_have_a_prefix(self):
        self.put("a.ndjson", "".join(f'{{"i":{i}}}\n' for i in range(25)))
        result = self.write("a.ndjson", "-o", "out", "--shard-rows", "10", "--file-prefix", "events")
        self.assertEqual([(file["path"], file["rows"]) for file in result["files"]],
                         [("out/events-0.parquet", 10), ("out/events-1.parquet", 10), ("out/events-2.parquet", 5)])

    def test_records_inside_a_document(self):
        document = {"type": "x", "features": [{"id": i, "p": {"k": "v" * i}} for i in range(50)], "end": [1, {"a": []}]}
        self.put("dump.json", json.dumps(document, indent=2))
        self.assertEqual(self.write("dump.json", "--records", "/features", "-o", "f.parquet")["rows"], 50)
        self.refused("write", "dump.json", "--records", "/nowhere", "-o", "g.parquet", says=["nowhere"])

    def test_every_container(self):
        text = b"".join(b'{"a":%d}\n' % i for i in range(1000))
        self.put("a.gz", gzip.compress(text[:500]) + gzip.compress(text[500:]))
        self.put("a.bz2", bz2.compress(text))
        self.put("a.xz", lzma.compress(text))
        for name in ("a.gz", "a.bz2", "a.xz"):
            self.assertEqual(self.write(name, "-o", name + ".parquet")["rows"], 1000)
        cut = gzip.compress(text)[:-100]
        err = self.refused("write", "-", "-o", "cut.parquet", stdin=cut, says=["stdin"])
        self.assertFalse((self.folder / "cut.parquet").exists(), err)

    def test_sources_of_different_kinds_by_a_schema(self):
        self.put("a.ndjson", '{"id":1,"name":"x"}\n')
        self.put("b.csv", "name,id\ny,2\n")
        self.put("schema.txt", "id int64, name string")
        result = self.write("a.ndjson", "b.csv", "-o", "out/", "--schema", "@schema.txt")
        self.assertEqual(result["rows"], 2)
        self.refused("write", "a.ndjson", "b.csv", "-o", "more/", code=2, says=["different kinds", "--schema"])

    def test_columns_and_rows_that_are_kept(self):
        self.put("a.csv", "a,b,c\n" + "".join(f"{i},{i % 3},x\n" for i in range(100)))
        result = self.write("a.csv", "-o", "w.parquet", "--where", "b IN (1, 2) AND NOT a < 50", "--columns", "c,a")
        self.assertEqual((result["rows"], result["schema"]), (33, "c string, a int64"))
        self.refused("write", "a.csv", "-o", "v.parquet", "--where", "aa = 1", code=2, says=['no column "aa"', '"a"'])

    def test_options_that_no_source_has_a_use_for(self):
        """--records with CSV, or --delimiter with JSON, was passed over in silence."""
        self.put("a.csv", "a,b\n1,2\n")
        self.put("b.ndjson", '{"a":1,"b":2}\n')
        self.refused("write", "a.csv", "--records", "/x", "-o", "out.parquet", code=2,
                     says=["--records", "and a.csv is CSV"])
        for option in (["--header", "no"], ["--delimiter", ";"], ["--quote", "none"], ["--null", "-"],
                       ["--duplicates", "rename"]):
            self.refused("write", "b.ndjson", *option, "-o", "out.parquet", code=2, says=["CSV", "b.ndjson is JSON"])
        # Where one of the sources has a use for it, it is for that one.
        self.text("write", "a.csv", "b.ndjson", "--null", "-", "--schema", "a int64, b int64", "-o", "o.parquet", "-q")

    def test_bad_records_are_quarantined(self):
        self.put("bad.csv", 'a,b\n1,2\n3\n4,"x\n')
        self.put("bad.ndjson", '{"a":1}\nxx\n{"a":2}\n{"a":"\\ud800"}\n')
        result = self.write("bad.ndjson", "-o", "out/", "--on-bad-record", "quarantine")
        self.assertEqual((result["rows"], result["bad_records"], result["rejects"]), (2, 2, "out.rejects.ndjson"))
        rejects = [json.loads(line) for line in (self.folder / "out.rejects.ndjson").read_text().splitlines()]
        self.assertEqual([(reject["record"], reject["byte"], reject["text"]) for reject in rejects],
                         [(2, 8, "xx"), (4, 24, '{"a":"\\ud800"}')])
        result = self.write("bad.ndjson", "-o", "skip.parquet", "--on-bad-record", "skip")
        self.assertEqual((result["bad_records"], result["bad_reasons"][0]["reason"]), (2, "malformed JSON"))
        self.assertFalse((self.folder / "skip.parquet.rejects.ndjson").exists())
        _, err = self.text("write", "bad.ndjson", "-o", "m.parquet", "--on-bad-record", "quarantine", "--bad-max", "1",
                           code=1)
        self.assertIn("record 4", err)
        self.assertIn("More than 1", err)
        self.assertTrue((self.folder / "m.parquet.rejects.ndjson").exists())  # to see what was wrong
        self.refused("write", "bad.ndjson", "-o", "m.parquet", "--on-bad-record", "skip", "--bad-max", "49%",
                     says=["2 of 4"])
        self.write("bad.ndjson", "-o", "m.parquet", "--on-bad-record", "skip", "--bad-max", "50%")
        self.refused("write", "bad.ndjson", "-o", "-", "--on-bad-record", "quarantine", code=2, says=["--rejects"])

    def test_bad_records_never_replace_a_source(self):
        """With --rejects bad.csv its good records were gone, and the file was full of the bad ones."""
        self.put("bad.csv", "a\n1\nx\n")
        asked = ("--schema", "a int64", "--on-bad-record", "quarantine")
        self.refused("write", "bad.csv", "-o", "out", *asked, "--rejects", "bad.csv", code=2, says=["to be read"])
        self.refused("write", "bad.csv", "-o", "out", *asked, "--rejects", "out", code=2, says=["both name out"])
        self.assertEqual((self.folder / "bad.csv").read_text(), "a\n1\nx\n")
        self.assertEqual(self.write("bad.csv", "-o", "out", *asked)["bad_records"], 1)

    def test_columns_that_come_late_without_a_header(self):
        """From the first late column on, column a was null, and its values went to a column of their own."""
        self.put("n.csv", "1,\n2,x\n3,\n")
        result = self.write("n.csv", "-o", "n.parquet", "--header", "no", "--schema", "a int64", "--evolve", "add")
        self.assertEqual(result["schema"], "a int64, column_2 string")
        out, _ = self.text("show", "n.parquet", "--format", "csv")
        self.assertEqual(out.splitlines(), ["a,column_2", "1,", "2,x", "3,"])

    def test_what_is_empty_or_nothing_is_no_value_of_an_option(self):
        self.put("a.ndjson", '{"a":1}\n')
        self.refused("write", "a.ndjson", "-o", "out", "--schema", "", code=2, says=["schema has no columns"])
        self.refused("write", "a.ndjson", "-o", "out", "--shard-bytes", "0", code=2, says=["less than 1"])

    def test_files_that_are_published_stay_and_are_told_of(self):
        self.put("a.ndjson", "".join(f'{{"a":{i}}}\n' for i in range(300000)) + "x\n")
        _, err = self.text("write", "a.ndjson", "-o", "out", "--shard-rows", "1000", "--publish", "each",
                           "--schema", "a int64", code=1)
        self.assertIn("out keeps the files that were whole by then", err)
        self.assertIn("out-0.parquet", [path.name for path in (self.folder / "out").iterdir()])

    def test_records_that_are_too_long_are_bad_ones(self):
        long_text = "x" * 3_000_000  # an eighth of the budget is 2 MiB
        self.put("long.ndjson", f'{{"a":1}}\n{{"a":"{long_text}"}}\n{{"a":2}}\n')
        self.put("long.json", f'[{{"a":1}},{{"a":"{long_text}"}},{{"a":2}}]')
        self.put("long.csv", f"a,b\n1,x\n2,{long_text}\n3,\"y\n" + "4,z\n" * 550_000)
        self.refused("write", "long.ndjson", "-o", "no.parquet", "--memory", "16MiB",
                     says=["record 2", "longer than 2097152 bytes"])
        skip = ("--on-bad-record", "quarantine", "--memory", "16MiB")
        for name, rows, bad in (("long.ndjson", 2, 1), ("long.json", 2, 1), ("long.csv", 550_001, 2)):
            result = self.write(name, "-o", name + ".parquet", *skip)
            self.assertEqual((result["rows"], result["bad_records"]), (rows, bad), name)
            reject = json.loads((self.folder / (name + ".parquet.rejects.ndjson")).read_text().splitlines()[0])
            self.assertEqual((reject["record"], len(reject["text"])), (2, 65536), name)
            self.assertIn("longer than 2097152 bytes", reject["reason"])

    def test_limits_of_bad_records_are_for_the_run(self):
        self.put("a.ndjson", 'x\n{"a":1}\n')
        self.put("b.csv", "a\nx\n2\n")
        sources = ("a.ndjson", "b.csv", "--schema", "a int64", "--on-bad-record", "skip")
        self.assertEqual(self.write(*sources, "-o", "a.parquet", "--bad-max", "2")["bad_records"], 2)
        self.refused("write", *sources, "-o", "b.parquet", "--bad-max", "1", says=["b.csv", "More than 1"])
        self.refused("write", *sources, "-o", "b.parquet", "--bad-max", "49%", says=["2 of 4"])
        self.refused("write", "a.ndjson", "-o", "b.parquet", "--bad-max", "1", code=2, says=["--on-bad-record skip"])

    def test_the_line_that_names_the_separator(self):
        self.put("excel.csv", b"\xef\xbb\xbfsep=;\r\nname;price\r\na;1,5\r\nb;2,5\r\n")
        self.assertEqual(self.write("excel.csv", "-o", "excel.parquet")["schema"], "name string, price string")

    def test_fields_that_come_late_are_columns_of_every_file(self):
        pad = "x" * 1000
        early = "".join(f'{{"id":{i},"u":{{"a":1}},"pad":"{pad}"}}\n' for i in range(18000))
        late = '{"id":-1,"u":{"a":2,"b":[true]},"new":"2024-02-29"}\n'
        self.put("late.ndjson", early + late)
        result = self.write("late.ndjson", "-o", "out/", "--shard-rows", "5000")
        schema = "id int64, u struct<a int64, b list<bool>>, pad string, new date"
        self.assertEqual(result["schema"], schema)
        self.assertEqual(len(result["files"]), 4)
        for file in result["files"]:
            self.assertEqual(self.json("schema", file["path"], "--json")["schema"], schema)
        self.assertIn("new at record 18001", json.dumps(result["notes"]))

    def test_types_that_widen_are_told_with_their_records(self):
        pad = "x" * 1000
        early = "".join(f'{{"id":{i},"n":{i},"at":"2024-02-29","pad":"{pad}"}}\n' for i in range(18000))
        self.put("feed.ndjson", early +
                 '{"id":1,"n":2.5,"at":"2024-02-29T12:00:00","pad":{}}\n{"id":1,"city":"Ulm","n":3}\n')
        options = ("-o", "out/", "--shard-rows", "5000", "--evolve", "widen", "--sync", "off")
        result = self.json("write", "feed.ndjson", *options, "--json", "--threads", "1")
        schema = "id int64, n float64, at timestamp(ms), pad json, city string"
        self.assertEqual(result["schema"], schema)
        for file in result["files"]:
            self.assertEqual(self.json("schema", file["path"], "--json")["schema"], schema)
        self.assertEqual([tuple(change.values()) for change in sorted(result["changes"], key=lambda c: c["field"])],
                         [("at", "date", "timestamp(ms)", "feed.ndjson", 18001),
                          ("city", None, "string", "feed.ndjson", 18002),
                          ("n", "int64", "float64", "feed.ndjson", 18001),
                          ("pad", "string", "json", "feed.ndjson", 18001)])
        out, _ = self.text("count", "out", "--where", "n = 2.5 AND at = '2024-02-29T12:00:00' OR n = 17999.0")
        self.assertEqual(out.strip(), "2")
        _, err = self.text("write", "feed.ndjson", "-o", "again", *options[2:])
        self.assertIn("n: int64 \u2192 float64 at record 18,001 of feed.ndjson", " ".join(err.split()))
        self.refused("write", "feed.ndjson", "-o", "no", "--evolve", "add", says=["record 18001", "column n"])

    def test_what_changes_inside_of_what_changes(self):
        """A record that could be taken was an error where one soon behind it had another kind of thing around it."""
        for name, lines, schema, became in (
                ("list", ['{"a":[1]}', '{"a":["x"]}', '{"a":5}'], "a list<int64>", "a json"),
                ("item", ['{"a":[{"b":1}]}', '{"a":[{"b":"x"},5]}'], "a list<struct<b int64>>", "a list<json>"),
                ("deep", ['{"a":{"b":{"c":1}}}', '{"a":{"b":{"c":"x"}}}', '{"a":{"b":[]}}', '{"a":7}'],
                 "a struct<b struct<c int64>>", "a json")):
            self.put(f"{name}.ndjson", "\n".join(lines) + "\n")
            result = self.write(f"{name}.ndjson", "-o", f"{name}.parquet", "--schema", schema, "--evolve", "widen")
            self.assertEqual(result["schema"], became)
            out, _ = self.text("show", f"{name}.parquet", "--format", "ndjson")
            self.assertEqual(out.splitlines(), lines)
        self.put("add.ndjson", '{"a":{"b":1}}\n{"a":{"b":1,"c":2}}\n{"a":5}\n{"a":{"b":3,"c":4}}\n')
        add = ("add.ndjson", "-o", "add.parquet", "--schema", "a struct<b int64>", "--evolve", "add")
        self.refused("write", *add, says=["record 3", "column a: 5 is not a struct"])
        result = self.write(*add, "--on-bad-record", "skip")
        self.assertEqual((result["rows"], result["schema"]), (3, "a struct<b int64, c int64>"))

    def test_old_and_new_data_become_one_dataset(self):
        self.put("old.ndjson", '{"n":1}\n{"n":2}\n')
        self.put("new.ndjson", '{"n":0.5,"city":"Ulm"}\n')
        self.write("old.ndjson", "-o", "old")
        self.refused("write", "new.ndjson", "-o", "old", "--mode", "append", "--evolve", "widen",
                     says=['"n int64" there', '"n float64" in the new rows'])
        result = self.write("old", "new.ndjson", "-o", "both", "--evolve", "widen")
        self.assertEqual((result["schema"], result["rows"]), ("n float64, city string", 3))
        self.assertEqual([(change["field"], change["source"], change["record"]) for change in result["changes"]],
                         [("n", "new.ndjson", 1), ("city", "new.ndjson", 1)])
        out, _ = self.text("show", "both", "--format", "csv")
        self.assertEqual(out.splitlines(), ["n,city", "1,", "2,", "0.5,Ulm"])

    def test_sources_without_a_record(self):
        self.put("empty.ndjson", "")
        result = self.write("empty.ndjson", "-o", "out/")
        self.assertEqual((result["files"], (self.folder / "out").exists()), ([], False))
        result = self.write("empty.ndjson", "-o", "known/", "--schema", "a int64")
        self.assertEqual([(file["path"], file["rows"]) for file in result["files"]], [("known/known-0.parquet", 0)])


class EndlessStreams(program.ProgramTest):
    """A producer that never ends, and what a signal makes of it."""

    def start(self, *arguments, source="-", begin=b"", encode=lambda record: record):
        """`encode` makes bytes of records, which are to arrive at once; `source` may be a named pipe."""
        if source != "-":
            os.mkfifo(self.folder / source)
        process = subprocess.Popen([program.PROGRAM, "write", source, *arguments, "--sync", "off", "--quiet"],
                                   stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                   cwd=self.folder, env=program.ENVIRONMENT)
        self.addCleanup(process.kill)
        self.produced = 0

        def produce():
            try:
                pipe = process.stdin if source == "-" else open(self.folder / source, "wb")
                pipe.write(begin)
                while True:
                    pipe.write(encode(b'{"i":%d}\n' % self.produced))
                    pipe.flush()
                    self.produced += 1
                    time.sleep(0.002)
            except (BrokenPipeError, ValueError):
                pass

        threading.Thread(target=produce, daemon=True).start()
        return process

    def wait_for(self, what):
        end = time.monotonic() + 30
        while not what():
            self.assertLess(time.monotonic(), end, "it never came")
            time.sleep(0.02)

    def published(self, folder="out"):
        path = self.folder / folder
        return sorted(path.glob("*.parquet")) if path.exists() else []

    def rows(self, paths):
        return sum(self.json("inspect", path, "--json")["rows"] for path in paths)

    def test_files_by_the_clock_are_visible_at_once_and_survive_a_kill(self):
        process = self.start("-o", "out", "--shard-seconds", "1", "--publish", "each")
        self.wait_for(lambda: len(self.published()) >= 2)
        process.kill()
        process.wait()
        files = self.published()
        self.assertGreater(self.rows(files), 0)
        self.assertLessEqual(self.rows(files), self.produced)

    def test_files_by_the_clock_of_packed_pipes_and_documents(self):
        gzipped = zlib.compressobj(wbits=31)
        elements = {"begin": b"[ ", "encode": lambda record: (b"," if self.produced else b"") + record}
        packed = {"encode": lambda record: gzipped.compress(record) + gzipped.flush(zlib.Z_SYNC_FLUSH)}
        documents = {"encode": lambda record: record.replace(b":", b" :\n ") + b"\n"}
        utf16 = {"begin": b"\xff\xfe", "encode": lambda record: record.decode().encode("utf-16-le")}
        for number, (kind, how) in enumerate((("json", elements), ("ndjson", packed), ("json", documents),
                                              ("ndjson", utf16))):
            folder = f"out{number}"
            process = self.start("-o", folder, "--from", kind, "--shard-seconds", "1", "--publish", "each",
                                 "--on-signal", "publish", **how)
            self.wait_for(lambda: len(self.published(folder)) >= 2)
            process.send_signal(signal.SIGTERM)
            _, err = process.communicate(timeout=30)
            self.assertEqual(process.returncode, 0, err)
            rows = self.rows(self.published(folder))
            self.assertTrue(0 < rows <= self.produced, (kind, rows, self.produced))

    def test_a_signal_ends_a_named_pipe(self):
        for number, (on_signal, code) in enumerate((("publish", 0), ("fail", -signal.SIGTERM))):
            out = f"out{number}"
            process = self.start("-o", out, "--on-signal", on_signal, source=f"pipe{number}.ndjson")
            self.wait_for(lambda: self.produced > 300)
            process.send_signal(signal.SIGTERM)
            _, err = process.communicate(timeout=30)
            self.assertEqual(process.returncode, code, err)
            self.assertEqual(len(self.published(out)), 1 - number)

    def test_a_signal_ends_the_waiting_for_a_named_pipe(self):
        os.mkfifo(self.folder / "pipe")  # without a name that tells what comes, and nobody writes
        process = subprocess.Popen([program.PROGRAM, "write", "pipe", "-o", "out"], stderr=subprocess.PIPE,
                                   cwd=self.folder, env=program.ENVIRONMENT)
        self.addCleanup(process.kill)
        time.sleep(0.5)
        self.assertIsNone(process.poll())
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=30)
        self.assertEqual(process.returncode, -signal.SIGTERM, err)

    def test_a_signal_ends_the_input_and_publishes(self):
        process = self.start("-o", "out", "--on-signal", "publish", "--shard-rows", "100")
        self.wait_for(lambda: self.produced > 300)
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=30)
        self.assertEqual(process.returncode, 0, err)
        rows = self.rows(self.published())
        self.assertTrue(0 < rows <= self.produced, (rows, self.produced))

    def test_a_signal_leaves_nothing_by_default(self):
        process = self.start("-o", "out", "--shard-rows", "100")
        self.wait_for(lambda: self.produced > 300)
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)
        self.assertEqual(process.returncode, -signal.SIGTERM)
        self.assertEqual(list(self.folder.iterdir()), [])

    def test_a_record_cut_in_two_by_the_signal_is_left_out(self):
        arguments = ["-", "-o", "o.parquet", "--on-signal", "publish", "--sync", "off", "--quiet"]
        process = subprocess.Popen([program.PROGRAM, "write", *arguments], stdin=subprocess.PIPE,
                                   stderr=subprocess.PIPE, cwd=self.folder)
        self.addCleanup(process.kill)
        process.stdin.write(b'{"i":1}\n{"i":2}\n{"i":')
        process.stdin.flush()
        time.sleep(1)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)
        self.assertEqual(process.returncode, 0, err)
        self.assertEqual(self.rows([self.folder / "o.parquet"]), 2)

    def test_packed_data_cut_in_two_by_the_signal_are_no_error(self):
        text = b"".join(b'{"i":%d}\n' % (i * 2654435761 % 1000003) for i in range(100_000))
        for name, packed in (("o.parquet", gzip.compress(text)), ("p.parquet", bz2.compress(text, 1))):
            arguments = ["-", "-o", name, "--from", "ndjson", "--on-signal", "publish", "--sync", "off", "--quiet"]
            process = subprocess.Popen([program.PROGRAM, "write", *arguments], stdin=subprocess.PIPE,
                                       stderr=subprocess.PIPE, cwd=self.folder)
            self.addCleanup(process.kill)
            process.stdin.write(packed[:-len(packed) // 3])
            process.stdin.flush()
            time.sleep(1)
            process.send_signal(signal.SIGINT)
            _, err = process.communicate(timeout=30)
            self.assertEqual(process.returncode, 0, err)
            self.assertTrue(0 < self.rows([self.folder / name]) < 100_000)

    def test_a_named_pipe_without_a_telling_name_loses_nothing(self):
        os.mkfifo(self.folder / "pipe")
        threading.Thread(target=lambda: (self.folder / "pipe").write_text("a,b\n1,2\n"), daemon=True).start()
        result = self.json("write", "pipe", "-o", "o.parquet", "--json", "--sync", "off")
        self.assertEqual((result["rows"], result["schema"]), (1, "a int64, b int64"))


if __name__ == "__main__":
    program.main()
