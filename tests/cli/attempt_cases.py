"""`retry` and `timeout`: runs that are tried again, and runs that end before their time."""
import fcntl
import json
import os
import signal
import sqlite3

from harness import ROWS, Case

INTO = ('connection db = sqlite("base.db", timeout = 10ms)\nsource t = csv("in.csv") { id: int, name: text }\n'
        'from t | into db.table("orders") replace\n')
FROM = ('connection db = sqlite("base.db", timeout = 10ms)\nsource o = db.table("orders") { id: int, name: text? }\n'
        'from o | into csv("out.csv")\n')


def pipeline(settings):
    return f"pipeline load {{ {settings} }}\n"


class Attempts(Case):
    def setUp(self):
        super().setUp()
        self.write("in.csv", ROWS)
        with sqlite3.connect(self.folder / "base.db") as base:
            base.execute("create table orders (id integer, name text)")
            base.execute("insert into orders values (9, 'old')")
        base.close()

    def lock(self, kind="immediate"):
        """An exclusive one keeps readers off, too."""
        lock = sqlite3.connect(self.folder / "base.db", isolation_level=None)
        lock.execute(f"begin {kind}")
        return lock

    def rows(self):
        base = sqlite3.connect(self.folder / "base.db")
        rows = base.execute("select * from orders").fetchall()
        base.close()
        return rows

    def start_and_wait_for_notice(self, text, *arguments):
        """Returns the run and what it said, up to the first wait."""
        self.write("p.etl", text)
        process = self.start("etlrun", "p.etl", *arguments)
        said = b""
        for line in process.stdout if "--json" in arguments else process.stderr:
            said += line
            if b"attempt 1 of" in line or b'"retry"' in line:
                return process, said.decode()
        process.wait()
        return self.fail(f"no wait: {said.decode()}")

    def test_a_target_that_was_locked(self):
        lock = self.lock()
        process, said = self.start_and_wait_for_notice(pipeline("retry = { attempts = 100, delay = 20ms }") + INTO)
        self.assertIn("attempt 1 of 100 failed: base.db is locked by another program", said)
        self.assertIn("the next begins in 0.02 s", said)
        lock.close()
        out, errors = process.communicate(timeout=60)
        done = self.expect(self.ended(process, out, errors), 0, "succeeded", "  attempts ")
        self.assertNotIn("error[", done.stderr)
        self.assertEqual(self.rows(), [(1, "a"), (2, "b")])
        logs = "".join(path.read_text() for path in (self.folder / ".etl/logs").iterdir())
        self.assertIn("attempt 1 of 100 failed: base.db is locked", logs)

    def test_a_source_that_was_locked_when_it_was_checked(self):
        lock = self.lock("exclusive")
        process, said = self.start_and_wait_for_notice(pipeline("retry = { attempts = 100, delay = 20ms }") + FROM,
                                                       "--json")
        notice = json.loads(said.splitlines()[-1])
        self.assertEqual([notice[key] for key in ("type", "attempt", "attempts", "code", "wait_ms")],
                         ["retry", 1, 100, "E420", 20])
        lock.close()
        out, errors = process.communicate(timeout=60)
        done = self.expect(self.ended(process, out, errors), 0)
        self.assertGreater(self.objects(done.stdout)[-1]["attempts"], 1)
        self.assertEqual(self.read("out.csv"), "id,name\n9,old\n")

    def test_no_attempt_is_left(self):
        lock = self.lock()
        done = self.etlrun(pipeline("retry = { attempts = 3, delay = 1ms, backoff = constant }") + INTO, "--json")
        lock.close()
        self.expect(done, 1)
        found = self.objects(done.stdout)
        self.assertEqual([each["wait_ms"] for each in found if each["type"] == "retry"], [1, 1])
        self.assertEqual((found[-1]["attempts"], found[-1]["code"]), (3, "E420"))
        self.assertEqual(self.rows(), [(9, "old")])

    def test_what_is_wrong_for_good_is_tried_once(self):
        settings = pipeline("retry = { attempts = 3, delay = 10m }")
        for text, status, code in ((INTO.replace("orders", "none"), 2, "E428"),
                                   (INTO.replace("in.csv", "no.csv"), 2, "E401"),
                                   (INTO.replace("id: int", "ident: int"), 2, "E410")):
            done = self.expect(self.etlrun(settings + text), status, f"error[{code}]")
            self.assertNotIn("attempt", done.stdout + done.stderr)

    def test_ctrl_c_ends_the_wait(self):
        for text, kind in ((INTO, "immediate"), (FROM, "exclusive")):
            lock = self.lock(kind)
            process, _ = self.start_and_wait_for_notice(pipeline("retry = { delay = 10m }") + text)
            self.expect(self.interrupt(process, signal.SIGINT), 130, "interrupted before the next attempt")
            lock.close()
        self.assertEqual(self.rows(), [(9, "old")])

    def test_the_configuration_sets_it_for_all_pipelines(self):
        self.write("etl.toml", '[settings]\nretry = { attempts = 2, delay = "1ms", backoff = "constant" }\n')
        lock = self.lock()
        self.expect(self.etlrun(INTO), 1, "attempt 1 of 2 failed", "error[E420]")
        lock.close()
        self.write("etl.toml", '[settings]\nretry = { attempts = 2, dely = "1ms" }\n')
        self.expect(self.etlrun(INTO), 2, "error[E304]: unknown option `dely`", "did you mean `delay`?")

    def test_another_run_is_waited_for(self):
        text = (pipeline("retry = { attempts = 100, delay = 20ms }") +
                'source t = csv("in*.csv") { id: int }\n    incremental by file\nfrom t | into csv("out.csv") append\n')
        self.expect(self.etlrun(text), 0)
        self.write("in2.csv", "id\n3\n")
        with open(self.folder / ".etl/locks/load.lock", encoding="utf-8") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            self.expect(self.etlrun(text.replace("100", "1")), 4, "error[E531]")
            process, _ = self.start_and_wait_for_notice(text)
        out, errors = process.communicate(timeout=60)
        self.expect(self.ended(process, out, errors), 0)
        self.assertEqual(self.read("out.csv"), "id\n1\n2\n3\n")

    def test_a_timeout_ends_a_run_that_waits(self):
        (self.folder / "in.csv").unlink()
        os.mkfifo(self.folder / "in.csv")
        self.write("out.csv", "old")
        self.write("p.etl", pipeline("timeout = 200ms") +
                   'source t = csv("in.csv") { id: int, name: text }\nfrom t | into csv("out.csv")\n')
        process = self.start("etlrun", "p.etl")
        with open(self.folder / "in.csv", "w", encoding="utf-8") as pipe:
            pipe.write(ROWS)
            pipe.flush()
            out, errors = process.communicate(timeout=60)
        self.expect(self.ended(process, out, errors), 1, "no file and no table was changed",
                    "error[E565]: the run took longer than its `timeout` of 0.20 s")
        self.assertEqual(self.read("out.csv"), "old")

    def test_no_wait_outlasts_the_timeout(self):
        lock = self.lock()
        done = self.etlrun(pipeline("timeout = 1m, retry = { attempts = 2, delay = 5m }") + INTO)
        lock.close()
        self.expect(done, 1, "error[E420]", "the next attempt would begin behind `timeout`")
