"""Two runs of one pipeline at once, and a run that was put to sleep while another took over."""
import os
import random
import signal
import subprocess
import threading
import time

from faults import Ordeal
from runs import Fault

STATUSES = (0, 4)  # done, or another run holds it
PATIENCE_SECONDS = 2


class Together(Ordeal):
    """Instead of being killed, each load meets another run of its own pipeline."""
    columns = ["pairs", "sleepers", "taken over", "runs"]

    def tasks(self, number):
        yield from ((self.meet, number, at) for at in range(40 if self.effort.long else 4))
        if self.load.incremental and self.effort.is_swept(number):
            every = [Fault(call, at, signal_name="SIGSTOP") for call in sorted(self.calls)
                     for at in range(1, self.calls[call] + 1)]
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
        for outcome in outcomes:
            if outcome.status not in STATUSES:
                self.complain(where, trial, [f"exit status {outcome.status}"], outcome)
        if all(outcome.status != 0 for outcome in outcomes):
            self.complain(where, trial, ["neither came to its end"])
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
        threading.Thread(target=keep_awake, args=(thread,), daemon=True).start()
        first, other = self.etlrun.wait(sleeper), self.etlrun.wait(second)
        locked = other.status == 1 and "is locked by another program" in other.said
        if other.status not in STATUSES and not locked:
            self.complain(where, trial, [f"the second run ended with {other.status}"], other)
        # The other one may have waited for what the sleeper held, and gone on before it.
        if first.status not in (0, 1, 4) or (first.status != 0 and not taken_over and other.status != 0):
            self.complain(where, trial, [f"the sleeper ended with {first.status}"], first)
        if taken_over:
            self.counts.add("taken over")
            if self.load.rows_of_targets(trial) != there:
                self.complain(where, trial, ["the sleeper woke up and wrote what another had taken over"], first)


def keep_awake(thread):
    """Every thread is stopped at its own k-th call, so a run may fall asleep more than once."""
    try:
        while True:
            os.kill(thread, signal.SIGCONT)
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
