"""The data: made by bench_generate at first use and kept in the scratch folder."""
import glob
import shutil
import subprocess

from place import BENCH, BUILD

# The name of the input: what bench_generate is asked for, and the file that holds it.
FILES = {
    "orders": ("orders", "orders_{rows}.csv"), "orders_json": ("orders", "orders_{rows}.jsonl"),
    "customers": ("customers", "customers.csv"), "contacts": ("contacts", "contacts.csv"),
    "measurements": ("measurements", "measurements_{rows}.txt"), "gzip": ("gzip", "gzip_{rows}.csv.gz"),
    "files": ("files", "files_{rows}/*.csv"), "nested": ("nested", "nested_{rows}.jsonl"),
    **{kind: (kind, f"{kind}_{{rows}}.csv") for kind in ("wide", "narrow", "quoted", "text", "crlf", "skew", "groups")},
}
SIDE_ROWS = 100_000


def made(data, rows):
    """The path or glob of an input; makes it where it is not there. Nothing half made is left under its name."""
    kind, name = FILES[data]
    path = BENCH / name.format(rows=rows)
    if not glob.glob(str(path)):
        making = BENCH / "making"
        shutil.rmtree(making, ignore_errors=True)
        making.mkdir(parents=True)
        print(f"making {path.relative_to(BENCH)}", flush=True)
        subprocess.run([BUILD / "bin/bench_generate", making, kind, str(rows)], check=True)
        for found in making.iterdir():
            shutil.move(found, BENCH / found.name)
        making.rmdir()
    return path


def inputs_of(workload, rows):
    """Every input by its name, the first under "input"."""
    found = {"input": made(workload.data, workload.rows_of(rows))}
    return {**found, **{side: made(side, SIDE_ROWS) for side in workload.sides}}


def read_all(inputs):
    """Reads every file once, so that all find it in memory; returns the bytes."""
    size = 0
    for pattern in inputs.values():
        for path in glob.glob(str(pattern)):
            with open(path, "rb", buffering=0) as file:
                while block := file.read(1 << 20):
                    size += len(block)
    return size
