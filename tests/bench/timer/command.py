"""tools/dev/bench: times etlrun beside DuckDB and Polars, checks that all wrote the same, and shows where time goes."""
import argparse
import os
import subprocess

import peers
import profiler
import report
import rounds
import workloads
from place import BENCH, BUILD, TOP, fail


def parse_arguments():
    names = " ".join(workloads.BY_NAME)
    parser = argparse.ArgumentParser(prog="tools/dev/bench", description=__doc__, epilog=(
        f"Workloads: {names}. A run of all of them with all peers is written into tests/bench/README.md. The data, the "
        "peers and what is written lie in the folder that the variable BENCH names (build/bench)."))
    parser.add_argument("--rows", type=int, default=1_000_000, help="orders; the other inputs grow with them (1000000)")
    parser.add_argument("--runs", type=int, default=3, help="counted runs of each, behind one that is not (3)")
    parser.add_argument("--workloads", default=",".join(workloads.BY_NAME), help="some of them, as w1,w2")
    parser.add_argument("--peers", default=",".join(peers.NAMES), help="some of them (etl,duckdb,polars)")
    parser.add_argument("--cores", type=int, help="run all on so many cores (all)")
    parser.add_argument("--write", action="store_true", help="write a run of some workloads into the README too")
    parser.add_argument("--profile", metavar="WORKLOAD", help="show where etlrun spends its time, and stop")
    return parser.parse_args()


def chosen(text, known, what):
    names = text.split(",")
    if unknown := set(names) - set(known):
        fail(f"unknown {what} {', '.join(sorted(unknown))}; there are {', '.join(known)}")
    return names


def build_programs():
    for line in ([] if (BUILD / "CMakeCache.txt").exists() else [["cmake", "--preset", "release"]]) + [
            ["cmake", "--build", BUILD, "--target", "etlrun", "bench_programs"]]:
        done = subprocess.run(line, cwd=TOP, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if done.returncode:
            fail(f"the release build failed (tools/setup installs what it needs):\n{done.stdout[-3000:]}")


def bind(count):
    """Everything that is started from here on has these cores only."""
    cores = sorted(os.sched_getaffinity(0))
    if count:
        os.sched_setaffinity(0, cores[:count])
    return min(count or len(cores), len(cores))


def main():
    arguments = parse_arguments()
    everything = list(workloads.BY_NAME)
    names = chosen(arguments.profile or arguments.workloads, everything, "workload")
    wanted = chosen(arguments.peers, list(peers.NAMES), "peer")
    todo = [workloads.BY_NAME[name] for name in names]
    build_programs()
    (BENCH / "out").mkdir(parents=True, exist_ok=True)
    peers.copy_pipelines()
    if arguments.profile:
        profiler.profile(todo[0], arguments.rows)
        return 0
    if set(wanted) > {"etl"}:
        peers.install(todo)
    cores = bind(arguments.cores)
    print(f"{arguments.rows:,} orders, {arguments.runs} runs; {report.machine(cores)}\n\n{report.HEAD}", flush=True)
    results = []
    for workload in todo:
        results.append(rounds.measure(workload, wanted, arguments.rows, arguments.runs, cores))
        report.show(results[-1])
    if arguments.write or (names == everything and wanted == list(peers.NAMES)):
        report.write(report.markdown(results, arguments.runs, cores))
    bad = [result.workload.name for result in results if "etl" in result.absent or
           any(figures.verdict == "DIFFERENT" for figures in result.peers.values())]
    if bad:
        print(f"failed or written otherwise: {', '.join(bad)}")
    return 1 if bad else 0
