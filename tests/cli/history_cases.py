import os
import re
import signal
import sqlite3

from harness import COPY, ROWS, Case

WARNING = """param day: date = date("2024-01-31")
param password: text = "hush"
source t = csv("in.csv") { id: int, name: text }
from t | validate { id < 3 else "large" warn
                    id > 0 else "not positive" } | into csv("out.csv")
"""
GROWING = """source t = csv("in/*.csv") { id: int  key
                             name: text }
incremental by file
from t | into csv("out.csv") append
"""


class History(Case):
    def past(self, *arguments, status=0):
        return self.expect(self.run_tool("etlrun", *arguments), status)

    def runs(self, *arguments):
        return self.objects(self.past("--history", "--json", *arguments).stdout)

    def state(self):
        return self.folder / ".etl/state.db"

    def test_nothing_yet(self):
        self.expect(self.past("--history"), 0, "no run is recorded in")
        self.assertEqual(self.runs(), [])
        self.assertFalse((self.folder / ".etl").exists())
        for question in (["--report", "last"], ["--rejects"]):
            self.expect(self.past(*question, status=1), 1, "error[E543]: no run is recorded in")

    def test_runs_of_all_and_of_one_pipeline(self):
        self.write("in.csv", ROWS)
        self.write("q.etl", COPY)
        self.expect(self.etlrun(COPY), 0)
        self.expect(self.run_tool("etlrun", "q.etl"), 0)
        self.write("in.csv", "name\na\n")
        self.expect(self.run_tool("etlrun", "q.etl"), 2)  # a pipeline that is wrong does not run
        self.write("in.csv", ROWS + "x,c\n")
        self.expect(self.run_tool("etlrun", "q.etl"), 0)
        told = [(run["pipeline"], run["status"], run["rows_read"], run["rows_written"], run["rejects"])
                for run in self.runs()]
        self.assertEqual(told, [("p", "succeeded", 2, 2, 0), ("q", "succeeded", 2, 2, 0),
                                ("q", "succeeded_with_rejects", 3, 2, 1)])
        for name in ("q.etl", "q", str(self.folder / "q.etl")):
            self.assertEqual([run["pipeline"] for run in self.runs(name)], ["q", "q"])
        self.assertEqual(self.runs("other"), [])
        for folder in (".", str(self.folder), ".etl"):
            self.assertEqual([run["pipeline"] for run in self.runs(folder)], ["p", "q", "q"])
        table = self.past("--history").stdout.splitlines()
        self.assertEqual(re.split(r"  +", table[0]),
                         ["run", "began", "pipeline", "status", "read", "written", "rejects", "time"])
        self.assertEqual(re.split(r"  +", table[3])[2:7], ["q", "succeeded with rejects", "3", "2", "1"])

    def test_the_account_again(self):
        self.write("in.csv", "id,name\n1,a\n2,b\n3,c\n4,d\n0,e\nx,f\n")
        ran = self.expect(self.etlrun(WARNING, "-p", "day=2024-02-29", "-p", "password=open"), 0, "warnings: 2",
                          "2  validate: large")
        report = self.past("--report", "last").stdout
        closing = ran.stderr[ran.stderr.index("stage"):]
        self.assertIn(closing, report)
        for line in ("pipeline  p  (" + str(self.folder / "p.etl"), "param     day = 2024-02-29",
                     "param     password = ***", "workers at most"):
            self.assertIn(line, report)
        self.assertNotIn("open", report)
        told = self.objects(self.past("--report", "last", "--json").stdout)[0]
        self.assertEqual((told["type"], told["status"], told["rejects"], told["params"]),
                         ("report", "succeeded_with_rejects", 2, {"day": "2024-02-29", "password": "***"}))
        self.assertEqual(told["warnings_by_reason"], {"validate: large": 2})
        self.assertEqual(told["rejects_by_reason"],
                         {"t: id: not an int": 1, "validate: id: not positive": 1})
        self.assertEqual([(stage["name"], stage["in"], stage["out"], stage["warned"]) for stage in told["stages"]],
                         [("t", 6, 5, 0), ("validate", 5, 4, 2), ("into out.csv", 4, 4, 0)])
        self.assertTrue(all(each["most"] >= 1 and each["breaches"] >= 0 for each in told["workers"]))
        self.assertEqual(self.past("--report", told["run"][:-1]).stdout, report)
        self.expect(self.past("--report", "1999", status=1), 1, "error[E543]: no run whose id begins with `1999`")

    def test_a_run_that_failed(self):
        self.write("in.csv", ROWS + "x,c\n")
        self.expect(self.etlrun("pipeline p { max_rejects = 0 }\n" + COPY), 3)
        self.expect(self.past("--report", "last"), 0, "error[E521]: more rejects", "too many rejects",
                    "rejects: 1")

    def test_offsets(self):
        self.write("in/1.csv", ROWS)
        self.expect(self.etlrun(GROWING), 0)
        told = self.objects(self.past("--report", "last", "--json").stdout)[0]["offsets"]
        self.assertEqual([(each["source"], each["target"]) for each in told], [("t", "into out.csv")])
        self.assertIn("1.csv", told[0]["position"])
        self.expect(self.past("--report", "last"), 0, "offsets at its end", "1.csv")

    def test_running_and_killed(self):
        os.mkfifo(self.folder / "in.csv")
        self.write("p.etl", COPY)
        process = self.start("etlrun", "p.etl")
        with open(self.folder / "in.csv", "w", encoding="utf-8") as pipe:
            pipe.write("id,name\n")
            pipe.flush()
            self.wait_until(self.state().exists, process)
            self.wait_until(lambda: self.runs_beside_one() == ["running"], process)
            self.assertIn("running for", self.ask("--report", "last"))
            process.send_signal(signal.SIGKILL)
            process.communicate()
        self.assertEqual(self.runs_beside_one(), ["died"])
        self.assertIn("died: it was killed", self.ask("--report", "last"))
        self.assertIn("died", self.ask("--history"))
        (self.folder / "in.csv").unlink()
        self.write("in.csv", ROWS)
        for name in self.folder.glob(".out.csv.etl-*"):
            name.unlink()
        self.expect(self.etlrun(COPY), 0)
        self.assertEqual([run["status"] for run in self.runs()], ["died", "succeeded"])

    def ask(self, *arguments):
        """While another run has its temporary files."""
        return self.start("etlrun", *arguments).communicate(timeout=60)[0].decode()

    def runs_beside_one(self):
        return [run["status"] for run in self.objects(self.ask("--history", "--json"))]

    def test_the_rejects_of_the_last_run_that_has_any(self):
        self.write("in.csv", "id,name\nx,a\n1,b\ny,c\n-1,d\n")
        text = COPY.replace("from t", "from t | validate { id > 0 else \"not positive\" }")
        self.expect(self.etlrun(text), 0)
        first = self.runs()[0]["run"]
        self.write("in.csv", ROWS)
        self.expect(self.etlrun(text), 0)
        shown = self.past("--rejects").stdout
        self.assertIn(f"run {first} of p: 3 rejects", shown)
        self.assertRegex(shown, r"    2  t: id: not an int +in\.csv:2  id = `x`\n")
        self.assertRegex(shown, r"    1  validate: id: not positive +in\.csv:5  id = `-1`\n")
        self.assertIn(f"the rows: {self.folder / '.etl/rejects' / first}.jsonl", shown)
        head, *causes = self.objects(self.past("--rejects", "p.etl", "--json").stdout)
        self.assertEqual((head["type"], head["run"], head["rejects"], head["rows"]), ("rejects", first, 3, 3))
        self.assertEqual([(each["cause"], each["count"], each["line"], each["value"]) for each in causes],
                         [("t: id: not an int", 2, 2, "x"), ("validate: id: not positive", 1, 5, "-1")])
        self.expect(self.past("--rejects", "last"), 0, "of p: 0 rejects")
        self.expect(self.past("--rejects", first[:-1]), 0)
        (self.folder / f".etl/rejects/{first}.jsonl").unlink()
        self.expect(self.past("--rejects"), 0, "2  t: id: not an int", "3 of them are not kept there")

    def test_rejects_of_a_run_that_was_killed(self):
        """The next run settles what the killed one had refused."""
        rows = "".join(f"{i if i % 10 else 'x'},n\n" for i in range(1, 200_001))
        self.write("in/1.csv", "id,name\n" + rows)
        self.write("p.etl", "pipeline p { commit_every = 100 }\n" + GROWING)
        process = self.start("etlrun", "p.etl")
        self.wait_until(lambda: list(self.folder.glob(".etl/rejects/*.open")), process)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        self.expect(self.past("--rejects"), 0, "the run was killed; what of ")
        self.write("p.etl", GROWING)
        self.expect(self.run_tool("etlrun", "p.etl"), 0)
        killed, healed = self.runs()
        self.assertEqual((killed["status"], healed["status"]), ("died", "succeeded_with_rejects"))
        file = self.folder / f".etl/rejects/{killed['run']}.jsonl"
        kept = len(file.read_text(encoding="utf-8").splitlines()) if file.exists() else 0
        self.assertEqual(kept + healed["rejects"], 20_000)
        if kept:
            self.expect(self.past("--rejects", killed["run"]), 0, f"{kept:,} rejects", f"{kept:,}  t: id: not an int")

    def test_a_history_that_is_torn(self):
        self.write("in.csv", ROWS)
        for _ in range(3):
            self.expect(self.etlrun(COPY), 0)
        with sqlite3.connect(self.state()) as base:
            base.execute("pragma wal_checkpoint(truncate)")
        base.close()
        whole = self.state().read_bytes()
        for torn in (b"", whole[:-1], whole[:4096], whole[:len(whole) // 2], b"no database at all" * 400):
            self.state().write_bytes(torn)
            for question in (["--history"], ["--report", "last"], ["--rejects"], ["--history", "--json"]):
                done = self.expect(self.past(*question, status=1), 1, "E541", ".etl/state.db")
                self.assertNotIn("succeeded", done.stdout)
            if torn:
                for options in ([], ["-q"]):
                    self.expect(self.etlrun(COPY, *options), 0, "warning: the history does not tell of this run: ",
                                ".etl/state.db")
                self.assertEqual(self.read("out.csv"), ROWS)

    def test_a_history_that_cannot_be_written(self):
        self.write("in.csv", ROWS)
        self.write(".etl", "a file where the state's folder should be")
        done = self.expect(self.etlrun(COPY), 0, "warning: the history does not tell of this run: ")
        self.assertEqual(self.read("out.csv"), ROWS)
        told = self.objects(self.expect(self.etlrun(COPY, "--json"), 0).stdout)[-1]
        self.assertEqual(len(told["troubles"]), 1, done.stderr)

    def test_who_may_not_write_may_read(self):
        self.write("in.csv", ROWS)
        self.expect(self.etlrun(COPY), 0)
        (self.folder / ".etl").chmod(0o755)
        self.expect(self.run_tool("etlrun", "--history", other_user=True), 0, "succeeded")

    def test_many_runs_at_once(self):
        self.write("in.csv", ROWS)
        for number in range(8):
            self.write(f"p{number}.etl", COPY.replace("out.csv", f"out{number}.csv"))
        processes = [self.start("etlrun", f"p{number}.etl") for number in range(8)]
        for process in processes:
            out, errors = process.communicate(timeout=60)
            self.assertEqual((process.returncode, b"warning" in errors), (0, False), errors)
        self.assertEqual(sorted(run["pipeline"] for run in self.runs()), [f"p{number}" for number in range(8)])
        self.assertEqual({run["status"] for run in self.runs()}, {"succeeded"})

    def test_the_state_folder_and_what_it_keeps(self):
        self.write("etl.toml", """[state]
folder = "kept"
keep_runs = 2

[profile.night.state]
folder = "night"
""")
        self.write("in.csv", ROWS + "x,c\n")
        for _ in range(4):
            self.expect(self.etlrun(COPY), 0)
        self.expect(self.etlrun(COPY, "--profile", "night"), 0)
        self.assertEqual(len(self.runs()), 2)
        self.assertEqual(len(self.runs("--profile", "night")), 1)
        for folder in ("rejects", "logs"):
            self.assertEqual(sorted(path.name.partition(".")[0] for path in (self.folder / "kept" / folder).iterdir()),
                             sorted(run["run"] for run in self.runs()))
        for wrong in ("keep_runs = 0", "keep_days = \"x\"", "keep = 1", "folder = 3"):
            self.write("etl.toml", f"[state]\n{wrong}\n")
            self.expect(self.etlrun(COPY), 2, "error[E351]: wrong entry")
            self.expect(self.past("--history", status=1), 1, "error[E351]")
