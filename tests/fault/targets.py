"""What stands in a target, as a multiset of rows: tuples of text, None for null."""
import csv
import ctypes
import gzip
import json
import re
import shutil
import sqlite3
import tempfile
import zlib
from collections import Counter
from pathlib import Path
from urllib.parse import unquote

from orders import COLUMNS


class Torn(Exception):
    """The target cannot be read as what it is said to be."""


def last_of_each_key(rows):
    return list({row[0]: row for row in rows}.values())


MOST_UNPACKED = 1 << 28


def unpacked_zstd(packed):
    library = ctypes.CDLL("libzstd.so.1")
    library.ZSTD_decompress.restype = ctypes.c_size_t
    room_bytes = 1 << 20
    while room_bytes <= MOST_UNPACKED:
        room = ctypes.create_string_buffer(room_bytes)
        size = library.ZSTD_decompress(room, ctypes.c_size_t(room_bytes), packed, ctypes.c_size_t(len(packed)))
        if not library.ZSTD_isError(ctypes.c_size_t(size)):
            return room[:size]
        room_bytes *= 16
    raise ValueError("its packing is torn")


def text_of(path):
    content = path.read_bytes()
    if path.suffix == ".gz":
        content = gzip.decompress(content)
    if path.suffix == ".zst":
        content = unpacked_zstd(content)
    return content.decode(encoding="utf-8")


def last_load_of_each_key(judged):
    last = {}
    for first, end in zip(judged.starts, [*judged.starts[1:], len(judged.rows)]):
        brought = {}
        for row in judged.rows[first:end]:
            brought.setdefault(row[0], []).append(row)
        last.update(brought)
    return [row for rows in last.values() for row in rows]


class Target:
    """beside: files that stay there with it."""
    can_be_between, beside, mode = False, [], ""

    @property
    def is_whole(self):
        """Also an incremental load replaces it all at once, or not at all."""
        return self.mode.startswith("replace by")

    def owns(self, path):
        return path.name == self.name or path.name in self.beside

    def expected(self, judged):
        return Counter(judged.rows)


class File(Target):
    def __init__(self, name, mode=""):
        self.name, self.mode, self.beside = name, mode, [f"{name}.etl-state"]

    def rows(self, folder):
        """None: the file is not there."""
        path = folder / self.name
        return Counter(self.rows_in(path)) if path.exists() else None

    def rows_in(self, path):
        try:
            return self.rows_of(text_of(path))
        except (ValueError, csv.Error, EOFError, OSError, zlib.error) as error:
            raise Torn(f"{path.name}: {error}") from error


class Csv(File):
    columns = COLUMNS

    def into(self):
        return f'into csv("{self.name}") {self.mode}'

    def rows_of(self, text):
        if text and not text.endswith("\n"):
            raise ValueError("its last line does not end")
        head, *rows = csv.reader(text.splitlines(keepends=True), strict=True) if text else [self.columns]
        if head != self.columns:
            raise ValueError(f"its header is {head}")
        return [(row[0], row[1], row[2] or None, *row[3:]) for row in rows]


class Partitions(Csv):
    """A file in a folder for each day, as day=2024-03-11/out.csv."""
    columns, can_be_between = COLUMNS[:-1], True

    def into(self):
        return f"{super().into()} partition by day"

    def owns(self, path):
        is_part = path.name.startswith("day=") and [file.name for file in path.iterdir()] == [self.name]
        return is_part or path.name in self.beside

    def rows(self, folder):
        paths = sorted(folder.glob(f"day=*/{self.name}"))
        return Counter(row for path in paths for row in self.rows_of_part(path)) if paths else None

    def rows_of_part(self, path):
        day = unquote(path.parent.name.removeprefix("day="))
        return [(*row, day) for row in self.rows_in(path)]

    def journals(self, folder):
        return [path for name in ("journal", "undo") for path in folder.glob(f".{self.name}.etl-parts/{name}")]

    def is_between(self, folder, old, new):
        """A run was killed while it replaced them: each is the old one or the new one, and the next run knows."""
        if not self.journals(folder):
            return False
        old, new, rows = old or Counter(), new or Counter(), self.rows(folder) or Counter()
        return all(of_day(rows, day) in (of_day(old, day), of_day(new, day))
                   for day in {row[-1] for row in (*old, *new, *rows)})


def of_day(rows, day):
    return Counter({row: count for row, count in rows.items() if row[-1] == day})


class Json(File):
    """A whole document."""

    def into(self):
        return f'into json("{self.name}") {self.mode}'

    def rows_of(self, text):
        rows = json.loads(text, parse_float=str, parse_int=str)
        if any(list(row) != COLUMNS for row in rows):
            raise ValueError("an object does not have the columns")
        return [tuple(row.values()) for row in rows]


class JsonLines(File):
    def into(self):
        return f'into jsonl("{self.name}") {self.mode}'

    def rows_of(self, text):
        rows = [json.loads(line, parse_float=str, parse_int=str) for line in text.splitlines()]
        if any(list(row) != COLUMNS for row in rows):
            raise ValueError("a line does not have the columns")
        return [tuple(row.values()) for row in rows]


class Sqlite(Target):
    """gone: which rows `delete when`, of the mode, takes away."""
    name = "t.db"

    def __init__(self, mode="replace", table="orders", gone=lambda row: False):
        self.mode, self.table, self.gone = mode, table, gone

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
        rows = (last_of_each_key(judged.rows) if self.mode.startswith("upsert") else
                last_load_of_each_key(judged) if self.mode.startswith("replace by") else judged.rows)
        return Counter(row for row in rows if not self.gone(row))


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
