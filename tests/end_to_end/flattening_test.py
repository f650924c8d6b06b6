#!/usr/bin/python3
"""Flattening through the program: relations as directories, their names, keys that go on, and calls that are wrong."""

import json
import random
from pathlib import Path

import program

EVENTS = [
    {"id": 1, "actor": {"login": "ada"},
     "payload": {"commits": [{"sha": "a", "files": [{"f": "x"}, {"f": "y"}]}, {"sha": "b"}]}},
    {"id": 2, "actor": None, "payload": {"commits": []}},
    {"id": 3, "actor": {"login": "bob"}, "payload": {"commits": [{"sha": "c", "files": [{"f": "z"}]}]}},
]


class Flattening(program.ProgramTest):
    def write(self, records, *options, name="out", code=0):
        self.put("events.ndjson", "".join(json.dumps(record) + "\n" for record in records))
        return self.text("write", "events.ndjson", "-o", name, "--flatten", "--name", "events", "--sync", "off",
                         *options, code=code)

    def rows(self, *arguments):
        return [json.loads(line) for line in self.text("show", *arguments)[0].splitlines()]

    def files(self, name="out"):
        root = self.folder / name
        return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())

    def test_relations_are_directories(self):
        _, words = self.write(EVENTS)
        self.assertEqual(self.files(), ["events/events-0.parquet",
                                        "events_payload_commits/events_payload_commits-0.parquet",
                                        "events_payload_commits_files/events_payload_commits_files-0.parquet"])
        self.assertIn("relations events 3 rows", words)
        self.assertIn("events_payload_commits_files 3 rows", words)
        self.assertEqual(self.rows("out/events_payload_commits"), [
            {"_id": 0, "_parent_id": 0, "_index": 0, "sha": "a", "files_length": 2},
            {"_id": 1, "_parent_id": 0, "_index": 1, "sha": "b", "files_length": None},
            {"_id": 2, "_parent_id": 2, "_index": 0, "sha": "c", "files_length": 1}])
        self.run_program("verify", *(f"out/{name}" for name in self.files()))
        self.assertEqual(self.names(), ["events.ndjson", "out"])

    def test_relations_are_no_table_together(self):
        self.write(EVENTS)
        for call in (("show", "out"), ("count", "out"), ("merge", "out", "--in-place"), ("diff", "out", "out/events")):
            self.assertIn("Name the directory of one relation", self.text(*call, code=1)[1], call)
        self.text("merge", "out/events", "-o", "merged.parquet")
        self.assertEqual(self.rows("merged.parquet"), self.rows("out/events"))

    def test_any_source_can_be_flattened(self):
        self.write(EVENTS, name="from_json")
        self.text("write", "events.ndjson", "-o", "nested.parquet")
        self.text("write", "nested.parquet", "-o", "from_parquet", "--flatten", "--name", "events")
        for relation in ("events", "events_payload_commits", "events_payload_commits_files"):
            self.assertEqual(self.rows(f"from_json/{relation}"), self.rows(f"from_parquet/{relation}"))

    def test_threads_and_batches_change_nothing(self):
        records = [{**EVENTS[i % 3], "id": i} for i in range(5_000)]
        self.write(records, "--threads", "1", name="one")
        self.write(records, "--threads", "3", "--memory", "16MiB", "--batch-size", "100", name="two")
        for name in self.files("one"):
            self.assertEqual(self.rows(f"one/{name}"), self.rows(f"two/{name}"), name)

    def test_same_bytes_for_any_number_of_threads(self):
        records = [{**EVENTS[i % 3], "id": i} for i in range(20_000)]
        self.write(records, "--threads", "1", name="one")
        self.write(records, "--threads", "4", name="two")
        for name in self.files("one"):
            self.assertEqual((self.folder / "one" / name).read_bytes(), (self.folder / "two" / name).read_bytes(), name)

    def test_row_groups_end_where_they_do_with_any_number_of_threads(self):
        """All relations together have a third of the budget; it ends more row groups than their own limits do."""
        draw = random.Random(5)
        records = [{"id": i, "text": "%064x" % draw.getrandbits(256),
                    "items": [{"text": "%064x" % draw.getrandbits(256)} for _ in range(i % 3)]} for i in range(60_000)]
        for threads in ("1", "2", "4"):
            self.write(records, "--memory", "16MiB", "--threads", threads, name=f"by{threads}")
        for name in self.files("by1"):
            path = str(self.folder / "by1" / name)
            self.assertGreater(len(json.loads(self.text("inspect", path, "--json")[0])["row_groups"]), 1)
            for other in ("by2", "by4"):
                self.assertEqual(Path(path).read_bytes(), (self.folder / other / name).read_bytes(), name)

    def test_append_goes_on_with_keys(self):
        self.write(EVENTS)
        self.write([{**EVENTS[0], "id": 4}], "--mode", "append")
        events = self.rows("out/events")
        self.assertEqual([(row["_id"], row["id"]) for row in events], [(0, 1), (1, 2), (2, 3), (3, 4)])
        commits = self.rows("out/events_payload_commits")
        self.assertEqual([(row["_id"], row["_parent_id"]) for row in commits], [(0, 0), (1, 0), (2, 2), (3, 3), (4, 3)])
        self.text("write", "events.ndjson", "-o", "bare", "--flatten", "--name", "events", "--column",
                  "_id: statistics=off")
        before = self.files("bare")
        _, words = self.text("write", "events.ndjson", "-o", "bare", "--flatten", "--name", "events", "--mode",
                             "append", code=1)
        self.assertIn("statistics do not say", words)
        self.assertEqual(self.files("bare"), before)

    def test_overwritten_partitions_go_on_with_keys(self):
        parts = ("--partition-by", "year(at)", "--time-column", "at")
        self.write(EVENTS, *parts)
        self.write(EVENTS, "--mode", "overwrite-partitions", *parts)
        self.assertEqual([row["_id"] for row in self.rows("out/events")], [3, 4, 5])
        self.assertEqual(len(self.files()), 3)

    def test_depth_is_limited(self):
        self.put("deep.ndjson", '{"a":' * 1_000 + "1" + "}" * 1_000 + "\n")
        self.refused("write", "deep.ndjson", "-o", "out", "--flatten", says=["deep"])

    def test_append_refuses_what_does_not_fit(self):
        self.write(EVENTS)
        before = self.files()
        _, words = self.write([{**EVENTS[0], "new": 1}], "--mode", "append", code=1)
        self.assertIn("is new, and its files lack it", words)
        self.assertEqual(self.files(), before)

    def test_append_keeps_names_with_their_fields(self):
        """`a_b` and `b` in `a` become one name; a run that met them in the other order swapped the columns, and one
        that had a single one of them put it into the other's."""
        for one, other in (({"a_b": 1, "a": {"b": 2}}, {"a": {"b": 4}, "a_b": 3}),
                           ({"a_b": [{"x": 1}], "a": {"b": [{"x": 2}]}}, {"a": {"b": [{"x": 4}]}, "a_b": [{"x": 3}]})):
            self.write([one], "--mode", "overwrite")
            self.write([other], "--mode", "append")
            self.write([{"a": other["a"]}], "--mode", "append", "--rewrite-old")
            if one["a_b"] == 1:
                self.assertCountEqual([(row["a_b"], row["a_b_2"]) for row in self.rows("out/events")],
                                      [(1, 2), (3, 4), (None, 4)])
            else:
                self.assertCountEqual([row["x"] for row in self.rows("out/events_a_b")], [1, 3])
                self.assertCountEqual([row["x"] for row in self.rows("out/events_a_b_2")], [2, 4, 4])
        parts = ("--partition-by", "a_b", "--mode", "append")  # a key of partitions stands in no file
        self.write([{"a": {"b": 1}, "v": 1}], *parts, name="parts")
        _, err = self.write([{"a_b": 1, "v": 2}], *parts, name="parts", code=1)
        self.assertIn("a_b", err)
        self.write([{"a_b": 4, "a": {"b": 3}, "v": 3}], *parts, "--rewrite-old", name="parts")
        self.assertCountEqual([(row["a_b"], row["a_b_2"], row["v"]) for row in self.rows("parts/events")],
                              [(1, None, 1), (3, 4, 3)])
        shards = ("--mode", "append", "--publish", "each", "--shard-rows", "1")
        self.write([{"a_b": 1, "a": {"b": 2}}] * 3, *shards, name="each")
        self.write([{"a": {"b": 4}, "a_b": 3}] * 3, *shards, name="each")
        self.assertEqual(sorted((row["a_b"], row["a_b_2"]) for row in self.rows("each/events")),
                         [(1, 2)] * 3 + [(3, 4)] * 3)
        self.write([{"a": {"b": 4}}], "--mode", "append", name="each", code=1)

    def test_names_of_fields_that_came_late(self):
        """Files that were finished before a field came get its column at the end: it says what it is of, too."""
        records = [{"a_b": i} for i in range(2_000)] + [{"a": {"b": 7}}]
        self.write(records, "--evolve", "add", "--schema", "a_b int64", "--shard-rows", "500")
        for name in self.files():
            self.assertIn('metadata  sluice.origins = _id "id of events[]", a_b_2 "a.b"',
                          self.text("inspect", f"out/{name}")[0])
        self.write([{"a": {"b": 8}}], "--mode", "append", "--rewrite-old")
        self.assertEqual(self.rows("out/events", "--where", "a_b_2 = 8"), [{"_id": 2_001, "a_b": None, "a_b_2": 8}])
        self.text("merge", "out/events", "-o", "one.parquet")
        self.assertIn("sluice.origins = _id", self.text("inspect", "one.parquet")[0])
        self.text("write", "out/events", "-o", "records.parquet")  # its columns are fields of records
        self.assertNotIn("sluice.origins", self.text("inspect", "records.parquet")[0])

    def test_append_to_natural_keys_and_beside_fields_with_names_of_keys(self):
        natural = ("--ids", "natural", "--id-field", "user.id", "--mode", "append")
        self.write([{"user_id": "x", "user": {"id": 1}}], *natural, name="natural")
        self.write([{"user": {"id": 2}, "user_id": "y"}], *natural, name="natural")
        self.assertEqual(sorted((row["user_id"], row["user_id_2"]) for row in self.rows("natural/events")),
                         [(1, "x"), (2, "y")])
        self.write([{"_id": 1}], "--key-clash", "rename", name="keys")
        self.write([{"_id": 2}], "--key-clash", "rename", "--mode", "append", name="keys")
        self.assertEqual([row["_id_2"] for row in self.rows("keys/events")], [1, 2])

    def test_where_a_change_begins(self):
        """Rows before it are those of the types up to then: of how many records depended on the block it was in."""
        records = [{"id": i, "a": {"b": i}, "l": [None, None]} for i in range(40_000)]
        records[25_000] = {"id": -1, "a": "x", "l": [{"q": 1}]}
        for number, options in enumerate(([], ["--threads", "1"], ["--memory", "16MiB"])):
            self.write(records, "--schema", "id int64, a struct<b int64>, l list<null>", "--evolve", "widen", *options,
                       name=f"out{number}")
            self.assertEqual(self.text("count", f"out{number}/events_l")[0], f"{1 + 2 * 14_999}\n")
            self.assertEqual(self.text("count", f"out{number}/events", "--where", "a_b is not null")[0], "25000\n")

    def test_policies_of_mixed_columns(self):
        """What is a text in them was a JSON string with its quotes, and never empty."""
        values = [1, "x\u00e9\n\"", "", {"q": ""}, None, [1.50], "null"]
        records = [{"a": value} for value in values]
        member = json.dumps({"q": ""})
        for options, expected in (
                (["--stringify", "--empty-as-null"], ["1", "x\u00e9\n\"", None, member, None, "[1.5]", "null"]),
                (["--stringify"], ["1", "x\u00e9\n\"", "", member, None, "[1.5]", "null"]),
                (["--empty-as-null"], [1, "x\u00e9\n\"", None, {"q": ""}, None, [1.5], "null"])):
            self.write(records, *options, "--mode", "overwrite")
            self.assertEqual([row["a"] for row in self.rows("out/events")], expected, options)

    def test_fields_that_are_no_keys(self):
        for options, says in ((["--ids", "natural", "--id-field", "t"], "field t, whose values are true or false"),
                              (["--ids", "natural"], "no field with one of the usual names")):
            _, err = self.write([{"t": True, "n": 1, "o": {"p": 1}}], *options, code=1)
            self.assertIn(says, err)
        _, words = self.write([{"t": True, "n": None}, {"t": False, "n": 1}], "--ids", "composite", "--id-field", "t",
                              "--id-field", "n", "--id-field", "zz")
        self.assertIn("zz: is null in every key", words)
        self.assertNotIn("n: is null", words)

    def test_overwrite_replaces_all_relations(self):
        self.write(EVENTS)
        self.write([{"id": 1, "other": [{"x": 1}]}], "--mode", "overwrite")
        self.assertEqual([name.split("/")[0] for name in self.files()], ["events", "events_other"])

    def test_one_file_takes_one_relation(self):
        self.write([{"id": 1, "a": {"b": 2}}], name="flat.parquet")
        self.assertEqual(self.rows("flat.parquet"), [{"_id": 0, "id": 1, "a_b": 2}])
        self.put("events.ndjson", json.dumps(EVENTS[0]))
        err = self.refused("write", "events.ndjson", "-o", "two.parquet", "--flatten", code=2,
                           says=["is one file", "several relations"])
        self.assertIn("Name a directory", err)

    def test_late_fields(self):
        late = [{"id": i} for i in range(40_000)] + [{"id": 40_000, "late": [{"x": 1}], "a": {"b": 2}}]
        self.put("late.ndjson", "".join(json.dumps({**record, "pad": "x" * 1_000}) + "\n" for record in late))
        out = self.json("write", "late.ndjson", "-o", "out", "--flatten", "--name", "t", "--sync", "off", "--json",
                        "-q")
        self.assertEqual([relation["name"] for relation in out["relations"]], ["t", "t_late"])
        self.assertEqual(out["relations"][1]["parent"], "t")
        self.assertEqual(self.rows("out/t_late"), [{"_id": 0, "_parent_id": 40_000, "_index": 0, "x": 1}])
        self.assertEqual(self.rows("out/t", "--where", "a_b is not null", "--columns", "_id,a_b,late_length"),
                         [{"_id": 40_000, "a_b": 2, "late_length": 1}])
        self.run_program("verify", "out/t/t-0.parquet")

    def test_hostile_names_of_relations(self):
        lists = ["a/b", "..", ".", "", "k=v", "x y", "%41", "\u00e9", "N" * 300]
        self.write([{name: [{"v": i}] for i, name in enumerate(lists)}])
        directories = sorted(name.split("/")[0] for name in self.files())
        self.assertEqual(len(directories), len(lists) + 1)
        for directory in directories:
            self.assertRegex(directory, r"^[A-Za-z0-9_%.~-]+$")
            self.assertLessEqual(len(directory), 160)
        self.assertEqual(self.rows("out/events_a%2Fb"), [{"_id": 0, "_parent_id": 0, "_index": 0, "v": 0}])
        self.text("write", "events.ndjson", "-o", "hidden", "--flatten", "--name", "../up", "--sync", "off")
        self.assertEqual(self.names(), ["events.ndjson", "hidden", "out"])

    def test_shards_and_partitions_of_relations(self):
        records = [{**EVENTS[0], "id": i} for i in range(100)]
        self.write(records, "--shard-rows", "60", "--time-column", "at")
        self.assertEqual(len(self.files()), 2 + 4 + 4)
        self.write(records, "--time-column", "at", "--partition-by", "year(at)", name="parts")
        self.assertEqual(len(self.files("parts")), 3)
        self.assertRegex(self.files("parts")[0], r"^events/year=\d{4}/events-0.parquet$")

    def test_many_relations_few_handles(self):
        record = {f"l{i}": [{"v": i}] for i in range(300)}
        self.write([record] * 50, "--memory", "16MiB")
        self.assertEqual(len(self.files()), 301)
        self.assertEqual(len(self.rows("out/events_l299")), 50)

    def test_no_records(self):
        self.put("empty.ndjson", "")
        _, words = self.text("write", "empty.ndjson", "-o", "out", "--flatten")
        self.assertIn("wrote     nothing", words)
        self.text("write", "empty.ndjson", "-o", "out", "--flatten", "--schema", "a int64, l list<struct<b string>>")
        self.assertEqual(self.files(), ["out/out-0.parquet", "out_l/out_l-0.parquet"])

    def test_run_id(self):
        self.write(EVENTS, "--run-id", "r1")
        _, words = self.write(EVENTS, "--run-id", "r1")
        self.assertIn("done", words)

    def test_wrong_calls(self):
        self.put("a.ndjson", '{"a":1}\n')
        call = ("write", "a.ndjson", "-o", "out")
        self.refused(*call, "--name", "x", code=2, says=["--name says how records are flattened"])
        self.refused(*call, "--flatten", "--array-mode", "a=flat", code=2, says=["--array-mode"])
        self.refused(*call, "--flatten", "--ids", "composite", code=2, says=["need the fields"])
        self.refused(*call, "--flatten", "--sorted-by", "a", code=2, says=["sorted"])
        self.refused(*call, "--flatten", "--ids", "natural", says=["usual names"])


if __name__ == "__main__":
    program.main()
