"""What the cases of the benchmark's pipelines share: little data, one run of a pipeline, the comparison."""
import csv
import hashlib
import pathlib
import shutil
import subprocess
import tempfile
import unittest
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

HERE = pathlib.Path(__file__).resolve().parent
GENERATE = ETLRUN = None


def spelled(value):
    return "" if value is None else str(value)


def rounded(value, places):
    return value.quantize(Decimal(places), ROUND_HALF_UP)


def amount_of(row):
    try:
        return Decimal(row["amount"])
    except InvalidOperation:
        return None


class Case(unittest.TestCase):
    """KINDS is made before the first test: pairs of a kind and the rows, and more that bench_generate takes."""
    maxDiff = 3000
    KINDS = ()

    @classmethod
    def setUpClass(cls):
        holder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(holder.cleanup)
        cls.folder = pathlib.Path(holder.name)
        for kind, *numbers in cls.KINDS:
            subprocess.run([GENERATE, cls.folder, kind, *map(str, numbers)], check=True)

    def read_csv(self, name):
        with open(self.folder / name, encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    def hashes(self):
        """Of every file that was made: a change of the generator makes figures of different days incomparable."""
        return {str(path.relative_to(self.folder)): hashlib.sha256(path.read_bytes()).hexdigest()[:16]
                for path in sorted(self.folder.rglob("*")) if path.is_file() and path.parts[-2] not in ("out", ".etl")}

    def run_workload(self, name, source, **parameters):
        """The output. It runs from a copy, so that its state stays beside that."""
        out = self.folder / "out" / name
        out.parent.mkdir(exist_ok=True)
        shutil.copy(HERE / f"{name}.etl", out.parent)
        line = [ETLRUN, out.with_suffix(".etl"), "-p", f"input={self.folder / source}", "-p", f"output={out}"]
        for parameter, value in parameters.items():
            line += ["-p", f"{parameter}={self.folder / value}"]
        done = subprocess.run(line, capture_output=True, text=True, timeout=120)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return out

    def compare_csv(self, out, columns, rows):
        with open(out, encoding="utf-8", newline="") as file:
            found = list(csv.reader(file))
        self.assertEqual(found, [columns] + [[spelled(value) for value in row] for row in rows])
