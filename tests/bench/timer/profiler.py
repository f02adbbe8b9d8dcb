"""Where the time of a workload goes: by perf where it may count, else by callgrind, which takes fifty times as long."""
import os
import re
import shutil
import subprocess

import inputs
import peers
from place import BENCH, fail

TOP_LINES = 30


def may_use_perf():
    return shutil.which("perf") and not peers.call("perf", "record", "-o", str(BENCH / "out/perf.data"), "true")


def by_perf(line, frequency):
    """By library too: the functions of a library without symbols are addresses only."""
    data = BENCH / "out/perf.data"
    run(["perf", "record", "-q", "-F", str(frequency), "-o", data, *line])
    for sort, lines in (("dso", 6), ("symbol", TOP_LINES)):
        show(run(["perf", "report", "--stdio", "-q", "--sort", sort, "--percent-limit", "0.3", "-i", data]), lines)


def by_callgrind(line):
    data = BENCH / "out/callgrind.out"
    run(["valgrind", "-q", "--tool=callgrind", f"--callgrind-out-file={data}", *line])
    show(run(["callgrind_annotate", "--auto=no", data]).partition("file:function")[2], TOP_LINES)


def run(line):
    """What it prints."""
    done = subprocess.run(list(map(str, line)), stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          env={**os.environ, "DEBUGINFOD_URLS": ""})
    if done.returncode:
        fail(f"{line[0]} ended with {done.returncode}: {done.stderr[-1500:]}")
    return done.stdout


def show(text, most):
    """Its first lines, without the columns of paths and of what was not counted."""
    lines = [re.sub(r"(\s+-)+\s*$|\[/.*|\?\?\?:", "", line) for line in text.splitlines()]
    print("\n".join([line[:150] for line in lines if line.strip(" -")][:most]), flush=True)


def profile(workload, rows):
    files = inputs.inputs_of(workload, rows)
    inputs.read_all(files)
    line = peers.command("etl", workload, files, BENCH / "out/profiled")
    print(f"{workload.name}, {workload.rows_of(rows):,} rows: shares of libraries and functions", flush=True)
    if may_use_perf():
        by_perf(line, 20_000 if workload.rows else 4_000)
    elif shutil.which("valgrind"):
        by_callgrind(line)
    else:
        fail("a profile needs perf or valgrind (Debian: linux-perf, valgrind)")
    for path in (BENCH / "out").glob("profiled*"):
        path.unlink()
