"""Records of any quantity through a pipe, in every format: the release program stays within 256 MiB by the kernel's
account (the default budget of 192 MiB and 64 MiB beside it), and every record arrives. SLUICE_PIPE_BYTES says how much
text to send, of each format (NDJSON 500 MB, others 150 MB); SLUICE_PIPE_FORMATS which ("json,csv")."""

import gzip
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PEAK_BYTES_MAX = 256 << 20
BLOCK_RECORDS = 20_000
BLOCKS = 16  # in turn: the pipe, not their making, should take the time


def fields(i):
    """Records as services log them: ids, times, texts that repeat and texts that do not, lists, objects, nulls."""
    user = "null" if i % 11 == 0 else f'{{"name":"user {i * 7919 % 100003}","tags":["t{i % 13}","t{i % 7}"]}}'
    at = f"2026-03-{1 + i // 86400 % 28:02}T{i // 3600 % 24:02}:{i // 60 % 60:02}:{i % 60:02}Z"
    kind = ("view", "click", "order")[i % 3]
    text = f"{i * 2654435761 % 4294967296:x} {i * 40503 % 65536:x} arrived"
    return i, at, user, i * 31 % 1000003 / 100, kind, text, "true" if i % 2 else "false"


def json_record(i):
    i, at, user, price, kind, text, ok = fields(i)
    return f'{{"id":{i},"at":"{at}","user":{user},"price":{price},"kind":"{kind}","text":"{text}","ok":{ok}}}'


def csv_record(i):
    i, at, user, price, kind, text, ok = fields(i)
    return f'{i},{at},"{user.replace(chr(34), chr(34) * 2)}",{price},{kind},"{text}\n",{ok}\n'


def blocks(make, separator=""):
    return ["".join(make(j) + separator for j in range(i * BLOCK_RECORDS, (i + 1) * BLOCK_RECORDS)).encode()
            for i in range(BLOCKS)]


def of_zstd(text):
    """One frame with a window of 64 MiB, the largest that the default budget allows."""
    command = ["zstd", "-q", "-3", "--long=26", "-c"]
    return subprocess.run(command, input=text, stdout=subprocess.PIPE, check=True).stdout


class Format:
    """What is sent: a beginning, pieces again and again, each so much text and so many records, and an end."""

    def __init__(self, source, pieces, text_bytes, begin=b"", end=b""):
        self.source = source
        self.pieces = pieces
        self.text_bytes = text_bytes  # of a round through all pieces
        self.begin = begin
        self.end = end


def make_format(name):
    if name == "csv":
        pieces = blocks(csv_record)
        return Format("csv", pieces, sum(map(len, pieces)), begin=b"id,at,user,price,kind,text,ok\n")
    if name == "json":
        pieces = blocks(json_record, ",\n ")
        return Format("json", pieces, sum(map(len, pieces)), begin=b"[", end=json_record(0).encode() + b"]\n")
    pieces = blocks(json_record, "\n")
    text_bytes = sum(map(len, pieces))
    if name == "gzip":
        pieces = [gzip.compress(piece, 1) for piece in pieces]
    if name == "zstd":
        pieces = [of_zstd(b"".join(pieces))]
    return Format("ndjson", pieces, text_bytes)


def send(name, pipe_bytes, program, folder):
    """Writes a file from a pipe; says what it took, and whether that is right."""
    form = make_format(name)
    begun = time.monotonic()
    destination = Path(folder) / f"{name}.parquet"
    writer = subprocess.Popen([program, "write", "-", "--from", form.source, "-o", destination, "--json"],
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    sent = records = 0
    try:
        writer.stdin.write(form.begin)
        while sent < pipe_bytes:
            for data in form.pieces:
                writer.stdin.write(data)
            sent += form.text_bytes
            records += BLOCKS * BLOCK_RECORDS
        writer.stdin.write(form.end)
        records += form.end != b""
        writer.stdin.close()
    except BrokenPipeError:
        pass
    output, words = writer.stdout.read(), writer.stderr.read()
    _, status, usage = os.wait4(writer.pid, 0)
    writer.returncode = os.waitstatus_to_exitcode(status)
    peak = usage.ru_maxrss * 1024
    print(f"{name}: {sent:,} bytes of text, {records:,} records: peak {peak / 2**20:.1f} MiB of "
          f"{PEAK_BYTES_MAX >> 20}, {time.monotonic() - begun:.0f} s", flush=True)
    destination.unlink(missing_ok=True)
    if writer.returncode != 0:
        print(f"sluice write failed: {words.decode()}")
        return False
    rows = json.loads(output)["rows"]
    if rows != records:
        print(f"{records} records were sent and {rows} rows written")
        return False
    return peak <= PEAK_BYTES_MAX


def main():
    program = os.environ.get("SLUICE_PROGRAM", "")
    if not Path(program).exists():
        print("skipped: the release program is not built (./dev build)")
        return 77
    asked = os.environ.get("SLUICE_PIPE_FORMATS")
    names = asked.split(",") if asked else ["ndjson", "json", "csv", "gzip", "zstd"]
    if "zstd" in names and not shutil.which("zstd"):
        print("zstd is left out: its program is not installed")
        names.remove("zstd")
    usual = {"ndjson": 500_000_000}
    with tempfile.TemporaryDirectory(prefix="sluice_memory_") as folder:
        good = [send(name, int(os.environ.get("SLUICE_PIPE_BYTES", usual.get(name, 150_000_000))), program, folder)
                for name in names]
    return int(not all(good))


if __name__ == "__main__":
    sys.exit(main())
