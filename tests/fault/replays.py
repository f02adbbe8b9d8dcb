"""Rejects that are sent through again by a repaired pipeline: it is the replay that is hurt."""
import csv
import json
import shutil
import sqlite3
import subprocess
import tempfile
from collections import Counter
from pathlib import Path

from targets import Csv, Sqlite, difference

COLUMNS = "{ id: int, n: KIND, name: text }"
LOAD = """etl 1
pipeline load {
    workers = WORKERS
    batch = 5
    SETTINGS
}
source orders = csv("in/*.csv") COLUMNS CLAUSE
connection db = sqlite("t.db")
flow good = from orders STAGES
"""
FIRST = '| validate { n > 0 else "not positive" }'
REPAIRED = '| set { n = try(int(n)) ?? 0 } | validate { n > -5 else "far too small" }'


def rows_of(target, folder):
    """A multiset of (id, n, name)."""
    if isinstance(target, Sqlite):
        return rows_of_table(folder)
    path = folder / target.name
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    return Counter(tuple(row) for row in csv.reader(text.splitlines()[1:]))


def rows_of_table(folder):
    """Read in a copy: whoever opens the file repairs it."""
    with tempfile.TemporaryDirectory() as copy:
        for path in folder.glob("t.db*"):
            shutil.copy(path, copy)
        base = sqlite3.connect(Path(copy, "t.db"))
        try:
            return Counter((str(at), str(n), name) for at, n, name in base.execute("select id, n, name from orders"))
        finally:
            base.close()


def told(line):
    reject = json.loads(line)
    return reject["file"].rpartition("/")[2], reject["line"], reject["row"]


class Replay:
    """A load that refuses rows is run once, unharmed; its rejects are then replayed under all hardships. It is judged
    like an incremental load, for it commits on its way."""
    incremental, large = True, False
    program = None  # etlrun, for the load

    def __init__(self, targets, clause, workers=1, short=False):
        self.targets, self.clause, self.workers, self.short = targets, clause, workers, short
        self.source = self  # of whose files fail_reading() takes one
        self.files = [".etl/rejects"]
        kinds = " + ".join("sqlite" if isinstance(target, Sqlite) else "csv" for target in targets)
        self.name = f"replay -> {kinds}{' ' + clause if clause else ''}, {workers} worker{'s' * (workers > 1)}"

    def pipeline(self, kind, stages, settings):
        text = LOAD.replace("WORKERS", str(self.workers)).replace("SETTINGS", "\n    ".join(settings))
        text = text.replace("COLUMNS", COLUMNS.replace("KIND", kind)).replace("CLAUSE", self.clause)
        return text.replace("STAGES", stages) + "".join(f"from good | {target.into()}\n" for target in self.targets)

    def text(self, settings=()):
        return self.pipeline("text", REPAIRED, settings if self.clause else [])

    @staticmethod
    def lines(number, rows):
        for i in range(rows):
            at = number * rows + i
            n = "x" if i % 3 == 0 else "-1" if i % 5 == 0 else "-9" if i % 7 == 0 else str(at + 1)
            yield i + 2, f"{at},{n},name {at}"

    def grow(self, folder, number, seed, rows):
        del seed
        self.rows = rows
        self.rounds = number + 1
        if not self.clause:  # all files are read again
            for path in folder.glob("in/*"):
                path.unlink()
        path = folder / "in" / f"{number}.csv"
        path.parent.mkdir(exist_ok=True)
        path.write_text("id,n,name\n" + "".join(line + "\n" for _, line in self.lines(number, rows)))
        first = folder / "first.etl"
        first.write_text(self.pipeline("int", FIRST, []), encoding="utf-8")
        old = set((folder / ".etl/rejects").glob("*"))
        subprocess.run([str(self.program), "--quiet", str(first)], check=True)
        new = set((folder / ".etl/rejects").glob("*.jsonl")) - old
        new.pop().rename(folder / f".etl/rejects/first{number}.jsonl")
        (folder / "arguments").write_text(f"--replay first{number}")
        first.unlink()

    def leftovers(self, folder):
        known = {"load.etl", "arguments", ".etl", "in"}
        for target in self.targets:
            known |= {target.name, *target.beside}
        return sorted(path.name for path in folder.iterdir() if path.name not in known)

    def reject_files(self, folder):
        return {path for path in (folder / ".etl/rejects").glob("*") if not path.name.startswith("first")}

    def expected(self):
        rows, rejects = Counter(), Counter()
        for number in range(self.rounds):
            for line, text in self.lines(number, self.rows):
                at, n, name = text.split(",")
                if n == "-9":
                    rejects[(f"{number}.csv", line, text)] += 1
                else:
                    rows[(at, "0" if n == "x" else n, name)] += 1
        return rows, rejects

    def problems_when_done(self, folder, reject_files):
        rows, rejects = self.expected()
        found = []
        for target in self.targets:
            wrong = difference(rows_of(target, folder), rows)
            if wrong:
                found.append(f"{target.name}: {wrong}")
        came = Counter()
        for path in reject_files:
            came.update(told(line) for line in path.read_text(encoding="utf-8").splitlines())
        wrong = difference(came, rejects)
        return found + ([f"rejects: {wrong}"] if wrong else [])

    def rows_of_targets(self, folder):
        return {target.name: rows_of(target, folder) for target in self.targets}

    def problems_when_hurt(self, folder, before, hit=(), stuck=True):
        del before, hit, stuck
        rows, _ = self.expected()
        return [f"{target.name}: doubled or alien rows are there" for target in self.targets
                if isinstance(target, Sqlite) and not rows_of(target, folder) <= rows]


def replays():
    by_file = "incremental by file"
    for workers in (1, 4):
        yield Replay([Sqlite("append always")], "", workers)
        yield Replay([Csv("out.csv", "append")], by_file, workers)
        yield Replay([Sqlite("append"), Csv("out.csv", "append")], by_file, workers, short=workers == 1)
