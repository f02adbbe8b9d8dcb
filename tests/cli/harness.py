"""What the cases share: a folder of their own, the two programs, and what every run must keep."""
import atexit
import functools
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

PROGRAMS = {}
NOBODY = 65534
TEMPORARY = re.compile(r"^\..*\.etl-[a-z0-9]{6}$")
COPY = """source t = csv("in.csv") { id: int, name: text }
from t | into csv("out.csv")
"""
ROWS = "id,name\n1,a\n2,b\n"


def as_nobody():
    os.setgroups([])
    os.setgid(NOBODY)
    os.setuid(NOBODY)


@functools.cache
def copy_for_nobody(program):
    """The folder that programs are built in may be closed to others."""
    folder = tempfile.mkdtemp(prefix="etl-cli-")
    atexit.register(shutil.rmtree, folder)
    os.chmod(folder, 0o755)
    return shutil.copy(PROGRAMS[program], folder)


class Case(unittest.TestCase):
    maxDiff = 4000

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="etl-cli-"))
        self.folder.chmod(0o777)
        self.addCleanup(self.remove_folder)

    def remove_folder(self):
        for path in [self.folder, *self.folder.rglob("*")]:
            if path.is_dir() and not path.is_symlink():
                path.chmod(0o777)
        shutil.rmtree(self.folder)

    def write(self, name, content, mode=0o666):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, str):
            content = content.encode()
        path.write_bytes(content)
        path.chmod(mode)
        return path

    def read(self, name):
        return (self.folder / name).read_text(encoding="utf-8")

    def start(self, program, *arguments, other_user=False, environment=None, **streams):
        """As the user nobody if `other_user`, whom no permission of root helps."""
        line = [str(PROGRAMS[program]), *map(str, arguments)]
        how = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "stdin": subprocess.DEVNULL, **streams}
        if other_user and os.geteuid() == 0:
            how["preexec_fn"] = as_nobody
            line[0] = copy_for_nobody(program)
        return subprocess.Popen(line, cwd=self.folder, env={**os.environ, **(environment or {})}, **how)

    def run_tool(self, program, *arguments, input_bytes=None, **how):
        if input_bytes is not None:
            how["stdin"] = subprocess.PIPE
        process = self.start(program, *arguments, **how)
        try:
            out, errors = process.communicate(input_bytes, timeout=60)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            self.fail(f"{program} {arguments} does not end")
        return self.ended(process, out, errors)

    def shell(self, line):
        """$0 is etlrun."""
        process = subprocess.Popen(["bash", "-c", line, PROGRAMS["etlrun"]], cwd=self.folder, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE)
        return self.ended(process, *process.communicate(timeout=60))

    def ended(self, process, out, errors):
        """Good or not, a run ends by itself and leaves no temporary file."""
        done = subprocess.CompletedProcess(process.args, process.returncode, (out or b"").decode(),
                                           (errors or b"").decode())
        self.assertGreaterEqual(done.returncode, 0, f"ended by a signal\n{done.stdout}{done.stderr}")
        left = [str(path) for path in self.folder.rglob("*") if TEMPORARY.match(path.name) or
                path.name.endswith(("-journal", "-wal")) and path.name != "state.db-wal"]
        self.assertEqual(left, [])
        return done

    def etlrun(self, text, *arguments, **how):
        self.write("p.etl", text)
        return self.run_tool("etlrun", "p.etl", *arguments, **how)

    def expect(self, done, status, *messages):
        said = done.stdout + done.stderr
        self.assertEqual(done.returncode, status, said)
        for message in messages:
            self.assertIn(message, said)
        return done

    def expect_old_target(self, text, status, *messages, **how):
        """The run ends with the status and messages, and out.csv keeps its bytes."""
        old = b"old,target\n\xff\x00no newline"
        self.write("out.csv", old)
        done = self.expect(self.etlrun(text, **how), status, *messages)
        self.assertEqual((self.folder / "out.csv").read_bytes(), old)
        return done

    def objects(self, text):
        """JSON Lines, each with `type` as its first key."""
        found = []
        for line in text.splitlines():
            found.append(json.loads(line))
            self.assertEqual(next(iter(found[-1])), "type", line)
        return found

    def rejects(self):
        files = sorted((self.folder / ".etl/rejects").glob("*.jsonl"))
        return [json.loads(line) for file in files for line in file.read_text(encoding="utf-8").splitlines()]

    def interrupt(self, process, with_signal=signal.SIGINT):
        process.send_signal(with_signal)
        try:
            out, errors = process.communicate(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            self.fail("a signal does not end the run")
        return self.ended(process, out, errors)

    def wait_until(self, what, process):
        for _ in range(500):
            if what():
                return
            self.assertIsNone(process.poll(), "the run has ended already")
            time.sleep(0.01)
        self.fail("nothing happens")
