#!/usr/bin/python3
"""Arrow IPC on the command line: files, streams and pipes, and what is said when they are broken."""

import base64

import program

# Three rows of id int64 and word, which comes by a dictionary: written by apache-arrow 21 for JavaScript.
STREAM = base64.b64decode(
    "//////AAAAAQAAAAAAAKABAADgAHAAgACgAAAAAAAAEQAAAAAAAEAAgACAAAAAQACAAAAAQAAAACAAAAhAAAABQAAAAQABwACAAPABcAGAAEAB"
    "AAEAAAADgAAAAUAAAAAAAAARgAAAAAAAAFGAAAAAQAAAB3b3JkAAAAAAAAAAAEAAQABAAAAAgAFAAIAAQACAAAABAAAAAFAAAAAAAAAAAAAADA"
    "////AAAAAQgAAAAQABgABAALABMAFAAAAAwAEAAAABQAAAAAAAABFAAAAAAAAAIYAAAAAgAAAGlkAAAAAAAACAAMAAgABwAIAAAAAAAAAUAAAA"
    "D/////uAAAABQAAAAAAAAADAAcABoAEwAUAAQADAAAABAAAAAAAAAAAAAAAAAAAAIQAAAAAAAEAAgAEgAIAAQACAAAABgAAAAFAAAAAAAAAAAA"
    "CgAYAAwACAAEAAoAAAAUAAAASAAAAAEAAAAAAAAAAAAAAAMAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAIAAAAAAAAAAgAAAAAAAAACAAAAA"
    "AAAAAAAAAAAQAAAAEAAAAAAAAAAAAAAAAAAAAAAAAAAQAAAHgAAAAAAAAA/////7gAAAAUAAAAAAAAAAwAFgAUAA8AEAAEAAwAAABgAAAAAAAA"
    "AAAAAAMQAAAABAAKABgADAAIAAQACgAAABQAAABYAAAAAwAAAAAAAAAAAAAABAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAABgAAAAAAAAAGA"
    "AAAAAAAABAAAAAAAAAAFgAAAAAAAAACAAAAAAAAAAAAAAAAgAAAAMAAAAAAAAAAAAAAAAAAAADAAAAAAAAAAEAAAAAAAAAAQAAAAAAAAACAAAA"
    "AAAAAAMAAAAAAAAABQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
    "AA/////wAAAAA="
)
FILE = base64.b64decode(
    "QVJST1cxAAD/////uAAAABQAAAAAAAAADAAcABoAEwAUAAQADAAAABAAAAAAAAAAAAAAAAAAAAIQAAAAAAAEAAgAEgAIAAQACAAAABgAAAAFAA"
    "AAAAAAAAAACgAYAAwACAAEAAoAAAAUAAAASAAAAAEAAAAAAAAAAAAAAAMAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAIAAAAAAAAAAgAAAAA"
    "AAAACAAAAAAAAAAAAAAAAQAAAAEAAAAAAAAAAAAAAAAAAAAAAAAAAQAAAHgAAAAAAAAA/////7gAAAAUAAAAAAAAAAwAFgAUAA8AEAAEAAwAAA"
    "BgAAAAAAAAAAAAAAMQAAAABAAKABgADAAIAAQACgAAABQAAABYAAAAAwAAAAAAAAAAAAAABAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAABgA"
    "AAAAAAAAGAAAAAAAAABAAAAAAAAAAFgAAAAAAAAACAAAAAAAAAAAAAAAAgAAAAMAAAAAAAAAAAAAAAAAAAADAAAAAAAAAAEAAAAAAAAAAQAAAA"
    "AAAAACAAAAAAAAAAMAAAAAAAAABQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
    "AAAAAAAAAAAA/////wAAAAAQAAAADAAUAA4AEAAEAAgADAAAABAAAAAsAAAAAAAEAEgAAAABAAAACAAAAAAAAADAAAAAAAAAABAAAAAAAAAAAA"
    "AAAAEAAADYAAAAAAAAAMAAAAAAAAAAYAAAAAAAAAAIAAgAAAAEAAgAAAAEAAAAAgAAAIQAAAAUAAAAEAAcAAgADwAXABgABAAQABAAAAA4AAAA"
    "FAAAAAAAAAEYAAAAAAAABRgAAAAEAAAAd29yZAAAAAAAAAAABAAEAAQAAAAIABQACAAEAAgAAAAQAAAABQAAAAAAAAAAAAAAwP///wAAAAEIAA"
    "AAEAAYAAQACwATABQAAAAMABAAAAAUAAAAAAAAARQAAAAAAAACGAAAAAIAAABpZAAAAAAAAAgADAAIAAcACAAAAAAAAAFAAAAAMAEAAEFSUk9X"
    "MQ=="
)
COLUMNS = "id int64,\nword string\n"


class Arrow(program.ProgramTest):
    def test_schema_of_files_and_streams(self):
        self.put("a.arrow", FILE)
        self.put("a.bin", STREAM)
        self.assertEqual(self.text("schema", "a.arrow"), (COLUMNS, ""))
        self.assertEqual(self.text("schema", "a.bin"), (COLUMNS, ""))
        self.assertEqual(self.text("schema", "-", stdin=STREAM), (COLUMNS, ""))
        self.assertFalse(self.json("schema", "a.arrow", "--json")["inferred"])

    def test_the_same_parquet_from_each(self):
        self.put("a.feather", FILE)
        self.put("a.ipc", STREAM)
        self.run_program("write", "a.feather", "-o", "file.parquet", "-q")
        self.run_program("write", "a.ipc", "-o", "stream.parquet", "-q")
        self.run_program("write", "-", "-o", "pipe.parquet", "-q", stdin=STREAM)
        self.run_program("write", "-", "--from", "arrow", "-o", "told.parquet", "-q", stdin=STREAM)
        written = [(self.folder / f"{name}.parquet").read_bytes() for name in ("file", "stream", "pipe", "told")]
        self.assertEqual(len(set(written)), 1)
        found = self.json("inspect", "file.parquet", "--json")
        self.assertEqual(found["rows"], 3)

    def test_numbers_of_the_run(self):
        self.put("a.arrow", FILE)
        done = self.json("write", "a.arrow", "-o", "a.parquet", "--json")
        self.assertEqual(done["rows"], 3)
        self.assertFalse(done["inferred"])

    def test_broken_sources_leave_nothing(self):
        self.put("cut.arrow", FILE[:-1])
        self.put("cut.arrows", STREAM[:-20])
        self.put("text.arrow", '{"id": 1}\n')
        self.refused("write", "cut.arrow", "-o", "a.parquet", says=["cut.arrow: the Arrow file breaks off"])
        self.refused("write", "cut.arrows", "-o", "a.parquet", says=["cut.arrows: the Arrow message at byte"])
        self.refused("write", "text.arrow", "-o", "a.parquet", says=["text.arrow: this is no Arrow data"])
        self.refused("write", "-", "-o", "a.parquet", stdin=FILE, says=["has its schema at its end only", "hint: "])

    def test_columns_are_those_of_the_source(self):
        self.put("a.arrow", FILE)
        self.refused("write", "a.arrow", "-o", "a.parquet", "--schema", "id int32", says=["has columns of its own"])


if __name__ == "__main__":
    program.main()
