import os
import pty
import re
import select
import time

from harness import COPY, ROWS, Case


class Terminal(Case):
    def run_on_terminal(self, *arguments, keep_open_s=0.0, environment=None):
        """What etlrun shows on a terminal while a pipe gives it rows for a while."""
        os.mkfifo(self.folder / "in.csv")
        self.write("p.etl", COPY)
        master, slave = pty.openpty()
        process = self.start("etlrun", "p.etl", *arguments, stderr=slave, stdout=slave, environment=environment)
        os.close(slave)
        with open(self.folder / "in.csv", "w", encoding="utf-8") as pipe:
            pipe.write(ROWS)
            pipe.flush()
            time.sleep(keep_open_s)
        shown = b""
        while select.select([master], [], [], 30)[0]:
            try:
                piece = os.read(master, 65536)
            except OSError:
                break
            if not piece:
                break
            shown += piece
        os.close(master)
        process.wait(timeout=30)
        self.assertEqual(process.returncode, 0, shown)
        return shown.decode()

    def test_a_line_that_is_rewritten_and_the_closing_table(self):
        shown = self.run_on_terminal(keep_open_s=1.0)
        self.assertRegex(shown, r"\r\x1b\[K\d+ rows  [\d,]+ rows/s  \d+ B  workers: ")
        closing = shown.rsplit("\r\x1b[K", 1)[1]
        self.assertNotIn("rows/s", closing)
        self.assertRegex(closing, r"stage +in +out")
        self.assertRegex(closing, r"t +2 +2\r\ninto out.csv +2 +2\r\n")
        self.assertRegex(closing, r"\x1b\[1;32msucceeded\x1b\[0m  [\d.]+ s  16 B read  peak memory ")
        self.assertTrue(closing.endswith("\r\n"))

    def test_no_colour_where_it_is_not_wanted(self):
        shown = self.run_on_terminal(environment={"NO_COLOR": "1"})
        self.assertNotRegex(shown, r"\x1b\[[\d;]*m")
        self.assertIn("succeeded", shown)

    def test_quiet(self):
        self.assertEqual(self.run_on_terminal("-q", keep_open_s=0.5), "")


class NoTerminal(Case):
    def test_plain_lines(self):
        self.write("in.csv", ROWS)
        done = self.expect(self.etlrun(COPY), 0)
        self.assertNotIn("\x1b", done.stderr)
        self.assertNotIn("\r", done.stderr)
        self.assertEqual(done.stdout, "")
        self.assertEqual(len(re.findall("^succeeded  ", done.stderr, re.MULTILINE)), 1)

    def test_the_log_tells_each_step(self):
        self.write("in.csv", ROWS)
        self.expect(self.etlrun(COPY), 0)
        logs = list((self.folder / ".etl/logs").glob("*.log"))
        self.assertEqual(len(logs), 1)
        lines = [line.split(" ", 1)[1] for line in logs[0].read_text(encoding="utf-8").splitlines()]
        self.assertRegex(lines[0], r"info run \S+ of p begins")
        self.assertIn("info published out.csv", lines)
        self.assertIn("info `t`: in 2, out 2, rejected 0", lines)
        self.assertRegex(lines[-1], r"info run \S+ ended after [\d.]+ s")
