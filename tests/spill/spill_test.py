#!/usr/bin/env python3
"""Runs pipelines with a tenth of the memory that they need, and with all of it: the same bytes, and nothing left in
the spill folder, also after SIGKILL or where the disk takes no more.

usage: spill_test.py ETLRUN [case …]
"""
import os
import pathlib
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

ETLRUN = None
ROWS = 120_000
COLUMNS = "id: int, customer: int, amount: decimal(12, 2), name: text, note: text"
HEAD = f"""etl 1
pipeline spilling {{ memory = MEMORY }}
source orders = csv("orders.csv") {{ {COLUMNS} }}
source others = csv("others.csv") {{ {COLUMNS} }}
"""
PIPELINES = {
    "sort": "from orders | sort by amount desc, name | into csv(\"out.csv\")",
    "sort by long texts": "from orders | sort by note desc, id | into csv(\"out.csv\")",
    "group": "from orders | group by customer { n = count(), sum = sum(amount), floats = sum(float(amount)), "
             "least = min(name), last = last(note), names = count_distinct(name) } | into csv(\"out.csv\")",
    "distinct": "from orders | distinct by customer, name | into csv(\"out.csv\")",
    "dedupe": "from orders | dedupe by name keep latest amount | into csv(\"out.csv\")",
    "join": "from orders | join others on customer == others.customer and amount > others.amount "
            "| map { id, other = others.id, others.note } | into csv(\"out.csv\")",
    "join left": "from orders | join left others on name == others.name | map { id, name, other = others.id } "
                 "| into csv(\"out.csv\")",
    "join many": "flow few = from orders | set { k = customer % 3000 }\n"
                 "from others | filter id < 2000 | join few on id == few.k "
                 "| map { id, other = few.id, few.note } | into csv(\"out.csv\")",
    "lookup": "from orders | lookup others on customer == others.customer keep latest others.amount "
              "| map { id, other = others.id, others.note } | into csv(\"out.csv\")",
    "spooled edge": "flow all = from orders | filter id > 10\n"
                    "flow few = from all | group by customer { n = count(), total = sum(amount) }\n"
                    "from all | join few on customer == few.customer "
                    "| map { id, name, note, amount, few.n, few.total } | into csv(\"out.csv\")",
    "one after the other": "from orders | dedupe by id keep latest amount | sort by name "
                           "| group by note { n = count(), first = first(id) } | into csv(\"out.csv\")",
}


def write_orders(path, seed):
    chance = random.Random(seed)
    with open(path, "w", encoding="utf-8") as out:
        out.write("id,customer,amount,name,note\n")
        for number in range(ROWS):
            name = f"name {chance.randrange(ROWS // 2)}" if chance.random() < 0.95 else ""
            note = ("a long text that begins alike " * 3)[:chance.randrange(90)] + str(chance.randrange(1000))
            customer = chance.randrange(ROWS) if chance.random() < 0.98 else 7
            out.write(f"{number},{customer},{chance.randrange(10**7) / 100},{name},{note}\n")


class Spilling(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="etl-spill-"))
        write_orders(cls.folder / "orders.csv", 1)
        write_orders(cls.folder / "others.csv", 2)

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder)

    def setUp(self):
        for path in (self.folder / "out.csv", self.folder / ".etl"):
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)

    def start(self, name, memory, before=(), **how):
        (self.folder / "p.etl").write_text(HEAD.replace("MEMORY", memory) + PIPELINES[name] + "\n", encoding="utf-8")
        return subprocess.Popen([*before, ETLRUN, "p.etl", "--json"], cwd=self.folder, stdout=subprocess.PIPE,
                                stderr=subprocess.STDOUT, text=True, **how)

    def ended(self, process):
        said, _ = process.communicate(timeout=300)
        return process.returncode, said

    def spilled(self):
        """Whether something was; what is left of it is a fault."""
        folder = self.folder / ".etl/spill"
        self.assertEqual(list(folder.iterdir()) if folder.exists() else [], [])
        return folder.exists()

    def run_well(self, name, memory):
        status, said = self.ended(self.start(name, memory))
        self.assertEqual(status, 0, said)
        return (self.folder / "out.csv").read_bytes()

    def test_the_same_bytes(self):
        for name in PIPELINES:
            with self.subTest(name):
                shutil.rmtree(self.folder / ".etl", ignore_errors=True)
                expected = self.run_well(name, "4GB")
                self.assertFalse(self.spilled())
                self.assertGreater(len(expected), 100_000)
                found = self.run_well(name, "1MB")
                self.assertTrue(self.spilled())
                self.assertTrue(found == expected, "other bytes")

    def test_the_process_stays_small(self):
        """What it keeps: 1 MB; the rest is code, blocks under way, and buffers that do not grow with the data."""
        process = self.start("sort", "1MB")
        process.stdout.close()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = status
        self.assertEqual(status, 0)
        self.assertLess(usage.ru_maxrss * 1024, 49 << 20)

    def test_a_disk_that_takes_no_more(self):
        def limit_files():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))
        for name in PIPELINES:
            with self.subTest(name):
                process = self.start(name, "1MB", preexec_fn=limit_files, restore_signals=False)
                status, said = self.ended(process)
                self.assertEqual(status, 1, said)
                self.assertIn("E405", said)
                if "out.csv" not in said:
                    self.assertIn(".etl/spill", said)
                self.assertTrue(self.spilled() or "out.csv" in said)
                self.assertFalse((self.folder / "out.csv").exists())

    @unittest.skipIf(shutil.which("strace") is None, "there is no strace here")
    def test_a_disk_that_breaks(self):
        # The first reads of a thread may be those of the loader of programs.
        for call, error, whens in (("pwrite64", "ENOSPC", ("2", "40+")), ("pwrite64", "EIO", ("2+",)),
                                   ("pread64", "EIO", ("40", "40+"))):
            for at in whens:
                with self.subTest(call=call, error=error, at=at):
                    (self.folder / "out.csv").write_text("old\n", encoding="utf-8")
                    process = self.start("group", "1MB", [
                        "strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={call}",
                        "-e", f"inject={call}:error={error}:when={at}"])
                    status, said = self.ended(process)
                    if "ptrace" in said or "PTRACE" in said:
                        self.skipTest("nothing may be traced here")
                    self.assertEqual(status, 1, said)
                    self.assertIn("spill folder", said)
                    self.assertTrue(self.spilled())
                    self.assertEqual((self.folder / "out.csv").read_text(encoding="utf-8"), "old\n")

    def test_nothing_is_left_after_a_kill(self):
        for name in ("sort", "group", "join"):
            process = self.start(name, "1MB")
            until = time.monotonic() + 60
            while not (self.folder / ".etl/spill").exists() and process.poll() is None and time.monotonic() < until:
                time.sleep(0.001)
            process.kill()
            self.ended(process)
            self.assertTrue(self.spilled())


if __name__ == "__main__":
    ETLRUN = pathlib.Path(sys.argv.pop(1)).resolve()
    unittest.main()
