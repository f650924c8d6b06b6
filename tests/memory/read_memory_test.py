"""Datasets of any size are read within 256 MiB by the kernel's account (the default budget of 192 MiB and 64 MiB beside
it), whole and by a condition, and every row arrives. SLUICE_READ_ROWS says how many rows one file has (1,000,000),
SLUICE_READ_FILES how many times it counts as a file of the dataset (20): they are links to one and the same."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROWS = int(os.environ.get("SLUICE_READ_ROWS", 1_000_000))
FILES = int(os.environ.get("SLUICE_READ_FILES", 20))
PEAK_BYTES_MAX = 256 << 20


def lines(rows):
    """Numbers, texts that repeat and texts that do not, lists, nulls."""
    for row in range(rows):
        tags = "null" if row % 9 == 0 else f'["t{row % 13}","t{row % 7}"]'
        yield f'{{"id":{row},"kind":"kind {row % 50}","text":"{row * 2654435761 % 4294967296:x} came","tags":{tags}}}\n'


def write_dataset(program, folder):
    one = Path(folder) / "0.parquet"
    writer = subprocess.Popen([program, "write", "-", "--from", "ndjson", "-o", one], stdin=subprocess.PIPE, text=True)
    writer.stdin.writelines(lines(ROWS))
    writer.stdin.close()
    if writer.wait() != 0:
        sys.exit("sluice write failed")
    for i in range(1, FILES):
        os.link(one, Path(folder) / f"{i}.parquet")


def read(arguments):
    """Output is counted in lines and let go: how many, the last one, and the peak of memory."""
    process = subprocess.Popen(arguments, stdout=subprocess.PIPE)
    count, last = 0, b""
    for last in process.stdout:
        count += 1
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"{' '.join(map(str, arguments[1:]))}: exit code {process.returncode}")
    return count, last.decode().strip(), usage.ru_maxrss * 1024


def main():
    program = os.environ.get("SLUICE_PROGRAM", "")
    if not Path(program).exists():
        print("skipped: the release program is not built (./dev build)")
        return 77
    failures = 0
    with tempfile.TemporaryDirectory(prefix="sluice_read_memory_") as folder:
        write_dataset(program, folder)
        count, _, peak = read([program, "show", folder, "--columns", "id,tags", "--format", "ndjson"])
        _, counted, counting_peak = read([program, "count", folder, "--where", "text like '%ff%' or kind = 'kind 7'"])
        print(f"{FILES} files of {ROWS:,} rows: peak {peak / 2**20:.0f} MiB for all rows, "
              f"{counting_peak / 2**20:.0f} MiB to count {counted}")
        failures += count != ROWS * FILES
        failures += max(peak, counting_peak) > PEAK_BYTES_MAX
    return int(failures > 0)


if __name__ == "__main__":
    sys.exit(main())
