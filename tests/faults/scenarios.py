"""What the fault tests do to a destination: what stands there first, the command, and what may be seen afterwards.

Every row has an id that no other row has, so that lost and doubled rows show."""

import functools
import shutil
from pathlib import Path

from harness import CHANGES, PROGRAM, Violation, call, kill_at, leftovers, look, points, sluice

PARTITIONS = 5


@functools.cache
def help_of(verb):
    """The help of a verb, or nothing where the program does not have it."""
    done = call([PROGRAM, verb, "--help"])
    return done.out if done.code == 0 else ""


def put_records(path, first, rows):
    """NDJSON of rows with ids from `first` on."""
    with Path(path).open("w", encoding="utf-8") as out:
        for i in range(first, first + rows):
            out.write(f'{{"id":{i},"part":"p{i % PARTITIONS}","name":"name {i * 7919 % 1000}"}}\n')


def ids(first, rows):
    return tuple(range(first, first + rows))


class Scenario:
    name = ""
    words = ""
    needs = ()  # (verb, text of its help) that the program must have
    destination = "out"
    options = ()
    whole = False  # one exchange replaces all that is there
    in_parts = False  # between before and after something else may be seen
    run_id = True
    ways = ("again", "recover", "clean")  # that bring things in order when it is cut off
    is_quick = False  # the quick form kills it everywhere, too
    can_fail = True  # and then leaves nothing
    can_grow = True  # there is a form of it with more rows
    same_names = True  # the names of new files tell nothing of the run
    files = 4  # by --shard-rows

    def __init__(self, rows=400):
        self.rows, self.group_rows, self.file_rows = rows, rows // 8, rows // self.files

    def missing(self):
        """What the program lacks, in words; nothing when the scenario can run."""
        return ", ".join(f"{verb} {text}" for verb, text in self.needs if text not in help_of(verb))

    def prepare(self, folder):
        """Makes the sources and what stands there before."""
        put_records(folder / "new.ndjson", 10_000, self.rows)

    def command(self, folder, threads=1):
        run_id = ["--run-id", "nightly"] if self.run_id and "--run-id" in help_of("write") else []
        shards = ["--shard-rows", self.file_rows] if self.files > 1 else []
        return ["write", folder / "new.ndjson", "-o", folder / self.destination, "--threads", threads, "--quiet",
                "--row-group-rows", self.group_rows, *shards, *self.options, *run_id]

    def before(self):
        """Ids at the destination before, or None when nothing is there."""
        return None

    def after(self):
        return ids(10_000, self.rows)

    def files_of_new(self):
        """The rows of each file that the command makes."""
        return [ids(first, self.file_rows) for first in range(10_000, 10_000 + self.rows, self.file_rows)]

    def neighbours(self):
        return {"new.ndjson"}

    def allows(self, state, folder):
        """Whether a state may be seen after a run that was cut off."""
        seen = None if state is None else state.ids
        return seen in (self.before(), self.after()) or (self.in_parts and self.allows_part(state, folder))

    def allows_part(self, state, folder):
        del state, folder
        return False

    def keeps_what_it_published(self, state):
        """Whether a failed run rightly leaves this behind."""
        del state
        return False

    def has_run_id(self):
        return "--run-id" in self.command(Path("/"))

    def is_untouched(self, state):
        """Whether the old data are there."""
        return (state and state.ids) == self.before()

    def clears(self):
        """Whether the command, given again, leaves nothing of the run that was cut off."""
        return self.has_run_id()

    def repeatable(self):
        """Whether the command can be given again whatever happened, and leads to the same."""
        return self.has_run_id()


class FileCreate(Scenario):
    is_quick = True
    name, words, destination, files = "S1", "create a file", "out.parquet", 1


class DatasetCreate(Scenario):
    name, words = "S2", "create a dataset of four files"


class PublishEach(Scenario):
    name, words = "S10", "publish each file"
    options = ("--publish", "each")
    in_parts, run_id, ways = True, False, ("again", "clean")

    def allows_part(self, state, folder):
        # Whole files, from the first on.
        files = len(state.files)
        return state.ids == ids(10_000, files * self.file_rows) and files in range(5)

    def keeps_what_it_published(self, state):
        return state is not None and self.allows_part(state, None)


class OverExisting(Scenario):
    """A dataset of two files with other rows is there."""

    def prepare(self, folder):
        super().prepare(folder)
        put_records(folder / "old.ndjson", 0, 100)
        sluice("write", folder / "old.ndjson", "-o", folder / self.destination, "--quiet", "--sync", "off",
               *self.old_options)
        (folder / "old.ndjson").unlink()

    old_options = ("--shard-rows", 50)

    def before(self):
        return ids(0, 100)


class DatasetAppend(OverExisting):
    is_quick = True
    name, words = "S3", "append to a dataset"
    needs = (("write", "--mode"), ("write", "append"))
    options = ("--mode", "append")
    in_parts = True

    def after(self):
        return ids(0, 100) + ids(10_000, self.rows)

    def allows_part(self, state, folder):
        # Whole files of the new, and a note of what is still to come.
        new = [rows for name, rows in state.files if name not in ("out-0.parquet", "out-1.parquet")]
        return leftovers(folder / self.destination)[1] and set(new) == {self.file_rows} and \
            set(state.ids) <= set(self.after()) and set(self.before()) <= set(state.ids) and \
            len(state.ids) == 100 + sum(new)


class DatasetOverwrite(OverExisting):
    is_quick = True
    name, words = "S4", "overwrite a dataset"
    needs = (("write", "--mode"), ("write", "overwrite"))
    options, whole = ("--mode", "overwrite"), True


class AppendToGrown(OverExisting):
    """The old files lack a column of the new rows: all of them are written anew, and one exchange shows old and new."""

    name, words, files = "S11", "append to a dataset whose files are written anew", 2
    needs = (("write", "--rewrite-old"),)
    options, old_options, whole = ("--mode", "append", "--rewrite-old"), ("--columns", "id,part"), True

    def after(self):
        return ids(0, 100) + ids(10_000, self.rows)


class FileOverwrite(OverExisting):
    name, words, destination, files = "S4f", "overwrite a file", "out.parquet", 1
    needs = DatasetOverwrite.needs
    options, old_options, whole = ("--mode", "overwrite"), (), True


def of_part(rows, part):
    return tuple(i for i in rows if i % PARTITIONS == part)


class PartitionedCreate(Scenario):
    name, words, files = "S5", "create five partitions", 1
    needs = (("write", "--partition-by"),)
    options = ("--partition-by", "part")

    def files_of_new(self):
        return [of_part(self.after(), part) for part in range(PARTITIONS)]


class PartitionsOverwrite(OverExisting):
    """Old rows are in all five partitions, new ones in three of them."""

    name, words, files = "S6", "overwrite three of five partitions", 1
    needs = (("write", "--partition-by"), ("write", "overwrite-partitions"))
    options = ("--partition-by", "part", "--mode", "overwrite-partitions", "--where", "part < 'p3'")
    old_options = ("--partition-by", "part")
    in_parts = True

    def after(self):
        old = [i for i in ids(0, 100) if i % PARTITIONS >= 3]
        return tuple(old + [i for i in ids(10_000, self.rows) if i % PARTITIONS < 3])

    def files_of_new(self):
        return [of_part(ids(10_000, self.rows), part) for part in range(3)]

    def allows_part(self, state, folder):
        if not leftovers(folder / self.destination)[1]:
            return False
        # Each partition has all of its old rows, or all of its new ones.
        for part in range(PARTITIONS):
            seen = of_part(state.ids, part)
            old, new = of_part(ids(0, 100), part), of_part(ids(10_000, self.rows), part)
            if seen != old and not (part < 3 and seen == new):
                return False
        return len(set(state.ids)) == len(state.ids)


class Merge(Scenario):
    """Three datasets of two files become one file; row groups of 25 rows are copied, and all else is written anew."""

    name, words, destination, files = "S8", "merge three datasets into one file", "out.parquet", 1
    needs = (("merge", "--output"),)
    ways, can_grow = ("again", "clean"), False

    def sources(self, folder):
        return [folder / f"old{i}" for i in range(3)]

    def prepare(self, folder):
        for i, source in enumerate(self.sources(folder)):
            put_records(folder / "rows.ndjson", 10_000 + i * 100, 100)
            sluice("write", folder / "rows.ndjson", "-o", source, "--quiet", "--sync", "off", "--shard-rows", 50,
                   "--row-group-rows", 25)
        (folder / "rows.ndjson").unlink()

    def command(self, folder, threads=1):
        return ["merge", *self.sources(folder), "-o", folder / self.destination, "--threads", threads, "--quiet"]

    def after(self):
        return ids(10_000, 300)

    def files_of_new(self):
        return [self.after()]

    def neighbours(self):
        return {"old0", "old1", "old2"}


class MergeInPlace(OverExisting):
    name, words, files = "S9", "merge a dataset in place", 1
    needs = (("merge", "--in-place"),)
    ways, can_grow, same_names = ("again", "clean"), False, False
    old_options = ("--shard-rows", 10)
    whole = True

    def prepare(self, folder):
        super().prepare(folder)
        (folder / "new.ndjson").unlink()

    def command(self, folder, threads=1):
        return ["merge", "--in-place", folder / self.destination, "--threads", threads, "--quiet"]

    def after(self):
        return self.before()

    def is_untouched(self, state):
        return len(state.files) == 10

    def files_of_new(self):
        return [self.before()]

    def neighbours(self):
        return set()

    def repeatable(self):
        return True


class Recover(Scenario):
    """A run was cut off; now recover is."""

    name, words = "S7", "recover a dataset whose writer was killed"
    needs = (("recover", "--dry-run"),)
    of, at = DatasetCreate(), ("pwrite64", 0.8)
    ways, can_grow, can_fail = ("again",), False, False

    def prepare(self, folder):
        self.of.prepare(folder)
        command = [PROGRAM, *self.of.command(folder)]
        trial = folder.parent / "trial"
        shutil.copytree(folder, trial)
        of_name = [point for point in points([PROGRAM, *self.of.command(trial)], trial, CHANGES)
                   if point.name == self.at[0]]
        shutil.rmtree(trial)
        kill_at(of_name[int(len(of_name) * self.at[1])], command)
        state = look(folder / self.destination)
        self.seen = state and state.ids
        # What it leads to when nothing comes between.
        shutil.copytree(folder, trial)
        sluice(*self.command(trial))
        self.expected = look(trial / self.destination).ids
        shutil.rmtree(trial)
        if self.expected == self.seen:
            raise Violation(f"recover does nothing: {leftovers(folder / self.destination)}")

    def command(self, folder, threads=1):
        del threads
        return ["recover", folder / self.destination, "--quiet"]

    def before(self):
        return self.seen

    def after(self):
        return self.expected

    def allows_part(self, state, folder):
        return self.of.allows_part(state, folder)

    def clears(self):
        return True

    def repeatable(self):
        return True


class RecoverPending(Recover):
    name, words = "S7p", "complete an append that was killed while it published"
    needs = Recover.needs + DatasetAppend.needs
    of, at, in_parts = DatasetAppend(), ("renameat2", 0.6), True


SCENARIOS = [FileCreate(), DatasetCreate(), DatasetAppend(), DatasetOverwrite(), FileOverwrite(), PartitionedCreate(),
             PartitionsOverwrite(), Recover(), RecoverPending(), Merge(),
             MergeInPlace(), PublishEach(), AppendToGrown()]


def chosen(names):
    """(scenarios that can run, words about those that cannot)"""
    wanted = [one for one in SCENARIOS if not names or one.name in names]
    lacking = [f"{one.name} {one.words} (no {one.missing()})" for one in wanted if one.missing()]
    return [one for one in wanted if not one.missing()], lacking


class Stage:
    """A scenario's folder as it is before the command, to be copied for each fault."""

    def __init__(self, scenario, folder):
        self.scenario, self.folder = scenario, Path(folder) / scenario.name
        self.folder.mkdir()
        self.original = self.folder / "original"
        self.original.mkdir()
        scenario.prepare(self.original)
        self.count = 0

    def copy(self, name):
        place = self.folder / name
        shutil.copytree(self.original, place, symlinks=True)
        return place

    def drop(self, place):
        shutil.rmtree(place, ignore_errors=True)
