import os
import sqlite3
import subprocess
import unittest

from harness import COPY, ROWS, Case

OUT = COPY.replace("out.csv", "-")


class Targets(Case):
    def setUp(self):
        super().setUp()
        self.write("in.csv", ROWS)

    def make_table(self, path):
        with sqlite3.connect(path) as base:
            base.execute("create table t (id integer, name text)")
            base.execute("insert into t values (9, 'old')")
        base.close()

    def write_many(self):
        self.write("in.csv", "id,name\n" + "".join(f"{i},name of {i}\n" for i in range(400_000)))

    def test_a_read_only_folder(self):
        (self.folder / "out").mkdir()
        self.write("out/out.csv", "old")
        (self.folder / "out").chmod(0o555)
        for name in ("out.csv", "new.csv"):
            done = self.etlrun(COPY.replace("out.csv", "out/" + name), other_user=True)
            self.expect(done, 1, f"error[E403]: cannot write out/{name}: no permission to make a file in its folder")
        self.assertEqual(self.read("out/out.csv"), "old")
        self.assertEqual(os.listdir(self.folder / "out"), ["out.csv"])

    def test_a_read_only_file(self):
        self.write("out.csv", "old", 0o444)
        self.expect(self.etlrun(COPY, other_user=True), 1, "error[E403]: cannot write out.csv: no permission")
        self.assertEqual(self.read("out.csv"), "old")

    def test_no_folder_and_a_folder_in_its_place(self):
        self.expect(self.etlrun(COPY.replace("out.csv", "none/out.csv")), 2,
                    "error[E401]: cannot write none/out.csv: no such folder", " = make the folder first")
        (self.folder / "out.csv").mkdir()
        self.expect(self.etlrun(COPY), 2, "error[E402]: cannot write out.csv: it is a directory")

    def test_two_targets_are_written_or_none(self):
        self.write("p.etl", "")
        self.expect_old_target(COPY + 'from t | into csv("/dev/full")\n', 1, "cannot write /dev/full: the disk is full")

    def test_a_full_disk(self):
        disk = self.folder / "disk"
        disk.mkdir()
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", disk], capture_output=True,
                                 text=True, check=False)
        if mounted.returncode != 0:
            reason = f"no small disk can be mounted here: {mounted.stderr.strip()}"
            print(reason)
            raise unittest.SkipTest(reason)
        try:
            self.write_many()
            (disk / "out.csv").write_text("old", encoding="utf-8")
            self.expect(self.etlrun(COPY.replace("out.csv", "disk/out.csv")), 1,
                        "error[E405]: cannot write disk/out.csv: the disk is full")
            self.assertEqual(os.listdir(disk), ["out.csv"])
            self.assertEqual(self.read("disk/out.csv"), "old")
            for name in ("new.db", "old.db"):
                if name == "old.db":
                    self.make_table(disk / name)
                self.expect(self.etlrun(COPY.replace('csv("out.csv")', f'db.table("t") replace {{ create = true }}\n'
                                                     f'connection db = sqlite("disk/{name}")')), 1,
                            f"error[E422]: disk/{name}: the disk is full")
            self.assertEqual(sorted(os.listdir(disk)), ["old.db", "out.csv"])
            with sqlite3.connect(disk / "old.db") as base:
                self.assertEqual(base.execute("select * from t").fetchall(), [(9, "old")])
            base.close()
        finally:
            subprocess.run(["umount", disk], check=True)

    def test_a_full_device_behind_standard_output(self):
        for write in (lambda: None, self.write_many):
            write()
            self.write("p.etl", OUT)
            with open("/dev/full", "wb") as full:
                done = self.run_tool("etlrun", "p.etl", stdout=full)
            self.expect(done, 1, "error[E405]: cannot write standard output: the disk is full")

    def test_a_reader_that_goes(self):
        self.write_many()
        self.write("p.etl", OUT)
        done = self.shell('"$0" p.etl | head -1; exit ${PIPESTATUS[0]}')
        self.expect(done, 1, "error[E404]: cannot write standard output: its reader has gone")
        self.assertEqual(done.stdout, "id,name\n")

    def test_a_closed_standard_output(self):
        """No other file may take its place: least of all the log, or a database."""
        self.write("p.etl", OUT)
        self.expect(self.shell('"$0" p.etl >&-'), 1, "error[E404]: cannot write standard output: it is closed")
        for path in self.folder.rglob("*.log"):
            self.assertNotIn("id,name", path.read_text(encoding="utf-8"))

    def test_rows_on_standard_output_are_alone_there(self):
        done = self.expect(self.etlrun(OUT), 0)
        self.assertEqual(done.stdout, ROWS)
        done = self.expect(self.etlrun(OUT, "--json"), 0)
        self.assertEqual(done.stdout, ROWS)
        self.assertEqual([entry["type"] for entry in self.objects(done.stderr)], ["report"])
