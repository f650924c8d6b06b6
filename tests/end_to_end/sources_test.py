"""Sources of every kind into files and datasets, as a person would do it: shards, patterns, containers, conditions, bad
records, fields that come late, streams without an end."""

import bz2
import gzip
import json
import lzma
import signal
import subprocess
import threading
import time

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

    def test_sources_without_a_record(self):
        self.put("empty.ndjson", "")
        result = self.write("empty.ndjson", "-o", "out/")
        self.assertEqual((result["files"], (self.folder / "out").exists()), ([], False))
        result = self.write("empty.ndjson", "-o", "known/", "--schema", "a int64")
        self.assertEqual([(file["path"], file["rows"]) for file in result["files"]], [("known/known-0.parquet", 0)])


class EndlessStreams(program.ProgramTest):
    """A producer that never ends, and what a signal makes of it."""

    def start(self, *arguments):
        process = subprocess.Popen([program.PROGRAM, "write", "-", *arguments, "--sync", "off", "--quiet"],
                                   stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                   cwd=self.folder, env=program.ENVIRONMENT)
        self.addCleanup(process.kill)
        self.produced = 0

        def produce():
            try:
                while True:
                    process.stdin.write(b'{"i":%d}\n' % self.produced)
                    process.stdin.flush()
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


if __name__ == "__main__":
    program.main()
