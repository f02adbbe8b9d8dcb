"""Runs a workload in turn with its peers and takes the time of whole processes."""
import statistics
import subprocess
from dataclasses import dataclass, field

import inputs
import outputs
import peers
from place import BENCH, BUILD


class Failed(Exception):
    pass


@dataclass
class Figures:
    """Of one peer: the counted runs, and how its output compares with etl's."""
    seconds: list = field(default_factory=list)
    cpu: list = field(default_factory=list)
    peak: list = field(default_factory=list)  # MiB
    verdict: str = ""

    @property
    def median(self):
        return statistics.median(self.seconds)


@dataclass
class Result:
    workload: object
    rows: int
    size: int  # bytes of all inputs
    peers: dict  # Figures by peer
    absent: dict  # why, by peer

    @property
    def best_peer(self):
        others = [figures.median for peer, figures in self.peers.items() if peer != "etl"]
        return min(others, default=None)

    @property
    def ratio(self):
        """How many times faster than the best peer."""
        return self.best_peer / self.peers["etl"].median if self.best_peer and "etl" in self.peers else None


def remove(out):
    for path in out.parent.glob(out.name + "*"):
        path.unlink()


def reason(text):
    """The line that tells why, out of all that a failed program says."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return next((line for line in lines if "rror" in line), lines[-1] if lines else "")[:300]


def run_once(line, environment):
    """Seconds, processor seconds and peak in MiB."""
    report = BENCH / "out/timed"
    done = subprocess.run([BUILD / "bin/bench_timed", report, *line], env=environment, stdin=subprocess.DEVNULL,
                          stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    status = report.read_text().split() if done.returncode == 0 else ["0", "0", "0", "0", str(done.returncode)]
    if status[4] != "0":
        raise Failed(f"ended with {status[4]}: {reason(done.stderr.decode(errors='replace'))}")
    seconds, user, system, peak = map(float, status[:4])
    return seconds, user + system, peak / 1024


def measure(workload, wanted, rows, runs, cores):
    """A round that is not counted, whose outputs are compared, then the counted ones; another begins each round."""
    files = inputs.inputs_of(workload, rows)
    size = inputs.read_all(files)
    absent = {peer: why for peer in wanted if (why := peers.missing(peer, workload))}
    outs = {peer: BENCH / "out" / f"{workload.name}_{peer}" for peer in wanted if peer not in absent}
    figures = {peer: Figures() for peer in outs}

    def run(peer, counted):
        remove(outs[peer])
        line = peers.command(peer, workload, files, outs[peer])
        try:
            seconds, cpu, peak = run_once(line, peers.environment(workload, files, outs[peer], cores))
        except Failed as problem:
            absent[peer] = f"it {problem}"
            del figures[peer]
            return
        if counted:
            figures[peer].seconds.append(seconds)
            figures[peer].cpu.append(cpu)
            figures[peer].peak.append(peak)
            remove(outs[peer])

    for peer in list(figures):
        run(peer, counted=False)
    compare(workload, {peer: outs[peer] for peer in figures}, figures)
    for number in range(max(runs, workload.runs)):
        turn = list(figures)
        first = number % max(1, len(turn))
        for peer in turn[first:] + turn[:first]:
            run(peer, counted=True)
    return Result(workload, workload.rows_of(rows), size, figures, absent)


def compare(workload, outs, figures):
    seen = {}
    for peer, out in outs.items():
        seen[peer] = outputs.digest(workload, out)
        remove(out)
    for peer, found in seen.items():
        figures[peer].verdict = found.against(next(iter(seen.values())), workload.in_order)
