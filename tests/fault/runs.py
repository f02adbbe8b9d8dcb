"""Runs etlrun, left alone or hurt by strace: killed or given an error at the k-th call of a kind."""
import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections import Counter
from pathlib import Path

# All by which a run can change what outlives it.
CALLS = ["write", "pwrite64", "writev", "pwritev", "pwritev2", "fsync", "fdatasync", "sync_file_range", "rename",
         "renameat", "renameat2", "link", "linkat", "unlink", "unlinkat", "mkdir", "mkdirat", "rmdir", "truncate",
         "ftruncate", "fallocate", "send", "sendto", "sendmsg", "sendmmsg"]
READS = ["read", "pread64"]
MOST_CALLS = 3000  # of one kind, far beyond what the loads make
TIMEOUT_SECONDS = 120
TRACED = re.compile(r"^(\d+) +(?:<\.\.\. )?(\w+)(.*)")
HIT_FILE = re.compile(r'^\(?(\d+)<([^>]*)>')
NAMED_FILE = re.compile(r'"([^"]*)"')
WRITTEN_TO_STDERR = re.compile(r'^\(2<[^>]*>, "((?:[^"\\]|\\.)*)"')


class Fault:
    """At each thread's `at`-th `call`: SIGKILL or another signal, or an error once or for ever after. With `file`,
    only calls upon it count."""

    def __init__(self, call, at, signal_name="", error="", ever=False, file=None):
        self.call, self.at, self.signal_name, self.error, self.ever = call, at, signal_name, error, ever
        self.file = file

    def __str__(self):
        what = self.signal_name or self.error + (" for ever" if self.ever else " once")
        return f"{what} at {self.call} {self.at}" + (f" of {self.file.name}" if self.file else "")

    def options(self):
        what = f"signal={self.signal_name}" if self.signal_name else f"error={self.error}"
        return ["-e", f"inject={self.call}:{what}:when={self.at}{'+' if self.ever else ''}",
                *(["-P", str(self.file)] if self.file else [])]


class Outcome:
    def __init__(self, status, said, trace):
        self.status, self.said = status, said
        self.calls = Counter()  # of a kind, in the thread that makes the most
        self.hits = []          # (call, file, number of the file) that were given an error
        self.durability = Durability()
        self.read_trace(trace)

    @property
    def killed(self):
        return self.status == -signal.SIGKILL

    def read_trace(self, trace):
        by_thread, begun = Counter(), {}
        for line in trace.splitlines():
            found = TRACED.match(line)
            if not found:
                continue
            thread, call, rest = found.groups()
            if rest.startswith(" resumed>"):
                rest = begun.pop((thread, call), "") + rest
            elif call in CALLS:
                by_thread[thread, call] += 1
                if rest.endswith("<unfinished ...>"):
                    begun[thread, call] = rest
                    continue
            if call not in READS:
                self.durability.take(call, rest)
            if "(INJECTED)" in rest:
                self.take_hit(call, rest)
        for (_, call), count in by_thread.items():
            self.calls[call] = max(self.calls[call], count)

    def take_hit(self, call, rest):
        said = WRITTEN_TO_STDERR.match(rest)
        if said:  # what it could not even say
            self.said += said[1]
        file = HIT_FILE.match(rest)
        if file:
            self.hits.append((call, file[2], int(file[1])))
        else:
            self.hits.append((call, NAMED_FILE.search(rest)[1], None))


class Durability:
    """Follows what a loss of power would take: a name must not come to stand for bytes that are not on the disk."""

    def __init__(self):
        self.unsafe, self.found = {}, []  # files and folders, and what was done to them
        self.seen = set()  # files of rejects

    def take(self, call, rest):
        file, names = HIT_FILE.match(rest), NAMED_FILE.findall(rest)
        if call in ("fsync", "fdatasync"):
            self.unsafe.pop(file[2], None)
        elif call.startswith("mkdir") and rest.endswith("= 0") and not names[0].endswith(("/.etl/logs", "/.etl/locks")):
            self.unsafe[str(Path(names[0]).parent)] = f"holds the new folder {Path(names[0]).name}"
        elif call.startswith("rename"):
            self.take_name(Path(names[0]), Path(names[1]))
        elif call == "unlink" and names[0].endswith("-journal"):
            self.take_commit([], names[0])
        elif call == "pwrite64" and file and "/rejects/" in file[2]:
            pass  # the mark of a load that is done, written through
        elif file and int(file[1]) > 2 and not re.search(r"/logs/|/locks/|/spill/|-journal|\.db", file[2]):
            self.unsafe[file[2]] = "was written"
            if "/rejects/" in file[2] and file[2] not in self.seen:
                self.seen.add(file[2])
                self.unsafe.setdefault(str(Path(file[2]).parent), "holds a new file")

    def take_name(self, old, new):
        """A manifest stands for its file; that of partitions also names files before it stands for their new rows."""
        self.take_commit([old, new.with_name(new.name.removesuffix(".etl-state"))], new.name)
        self.unsafe[str(new.parent)] = f"holds the new name {new.name}"
        self.seen.add(str(new))

    def take_commit(self, must, name):
        must += [Path(file) for file in self.unsafe if "/rejects" in file]
        self.found += [f"{file} {self.unsafe[str(file)]} and was not durable when {name} was committed"
                       for file in must if str(file) in self.unsafe]

    def problems(self, folder):
        left = [f"{file} {why} and is not made durable" for file, why in self.unsafe.items()
                if Path(file).is_relative_to(folder) and Path(file).exists()]
        return self.found + left


class Etlrun:
    def __init__(self, path):
        self.path = path

    def command(self, folder):
        file = folder / "arguments"
        more = file.read_text(encoding="utf-8").split() if file.exists() else []
        return [str(self.path), "--quiet", str(folder / "load.etl"), *more]

    def run(self, folder):
        began = time.monotonic()
        outcome = self.wait(self.start(folder))
        outcome.seconds = time.monotonic() - began
        return outcome

    def past_statuses(self, folder):
        """What the history tells of all runs, which no kill may have torn."""
        asked = subprocess.run([str(self.path), "--history", "--json"], cwd=folder, capture_output=True, text=True,
                               timeout=TIMEOUT_SECONDS)
        told = [json.loads(line) for line in asked.stdout.splitlines()]
        return [each.get("status") or each["message"] for each in told] + asked.stderr.splitlines()

    def start(self, folder):
        return subprocess.Popen(self.command(folder), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                                start_new_session=True)

    @staticmethod
    def wait(process, trace=None):
        """Everything of a run that hangs is killed: the group is its own."""
        try:
            said = process.communicate(timeout=TIMEOUT_SECONDS)[1]
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            said = process.communicate()[1] + b"\n(it hung, and was killed)"
            process.returncode = "hung"
        text = trace.read_text(errors="replace") if trace is not None and trace.exists() else ""
        return Outcome(process.returncode, said.decode(errors="replace"), text)

    def start_traced(self, folder, log, fault=None):
        # At the quicker stops of --seccomp-bpf no signal can be given.
        quick = [] if fault is not None and fault.signal_name else ["--seccomp-bpf"]
        command = ["strace", "-f", *quick, "-qq", "-y", "-s", "600", "-o", str(log),
                   "-e", "trace=" + ",".join("?" + call for call in CALLS + READS)]
        if fault is not None:
            command += fault.options()
        return subprocess.Popen(command + self.command(folder), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                                start_new_session=True)

    def run_traced(self, folder, fault=None):
        log = folder.parent / (folder.name + ".trace")
        outcome = self.wait(self.start_traced(folder, log, fault), log)
        log.unlink(missing_ok=True)
        return outcome

    def run_signalled(self, folder, seconds, number=signal.SIGKILL):
        process = self.start(folder)
        time.sleep(seconds)
        process.send_signal(number)
        return self.wait(process)


def why_no_tracing():
    """None, or why strace cannot hurt a run here."""
    if shutil.which("strace") is None:
        return "there is no strace; tools/setup --tests installs it"
    with tempfile.NamedTemporaryFile() as log:
        tried = subprocess.run(["strace", "-f", "-qq", "-o", log.name, "-e", "trace=write", "-e",
                                "inject=write:signal=SIGKILL:when=1", "/bin/echo"], capture_output=True, text=True)
    if tried.returncode == -signal.SIGKILL:
        return None
    return "strace may not trace here: " + (tried.stderr.strip().splitlines() or ["it changed nothing"])[0]
