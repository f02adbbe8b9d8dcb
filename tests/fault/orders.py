"""Makes the sources of the loads, and judges them again by reading them: what must arrive, what must be refused.

Judged anew from the source's bytes, without the engine: that is what its targets and rejects are compared with.
"""
import csv
import io
import json
import re
import sqlite3
from collections import Counter
from decimal import Decimal

COLUMNS = ["id", "name", "note", "amount", "day"]
HEADER = ",".join(COLUMNS) + "\n"
NAMES = ["ann", "bob", "zoë", 'the "great"', "two\nlines", "a, b", "\nthree\n\nlines\n", "skip me", "nobody", "x" * 60]
NOTES = ["", "", "paid", "late\nand sent back", 'said "no"']

# The stages between source and targets, as judge() has them.
STAGES = """| validate {
    amount > 0        else "amount must be positive"
    name != "nobody"  else "no name"
}
| filter name != "skip me"
"""


class Judged:
    """rows: what must arrive, as tuples of text (None is null), in the source's order. rejects: how often each.
    starts: with which row each load begins, where that matters."""

    def __init__(self):
        self.rows, self.rejects, self.starts = [], Counter(), [0]

    def judge(self, values, place, row):
        reason = self.reason_against(values)
        if reason:
            self.rejects[(*place, reason, row)] += 1
        elif values[1] != "skip me":
            number, name, note, amount, day = values
            self.rows.append((number, name, note or None, f"{Decimal(amount):.2f}", day))

    @staticmethod
    def reason_against(values):
        if len(values) != len(COLUMNS):
            return f"{len(values)} fields, but {len(COLUMNS)} are expected"
        if not re.fullmatch(r"-?\d+", values[0]):
            return "not an int"
        if not re.fullmatch(r"-?\d+(\.\d\d?)?", values[3]):
            return "not a decimal(12, 2)"
        checks = [(Decimal(values[3]) > 0, "amount must be positive"), (values[1] != "nobody", "no name")]
        return "; ".join(reason for good, reason in checks if not good)


def split_records(text):
    """(line, record) of each: a record ends at a line end outside of quotes."""
    line = first = 1
    begin, inside = 0, False
    for at, sign in enumerate(text):
        if sign == '"':
            inside = not inside
        elif sign == "\n":
            line += 1
            if not inside:
                yield first, text[begin:at]
                first, begin = line, at + 1


def judge_csv(path, judged):
    text = path.read_text(encoding="utf-8")
    for line, record in split_records(text):
        if line == 1:
            continue
        if re.search(r'(^|,)"([^"]|"")*"[^",]', record):
            judged.rejects[(path.name, line, "text behind a closing quote", record)] += 1
        else:
            judged.judge(next(csv.reader(io.StringIO(record, newline=""))), (path.name, line), record)


def judge_table(path, judged, every_version):
    base = sqlite3.connect(path)
    query = "select id, name, note, amount, day from "
    query += "versions order by load, updated, id" if every_version else "orders order by updated, id"
    for row in base.execute(query):
        values = [str(row[0]), *row[1:]]
        judged.judge(values, (path.name,), values[0])
    base.close()


def reject_of_line(line):
    """The same shape, of a line of the engine's rejects."""
    reject = json.loads(line)
    file = reject["file"].rpartition("/")[2]
    if file.endswith(".db"):
        return file, reject["reason"], str(json.loads(reject["row"])["id"])
    return file, reject["line"], reject["reason"], reject["row"]


def values_of(rng, number):
    amount = rng.choice([f"{rng.randrange(1, 99_999) / 100:.2f}", str(rng.randrange(1, 900)), "7.5"])
    if rng.random() < 0.06:
        amount = "-" + amount
    return [str(number), rng.choice(NAMES), rng.choice(NOTES), amount, f"2024-0{rng.randrange(1, 10)}-11"]


def quoted(value):
    return '"' + value.replace('"', '""') + '"' if re.search('[",\n]', value) else value


def csv_records(rng, first, count):
    """Records one behind the other; in ten of them one is not as it should be, some come twice, some ids again."""
    made = []
    for number in range(first, first + count):
        chance = rng.random()
        if chance < 0.05 and made:
            made.append(rng.choice(made))
            continue
        values = values_of(rng, rng.randrange(1, number + 1) if chance < 0.15 else number)
        record = ",".join(map(quoted, values))
        if chance > 0.9:
            record = rng.choice([
                ",".join(map(quoted, values[:3])), record + ",more,and more", '7,"quoted" badly,,1.00,2024-01-01',
                ",".join(["no number", *map(quoted, values[1:])]),
                ",".join([*map(quoted, values[:3]), "a lot", values[4]])])
        made.append(record)
    return "".join(record + "\n" for record in made)


class CsvFile:
    """in.csv: written anew before each load, or grown."""
    declaration = 'source orders = csv("in.csv") {\n    id: int\n    name: text\n    note: text?\n' \
                  "    amount: decimal(12, 2)\n    day: date\n}"
    files, first_stage, last_stage, settings = ["in.csv"], "", "", []

    def __init__(self, grows=False, clause=""):
        self.grows, self.clause = grows, clause

    def grow(self, folder, rng, load, count):
        path = folder / "in.csv"
        text = self.records(rng, load, count)
        if self.grows and path.exists():
            with open(path, "a", encoding="utf-8", newline="") as file:
                file.write(text)
        else:
            path.write_text(HEADER + text, encoding="utf-8", newline="")

    def records(self, rng, load, count):
        return csv_records(rng, 1 + load * count, count)

    def judged(self, folder):
        judged = Judged()
        judge_csv(folder / "in.csv", judged)
        return judged


class OtherDays(CsvFile):
    """Of the days of one load some are not in the next, and some are new."""

    def records(self, rng, load, count):
        return re.sub(r"2024-0(\d)-11", lambda day: f"2024-0{load + 1 + int(day[1]) // 2}-11",
                      super().records(rng, load, count))


class SortedFile(CsvFile):
    """in.csv, sorted by what the run may not keep in memory."""
    last_stage, settings = "| sort by day desc, id\n", ["memory = 1MB"]


class DistinctFile(CsvFile):
    """Each row once, of more of them than may be kept in memory."""
    last_stage, settings = "| distinct\n", ["memory = 1MB"]

    def judged(self, folder):
        judged = super().judged(folder)
        judged.rows = list(dict.fromkeys(judged.rows))
        return judged


class CsvFolder:
    """inbox/*.csv: more files before each load."""
    declaration = CsvFile.declaration.replace("in.csv", "inbox/*.csv")
    files, first_stage, last_stage, settings = ["inbox"], "", "", []

    def __init__(self, clause=""):
        self.clause = clause

    def grow(self, folder, rng, load, count):
        inbox = folder / "inbox"
        inbox.mkdir(exist_ok=True)
        for part in range(3):
            text = csv_records(rng, 1 + (load * 3 + part) * count, count // 3)
            (inbox / f"part-{load}-{part}.csv").write_text(HEADER + text, encoding="utf-8", newline="")

    def judged(self, folder):
        judged = Judged()
        for path in sorted((folder / "inbox").iterdir()):
            if path.name.endswith("-0.csv"):
                judged.starts.append(len(judged.rows))
            judge_csv(path, judged)
        return judged


class Table:
    """The table orders of shop.db. Each load finds more rows, some of the very instant at which the last one ended;
    with `changes`, also rows that have changed since. The table versions keeps what each load could see anew."""
    declaration = 'connection shop = sqlite("shop.db")\nsource orders = shop.table("orders") {\n    id: int key\n' \
                  "    name: text\n    note: text?\n    amount: decimal(12, 2)\n    day: date\n" \
                  "    updated: timestamp\n}"
    files, first_stage, last_stage, settings = ["shop.db"], " | drop updated", "", []
    columns = "(id integer{}, name text not null, note text, amount text not null, day text not null, " \
              "updated text not null{})"

    def __init__(self, clause="", changes=False):
        self.clause, self.changes = clause, changes

    def grow(self, folder, rng, load, count):
        base = sqlite3.connect(folder / "shop.db")
        base.execute("create table if not exists orders " + self.columns.format(" primary key", ""))
        base.execute("create table if not exists versions " +
                     self.columns.format("", ", load integer, primary key (load, id)"))
        for at in range(count):
            number = load * count + at + 1
            if self.changes and load > 0 and at % 5 == 0 and at > count // 8:
                number = rng.randrange(1, load * count)
            values = values_of(rng, number)
            if rng.random() < 0.04:
                values[3] = "a lot"
            # The first tenth of a load's rows has the instant of the last tenth of the load before.
            moment = load * 9 + at * 10 // count
            updated = f"2024-06-01T10:{moment // 60:02}:{moment % 60:02}Z"
            row = [*values[:2], values[2] or None, *values[3:], updated]
            base.execute("insert or replace into orders values (?, ?, ?, ?, ?, ?)", row)
            base.execute("insert or replace into versions values (?, ?, ?, ?, ?, ?, ?)", [*row, load])
        base.commit()
        base.close()

    def judged(self, folder):
        judged = Judged()
        judge_table(folder / "shop.db", judged, bool(self.clause))
        return judged
