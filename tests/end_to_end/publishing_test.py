#!/usr/bin/python3
"""What becomes of what is at the destination, of runs that fail, and of runs that are called twice."""

import json
import os
import signal
import subprocess
import time
from pathlib import Path

import program


def records(first, count, **more):
    return "".join(json.dumps({"id": n, "k": n % 3, **more}) + "\n" for n in range(first, first + count))


class Publishing(program.ProgramTest):
    def write(self, first, count, *options, code=0, dest="out", **more):
        return self.text("write", "-", "-o", dest, "--sync", "off", *options, stdin=records(first, count, **more),
                         code=code)

    def ids(self, path="out"):
        out, _ = self.text("show", path, "--columns", "id", "--format", "ndjson")
        return sorted(json.loads(line)["id"] for line in out.splitlines())

    def files(self, path="out"):
        return sorted(str(p.relative_to(self.folder / path)) for p in (self.folder / path).rglob("*") if p.is_file())


class Modes(Publishing):
    def test_create_refuses_what_exists(self):
        self.write(0, 10)
        _, err = self.write(0, 10, code=1)
        self.assertRegex(err, r"(?m)^sluice: error: out exists")
        self.assertRegex(err, r"(?m)^  out was not touched\.")
        self.assertRegex(err, r"(?m)^hint: .*--mode")
        self.assertEqual(self.ids(), list(range(10)))

    def test_append(self):
        for mode in ("append", "append", "append"):
            before = len(self.files()) if (self.folder / "out").exists() else 0
            _, err = self.write(10 * before, 10, "--mode", mode)
            self.assertIn("appended  out", err)
        self.assertEqual(self.ids(), list(range(30)))
        self.assertEqual(len(self.files()), 3)
        for name in self.files():
            self.assertRegex(name, r"^out-[0-9a-f]{16}-0\.parquet$")
        self.assertEqual(self.names(), ["out"])

    def test_append_wants_the_same_columns(self):
        self.write(0, 10)
        _, err = self.write(10, 10, "--mode", "append", code=1, more="x")
        self.assertRegex(err, r'cannot append to out: column "more string" is new')
        self.assertRegex(err, r"(?m)^  out was not touched\.")
        self.assertRegex(err, r'--schema "\$\(sluice schema out\)"')
        self.assertEqual(self.ids(), list(range(10)))
        self.assertEqual(self.names(), ["out"])

    def test_append_to_fewer_and_narrower_columns(self):
        self.write(0, 10, n=1)
        _, err = self.write(10, 10, "--mode", "append", code=1, n=0.5, more="x")
        self.assertRegex(err, r"(?m)^hint: --rewrite-old")
        _, err = self.write(10, 10, "--mode", "append", "--rewrite-old", "--run-id", "a", n=0.5, more="x")
        self.assertRegex(err, r"(?m)^rewrote   1 old file, 10 rows, for n: int64 \S+ float64 \S+ more: new, string$")
        self.assertEqual(self.ids(), list(range(20)))
        out, _ = self.text("schema", "out")
        self.assertEqual(" ".join(out.split()), "id int64, k int64, n float64, more string")
        out, _ = self.text("show", "out", "--columns", "n,more", "--where", "id = 0 or id = 19", "--format", "ndjson")
        self.assertEqual([json.loads(line) for line in out.splitlines()],
                         [{"n": 1, "more": None}, {"n": 0.5, "more": "x"}])
        self.assertEqual(self.names(), ["out"])
        # The same run again; then rows that fit.
        _, err = self.write(10, 10, "--mode", "append", "--rewrite-old", "--run-id", "a", n=0.5, more="x")
        self.assertIn("done      before by run a", err)
        made = self.json("write", "-", "-o", "out", "--mode", "append", "--rewrite-old", "--json", stdin=records(20, 5))
        self.assertEqual(made["rewritten"], {"files": 0, "rows": 0, "bytes": 0, "changes": []})
        self.assertEqual(self.ids(), list(range(25)))
        for options, words in (((), "--mode append"), (("--mode", "append", "--publish", "each"), "--publish end")):
            _, err = self.write(0, 1, "--rewrite-old", *options, code=2)
            self.assertIn(words, err)

    def test_overwrite(self):
        self.write(0, 10, "--shard-rows", 3)
        _, err = self.write(100, 5, "--mode", "overwrite")
        self.assertIn("replaced  ", err)
        self.assertEqual(self.ids(), list(range(100, 105)))
        self.assertEqual(len(self.files()), 1)
        self.assertEqual(self.names(), ["out"])
        (self.folder / "out" / "notes.txt").write_text("mine")
        _, err = self.write(0, 5, "--mode", "overwrite", code=1)
        self.assertIn("out/notes.txt is no Parquet file", err)
        self.assertEqual(self.files()[0], "notes.txt")

    def test_overwrite_of_one_file(self):
        self.write(0, 10, dest="a.parquet")
        self.write(50, 10, "--mode", "overwrite", dest="a.parquet")
        self.assertEqual(self.ids("a.parquet"), list(range(50, 60)))
        _, err = self.write(0, 10, "--mode", "overwrite", dest="b.parquet")
        self.assertIn("replaced  b.parquet", err)
        _, err = self.write(0, 1, "--mode", "overwrite", "--schema", "k date", dest="a.parquet", code=1)
        self.assertRegex(err, r"(?m)^  a\.parquet was not touched\.")
        self.assertEqual(self.ids("a.parquet"), list(range(50, 60)))

    def test_overwrite_partitions(self):
        by = ("--partition-by", "k")
        self.write(0, 9, *by)
        self.text("write", "-", "-o", "out", "--mode", "overwrite-partitions", *by,
                  stdin='{"id":100,"k":1}\n{"id":101,"k":7}\n')
        self.assertEqual(self.ids(), [0, 2, 3, 5, 6, 8, 100, 101])
        self.assertEqual(self.names(), ["out"])
        _, err = self.text("write", "-", "-o", "out", "--mode", "append", stdin='{"id":1}\n', code=1)
        self.assertIn("partitioned by k", err)

    def test_wrong_calls(self):
        for options, words in (
                (("--mode", "append", "-o", "a.parquet"), "for datasets"),
                (("--mode", "overwrite-partitions", "-o", "out"), "no partitions"),
                (("--mode", "replace", "-o", "out"), "--mode"),
                (("--mode", "overwrite", "--publish", "each", "-o", "out"), "--publish each"),
                (("--run-id", "a", "--publish", "each", "-o", "out"), "--run-id"),
                (("--run-id", "", "-o", "out"), "--run-id"),
                (("--run-id", "a", "-o", "-"), "standard output"),
                (("--on-failure", "keep", "-o", "-"), "standard output"),
                (("--sync", "row-group", "-o", "-"), "standard output"),
                (("--allow-window", "-o", "out"), "--allow-window"),
        ):
            _, err = self.text("write", "-", *options, stdin=records(0, 1), code=2)
            self.assertIn(words, err)
        self.assertEqual(self.names(), [])

    def test_json(self):
        self.write(0, 3)
        made = self.json("write", "-", "-o", "out", "--mode", "append", "--run-id", "b", "--json", stdin=records(3, 3))
        self.assertEqual((made["mode"], made["run_id"], made["was_done_before"], made["dead_runs"]),
                         ("append", "b", False, []))

    def test_links_are_not_replaced(self):
        self.write(0, 3, dest="real")
        (self.folder / "out").symlink_to("real")
        for mode in ("append", "overwrite"):
            _, err = self.write(0, 3, "--mode", mode, code=1)
            self.assertIn("symbolic link", err)
        self.assertEqual(self.ids("real"), [0, 1, 2])


class InsideOfTheDataset(Publishing):
    """The directory around the dataset cannot be written: work in progress stands inside of it, and is told."""

    def setUp(self):
        super().setUp()
        self.nobody = {}
        self.write(0, 30, "--partition-by", "k")
        if os.geteuid() == 0:  # to whom no directory is closed
            self.nobody = {"user": 65534, "group": 65534, "extra_groups": []}
            for path in [self.folder / "out", *(self.folder / "out").rglob("*")]:
                os.chown(path, 65534, 65534)
        self.folder.chmod(0o555)
        self.addCleanup(self.folder.chmod, 0o755)

    def call(self, *arguments, code=0, stdin=""):
        done = subprocess.run([program.PROGRAM, *map(str, arguments)], input=stdin.encode(), capture_output=True,
                              cwd=self.folder, env=program.ENVIRONMENT, timeout=120, check=False, **self.nobody)
        self.assertEqual(done.returncode, code, done.stderr.decode())
        return done.stderr.decode()

    def hidden(self):
        return [path.name for path in self.folder.rglob(".*")]

    def test_append_and_overwritten_partitions(self):
        for mode, first in (("append", 100), ("overwrite-partitions", 200)):
            err = self.call("write", "-", "-o", "out", "--mode", mode, "--partition-by", "k",
                            stdin=records(first, 1) * 2)
            self.assertRegex(err, r"(?m)^note      work in progress stood inside of out, ")
            self.assertEqual(self.hidden(), [])
        self.assertEqual(self.ids(), sorted([n for n in range(30) if n % 3 != 2] + [100, 100, 200, 200]))

    def test_modes_that_replace_or_make_the_directory(self):
        for options in (("out", "--mode", "overwrite"), ("new",)):
            err = self.call("write", "-", "-o", *options, stdin=records(0, 1), code=1)
            self.assertIn("no permission to write to its directory", err)
        self.assertEqual(self.ids(), list(range(30)))

    def test_a_partition_that_may_not_change(self):
        """All or nothing: half of the partitions were published, and neither the rest nor a way back was allowed."""
        for closed in ("out/k=1", "out/k=1/below"):
            (self.folder / closed / "deeper").mkdir(parents=closed != "out/k=1", exist_ok=True)
            for made in (self.folder / "out").rglob("*") if self.nobody else ():
                os.chown(made, 65534, 65534)
            (self.folder / closed).chmod(0o555)
            for mode in ("append", "overwrite-partitions")[closed != "out/k=1":]:
                err = self.call("write", "-", "-o", "out", "--mode", mode, "--partition-by", "k",
                                stdin=records(100, 30), code=1)
                self.assertRegex(err, f"(?m)^sluice: error: .*{closed}")
                self.assertEqual((self.ids(), self.hidden()), (list(range(30)), []))
            (self.folder / closed).chmod(0o755)
        self.call("write", "-", "-o", "out", "--mode", "overwrite-partitions", "--partition-by", "k",
                  stdin=records(100, 30))
        self.assertEqual((self.ids(), self.hidden()), (list(range(100, 130)), []))

    def test_a_new_partition_that_may_not_come(self):
        """The partition that was replaced was visible, and the new one could never follow."""
        self.folder.chmod(0o777)
        keys = ("--partition-by", "k,id", "--keep-partition-columns")
        self.call("write", "-", "-o", "deep", *keys, stdin=records(0, 6))
        (self.folder / "deep" / "k=1").chmod(0o555)
        for mode in ("overwrite-partitions", "append"):
            err = self.call("write", "-", "-o", "deep", "--mode", mode, *keys,
                            stdin=records(0, 1) + records(100, 3), code=1)
            self.assertIn("cannot publish deep/k=1: ", err)
            self.assertEqual((self.ids("deep"), self.hidden()), (list(range(6)), []))

    def test_a_link_in_the_place_of_a_partition(self):
        self.folder.chmod(0o777)
        (self.folder / "out" / "k=1").rename(self.folder / "elsewhere")
        (self.folder / "out" / "k=1").symlink_to("../elsewhere")
        for mode in ("append", "overwrite-partitions"):
            err = self.call("write", "-", "-o", "out", "--mode", mode, "--partition-by", "k",
                            stdin=records(100, 30), code=1)
            self.assertIn("out/k=1 is not a directory, or a link to one", err)
            self.assertEqual((self.ids(), self.hidden()), (list(range(30)), []))

    def test_a_dead_run_is_found_there(self):
        left = self.folder / "out" / ".sluice-0123456789abcdef"
        (left / "data").mkdir(parents=True)
        (left / "data" / "out-0123456789abcdef-0.parquet.part").write_text("half a file")
        if self.nobody:
            for path in [left, *left.rglob("*")]:
                os.chown(path, 65534, 65534)
        self.assertEqual(self.ids(), list(range(30)))
        err = self.call("write", "-", "-o", "out", "--mode", "append", "--partition-by", "k", stdin=records(30, 1))
        self.assertIn("left over out/.sluice-0123456789abcdef by an earlier run", err)
        self.assertIn("removed   1 run", self.call("clean", "out"))
        self.assertEqual(self.hidden(), [])
        self.assertEqual(self.ids(), list(range(31)))


class RunIds(Publishing):
    def test_the_same_run_is_done_once(self):
        for mode in ("create", "append", "overwrite", "overwrite-partitions"):
            with self.subTest(mode):
                dest = "out-" + mode
                options = ("--mode", mode, "--run-id", "nightly 7", "--shard-rows", 4,
                           *(("--partition-by", "k") if mode == "overwrite-partitions" else ()))
                if mode != "create":
                    self.write(1000, 6, dest=dest, *(options[6:]))
                self.write(0, 10, *options, dest=dest)
                ids = self.ids(dest)
                _, err = self.text("write", "missing.ndjson", "-o", dest, *options)  # the source is not even opened
                self.assertRegex(err, r"done      before by run nightly 7: " + dest + r" has its \d files?, 10 rows")
                self.assertEqual(self.ids(dest), ids)
                again = self.json("write", "missing.ndjson", "-o", dest, *options, "--json")
                self.assertTrue(again["was_done_before"])
                self.assertEqual(again["rows"], 10)

    def test_of_one_file(self):
        self.write(0, 10, "--run-id", "a", dest="a.parquet")
        _, err = self.write(0, 99, "--run-id", "a", dest="a.parquet")
        self.assertIn("10 rows", err)
        self.write(0, 99, "--run-id", "b", dest="a.parquet", code=1)
        self.write(0, 99, "--run-id", "b", "--mode", "overwrite", dest="a.parquet")
        self.assertEqual(len(self.ids("a.parquet")), 99)


class CutOff(Publishing):
    """A source that is fed row by row, and a process that is killed when it has finished some row groups."""

    def killed(self, rows, *options, dest="out", how=signal.SIGKILL):
        fifo = self.folder / "source"
        os.mkfifo(fifo)
        process = subprocess.Popen([program.PROGRAM, "write", "source", "--from", "ndjson", "-o", dest, "--schema",
                                    "id int64, k int64", "--row-group-rows", "100", *options], cwd=self.folder,
                                   env=program.ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        with fifo.open("w") as feed:
            # Far more text than is parsed at a time: what is behind waits for more.
            feed.write(records(0, rows))
            feed.flush()
            deadline = time.monotonic() + 60
            while not any(path.stat().st_size > 0 for path in self.folder.glob(".*.sluice-*/**/*.journal")):
                self.assertLess(time.monotonic(), deadline, "no row group was finished")
                time.sleep(0.02)
            process.send_signal(how)
            if how != signal.SIGKILL:
                feed.write(records(rows, 1))
        _, err = process.communicate(timeout=60)
        fifo.unlink()
        return err.decode()

    def test_killed_and_recovered(self):
        self.killed(300_000)
        self.assertFalse((self.folder / "out").exists())
        runs = self.json("recover", "out", "--dry-run", "--json", "-q")["runs"]
        self.assertEqual(len(runs), 1)
        self.assertGreater(runs[0]["rows"], 0)
        self.assertEqual(runs[0]["rows"] % 100, 0)
        table = self.text("recover", "out", "--dry-run")[1]
        self.assertRegex(table, r"left over +mode +state")
        _, err = self.text("recover", "out")
        self.assertRegex(err, r"recovered 1 file, [\d,]+ rows in [\d,]+ row groups \u2192 out")
        self.assertEqual(self.ids(), list(range(runs[0]["rows"])))
        self.text("verify", "out")
        self.assertEqual(self.names(), ["out"])
        self.assertIn("nothing   is left", self.text("recover", "out")[1])

    def test_the_next_run_tells_of_it_and_clean_removes_it(self):
        self.killed(300_000)
        _, err = self.write(0, 3)
        self.assertRegex(err, r"(?m)^left over \.out\.sluice-[0-9a-f]{16} by an earlier run: sluice recover out, or "
                              r"sluice clean out$")
        self.text("recover", "out", code=2)  # out exists by now: it must be said what to do
        self.text("clean", "out", "--dry-run")
        self.assertEqual(len(self.names()), 2)
        self.assertIn("removed   1 run", self.text("clean", "out")[1])
        self.assertEqual(self.names(), ["out"])

    def test_what_came_into_what_was_replaced_is_named(self):
        """It was said to be left over by an earlier run, to be recovered or cleaned: neither can."""
        self.write(0, 10)
        theirs = ".out.sluice-0123456789abcdef/arrivals/k=1/a.parquet"
        (self.folder / theirs).parent.mkdir(parents=True)
        (self.folder / theirs).write_text("theirs")
        note = f"note      {theirs} came into out while that was replaced, under the name of an old or a new file: "
        append = ("write", "-", "-o", "out", "--mode", "append")
        for call in (append, ("merge", "--in-place", "out"), ("recover", "out")):
            _, err = self.text(*call, stdin=records(10, 1))
            self.assertIn(note, err)
            self.assertNotIn("left over", err)
        self.assertIn("removed   0 runs", self.text("clean", "out")[1])
        runs = self.json("recover", "out", "--dry-run", "--json", "-q")["runs"]
        self.assertEqual([run["arrivals"] for run in runs], [[theirs]])
        self.assertEqual((self.folder / theirs).read_text(), "theirs")

    def test_the_same_run_again(self):
        self.killed(300_000, "--run-id", "a")
        self.write(0, 10, "--run-id", "a")
        self.assertEqual(self.ids(), list(range(10)))
        self.assertEqual(self.names(), ["out"])

    def test_kept_on_failure(self):
        err = self.killed(300_000, "--on-failure", "keep", how=signal.SIGTERM)
        self.assertRegex(err, r"out was not touched; 1 file with [\d,]+ rows are kept: sluice recover out")
        self.text("recover", "out", "-o", "rescued")
        ids = self.ids("rescued")
        self.assertEqual(ids, list(range(len(ids))))
        self.assertEqual(self.names(), ["rescued"])

    def test_nothing_is_kept_unless_asked_for(self):
        self.killed(300_000, how=signal.SIGTERM)
        self.assertEqual(self.names(), [])

    def test_a_signal_is_heard_while_partitions_are_written(self):
        """All rows were read, and files were being made of them: one interrupt changed nothing, until all were done."""
        self.put("many.ndjson", "".join(f'{{"id":{n},"k":{n}}}\n' for n in range(3000)))
        process = subprocess.Popen([program.PROGRAM, "write", "many.ndjson", "-o", "out", "--partition-by", "k",
                                    "--sync", "off"], cwd=self.folder, env=program.ENVIRONMENT, stderr=subprocess.PIPE)
        deadline = time.monotonic() + 60
        while not list(self.folder.glob(".out.sluice-*/data/k=*")):
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.005)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
        self.assertEqual(process.returncode, -signal.SIGINT, err)
        self.assertIn("interrupted (SIGINT)", err.decode())
        self.assertEqual(self.names(), ["many.ndjson"])

    def test_one_file(self):
        self.killed(300_000, dest="a.parquet")
        self.text("recover", "a.parquet")
        self.text("verify", "a.parquet")
        self.assertGreater(len(self.ids("a.parquet")), 0)
        self.assertEqual(self.names(), ["a.parquet"])


if __name__ == "__main__":
    program.main()
