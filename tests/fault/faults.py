"""Hurts one load after another in copies of its folder, lets each end, and looks at what is there."""
import itertools
import random
import re
import shutil
import signal
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from runs import MOST_CALLS, READS, Fault

INTERRUPTED = 130  # the exit status
ENDED = ("succeeded", "succeeded_with_rejects", "failed")  # as the history tells it
ERRORS = [("ENOSPC", False), ("EIO", True), ("EIO", False), ("ENOSPC", True)]
LAST_STEP = ("rename", "link", "mkdir")  # of putting files into their places


class Effort:
    """How much is done to each load. every, at: the long form hurts only each `every`-th call, from the `at`-th on."""

    def __init__(self, long, every=1, at=0):
        self.long, self.every, self.first = long, every, 1 + at % every
        self.rows = 400 if long else 150
        self.rounds = 3 if long else 2
        self.random_kills = max(2, 25 // every) if long else 2
        self.chains = max(2, 8 // every) if long else 1
        self.chained_kills = 12 if long else 6

    def is_swept(self, number):
        """Whether each call of this load is hurt in turn. The short form does so where an older target stands."""
        return self.long or number == self.rounds - 1

    def steps(self, calls, most):
        """k = 1, 2, 3 …; the short form leaves some out where there are many calls."""
        return range(self.first, MOST_CALLS, self.every if self.long else 1 + calls // most)

    def errors(self, turn):
        return ERRORS if self.long else [ERRORS[turn % len(ERRORS)]]


class Counts:
    """What was survived, for the table at the end."""

    def __init__(self):
        self.lock, self.of = threading.Lock(), Counter()

    def add(self, what, count=1):
        with self.lock:
            self.of[what] += count


class Ordeal:
    """One load, grown and run again and again, each time hurt in all ways."""
    columns = ["kills", "chained kills", "random kills", "stops", "errors", "runs"]

    def __init__(self, load, etlrun, effort, seed, folder, settings, jobs):
        self.load, self.etlrun, self.effort, self.seed = load, etlrun, effort, seed
        self.folder, self.counts, self.problems = folder, Counts(), []
        self.jobs, self.copies = jobs, itertools.count()
        self.main = folder / "main"
        self.main.mkdir(parents=True)
        (self.main / "load.etl").write_text(load.text(settings), encoding="utf-8")

    def go(self):
        for number in range(self.effort.rounds):
            self.load.grow(self.main, number, self.seed, self.effort.rows)
            self.before = self.load.rows_of_targets(self.main)
            self.hurt(number)
            self.finish(self.main, f"load {number}, unharmed")
            if self.problems:
                return
        if self.load.incremental:
            self.finish(self.main, "a load without news")

    def hurt(self, number):
        trial = self.copy()
        self.runs_before = len(self.etlrun.past_statuses(trial))
        known = self.load.reject_files(trial)
        measured = self.etlrun.run_traced(trial)
        self.calls = measured.calls
        self.judge_done(trial, measured, known, f"load {number}, only traced")
        self.complain(f"load {number}, only traced", trial, measured.durability.problems(trial))
        if self.problems:
            return
        self.seconds = self.etlrun.run(self.copy()).seconds
        with ThreadPoolExecutor(self.jobs) as pool:
            for done in [pool.submit(*task) for task in self.tasks(number)]:
                done.result()

    def tasks(self, number):
        share = 5 if self.load.large else 1
        yield from ((self.chain, number, at) for at in range(0, self.effort.chains, share))
        for at in range(0, self.effort.random_kills, share):
            yield from ((self.kill_at_random, number, at), (self.stop_at_random, number, at))
        if self.effort.is_swept(number) and not self.load.large:
            for call in sorted(self.calls):
                yield from ((self.kill_each, number, call), (self.fail_each, number, call))
            yield self.fail_reading, number

    def copy(self):
        copy = self.folder / f"copy-{next(self.copies)}"
        shutil.copytree(self.main, copy)
        return copy

    def drop(self, trial):
        if not self.problems:  # what went wrong stays to be looked at
            shutil.rmtree(trial)

    def complain(self, where, trial, problems, outcome=None):
        said = f"; it said: {outcome.said.strip()[-400:]}" if outcome is not None else ""
        self.problems += [f"{self.load.name}: {where}: {problem}{said} ({trial})" for problem in problems]

    def finish(self, trial, where, with_leftovers=False):
        """A run that nobody hurts heals everything. Of an incremental load that is through, it is one without news."""
        known = self.load.reject_files(trial)
        self.judge_done(trial, self.etlrun.run(trial), known, where + ", then a run unharmed", with_leftovers)
        last = self.etlrun.past_statuses(trial)[-1:]
        if not last or not last[0].startswith("succeeded"):
            self.complain(where, trial, [f"the history says {last} of the run unharmed"])

    def judge_done(self, trial, outcome, known, where, with_leftovers=False):
        self.counts.add("runs")
        if outcome.status != 0:
            self.complain(where, trial, [f"exit status {outcome.status}"], outcome)
            return
        files = self.load.reject_files(trial)
        problems = self.load.problems_when_done(trial, files if self.load.incremental else files - known)
        if not with_leftovers:
            problems += [f"{name} is left behind" for name in self.load.leftovers(trial)]
        self.complain(where, trial, problems)

    def kill_each(self, number, call):
        """Killed before the k-th call, then run again: for k = 1, 2, 3 … until a run gets through."""
        for at in self.effort.steps(self.calls[call], 16):
            trial, fault = self.copy(), Fault(call, at, signal_name="SIGKILL")
            where = f"load {number}, {fault}"
            known = self.load.reject_files(trial)
            outcome = self.etlrun.run_traced(trial, fault)
            if not outcome.killed:
                self.judge_done(trial, outcome, known, where + ", not reached")
                self.drop(trial)
                return
            self.complain(where, trial, self.load.problems_when_hurt(trial, self.before))
            self.finish(trial, where)
            self.counts.add("kills")
            self.drop(trial)

    def chain(self, number, seed):
        """Killed again and again at calls by chance, in one folder, until a run gets through."""
        rng = random.Random(f"{self.seed} {self.load.name} {number} chain {seed}")
        trial, done = self.copy(), []
        for _ in range(self.effort.chained_kills):
            call = rng.choice(sorted(self.calls))
            fault = Fault(call, rng.randint(1, self.calls[call]), signal_name="SIGKILL")
            known = self.load.reject_files(trial)
            outcome = self.etlrun.run_traced(trial, fault)
            done.append(str(fault))
            if not outcome.killed:
                self.judge_done(trial, outcome, known, f"load {number}, " + ", ".join(done))
                break
            self.counts.add("chained kills")
            self.complain(", ".join(done), trial, self.load.problems_when_hurt(trial, self.before))
        self.finish(trial, f"load {number}, " + ", ".join(done))
        self.drop(trial)

    def kill_at_random(self, number, seed):
        """Killed at moments by chance until it was quicker than the killer."""
        rng = random.Random(f"{self.seed} {self.load.name} {number} moment {seed}")
        trial, moments = self.copy(), []
        for _ in range(10):
            moments.append(rng.uniform(0, 1.2) * self.seconds)
            outcome = self.etlrun.run_signalled(trial, moments[-1])
            if not outcome.killed:
                break
            self.counts.add("random kills")
            self.complain(f"load {number}, killed after {moments[-1]:.4f} s", trial,
                          self.load.problems_when_hurt(trial, self.before))
        self.finish(trial, f"load {number}, killed at {len(moments)} moments")
        self.drop(trial)

    def stop_at_random(self, number, seed):
        """Asked to stop, as by Ctrl-C: it drops a full load, commits an incremental one, or was quicker."""
        rng = random.Random(f"{self.seed} {self.load.name} {number} stop {seed}")
        trial, moment = self.copy(), rng.uniform(0, 1.2) * self.seconds
        number_of_signal = rng.choice([signal.SIGINT, signal.SIGTERM])
        where = f"load {number}, {number_of_signal.name} after {moment:.4f} s"
        known = self.load.reject_files(trial)
        outcome = self.etlrun.run_signalled(trial, moment, number_of_signal)
        if outcome.status == INTERRUPTED:
            names = {target.name for target in self.load.targets}
            problems = self.load.problems_when_hurt(trial, self.before, names, stuck=False)
            problems += [f"{name} is left behind by a run that was stopped" for name in self.load.leftovers(trial)]
            self.complain(where, trial, problems, outcome)
            self.counts.add("stops")
        elif outcome.status != -number_of_signal:  # else it had not even begun
            self.judge_done(trial, outcome, known, where)
        self.finish(trial, where)
        self.drop(trial)

    def fail_reading(self, number):
        """EIO at the k-th read of the source: no half of it is taken for the whole."""
        for call in READS:
            for at in range(self.effort.first, MOST_CALLS, self.effort.every):
                trial = self.copy()
                file = max((path for path in (trial / self.load.source.files[0]).glob("**/*") if path.is_file()),
                           default=trial / self.load.source.files[0])
                fault = Fault(call, at, error="EIO", file=file)
                outcome = self.etlrun.run_traced(trial, fault)
                if outcome.hits:
                    names = {target.name for target in self.load.targets}
                    problems = self.load.problems_when_hurt(trial, self.before, names, stuck=False)
                    # 2: it was read to check the pipeline.
                    if outcome.status not in (1, 2) or file.name not in outcome.said:
                        problems.append(f"exit status {outcome.status}, and the message must name {file.name}")
                    self.complain(f"load {number}, {fault}", trial, problems, outcome)
                    self.counts.add("errors")
                    self.finish(trial, f"load {number}, {fault}")
                self.drop(trial)
                if not outcome.hits:
                    break

    def fail_each(self, number, call):
        """ENOSPC and EIO at the k-th call, once and for ever, then run again unharmed."""
        for turn, at in enumerate(self.effort.steps(self.calls[call], 8)):
            for error, ever in self.effort.errors(turn):
                trial, fault = self.copy(), Fault(call, at, error=error, ever=ever)
                where = f"load {number}, {fault}"
                known = self.load.reject_files(trial)
                outcome = self.etlrun.run_traced(trial, fault)
                if not outcome.hits:
                    self.judge_done(trial, outcome, known, where + ", not reached")
                    self.drop(trial)
                    return
                self.judge_failed(trial, outcome, known, where)
                self.finish(trial, where, with_leftovers=any(hit[0] == "rmdir" for hit in outcome.hits))
                self.counts.add("errors")
                self.drop(trial)

    def judge_failed(self, trial, outcome, known, where):
        hits = [hit for hit in outcome.hits if self.matters(trial, *hit)]
        if outcome.status == 1 and not hits:  # the folders that a run needs there, and those that it does not
            hits = [hit for hit in outcome.hits if hit[0].startswith("mkdir")]
        unlinked = any(hit[0].startswith(("unlink", "rmdir")) for hit in outcome.hits)
        self.complain(where, trial, self.unsaid(trial, outcome), outcome)
        if outcome.status == 0 and not hits:
            self.judge_done(trial, outcome, known, where, with_leftovers=unlinked)
            return
        if outcome.status != 1 or not hits:
            failed = [f"{call} of {file}" for call, file, _ in hits] or "nothing that matters"
            self.complain(where, trial, [f"exit status {outcome.status} though {failed} failed"], outcome)
            return
        late = [hit for hit in hits if "/.etl/" in hit[1]] if "/.etl/" not in hits[0][1] else []
        # What fails first is named, whatever fails while the run ends.
        names = set().union(*(self.shown_names(trial, hit[1]) for hit in hits if hit not in late))
        problems = []
        if not any(name in outcome.said for name in names):
            problems.append(f"the message names none of {sorted(names)}")
        if any(call.startswith(LAST_STEP) or is_folder(file) for call, file, _ in hits):
            whole = [self.shown_names(trial, file) for _, file, _ in hits if not is_folder(file)]
        else:  # only the last step of publishing may come between two targets
            whole = [{target.name for target in self.load.targets}]
        stuck = len(hits) > 1
        problems += self.load.problems_when_hurt(trial, self.before, set().union(*whole), stuck)
        is_between = any(target.can_be_between and target.journals(trial) for target in self.load.targets)
        if not unlinked and not (stuck and is_between):
            left = [name for name in self.load.leftovers(trial) if not name.endswith("-journal")]
            problems += [f"{name} is left behind by a run that failed" for name in left]
        self.complain(where, trial, problems, outcome)

    def unsaid(self, trial, outcome):
        """A run that ends although it could not be put into the history, or its rejects cannot be replayed, says so."""
        problems = []
        if any("/.etl" in file and "/.etl/rejects/" not in file for _, file, _ in outcome.hits):
            *older, last = self.etlrun.past_statuses(trial) or ["no run"]
            if (len(older) != self.runs_before or last not in ENDED) and "state.db" not in outcome.said:
                problems.append(f"the last of {len(older) + 1} runs in the history has {last}, and that is not said")
        marks = {Path(file).name for call, file, _ in outcome.hits if call == "pwrite64" and "/.etl/rejects/" in file}
        if outcome.status == 0:
            problems += [f"it is not said that {mark} could not be marked" for mark in marks
                         if mark not in outcome.said]
        return problems

    def matters(self, trial, call, file, number):
        """Whether a run may not go on: it may without its log, its entry in the history (see unsaid) and what it says,
        or where a file's name is not removed, or where SQLite does not make its folder durable, which it takes as done
        as well as can be."""
        if number in (1, 2) or any(part in file for part in ("/.etl/logs/", "/.etl/locks/", "/.etl/state.db")):
            return False
        if call == "pwrite64" and "/.etl/rejects/" in file:
            return False  # the mark of a load that is done, see unsaid
        if call.startswith("mkdir") and ("/.etl" in file or Path(file) == trial):
            return False
        if call == "fdatasync" and Path(file) == trial:
            return False
        return not call.startswith(("unlink", "rmdir")) or file.endswith("-journal")

    def shown_names(self, trial, file):
        """What a message may call the file: the target of a temporary or a journal, any where it is none of theirs."""
        path = Path(file.removesuffix(" (deleted)"))
        if path == trial or not path.is_relative_to(trial):  # SQLite stages in the folder for temporary files
            return {target.name for target in self.load.targets} | ({".etl"} if path == trial else set())
        if ".etl" in path.relative_to(trial).parts:
            return {path.name, re.sub(r"\.[a-z0-9~]+\.open$", "", path.name)}
        if path.name.startswith("day="):
            return {target.name for target in self.load.targets if target.can_be_between}
        for part in path.relative_to(trial).parts:
            if staged := re.fullmatch(r"\.(.*)\.etl-parts", part):
                return {staged[1]}
        name = re.sub(r"^\.(.*)(\.etl-[a-z0-9]{6}|-new)$", r"\1", path.name)
        return {re.sub(r"(-journal|-wal|-shm|\.etl-state)$", "", name)}


def is_folder(file):
    """Also one that was taken back."""
    return Path(file).is_dir() or file.endswith(".etl-parts") or Path(file).name.startswith("day=")
