"""Two runs of one pipeline at once, and a run that was put to sleep while another took over."""
import os
import random
import re
import signal
import subprocess
import threading
import time
from pathlib import Path

from faults import Ordeal
from runs import Fault

LOCKED = re.compile(r"\b(t|shop)\.db is locked by another program")
PATIENCE_SECONDS = 2


class Together(Ordeal):
    """Instead of being killed, each load meets another run of its own pipeline."""
    columns = ["pairs", "sleepers", "taken over", "runs"]

    def tasks(self, number):
        yield from ((self.meet, number, at) for at in range(max(4, 40 // self.effort.every) if self.effort.long else 4))
        if self.load.incremental and self.effort.is_swept(number):
            every = [Fault(call, at, signal_name="SIGSTOP") for call in sorted(self.calls)
                     for at in range(self.effort.first, self.calls[call] + 1, self.effort.every)]
            rng = random.Random(f"{self.seed} {self.load.name} {number} sleep")
            yield from ((self.sleep, number, fault) for fault in
                        (every if self.effort.long else rng.sample(every, min(4, len(every)))))

    def meet(self, number, seed):
        """Two runs start at almost the same time."""
        rng = random.Random(f"{self.seed} {self.load.name} {number} meet {seed}")
        trial, gap = self.copy(), rng.uniform(0, self.seconds)
        first = self.etlrun.start(trial)
        time.sleep(gap)
        outcomes = [self.etlrun.wait(self.etlrun.start(trial)), self.etlrun.wait(first)]
        where = f"load {number}, two runs {gap:.4f} s apart"
        self.judge_pair(trial, where, *outcomes)
        self.finish(trial, where)
        self.counts.add("pairs")
        self.drop(trial)

    def sleep(self, number, fault):
        """A run is stopped before its k-th call, another comes, and then the first goes on."""
        trial, where = self.copy(), f"load {number}, {fault}"
        log = trial.parent / (trial.name + ".trace")
        sleeper = self.etlrun.start_traced(trial, log, fault)
        thread = wait_until_stopped(sleeper, log)
        if thread is None:
            self.judge_done(trial, self.etlrun.wait(sleeper), set(), where + ", not reached")
        else:
            self.wake_behind_another(trial, sleeper, thread, where)
            self.finish(trial, where)
            self.counts.add("sleepers")
        self.drop(trial)

    def wake_behind_another(self, trial, sleeper, thread, where):
        second = self.etlrun.start(trial)
        try:
            second.wait(PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            pass  # it waits for the sleeper
        taken_over = second.poll() == 0
        there = self.load.rows_of_targets(trial) if taken_over else None
        threading.Thread(target=keep_awake, args=(process_of(thread),), daemon=True).start()
        first, other = self.etlrun.wait(sleeper), self.etlrun.wait(second)
        self.judge_pair(trial, where, first, other)
        if taken_over:
            self.counts.add("taken over")
            if self.load.rows_of_targets(trial) != there:
                self.complain(where, trial, ["the sleeper woke up and wrote what another had taken over"], first)

    def judge_pair(self, trial, where, *outcomes):
        """One has come to its end, and all is there before a third run could heal it. The other one has, too, or tells
        that it met it: each may have waited for what the other one held, and found it gone on."""
        for outcome in outcomes:
            met = "another run" in outcome.said if outcome.status == 4 else LOCKED.search(outcome.said)
            if outcome.status != 0 and not met:
                self.complain(where, trial, [f"exit status {outcome.status}"], outcome)
        if all(outcome.status != 0 for outcome in outcomes):
            self.complain(where, trial, ["neither came to its end"])
        else:
            self.complain(where, trial, [problem for problem in self.load.problems_when_done(trial, set())
                                         if not problem.startswith("rejects")])


def process_of(thread):
    status = Path(f"/proc/{thread}/status").read_text(encoding="utf-8")
    return int(re.search(r"^Tgid:\s*(\d+)", status, re.MULTILINE)[1])


def keep_awake(process):
    """Every thread is stopped at its own k-th call, so a run may fall asleep more than once."""
    try:
        while True:
            os.kill(process, signal.SIGCONT)
            time.sleep(0.02)
    except ProcessLookupError:
        pass


def wait_until_stopped(process, log):
    """The stopped thread, None if the run ended without."""
    while True:
        ended = process.poll() is not None
        text = log.read_text(errors="replace") if log.exists() else ""
        for line in text.splitlines():
            if line.endswith("--- stopped by SIGSTOP ---"):
                return int(line.split()[0])
        if ended:
            return None
        time.sleep(0.002)
