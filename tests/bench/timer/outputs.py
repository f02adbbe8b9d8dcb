"""What was written: turned into CSV where it is something else, and compared by bench_digest."""
import csv
import json
import sqlite3
import subprocess
from dataclasses import dataclass

from place import BENCH, BUILD


@dataclass(frozen=True)
class Digest:
    rows: str
    columns: str
    checksum: str
    texts: str  # a checksum of what is neither empty nor a number
    chain: str  # depends on the order
    bad: str  # records out of order
    sums: tuple

    def against(self, first, in_order):
        """A mean may be rounded and a sum over nothing be 0: then equal rows and sums are what counts."""
        if (self.rows, self.columns, self.texts, self.bad) != (first.rows, first.columns, first.texts, first.bad):
            return "DIFFERENT"
        if self.checksum == first.checksum:
            return "same rows, another order" if in_order and self.chain != first.chain else "same"
        return "same rows and sums" if self.sums == first.sums else "DIFFERENT"


def read_digest(text):
    """What bench_digest has printed."""
    head, sums = text.split(" sums")
    rows, _, columns, _, checksum, texts, chain, bad = head.split()
    return Digest(rows, columns, checksum, texts, chain, bad, tuple(sums.split()))


def digest(workload, out):
    file = out
    if workload.output != "csv":
        file = BENCH / "out/as.csv"
        with open(file, "w", encoding="utf-8", newline="") as csv_file:
            write_csv(workload.output, out, csv.writer(csv_file, lineterminator="\n"))
    line = [BUILD / "bin/bench_digest", file, *workload.sorted_by]
    text = subprocess.run(line, check=True, capture_output=True, text=True).stdout
    if file != out:
        file.unlink()
    return read_digest(text)


def write_csv(kind, out, writer):
    if kind == "jsonl":
        with open(out, encoding="utf-8") as lines:
            writer.writerows(json.loads(line).values() for line in lines)
    else:
        base = sqlite3.connect(out)
        writer.writerows(base.execute("select * from orders"))
        base.close()
