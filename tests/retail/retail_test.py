#!/usr/bin/env python3
"""Runs pipelines/retail in a copy and compares tables, revenue and refused rows with what expected.py works out.

usage: retail_test.py ETLRUN
"""
import csv
import pathlib
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import unittest

from expected import LINE_COLUMNS, REVENUE_COLUMNS, Expected

PIPELINE = pathlib.Path(__file__).resolve().parents[2] / "pipelines/retail"
ETLRUN = None


class Retail(unittest.TestCase):
    maxDiff = 4000

    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = pathlib.Path(holder.name, "retail")
        made = shutil.ignore_patterns("retail.db*", "revenue.csv", "rejects.csv", ".etl")
        shutil.copytree(PIPELINE, self.folder, ignore=made)

    def run_pipeline(self):
        done = subprocess.run([ETLRUN, self.folder / "retail.etl"], capture_output=True, text=True, timeout=120)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done

    def compare(self):
        expected = Expected(self.folder)
        with sqlite3.connect(self.folder / "out/retail.db") as base:
            cursor = base.execute("select * from invoice_line order by rowid")
            self.assertEqual([column[0] for column in cursor.description], LINE_COLUMNS)
            self.assertEqual(cursor.fetchall(), expected.lines)
        with open(self.folder / "out/revenue.csv", encoding="utf-8", newline="") as file:
            self.assertEqual(list(csv.reader(file)), [REVENUE_COLUMNS] + [list(row) for row in expected.revenue])
        with open(self.folder / "out/rejects.csv", encoding="utf-8", newline="") as file:
            rejects = [(pathlib.Path(row["file"]).name, int(row["line"]), row["reason"])
                       for row in csv.DictReader(file)]
        self.assertEqual(sorted(rejects), sorted(expected.rejects))
        return expected

    def test_three_days(self):
        self.run_pipeline()
        expected = self.compare()
        self.assertEqual((expected.read, expected.filtered, len(expected.rejects), len(expected.lines)),
                         (8201, 42, 102, 8057))

    def test_again_gives_the_same(self):
        self.run_pipeline()
        first = (self.folder / "out/revenue.csv").read_bytes()
        self.run_pipeline()
        self.compare()
        self.assertEqual((self.folder / "out/revenue.csv").read_bytes(), first)

    def test_a_line_in_the_mapping_lets_its_rows_in(self):
        with open(self.folder / "mappings/country_code.csv", "a", encoding="utf-8") as mapping:
            mapping.write("Channel Islands,JE\n")
        self.run_pipeline()
        self.assertEqual(len(self.compare().rejects), 102 - 16)

    def test_a_fourth_day(self):
        day = (self.folder / "inbox/2010-12-01.csv").read_text(encoding="utf-8").replace("2010-12-01", "2010-12-10")
        (self.folder / "inbox/2010-12-10.csv").write_text(day, encoding="utf-8", newline="")
        self.run_pipeline()
        self.assertEqual(self.compare().read, 8201 + 3108)

    def test_a_mistake_is_shown_where_it_is(self):
        file = self.folder / "retail.etl"
        text = file.read_text(encoding="utf-8").replace("description is not null", "descripton is not null")
        file.write_text(text, encoding="utf-8")
        line = next(n for n, content in enumerate(text.splitlines(), 1) if "descripton" in content)
        done = subprocess.run([ETLRUN, file], capture_output=True, text=True, timeout=120)
        self.assertEqual(done.returncode, 2, done.stdout + done.stderr)
        self.assertIn("did you mean `description`?", done.stdout + done.stderr)
        self.assertIn(f"retail.etl:{line}:5", done.stdout + done.stderr)
        self.assertEqual([path.name for path in (self.folder / "out").iterdir()], [".gitignore"])


if __name__ == "__main__":
    ETLRUN = pathlib.Path(sys.argv.pop(1)).resolve()
    unittest.main()
