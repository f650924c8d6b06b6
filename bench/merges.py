"""What merging costs beside copying: `sluice merge` of files whose row groups are copied as they are, and
`cp --reflink=never` of the same files, in the same rounds, neither of them synced; and, for what it is worth, the same
rows written anew."""

import os
import shutil
import statistics

import report

COPIES_MIN = 0.8  # of the rate of cp


def sources(options, data, timed, table):
    """A dataset of the table in files of 64 MiB; big row groups, as a merge of large files meets them."""
    folder = data / f"merge-{options.rows}"
    if not folder.exists():
        partial = folder.with_name(folder.name + "-partial")
        shutil.rmtree(partial, ignore_errors=True)
        timed([options.build / "sluice", "write", table, "-o", partial, "--shard-bytes", "64MiB", "--compression",
               "snappy", "--sync", "off", "--quiet"])
        partial.rename(folder)
    return folder


def run_merges(options, data, timed, table):
    folder = sources(options, data, timed, table)
    files = sorted(folder.glob("*.parquet"))
    total = sum(file.stat().st_size for file in files)
    out = data / "merged"
    sluice = [options.build / "sluice", "merge", folder, "--sync", "off", "--quiet", "-o"]
    ways = {"cp --reflink=never": ["cp", "--reflink=never", *files, out],
            "merge into one file": [*sluice, out / "all.parquet"],
            "merge into files of 128 MiB": [*sluice, out / "few", "--shard-bytes", "128MiB"],
            "merge, all rows anew": [*sluice, out / "all.parquet", "--copy-rows", str(2**40), "--copy-bytes", "1TiB",
                                     "--compression", "snappy"]}
    seconds = {name: [] for name in ways}
    for turn in range(options.repeat + 1):  # the first one warms the page cache
        for name, command in ways.items():
            shutil.rmtree(out, ignore_errors=True)
            out.mkdir()
            os.sync()
            took = timed(command)[1]["seconds"]
            if turn > 0:
                seconds[name].append(took)
    shutil.rmtree(out)
    copy = min(seconds["cp --reflink=never"])
    rows = [[name, f"{min(times):.3f}", f"{statistics.median(times):.3f}", f"{total / min(times) / 1e9:.2f}",
             f"{copy / min(times):.2f}"] for name, times in seconds.items()]
    told = report.table([f"{len(files)} files, {total / 1e6:.0f} MB", "best s", "median s", "GB/s", "of cp"], rows)
    return told + f"\nPromised: what is copied at {COPIES_MIN} of the rate of cp."
