"""The bench of choices: how much larger the measured choice of encodings makes the bench tables than the best fixed
ones, and what it costs (bench/run.py choices)."""

import json
import statistics

import report
import sizes

COLUMN_LOSS_SHOWN = 1.01
COLUMN_BYTES_SHOWN = 10_000


class Choices:
    """Bytes of one table by codec, column and encoding, and the times of choice_bench.cc."""

    def __init__(self, name, lines):
        self.name = name
        self.bytes = {}
        self.seconds = {}
        self.choice_percent = {}
        for line in lines:
            if "column" in line:
                of_column = self.bytes.setdefault(line["codec"], {}).setdefault(line["column"], {})
                of_column[line["encoding"]] = line["bytes"]
            else:
                self.seconds[line["codec"]] = (line["seconds_measured"], line["seconds_asked"])
                self.choice_percent[line["codec"]] = 100 * line["choice_share"]

    def best(self, codec, column):
        """(encoding, bytes) of the best fixed encoding of a column."""
        fixed = {name: size for name, size in self.bytes[codec][column].items() if name != "measured"}
        return min(fixed.items(), key=lambda pair: pair[1])

    def measured(self, codec):
        return sum(column["measured"] for column in self.bytes[codec].values())

    def to_best_columns(self, codec):
        """Against the best encoding of each column."""
        return self.measured(codec) / sum(self.best(codec, column)[1] for column in self.bytes[codec])

    def to_best_single(self, codec):
        """Against one encoding for all columns, and PLAIN where it does not suit."""
        encodings = {name for column in self.bytes[codec].values() for name in column if name != "measured"}
        return self.measured(codec) / min(
            sum(column.get(name, column["plain"]) for column in self.bytes[codec].values()) for name in encodings)

    def lost_columns(self):
        lost = []
        for codec in sizes.CODECS:
            for column, found in self.bytes[codec].items():
                encoding, best = self.best(codec, column)
                if found["measured"] > COLUMN_LOSS_SHOWN * best and found["measured"] - best > COLUMN_BYTES_SHOWN:
                    lost.append((found["measured"] - best,
                                 [f"{self.name}.{column}", codec, str(found["measured"]), str(best),
                                  f"{found['measured'] / best:.3f}", encoding]))
        return [cells for _, cells in sorted(lost, reverse=True)]


def run_choices(options, data, run):
    """The table for the README; what was lost by column goes to `data`/choices-columns.md."""
    listed = [json.loads(line)["table"] for line in run([options.build / "size_bench", "--list"])[0].splitlines()]
    tables = []
    for name in listed:
        if options.tables and name not in options.tables:
            continue
        command = [options.build / "choice_bench", "--table", name, "--out", data / "choices.parquet",
                   "--repeat", options.repeat]
        tables.append(Choices(name, [json.loads(line) for line in run(command)[0].splitlines()]))
        print(f"  {name}: " + ", ".join(f"{codec} {tables[-1].to_best_columns(codec):.3f}" for codec in sizes.CODECS),
              flush=True)
    (data / "choices.parquet").unlink()
    lost = [cells for table in tables for cells in table.lost_columns()]
    header = ["column", "codec", "measured", "best", "ratio", "encoding"]
    (data / "choices-columns.md").write_text(report.table(header, lost) + "\n")
    return summary(tables)


def summary(tables):
    header = ["table"]
    for codec in sizes.CODECS:
        header += [f"{codec}: columns", "table", "time", "choice %"]
    cells = lambda of_table: [value for codec in sizes.CODECS for value in of_table(codec)]
    numbers = [cells(lambda codec, table=table: (table.to_best_columns(codec), table.to_best_single(codec),
                                                 table.seconds[codec][0] / table.seconds[codec][1],
                                                 table.choice_percent[codec]))
               for table in tables]
    rows = [[table.name, *(f"{value:.3f}" for value in row)] for table, row in zip(tables, numbers)]
    for name, fold in (("mean", statistics.mean), ("worst", max)):
        rows.append([name, *(f"{fold(column):.3f}" for column in zip(*numbers))])
    return report.table(header, rows)
