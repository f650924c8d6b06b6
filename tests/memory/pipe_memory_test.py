"""NDJSON of any length through a pipe: the release program stays within 256 MiB by the kernel's account (the default
budget of 192 MiB and 64 MiB beside it), and every record arrives. SLUICE_PIPE_BYTES says how much to send (500 MB)."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

PEAK_BYTES_MAX = 256 << 20
PIPE_BYTES = int(os.environ.get("SLUICE_PIPE_BYTES", 500_000_000))
BLOCK_RECORDS = 20_000


def block(first):
    """Records as services log them: ids, times, texts that repeat and texts that do not, lists, objects, nulls."""
    lines = []
    for i in range(first, first + BLOCK_RECORDS):
        user = "null" if i % 11 == 0 else f'{{"name":"user {i * 7919 % 100003}","tags":["t{i % 13}","t{i % 7}"]}}'
        at = f"2026-03-{1 + i // 86400 % 28:02}T{i // 3600 % 24:02}:{i // 60 % 60:02}:{i % 60:02}Z"
        kind = ("view", "click", "order")[i % 3]
        text = f"{i * 2654435761 % 4294967296:x} {i * 40503 % 65536:x} arrived"
        ok = "true" if i % 2 else "false"
        lines.append(f'{{"id":{i},"at":"{at}","user":{user},"price":{i * 31 % 1000003 / 100},'
                     f'"kind":"{kind}","text":"{text}","ok":{ok}}}\n')
    return "".join(lines).encode()


def main():
    program = os.environ.get("SLUICE_PROGRAM", "")
    if not Path(program).exists():
        print("skipped: the release program is not built (./dev build)")
        return 77
    # A few blocks in turn: the pipe, not their making, should take the time.
    blocks = [block(i * BLOCK_RECORDS) for i in range(16)]
    with tempfile.TemporaryDirectory(prefix="sluice_memory_") as folder:
        writer = subprocess.Popen([program, "write", "-", "-o", f"{folder}/out.parquet", "--json"],
                                  stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        sent = records = 0
        while sent < PIPE_BYTES:
            for data in blocks:
                writer.stdin.write(data)
                sent += len(data)
                records += BLOCK_RECORDS
        writer.stdin.close()
        output, words = writer.stdout.read(), writer.stderr.read()
        _, status, usage = os.wait4(writer.pid, 0)
        writer.returncode = os.waitstatus_to_exitcode(status)
    peak = usage.ru_maxrss * 1024
    print(f"{sent:,} bytes, {records:,} records: peak {peak / 2**20:.1f} MiB of {PEAK_BYTES_MAX >> 20}")
    if writer.returncode != 0:
        print(f"sluice write failed: {words.decode()}")
        return 1
    rows = json.loads(output)["rows"]
    if rows != records:
        print(f"{records} records were sent and {rows} rows written")
        return 1
    return int(peak > PEAK_BYTES_MAX)


if __name__ == "__main__":
    sys.exit(main())
