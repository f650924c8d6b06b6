"""Row groups in any number: the release program needs as much memory for a hundred thousand as for ten thousand, by the
kernel's account, and the file that comes out is whole. SLUICE_ROW_GROUPS says how many to write (100,000)."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROW_GROUPS = int(os.environ.get("SLUICE_ROW_GROUPS", 100_000))
FEWER = ROW_GROUPS // 10
# Eight bytes for each row group, its place in the result, which a growing list may hold twice; their text; chance.
GROWTH_BYTES_MAX = (8 << 20) + 100 * (ROW_GROUPS - FEWER)


def peak_of(program, source, rows_in_group, folder):
    """Writes one file; its peak of memory, and what the program says of it."""
    command = [program, "write", source, "-o", f"{folder}/{rows_in_group}.parquet", "--row-group-rows",
               str(rows_in_group), "--row-groups-max", str(ROW_GROUPS), "--threads", "2", "--sync", "off", "--json"]
    writer = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    output, words = writer.stdout.read(), writer.stderr.read()
    _, status, usage = os.wait4(writer.pid, 0)
    writer.returncode = os.waitstatus_to_exitcode(status)
    if writer.returncode != 0:
        sys.exit(f"sluice write failed: {words.decode()}")
    return usage.ru_maxrss * 1024, json.loads(output)["files"][0]


def main():
    program = os.environ.get("SLUICE_PROGRAM", "")
    if not Path(program).exists():
        print("skipped: the release program is not built (./dev build)")
        return 77
    with tempfile.TemporaryDirectory(prefix="sluice_memory_") as folder:
        source = f"{folder}/rows.ndjson"
        with open(source, "w", encoding="ascii") as out:
            for row in range(ROW_GROUPS):
                out.write(f'{{"n":{row},"text":"row {row % 1000}"}}\n')
        few, _ = peak_of(program, source, 10, folder)
        many, written = peak_of(program, source, 1, folder)
        print(f"peak {few / 2**20:.1f} MiB for {FEWER:,} row groups, {many / 2**20:.1f} MiB for {ROW_GROUPS:,}")
        if (written["row_groups"], written["rows"], len(set(written["row_group_offsets"]))) != (ROW_GROUPS,) * 3:
            print(f"{ROW_GROUPS} row groups of one row were asked for, found {written['row_groups']}")
            return 1
        inspected = subprocess.run([program, "schema", f"{folder}/1.parquet"], capture_output=True, check=False)
        if inspected.returncode != 0:
            print(f"the file cannot be read: {inspected.stderr.decode()}")
            return 1
    return int(many > few + GROWTH_BYTES_MAX)


if __name__ == "__main__":
    sys.exit(main())
