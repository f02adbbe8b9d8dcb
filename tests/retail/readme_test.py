#!/usr/bin/env python3
"""Runs the pipelines of README.md as they stand there.

usage: readme_test.py ETLRUN
"""
import pathlib
import subprocess
import sys
import tempfile
import textwrap
import unittest

README = pathlib.Path(__file__).resolve().parents[2] / "README.md"
ETLRUN = None
PEOPLE = """name,email,joined
 Ada ,ADA@example.com,10.12.2015
,nobody@example.com,01.01.2020
Bob,bob at example,02.01.2020
"Chen, Li",li@example.com,29.02.2024
"""
MEMBERS = """name,email,joined,year
Ada,ada@example.com,2015-12-10,2015
"Chen, Li",li@example.com,2024-02-29,2024
"""


def first_pipeline():
    text = README.read_text(encoding="utf-8")
    begin = text.index("    etl 1\n")
    return textwrap.dedent(text[begin:text.index("\nSave it", begin)])


def incremental_pipeline():
    text = README.read_text(encoding="utf-8")
    begin = text.index("    source orders")
    return textwrap.dedent(text[begin:text.index("\nEach run takes", begin)])


class Readme(unittest.TestCase):
    def test_incremental_pipeline(self):
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder, "load.etl")
            file.write_text(incremental_pipeline(), encoding="utf-8")
            inbox = file.with_name("inbox")
            inbox.mkdir()
            for number in (2, 1):
                (inbox / f"orders-{number}.csv").write_text(f"id,amount\n{number},7.5\n", encoding="utf-8")
                done = subprocess.run([ETLRUN, file], capture_output=True, text=True, timeout=60)
                self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            self.assertEqual(file.with_name("orders.csv").read_text(encoding="utf-8"),
                             "id,amount\n2,7.50\n1,7.50\n")

    def test_first_pipeline(self):
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder, "people.etl")
            file.write_text(first_pipeline(), encoding="utf-8")
            file.with_name("people.csv").write_text(PEOPLE, encoding="utf-8")
            done = subprocess.run([ETLRUN, file], capture_output=True, text=True, timeout=60)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            self.assertEqual(file.with_name("members.csv").read_text(encoding="utf-8"), MEMBERS)
            for reason in ("no name", "not an e-mail address"):
                self.assertIn(reason, done.stdout + done.stderr)


if __name__ == "__main__":
    ETLRUN = pathlib.Path(sys.argv.pop(1)).resolve()
    unittest.main()
