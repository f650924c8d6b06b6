#!/usr/bin/python3
"""Real data through the program: CSV files as they are, JSON files as they are and as lines. `sluice write` makes
Parquet of them, independent readers read it, and every value is compared with the source text. What a value should be
is worked out here, from that text and the schema that `sluice schema` prints, with Python's parsers: nothing of Sluice
has a hand in it.

  real_data.py PROGRAM        PROGRAM is sluice, best the sanitized one

The data are the *.json and *.csv files in data/real of the folder SLUICE_SHARED, or of ../shared beside the project.
Exit code 0 = all equal, 1 = a difference or a failure, 77 = the data, node or a reader is not there."""

import csv
import datetime
import json
import os
import re
import shutil
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
SKIPPED = 77
SECONDS_MAX = 300

DECODER = json.JSONDecoder()
BLANKS = re.compile(r"[ \t\r\n]*")
INTEGER = re.compile(r"-?(0|[1-9]\d*)")
MOMENT = re.compile(r"(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(Z|[+-]\d\d:\d\d)?")
# Seconds are stored as milliseconds.
UNIT_DIGITS = {"s": 3, "ms": 3, "us": 6, "ns": 9}


class Failure(Exception):
    """Something that must not be; its words say what."""


# ---- source text ----------------------------------------------------------------------------------------------------


def skip_blanks(text, at):
    return BLANKS.match(text, at).end()


def elements(text):
    """The parts of a JSON array or object, as (name or None, own text)."""
    is_object = text[0] == "{"
    at = skip_blanks(text, 1)
    while text[at] not in "]}":
        name = None
        if is_object:
            name, at = DECODER.raw_decode(text, at)
            at = skip_blanks(text, skip_blanks(text, at) + 1)
        _, end = DECODER.raw_decode(text, at)
        yield name, text[at:end]
        at = skip_blanks(text, end)
        if text[at] == ",":
            at = skip_blanks(text, at + 1)


def records_of(text):
    """The longest array of objects in the file, and how `--records` names it: the file itself ("", no pointer), or a
    member of its one object."""
    text = text.strip()
    arrays = [("", text)] if text[0] == "[" else [(f"/{name}", part) for name, part in elements(text) if part[0] == "["]
    found = [(pointer, [part for _, part in elements(array)]) for pointer, array in arrays]
    fitting = [(pointer, parts) for pointer, parts in found if parts and all(part[0] == "{" for part in parts)]
    return max(fitting, key=lambda one: len(one[1]), default=("", []))


def to_line(record):
    """Line ends stand between tokens only: inside of JSON text they are escaped."""
    return record.replace("\r", " ").replace("\n", " ")


# ---- the schema's text form (docs/schema_text.md) -------------------------------------------------------------------


class SchemaText:
    """Reads fields as read_files.mjs wants them."""

    def __init__(self, text):
        self.tokens = re.findall(r'"(?:[^"]|"")*"|[<>(),]|[^\s<>(),"]+', text)

    def take(self, expected=None):
        token = self.tokens.pop(0)
        if expected is not None and token != expected:
            raise Failure(f"the schema has {token!r} where {expected!r} is expected")
        return token

    def takes(self, token):
        if self.tokens[:1] != [token]:
            return False
        self.tokens.pop(0)
        return True

    def unquoted(self, token):
        return token[1:-1].replace('""', '"') if token[0] == '"' else token

    def fields(self, end=None):
        fields = [self.field()]
        while self.takes(","):
            fields.append(self.field())
        if end:
            self.take(end)
        return fields

    def field(self):
        return self.meaning(self.unquoted(self.take()))

    def meaning(self, name):
        field = {"name": name, "type": self.take(), "nullable": True}
        if field["type"] == "timestamp":
            self.take("(")
            field["unit"] = self.take()
            if self.takes(","):
                field["zone"] = self.unquoted(self.take())
            self.take(")")
        elif field["type"] == "list":
            self.take("<")
            element = self.unquoted(self.take()) if self.tokens[0][0] == '"' else "element"
            field["children"] = [self.meaning(element)]
            self.take(">")
        elif field["type"] == "struct":
            self.take("<")
            field["children"] = self.fields(">")
        while self.tokens[:1] in (["not"], ["id"]):
            if self.take() == "not":
                self.take("null")
                field["nullable"] = False
            else:
                self.take()
        return field


# ---- what a value should be -----------------------------------------------------------------------------------------


def days(year, month, day):
    return datetime.date(int(year), int(month), int(day)).toordinal() - datetime.date(1970, 1, 1).toordinal()


def moment(field, text):
    found = MOMENT.fullmatch(text)
    if not found or bool(found[8]) != bool(field.get("zone")):
        raise Failure(f"{text!r} became {field['type']}({field['unit']}, {field.get('zone')})")
    minutes = days(found[1], found[2], found[3]) * 1440 + int(found[4]) * 60 + int(found[5])
    if found[8] and found[8] != "Z":
        minutes -= int(found[8][0] + "1") * (int(found[8][1:3]) * 60 + int(found[8][4:6]))
    digits = UNIT_DIGITS[field["unit"]]
    fraction = (found[7] or "").ljust(9, "0")
    if fraction[digits:].strip("0"):
        raise Failure(f"{text!r} does not fit timestamp({field['unit']})")
    return str((minutes * 60 + int(found[6] or 0)) * 10**digits + int(fraction[:digits]))


def number(field, own_text):
    if field["type"] in ("float32", "float64"):
        value = float(own_text)
        if INTEGER.fullmatch(own_text) and int(value) != int(own_text):
            raise Failure(f"{own_text} became {field['type']}, which changes it")
        return struct.pack(">f" if field["type"] == "float32" else ">d", value).hex()
    if not INTEGER.fullmatch(own_text):
        raise Failure(f"{own_text} became {field['type']}")
    return str(int(own_text))


def scalar(field, own_text):
    kind = field["type"]
    if kind == "json":
        return own_text
    value = json.loads(own_text)
    if kind == "bool" and isinstance(value, bool):
        return value
    if isinstance(value, str):
        if kind == "string":
            return value
        if kind == "date":
            return str(days(*value.split("-")))
        if kind == "timestamp":
            return moment(field, value)
    if isinstance(value, (int, float)) and not isinstance(value, bool) and kind not in ("string", "bool"):
        return number(field, own_text)
    raise Failure(f"{own_text} became {kind}")


def struct_values(children, own_text):
    members = dict(elements(own_text))
    values = [canonical(child, members.pop(child["name"], "null")) for child in children]
    if members:
        raise Failure(f"there is no column for {sorted(members)}")
    return values


def canonical(field, own_text):
    """The form that canonical.mjs describes."""
    if own_text == "null":
        return None
    if field["type"] == "struct" and own_text[0] == "{":
        return struct_values(field["children"], own_text)
    if field["type"] == "list" and own_text[0] == "[":
        return [canonical(field["children"][0], part) for _, part in elements(own_text)]
    return scalar(field, own_text)


# ---- the test -------------------------------------------------------------------------------------------------------


def sluice(program, *arguments, text=None):
    done = subprocess.run([program, *map(str, arguments)], input=text, capture_output=True, encoding="utf-8",
                          timeout=SECONDS_MAX, check=False)
    if done.returncode != 0:
        raise Failure(f"sluice {' '.join(map(str, arguments))}: exit code {done.returncode}: {done.stderr.strip()}")
    return done.stdout


def prepare_csv(program, source, base):
    """Writes base.parquet, and what should be in it: what a field of text is as JSON."""
    written = f"{base}.parquet"
    sluice(program, "write", source, "-o", written, "--quiet")
    schema_text = sluice(program, "schema", written)
    schema = SchemaText(schema_text).fields()
    Path(f"{base}.schema.json").write_text(json.dumps(schema))
    with open(source, encoding="utf-8-sig", newline="") as text, \
         open(f"{base}.expected.ndjson", "w", encoding="utf-8") as expected:
        records = csv.reader(text)
        names = next(records)
        if names != [field["name"] for field in schema]:
            raise Failure(f"the columns are {[field['name'] for field in schema]}, not {names}")
        count = 0
        for record in records:
            if not record:
                continue
            count += 1
            values = [None if text == "" or field["type"] == "null" else csv_value(field, text)
                      for field, text in zip(schema, record, strict=True)]
            print(json.dumps(values), file=expected)
    print(f"{source.name}: {count} records, {' '.join(schema_text.split())}", flush=True)


def csv_value(field, text):
    own = field["type"] in ("string", "date", "timestamp")
    return scalar(field, json.dumps(text) if own else text)


def prepare_as_it_is(program, source, pointer, base, schema_text):
    """The file itself gives the bytes that its records as lines gave."""
    if "json" in schema_text:
        return  # such columns keep the blanks of their source, which lines have not
    again = f"{base}.as_it_is.parquet"
    sluice(program, "write", source, "-o", again, "--quiet", *(["--records", pointer] if pointer else []))
    if Path(again).read_bytes() != Path(f"{base}.parquet").read_bytes():
        raise Failure("the file as it is gave other bytes than its records as lines")
    os.remove(again)


def prepare(program, source, records, base):
    """Writes base.parquet, and what should be in it."""
    lines = [to_line(record) for record in records]
    written = f"{base}.parquet"
    sluice(program, "write", "-", "-o", written, "--quiet", text="".join(f"{line}\n" for line in lines))
    schema_text = sluice(program, "schema", written)
    schema = SchemaText(schema_text).fields()
    Path(f"{base}.schema.json").write_text(json.dumps(schema))
    with open(f"{base}.expected.ndjson", "w", encoding="utf-8") as expected:
        for index, line in enumerate(lines):
            try:
                print(json.dumps(struct_values(schema, line)), file=expected)
            except Failure as failure:
                raise Failure(f"record {index + 1}: {failure}") from None

    # The same records under the schema that was found, from a file, on one thread: the same bytes.
    ndjson = Path(f"{base}.ndjson")
    ndjson.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    again = f"{base}.again"
    options = ["--schema", schema_text, "--threads", "1", "--quiet"]
    sluice(program, "write", ndjson, "-o", f"{again}.parquet", *options)
    os.rename(f"{again}.parquet", again)
    if Path(again).read_bytes() != Path(written).read_bytes():
        raise Failure("a declared schema and one thread gave other bytes")
    print(f"{source.name}: {len(lines)} records, {' '.join(schema_text.split())}", flush=True)
    return schema_text


def prepare_any(program, source, base):
    """False for a source that has no records."""
    if source.suffix == ".csv":
        prepare_csv(program, source, base)
        return True
    pointer, records = records_of(source.read_text(encoding="utf-8"))
    if not records:
        return False
    prepare_as_it_is(program, source, pointer, base, prepare(program, source, records, base))
    return True


def main():
    program = os.path.abspath(sys.argv[1])
    shared = Path(os.environ.get("SLUICE_SHARED") or ROOT.parent / "shared")
    real = shared / "data" / "real"
    sources = sorted([*real.glob("*.json"), *real.glob("*.csv")])
    if not sources:
        print(f"skipped: there are no JSON or CSV files in {shared / 'data' / 'real'} (SLUICE_SHARED says where else)")
        return SKIPPED
    node = shutil.which("node")
    directory = Path(tempfile.mkdtemp(prefix="sluice_real_data_"))
    failed = False
    for index, source in enumerate(sources):
        try:
            if not prepare_any(program, source, directory / f"{index:04}_{source.stem}"):
                print(f"{source.name}: no array of objects in it")
        except Failure as failure:
            print(f"{source.name}: {failure}")
            failed = True
    if not failed and not node:
        print("skipped: node is not installed")
        return SKIPPED
    code = 1 if failed else subprocess.run([node, HERE / "read_files.mjs", directory], check=False).returncode
    if code == 1:
        print(f"all files are kept in {directory}")
    else:
        shutil.rmtree(directory)
    return code


if __name__ == "__main__":
    sys.exit(main())
