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


def by_perf(line):
    data = BENCH / "out/perf.data"
    run(["perf", "record", "-q", "-F", "2000", "-o", data, *line])
    run(["perf", "report", "--stdio", "-q", "--sort", "symbol", "--percent-limit", "0.3", "-i", data], behind="")


def by_callgrind(line):
    data = BENCH / "out/callgrind.out"
    run(["valgrind", "-q", "--tool=callgrind", f"--callgrind-out-file={data}", *line])
    run(["callgrind_annotate", "--auto=no", data], behind="file:function")


def run(line, behind=None):
    """Runs it; shows the first lines of what it prints, where asked those behind a title."""
    done = subprocess.run(list(map(str, line)), stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          env={**os.environ, "DEBUGINFOD_URLS": ""})
    if done.returncode:
        fail(f"{line[0]} ended with {done.returncode}: {done.stderr[-1500:]}")
    if behind is not None:
        lines = done.stdout.partition(behind)[2].splitlines() if behind else done.stdout.splitlines()
        lines = [re.sub(r"(\s+-)+\s*$|\[/.*|\?\?\?:", "", text) for text in lines]
        print("\n".join([text[:150] for text in lines if text.strip(" -")][:TOP_LINES]))


def profile(workload, rows):
    files = inputs.inputs_of(workload, rows)
    inputs.read_all(files)
    line = peers.command("etl", workload, files, BENCH / "out/profiled")
    print(f"{workload.name}, {workload.rows_of(rows):,} rows: share of the samples, function", flush=True)
    if may_use_perf():
        by_perf(line)
    elif shutil.which("valgrind"):
        by_callgrind(line)
    else:
        fail("a profile needs perf or valgrind (Debian: linux-perf, valgrind)")
    for path in (BENCH / "out").glob("profiled*"):
        path.unlink()
