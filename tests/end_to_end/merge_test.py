#!/usr/bin/python3
"""Many files become few: one file, a dataset, in place."""

import json
import os

import program


def records(first, count):
    return "".join(f'{{"id":{n},"kind":"k{n % 3}"}}\n' for n in range(first, first + count))


class Merge(program.ProgramTest):
    def small_files(self, folder, files=5, rows=100):
        (self.folder / folder).mkdir(parents=True)
        for i in range(files):
            self.run_program("write", "-", "-o", f"{folder}/part-{i}.parquet", "-q", "--sync", "off",
                             stdin=records(i * rows, rows))

    def ids(self, path):
        return [row["id"] for row in self.rows(path)]

    def rows(self, path):
        out, _ = self.text("show", path, "--format", "ndjson", "--limit", 100000)
        return [json.loads(line) for line in out.splitlines()]

    def test_into_one_file(self):
        self.small_files("in")
        _, err = self.text("merge", "in", "-o", "out.parquet")
        self.assertRegex(err, r"merged    5 files into out\.parquet  1 file, 500 rows in .*0 row groups copied, 500 ")
        self.assertEqual(self.ids("out.parquet"), list(range(500)))
        found = self.json("merge", "in/*.parquet", "-o", "copied.parquet", "--copy-rows", 0, "--json", "-q")
        self.assertEqual(found["format"], "sluice.merge/1")
        self.assertEqual((found["files_read"], found["row_groups_copied"], found["rows_encoded"]), (5, 5, 0))
        self.assertEqual(found["files"][0]["bytes"], (self.folder / "copied.parquet").stat().st_size)
        self.run_program("diff", "out.parquet", "copied.parquet")
        self.run_program("verify", "out.parquet", "copied.parquet")

    def test_into_standard_output(self):
        self.small_files("in", files=2)
        out, _ = self.run_program("merge", "in", "-o", "-", "--copy-rows", 0)
        self.put("piped.parquet", out)
        self.run_program("verify", "piped.parquet")

    def test_in_place(self):
        self.small_files("data/day=1")
        self.small_files("data/day=2", files=2)
        before = self.rows("data")
        _, err = self.run_program("merge", "--in-place", "data/")
        self.assertIn("replaced", err)
        self.assertEqual(self.rows("data"), before)
        self.assertEqual([len(files) for _, _, files in sorted(os.walk(self.folder / "data"))], [0, 1, 1])
        self.assertEqual([name for name in self.names() if name.startswith(".")], [])

    def test_a_damaged_file_leaves_all_as_it_was(self):
        self.small_files("in")
        path = self.folder / "in" / "part-3.parquet"
        path.write_bytes(path.read_bytes()[:-5])
        _, err = self.run_program("merge", "--in-place", "in", code=1)
        self.assertIn("part-3.parquet", err)
        self.assertIn("in was not touched.", err)
        self.assertEqual(len(os.listdir(self.folder / "in")), 5)

    def test_what_is_there_is_refused_in_words_of_a_merge(self):
        """The hint named --mode, which a merge has not; and a dataset called x.csv was made without a question."""
        self.small_files("in", files=2)
        self.small_files("out", files=1)
        _, err = self.text("merge", "in", "-o", "out", code=1)
        self.assertRegex(err, r"out exists")
        self.assertRegex(err, r"(?m)^hint: .*--in-place")
        self.assertNotIn("--mode", err)
        _, err = self.text("merge", "in", "-o", "x.csv", code=2)
        self.assertIn("x.csv ends in .csv, but Sluice writes Parquet", err)
        self.assertEqual(self.names(), ["in", "out"])

    def test_calls_that_are_wrong(self):
        self.small_files("in", files=1)
        for call in ([], ["in"], ["in", "-o", "out", "--in-place"], ["in", "in", "--in-place"], ["-", "-o", "out"],
                     ["in", "-o", "out.parquet", "--shard-rows", "5"], ["in", "-o", "out", "--allow-window"],
                     ["in", "-o", "-", "--json"]):
            self.run_program("merge", *call, code=2)
        self.run_program("merge", "in", "-o", "in", code=1)
        self.run_program("merge", "none", "-o", "out", code=1)


if __name__ == "__main__":
    program.main()
