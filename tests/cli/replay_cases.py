"""Rejects that are repaired: `--replay` as a person uses it."""
import json
import sqlite3

from harness import Case

FIRST = """connection w = sqlite("w.db")
source t = csv("in.csv") { id: int, n: int }
from t | validate { n > 0 else "not positive" } | into w.table("t") append always { create = true }
"""
REPAIRED = """connection w = sqlite("w.db")
source t = csv("in.csv") { id: int, n: text }
from t
| set { n = try(int(n)) ?? 0 }
| validate { n > -9 else "far too small" }
| into w.table("t") append always { create = true }
"""


class Replay(Case):
    def setUp(self):
        super().setUp()
        self.write("in.csv", "id,n\n1,5\n2,x\n3,-1\n4,y\n5,-9\n")
        self.expect(self.etlrun(FIRST), 0, "rejects: 4")
        self.run, = [path.stem for path in (self.folder / ".etl/rejects").glob("*.jsonl")]

    def rows(self):
        with sqlite3.connect(self.folder / "w.db") as base:
            found = base.execute("select id, n from t order by rowid").fetchall()
        base.close()
        return found

    def test_once(self):
        self.expect(self.etlrun(REPAIRED, "--replay", "last"), 0,
                    f"4 rejects of run {self.run} replayed, 1 refused again", "validate: n: far too small")
        self.assertEqual(self.rows(), [(1, 5), (2, 0), (3, -1), (4, 0)])
        self.expect(self.etlrun(REPAIRED, "--replay", self.run), 0,
                    f"0 rejects of run {self.run}: all of them have been replayed")
        self.expect(self.etlrun(REPAIRED.replace("-9", "-10"), "--replay", "last"), 0, "1 rejects of run")
        self.assertEqual(self.rows(), [(1, 5), (2, 0), (3, -1), (4, 0), (5, -9)])

    def test_the_beginning_of_a_name(self):
        self.expect(self.etlrun(REPAIRED, "--replay", self.run[:-1]), 0, "4 rejects")
        self.expect(self.etlrun(REPAIRED, "--replay", self.run[:2]), 1, "error[E538]: several runs begin with")

    def test_a_cause(self):
        self.expect(self.etlrun(REPAIRED, "--replay", "last", "--cause", "t: n: not an int"), 0, "2 rejects")
        self.assertEqual(self.rows(), [(1, 5), (2, 0), (4, 0)])
        done = self.expect(self.etlrun(REPAIRED, "--replay", self.run, "--json"), 0)
        report = self.objects(done.stdout)[-1]
        self.assertEqual((report["replayed_run"], report["replayed"], report["rejects"]), (self.run, 2, 1))

    def test_options_that_go_with_others_only(self):
        self.expect(self.etlrun(REPAIRED, "--cause", "x"), 2, "--cause requires --replay")
        self.expect(self.etlrun(REPAIRED, "--replay", "last", "--full"), 2, "--full excludes --replay")

    def test_a_run_that_did_not_load(self):
        self.expect(self.etlrun("pipeline p { max_rejects = 2 }\n" + FIRST), 3)
        self.expect(self.etlrun(REPAIRED, "--replay", "last"), 1, "error[E538]", "did not end well")
        self.assertEqual(self.rows(), [(1, 5)])

    def test_another_pipelines_run(self):
        self.expect(self.etlrun("pipeline other { }\n" + REPAIRED, "--replay", self.run), 1,
                    "is one of pipeline `p`, this is `other`")
        self.expect(self.etlrun("pipeline other { }\n" + REPAIRED, "--replay", "last"), 1,
                    "no run of pipeline `other` has rejects")

    def test_the_source_is_not_read(self):
        (self.folder / "in.csv").unlink()
        self.expect(self.etlrun(REPAIRED, "--replay", "last"), 0)
        self.assertEqual(self.rows(), [(1, 5), (2, 0), (3, -1), (4, 0)])

    def test_a_file_of_rejects_that_was_changed(self):
        path = self.folder / f".etl/rejects/{self.run}.jsonl"
        lines = path.read_text().splitlines()
        path.write_text(lines[0] + "\n" + lines[1][:40] + "\n")
        self.expect(self.etlrun(REPAIRED, "--replay", "last"), 1, "error[E538]", "line 2: this is no JSON")
        old = json.loads(lines[0])
        del old["replay"]
        path.write_text(json.dumps(old) + "\n")
        self.expect(self.etlrun(REPAIRED, "--replay", self.run), 1, "an earlier version wrote it")
        self.assertEqual(self.rows(), [(1, 5)])

    def test_what_was_read_again_since(self):
        first = """source t = csv("in.csv") { id: int, n: int } incremental by file
from t | into csv("out.csv") append
"""
        self.expect(self.etlrun(first), 0, "rejects: 2")
        self.expect(self.etlrun(first, "--replay", "last"), 0, "2 rejects of run")
        self.expect(self.etlrun(first, "--full"), 0, "rejects: 2")
        mended = first.replace("n: int", "n: text")
        runs = sorted((self.folder / ".etl/rejects").glob("*.jsonl"), key=lambda path: path.stat().st_ctime_ns)
        for run in runs[:-1]:
            self.expect(self.etlrun(mended, "--replay", run.stem), 1, "error[E538]", "is read again since")
        self.assertEqual(self.read("out.csv"), "id,n\n1,5\n3,-1\n5,-9\n")

    def test_what_is_to_be_read_again(self):
        """By an offset that was set or taken away, or by `--from`: each rejected row would come twice."""
        with sqlite3.connect(self.folder / "s.db") as base:
            base.execute("create table s (id integer, n text)")
            base.execute("insert into s values (1, '5'), (2, 'x'), (3, '7')")
        base.close()
        first = """connection s = sqlite("s.db")
connection w = sqlite("w.db")
source t = s.table("s") { id: int, n: int } incremental by id
from t | into w.table("t") append { create = true }
"""
        mended = first.replace("n: int", "n: text").replace("from t", "from t | set { n = try(int(n)) ?? 0 }")
        for again in (("--reset-offset", "t"), ("--set-offset", "t=2"), ("--from", "2")):
            known = self.reject_files()
            self.expect(self.etlrun(first, "--full"), 0, "rejects: 1")
            run, = self.reject_files() - known
            self.expect(self.etlrun(first, *again), 0)
            self.expect(self.etlrun(mended, "--replay", run.stem), 1, "error[E538]", "is read again since")

    def reject_files(self):
        return set((self.folder / ".etl/rejects").glob("*.jsonl"))

    def test_values_in_a_binary_file(self):
        self.write("in.csv", b"id,n\n1,5\n2,\xff\n")
        self.expect(self.etlrun(FIRST), 0, "rejects: 1")
        self.expect(self.etlrun(REPAIRED, "--replay", "last"), 2, "error[E475]: rejects of `t` cannot be sent")
