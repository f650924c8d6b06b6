"""Relations in any number: the release program writes a thousand of them, with ten columns each, within 256 MiB by the
kernel's account (the default budget of 192 MiB and 64 MiB beside it), and within a usual limit of open files; every row
arrives. SLUICE_RELATION_RECORDS says how many records to send (150); each has an item of every list."""

import json
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

PEAK_BYTES_MAX = 256 << 20
RELATIONS = 1_000
FIELDS = 9
RECORDS = int(os.environ.get("SLUICE_RELATION_RECORDS", 150))
HANDLES = 256


def record(number):
    lists = (f',"l{name}":[{{' + ",".join(f'"f{f}":{(number * 7919 + name * 31 + f) % 100003}' for f in range(FIELDS)) +
             "}]" for name in range(RELATIONS))
    return f'{{"id":{number}' + "".join(lists) + "}\n"


def limit_handles():
    resource.setrlimit(resource.RLIMIT_NOFILE, (HANDLES, HANDLES))


def main():
    program = os.environ.get("SLUICE_PROGRAM", "")
    if not Path(program).exists():
        print("skipped: the release program is not built (./dev build)")
        return 77
    with tempfile.TemporaryDirectory(prefix="sluice_memory_") as folder:
        command = [program, "write", "-", "--from", "ndjson", "-o", f"{folder}/out", "--flatten", "--name", "t",
                   "--sync", "off", "--json", "-q"]
        with open(f"{folder}/said", "w+b") as said:
            writer = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=said, preexec_fn=limit_handles)
            for number in range(RECORDS):
                writer.stdin.write(record(number).encode())
            writer.stdin.close()
            _, status, usage = os.wait4(writer.pid, 0)
            writer.returncode = os.waitstatus_to_exitcode(status)
            said.seek(0)
            result = json.loads(said.read())
    if writer.returncode != 0:
        print(f"sluice write failed: {result}")
        return 1
    peak = usage.ru_maxrss * 1024
    groups = sum(file["row_groups"] for file in result["files"])
    print(f"peak {peak / 2**20:.1f} MiB for {len(result['files'])} relations, {groups} row groups, {RECORDS} records")
    whole = len(result["files"]) == RELATIONS + 1 and all(file["rows"] == RECORDS for file in result["files"])
    return 0 if whole and peak <= PEAK_BYTES_MAX else 1


if __name__ == "__main__":
    sys.exit(main())
