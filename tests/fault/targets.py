"""What stands in a target, as a multiset of rows: tuples of text, None for null."""
import csv
import json
import shutil
import sqlite3
import tempfile
from collections import Counter
from pathlib import Path

from orders import COLUMNS


class Torn(Exception):
    """The target cannot be read as what it is said to be."""


def last_of_each_key(rows):
    return list({row[0]: row for row in rows}.values())


class File:
    def __init__(self, name, mode=""):
        self.name, self.mode, self.beside = name, mode, [f"{name}.etl-state"]

    def rows(self, folder):
        """None: the file is not there."""
        path = folder / self.name
        try:
            return Counter(self.rows_of(path.read_text(encoding="utf-8"))) if path.exists() else None
        except (ValueError, csv.Error) as error:
            raise Torn(f"{self.name}: {error}") from error

    def expected(self, judged):
        return Counter(judged.rows)


class Csv(File):
    def into(self):
        return f'into csv("{self.name}") {self.mode}'

    def rows_of(self, text):
        if text and not text.endswith("\n"):
            raise ValueError("its last line does not end")
        head, *rows = csv.reader(text.splitlines(keepends=True), strict=True) if text else [COLUMNS]
        if head != COLUMNS:
            raise ValueError(f"its header is {head}")
        return [(row[0], row[1], row[2] or None, *row[3:]) for row in rows]


class JsonLines(File):
    def into(self):
        return f'into jsonl("{self.name}") {self.mode}'

    def rows_of(self, text):
        rows = [json.loads(line, parse_float=str, parse_int=str) for line in text.splitlines()]
        if any(list(row) != COLUMNS for row in rows):
            raise ValueError("a line does not have the columns")
        return [tuple(row.values()) for row in rows]


class Sqlite:
    name = "t.db"
    beside = []

    def __init__(self, mode="replace", table="orders"):
        self.mode, self.table = mode, table

    def into(self):
        return f'into db.table("{self.table}") {self.mode} {{ create = true }}'

    def rows(self, folder):
        """Read in a copy: whoever opens the file repairs it, and that is the engine's work here."""
        with tempfile.TemporaryDirectory() as copy:
            for path in folder.glob("t.db*"):
                shutil.copy(path, copy)
            if not Path(copy, self.name).exists():
                return None
            base = sqlite3.connect(Path(copy, self.name))
            try:
                if not base.execute("select 1 from sqlite_schema where name = ?", [self.table]).fetchall():
                    return None
                if base.execute("pragma integrity_check").fetchall() != [("ok",)]:
                    raise Torn(f"{self.name}: not sound")
                rows = base.execute(f"select {', '.join(COLUMNS)} from {self.table}").fetchall()
                return Counter((str(row[0]), *row[1:]) for row in rows)
            except sqlite3.DatabaseError as error:
                raise Torn(f"{self.name}: {error}") from error
            finally:
                base.close()

    def expected(self, judged):
        return Counter(last_of_each_key(judged.rows) if self.mode.startswith("upsert") else judged.rows)


def difference(found, expected):
    """None, or what is lost, doubled and alien."""
    found = found or Counter()
    if found == expected:
        return None
    lost = expected - found
    more = found - expected
    doubled = Counter({row: count for row, count in more.items() if row in expected})
    alien = more - doubled
    shown = next(iter((alien or doubled or lost).items()))
    return f"lost {lost.total()}, doubled {doubled.total()}, alien {alien.total()}, as {shown[1]} times {shown[0]}"
