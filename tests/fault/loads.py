"""The loads that are hurt: each a source that grows from load to load, stages that refuse rows, and targets."""
import random
from collections import Counter

from json_orders import JsonFile, JsonFolder
from orders import STAGES, CsvFile, CsvFolder, DistinctFile, OtherDays, SortedFile, Table, reject_of_line
from targets import Csv, Json, JsonLines, Partitions, Sqlite, Torn, difference


class Load:
    """incremental: the clause, empty for a full load. short: the short form has it, too. large: so many rows that
    not each call is hurt, but some by chance. on_the_way: a full load by key that commits before its end."""

    def __init__(self, kind, source, targets, workers=1, batch=40, short=False, large=False, on_the_way=False):
        self.source, self.targets, self.short, self.large = source, targets, short, large
        self.workers, self.batch = workers, batch
        self.incremental, self.on_the_way = source.clause, on_the_way
        self.target_names = " + ".join(kind_of(target) for target in targets)
        plural = "" if workers == 1 else "s"
        size = ", large" if large else ""
        self.name = f"{kind} -> {self.target_names}, {workers} worker{plural}, batch {batch}{size}"

    def text(self, settings=()):
        settings = [f"workers = {self.workers}", f"batch = {self.batch}", *self.source.settings, *settings]
        if self.on_the_way:
            settings.append("commit_every = 50")
        lines = ["etl 1", "pipeline load {", *(f"    {setting}" for setting in settings), "}",
                 self.source.declaration, self.incremental, 'connection db = sqlite("t.db")',
                 f"flow good = from orders{self.source.first_stage} {STAGES}{self.source.last_stage}".rstrip()]
        return "\n".join(lines + [f"from good | {target.into()}" for target in self.targets]) + "\n"

    def grow(self, folder, number, seed, rows):
        rng = random.Random(f"{seed} {self.name} {number}")
        self.source.grow(folder, rng, number, rows * 100 if self.large else rows)

    def leftovers(self, folder):
        known = {"load.etl", ".etl", *self.source.files}
        return sorted(path.name for path in folder.iterdir()
                      if path.name not in known and not any(target.owns(path) for target in self.targets))

    def reject_files(self, folder):
        return set((folder / ".etl/rejects").glob("*"))

    def problems_when_done(self, folder, reject_files):
        """After a run that ended well: exactly what the source says, in targets and rejects."""
        judged = self.source.judged(folder)
        found = []
        for target in self.targets:
            try:
                wrong = difference(target.rows(folder), target.expected(judged))
            except Torn as torn:
                wrong = torn
            if wrong:
                found.append(f"{target.name}: {wrong}")
        rejects = Counter()
        for path in reject_files:
            rejects.update(reject_of_line(line) for line in path.read_text(encoding="utf-8").splitlines())
        wrong = difference(rejects, judged.rejects)
        return found + ([f"rejects: {wrong}"] if wrong else [])

    def rows_of_targets(self, folder):
        return {target.name: target.rows(folder) for target in self.targets}

    def problems_when_hurt(self, folder, before, hit=(), stuck=True):
        """After a run that did not end well. A full load: all of the old or of the new, the old in `hit`. stuck: it
        could not take back what it had begun."""
        judged = self.source.judged(folder)
        found = []
        for target in self.targets:
            if self.incremental and not isinstance(target, Sqlite):
                continue  # what stands behind the manifest's length is cut by the next run
            try:
                rows = target.rows(folder)
            except Torn as torn:
                found.append(f"{target.name}: {torn}")
                continue
            new = target.expected(judged)
            if self.incremental and target.is_whole:
                if (rows or Counter()) not in (before[target.name] or Counter(), new):
                    found.append(f"{target.name}: it is neither what it was nor what it is to be")
            elif self.incremental:
                if not target.mode.startswith("upsert") and not (rows or Counter()) <= new:
                    found.append(f"{target.name}: doubled or alien rows are there")
            elif self.on_the_way:
                known = set(before[target.name] or ()) | set(judged.rows)
                keys = Counter(row[0] for row in rows or ())
                if not set(rows or ()) <= known or any(count > 1 for count in keys.values()):
                    found.append(f"{target.name}: doubled or alien rows are there")
            elif stuck and target.can_be_between and target.is_between(folder, before[target.name], new):
                continue
            elif rows != before[target.name] and (rows != new or target.name in hit):
                found.append(f"{target.name}: it is not what it was before the run: {difference(rows, new) or 'new'}")
        return found


def kind_of(target):
    if isinstance(target, Sqlite):
        return "sqlite " + target.mode.replace("replace by id", "replace by").replace(" by id", "")
    kind = "partitions" if isinstance(target, Partitions) else type(target).__name__.lower()
    ending = target.name.rpartition(".")[2]
    return kind.replace("jsonlines", "jsonl") + (" " + ending if ending in ("gz", "zst") else "")


def full_loads():
    one = {"csv": [Csv("out.csv")], "jsonl": [JsonLines("out.jsonl")], "sqlite": [Sqlite()],
           "both": [Sqlite(), Csv("out.csv")]}
    for kind, targets in one.items():
        yield Load("full csv", CsvFile(), targets, short=kind in ("csv", "sqlite"))
        yield Load("full csv", CsvFile(), targets, workers=4, short=kind == "jsonl")
        # One batch: its writer calls once, so that the k-th call is one of the thread that publishes.
        yield Load("full csv", CsvFile(), targets, batch=10_000, short=kind == "both")
    yield Load("full csv", CsvFile(grows=True), [Sqlite("upsert by id")])
    for workers in (1, 4):
        yield Load("full csv, committed on its way", CsvFile(grows=True), [Sqlite("upsert by id")], workers,
                   short=workers == 4, on_the_way=True)
    yield Load("full csv", CsvFile(), one["both"], workers=4, batch=4000, large=True)
    yield Load("spilled csv", SortedFile(), one["both"], workers=4, batch=4000, large=True)
    yield from more_full_loads()
    yield Load("full table", Table(), [JsonLines("out.jsonl"), Csv("out.csv")], short=True)


def more_full_loads():
    """Of other forms of targets and sources."""
    for workers in (1, 4):
        yield Load("full csv", OtherDays(), [Partitions("out.csv")], workers, short=workers == 1)
        yield Load("full csv", OtherDays(), [Partitions("out.csv.gz"), Sqlite()], workers)
        yield Load("full csv", CsvFile(), [Csv("out.csv.zst"), Csv("out.csv.gz")], workers)
        yield Load("full csv", CsvFile(), [Json("out.json")], workers)
        yield Load("full jsonl", JsonFile("in.jsonl"), [Csv("out.csv"), Sqlite()], workers)
        yield Load("full json", JsonFile("in.json"), [JsonLines("out.jsonl.gz")], workers)
        yield Load("full csv", CsvFile(grows=True), [Sqlite("replace by id")], workers)
        delete = Sqlite('upsert by id delete when note == "paid"', gone=lambda row: row[2] == "paid")
        yield Load("full csv, committed on its way", CsvFile(grows=True), [delete], workers, on_the_way=True)
    yield Load("distinct csv", DistinctFile(), [Sqlite(), Csv("out.csv.zst")], workers=4, batch=4000, large=True)


def incremental_loads():
    append = [Csv("out.csv", "append"), JsonLines("out.jsonl", "append"), Sqlite("append"), Sqlite("upsert by id")]
    sources = [("by offset", lambda _: CsvFile(grows=True, clause="incremental by offset")),
               ("by file", lambda _: CsvFolder(clause="incremental by file")),
               ("by column", lambda keyed: Table(clause="incremental by updated", changes=keyed))]
    for at, (kind, make) in enumerate(sources):
        for workers in (1, 4):
            for target in append:
                short = target is append[at] if workers == 1 else target is append[-1 - at]
                yield Load(kind, make(target.mode.startswith("upsert")), [target], workers, short=short)
            both = [Sqlite("append"), Csv("out.csv", "append")]
            yield Load(kind, make(False), both, workers, short=workers == 1 and at == 0)
            yield Load(kind, make(False), both, workers, batch=10_000)
        yield Load(kind, make(False), both, workers=4, batch=4000, large=True)
    yield from more_incremental_loads()


def more_incremental_loads():
    for workers in (1, 4):
        by_offset = CsvFile(grows=True, clause="incremental by offset")
        yield Load("by offset", by_offset, [Partitions("out.csv", "append")], workers, short=workers == 1)
        yield Load("by offset", by_offset, [Csv("out.csv.gz", "append")], workers)
        lines = JsonFile(grows=True, clause="incremental by offset")
        yield Load("jsonl by offset", lines, [JsonLines("out.jsonl", "append")], workers)
        yield Load("json by file", JsonFolder("incremental by file"), [Csv("out.csv.zst", "append")], workers)
        both = [Sqlite("replace by id"), Csv("out.csv", "append")]
        yield Load("by file", CsvFolder(clause="incremental by file"), both[:1], workers)
        yield Load("by file", CsvFolder(clause="incremental by file"), both, workers)
        both = [Partitions("out.csv.zst", "append"), Sqlite("append")]
        yield Load("by file", CsvFolder(clause="incremental by file"), both, workers)
        delete = Sqlite('upsert by id delete when note == "paid"', gone=lambda row: row[2] == "paid")
        yield Load("by column", Table(clause="incremental by updated", changes=True), [delete], workers)


def meeting_loads():
    """Those whose runs meet one another."""
    yield Load("full csv", CsvFile(), [Csv("out.csv")], short=True)
    yield Load("full csv", CsvFile(), [Sqlite(), Csv("out.csv")], short=True)
    yield Load("full csv", OtherDays(), [Partitions("out.csv")])
    for kind, source in [("by offset", CsvFile(grows=True, clause="incremental by offset")),
                         ("by column", Table(clause="incremental by updated"))]:
        for targets in ([Csv("out.csv", "append")], [Sqlite("append")], [Sqlite("append"), Csv("out.csv", "append")],
                        [Partitions("out.csv", "append")]):
            yield Load(kind, source, targets, short=type(targets[0]) is (Csv if kind == "by offset" else Sqlite))
