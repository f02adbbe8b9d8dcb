import os
import signal
import sqlite3
import time

from harness import COPY, ROWS, Case

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Interrupts(Case):
    def start_waiting(self, text, *arguments):
        """A run that has read some rows from a pipe and waits for more; and the pipe."""
        if not (self.folder / "in.csv").exists():
            os.mkfifo(self.folder / "in.csv")
        self.write("p.etl", text)
        process = self.start("etlrun", "p.etl", *arguments)
        pipe = open(self.folder / "in.csv", "w", encoding="utf-8")
        self.addCleanup(pipe.close)
        pipe.write(ROWS)
        pipe.flush()
        return process

    def has_temporary(self):
        return any(name.startswith(".out.csv.etl-") for name in os.listdir(self.folder))

    def test_while_a_pipe_gives_nothing(self):
        self.write("out.csv", "old")
        for with_signal in SIGNALS:
            process = self.start_waiting(COPY)
            self.wait_until(self.has_temporary, process)
            done = self.interrupt(process, with_signal)
            self.expect(done, 130, "interrupted: no file and no table was changed")
            self.assertEqual(self.read("out.csv"), "old")

    def test_while_a_pipe_has_no_writer(self):
        os.mkfifo(self.folder / "in.csv")
        self.write("p.etl", COPY)
        process = self.start("etlrun", "p.etl")
        self.wait_until(self.has_temporary, process)
        self.expect(self.interrupt(process), 130)
        self.assertFalse((self.folder / "out.csv").exists())

    def test_amid_many_rows(self):
        rows = "id,name\n" + "".join(f"{i},name of {i}\n" for i in range(2_000_000))
        self.write("in.csv", rows)
        self.write("out.csv", "old")
        self.write("p.etl", COPY.replace("from t", "from t | sort by name, id desc"))
        process = self.start("etlrun", "p.etl")
        self.wait_until(self.has_temporary, process)
        self.expect(self.interrupt(process), 130)
        self.assertEqual(self.read("out.csv"), "old")

    def test_a_table_keeps_its_rows(self):
        with sqlite3.connect(self.folder / "base.db") as base:
            base.execute("create table t (id integer, name text)")
            base.execute("insert into t values (9, 'old')")
        base.close()
        text = ('connection db = sqlite("base.db")\n' + COPY.splitlines()[0] +
                '\nfrom t | into db.table("t") replace\n')
        process = self.start_waiting(text)
        self.wait_until((self.folder / "base.db-journal").exists, process)
        self.expect(self.interrupt(process), 130)
        with sqlite3.connect(self.folder / "base.db") as base:
            self.assertEqual(base.execute("select * from t").fetchall(), [(9, "old")])
        base.close()

    def test_rows_of_a_key_that_come_in_one_run_are_not_split(self):
        self.write("in.csv", "id,name\n" + "".join(f"{i % 1000},name of {i}\n" for i in range(2_000_000)))
        self.write("p.etl", 'source t = csv("in.csv") { id: int, name: text }\nincremental by offset\n'
                            'connection db = sqlite("base.db")\nfrom t | into db.table("t") replace by id\n')
        with sqlite3.connect(self.folder / "base.db") as base:
            base.execute("create table t (id integer, name text)")
            base.execute("insert into t values (9, 'old')")
        base.close()
        process = self.start("etlrun", "p.etl")
        self.wait_until(lambda: self.bytes_read_by(process) > 8_000_000, process)
        self.expect(self.interrupt(process), 130, "interrupted: no file and no table was changed")
        with sqlite3.connect(self.folder / "base.db") as base:
            self.assertEqual(base.execute("select * from t").fetchall(), [(9, "old")])
        base.close()

    @staticmethod
    def bytes_read_by(process):
        with open(f"/proc/{process.pid}/io", encoding="utf-8") as counts:
            return int(counts.readline().split()[1])

    def test_the_third_ends_a_run_that_hangs(self):
        """A pipe without a reader does not open."""
        self.write("in.csv", ROWS)
        os.mkfifo(self.folder / "out.csv")
        self.write("p.etl", COPY)
        process = self.start("etlrun", "p.etl")
        self.wait_until(lambda: list(self.folder.glob(".etl/logs/*.log")), process)
        for _ in range(2):
            process.send_signal(signal.SIGINT)
            time.sleep(0.1)
        self.assertEqual(self.interrupt(process).returncode, 130)

    def test_json(self):
        process = self.start_waiting(COPY, "--json")
        self.wait_until(self.has_temporary, process)
        done = self.expect(self.interrupt(process), 130)
        last = self.objects(done.stdout)[-1]
        self.assertEqual((last["type"], last["status"]), ("report", "interrupted"))
