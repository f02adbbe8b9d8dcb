"""Where things are."""
import os
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parents[1]  # tests/bench
TOP = HERE.parents[1]
BUILD = TOP / "build/release"
BENCH = pathlib.Path(os.environ.get("BENCH") or TOP / "build/bench").resolve()


def fail(message):
    sys.exit(f"tools/dev/bench: {message}")
