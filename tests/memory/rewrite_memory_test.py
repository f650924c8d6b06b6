"""A dataset whose row groups are as large as they become is compared with itself, and written anew, within 256 MiB by
the kernel's account: two readers at a time, and a reader beside a writer, share the one budget of 192 MiB (and 64 MiB
beside it). SLUICE_REWRITE_ROWS says how many rows one file has (500,000), SLUICE_REWRITE_FILES how many times it counts
as a file of the dataset (4): they are links to one and the same."""

import os
import random
import subprocess
import sys
import tempfile
from pathlib import Path

ROWS = int(os.environ.get("SLUICE_REWRITE_ROWS", 500_000))
FILES = int(os.environ.get("SLUICE_REWRITE_FILES", 4))
PEAK_BYTES_MAX = 256 << 20
SEED = 7
TEXTS = 8  # columns, of 32 signs each, which hardly compress


def lines(rows):
    draw = random.Random(SEED)
    for row in range(rows):
        signs = f"{draw.getrandbits(128 * TEXTS):0{32 * TEXTS}x}"
        texts = ",".join(f'"t{i}":"{signs[32 * i:32 * i + 32]}"' for i in range(TEXTS))
        yield f'{{"id":{row},"x":{row * 2654435761 % 4294967296 / 7},{texts}}}\n'


def run(arguments, stdin_lines=None):
    """Standard output, and the peak of memory."""
    process = subprocess.Popen([str(word) for word in arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               stdin=subprocess.PIPE if stdin_lines else None, text=True)
    if stdin_lines:
        process.stdin.writelines(stdin_lines)
        process.stdin.close()
    output, words = process.stdout.read(), process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"{' '.join(process.args[1:])}: exit code {process.returncode}\n{words}")
    return output, usage.ru_maxrss * 1024


def main():
    program = os.environ.get("SLUICE_PROGRAM", "")
    if not Path(program).exists():
        print("skipped: the release program is not built (./dev build)")
        return 77
    failures = 0
    with tempfile.TemporaryDirectory(prefix="sluice_rewrite_memory_") as folder:
        one, again = Path(folder) / "all" / "0.parquet", Path(folder) / "again.parquet"
        one.parent.mkdir()
        run([program, "write", "-", "--from", "ndjson", "-o", one, "--compression", "snappy", "--quiet"], lines(ROWS))
        for i in range(1, FILES):
            os.link(one, one.with_name(f"{i}.parquet"))
        _, comparing_peak = run([program, "diff", one.parent, one.parent, "--threads", 8])
        _, writing_peak = run([program, "write", one.parent, "-o", again, "--threads", 8, "--sync", "off", "--quiet"])
        written, _ = run([program, "count", again])
        print(f"{FILES} files of {ROWS:,} rows, {one.stat().st_size / 2**20:.0f} MiB each: peak "
              f"{comparing_peak / 2**20:.0f} MiB to compare, {writing_peak / 2**20:.0f} MiB to write anew")
        failures += int(written) != ROWS * FILES
        failures += max(comparing_peak, writing_peak) > PEAK_BYTES_MAX
    return int(failures > 0)


if __name__ == "__main__":
    sys.exit(main())
