#!/usr/bin/env python3
"""Runs the benchmark's pipelines on little data and compares them with what Python makes of the same data.

usage: bench_test.py BENCH_GENERATE ETLRUN     ETLRUN may be missing: then only the data is looked at
"""
import csv
import hashlib
import json
import pathlib
import sqlite3
import subprocess
import sys
import tempfile
import unittest
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

HERE = pathlib.Path(__file__).resolve().parent
GENERATE = ETLRUN = None
ORDERS, CUSTOMERS, MEASUREMENTS = 4000, 60000, 20000
# A change of the generator makes figures of different days incomparable.
DIGESTS = {
    "orders_4000.csv": "84813238c34dc2e8", "orders_4000.jsonl": "cc419b29732aa342",
    "customers.csv": "54f2ba0429648880", "measurements_20000.txt": "df1c1ba76ad5715e",
}


def amount_of(row):
    try:
        return Decimal(row["amount"])
    except InvalidOperation:
        return None


def spelled(value):
    return "" if value is None else str(value)


def rounded(value, places):
    return value.quantize(Decimal(places), ROUND_HALF_UP)


class Bench(unittest.TestCase):
    maxDiff = 3000

    @classmethod
    def setUpClass(cls):
        cls.holder = tempfile.TemporaryDirectory()
        cls.folder = pathlib.Path(cls.holder.name)
        for kind, count in (("orders", ORDERS), ("customers", CUSTOMERS), ("measurements", MEASUREMENTS)):
            subprocess.run([GENERATE, cls.folder, kind, str(count)], check=True)
        cls.input = cls.folder / f"orders_{ORDERS}.csv"
        with open(cls.input, encoding="utf-8", newline="") as file:
            cls.orders = list(csv.DictReader(file))

    @classmethod
    def tearDownClass(cls):
        cls.holder.cleanup()

    def run_workload(self, name, source=None, **parameters):
        if not ETLRUN:
            self.skipTest("etlrun is not built")
        out = self.folder / name
        line = [ETLRUN, HERE / f"{name}.etl", "-p", f"input={source or self.input}", "-p", f"output={out}"]
        for parameter, value in parameters.items():
            line += ["-p", f"{parameter}={value}"]
        done = subprocess.run(line, capture_output=True, text=True, timeout=120)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return out

    def compare_csv(self, out, columns, rows):
        with open(out, encoding="utf-8", newline="") as file:
            found = list(csv.reader(file))
        self.assertEqual(found, [columns] + [[spelled(value) for value in row] for row in rows])

    def cleansed(self):
        for row in self.orders:
            amount = amount_of(row)
            if amount is None or amount <= 250 or row["status"] not in ("paid", "shipped"):
                continue
            yield (row["id"], row["customer_name"].strip().upper(), row["email"].strip().lower(),
                   row["currency"].strip().upper() or "EUR", amount, rounded(amount * Decimal("1.2"), "0.01"))

    def test_data_is_the_same_each_time(self):
        found = {path.name: hashlib.sha256(path.read_bytes()).hexdigest()[:16]
                 for path in self.folder.iterdir() if path.name in DIGESTS}
        self.assertEqual(found, DIGESTS)

    def test_w1(self):
        self.assertEqual(self.run_workload("w1").read_bytes(), self.input.read_bytes())

    def test_w2(self):
        columns = ["id", "customer_name", "email", "currency", "amount", "gross"]
        self.compare_csv(self.run_workload("w2"), columns, self.cleansed())

    def test_w3(self):
        columns = ["id", "customer_name", "email", "currency", "amount", "gross"]
        with open(self.run_workload("w3"), encoding="utf-8") as file:
            found = [json.loads(line, parse_float=Decimal) for line in file]
        expected = [dict(zip(columns, (int(row[0]), *row[1:]))) for row in self.cleansed()]
        self.assertEqual(found, expected)

    def test_w4(self):
        customers = self.folder / "customers.csv"
        with open(customers, encoding="utf-8", newline="") as file:
            by_id = {row["customer_id"]: row for row in csv.DictReader(file)}
        columns = ["id", "customer_id", "amount", "placed_at", "name", "country", "segment"]
        rows = [[{**by_id[order["customer_id"]], **order}[column] for column in columns]
                for order in self.orders if order["customer_id"] in by_id]
        self.assertGreater(len(self.orders), len(rows))
        self.compare_csv(self.run_workload("w4", customers=customers), columns, rows)

    def test_w5(self):
        groups = {}
        for order in self.orders:
            groups.setdefault(order["customer_id"], []).append(amount_of(order))
        rows = []
        for customer, all_amounts in groups.items():
            amounts = [amount for amount in all_amounts if amount is not None]
            rows.append((customer, sum(amounts) if amounts else None, len(all_amounts), min(amounts, default=None),
                         max(amounts, default=None)))
        self.compare_csv(self.run_workload("w5"), ["customer_id", "total", "n", "lo", "hi"], rows)

    def test_w6(self):
        source = self.input.with_suffix(".jsonl")
        rows = []
        for line in source.read_text(encoding="utf-8").splitlines():
            order = json.loads(line, parse_float=Decimal)
            if order["status"] == "paid" and order["amount"] is not None and order["amount"] > 100:
                customer = order["customer"]
                rows.append((order["id"], customer["id"], customer["name"], customer["email"], order["amount"],
                             order["placed_at"]))
        columns = ["id", "customer_id", "customer_name", "email", "amount", "placed_at"]
        self.compare_csv(self.run_workload("w6", source), columns, rows)

    def test_w7(self):
        with sqlite3.connect(self.run_workload("w7")) as base:
            found = base.execute("select * from orders order by rowid").fetchall()
        self.assertEqual(found, [
            (int(row["id"]), int(row["customer_id"]), None if amount_of(row) is None else float(row["amount"]),
             row["placed_at"], row["status"]) for row in self.orders])

    def test_w10(self):
        source = self.folder / f"measurements_{MEASUREMENTS}.txt"
        stations = {}
        for line in source.read_text(encoding="utf-8").splitlines():
            station, value = line.split(";")
            stations.setdefault(station, []).append(Decimal(value))
        rows = [(name, min(values), rounded(sum(values) / len(values), "0.000001"), max(values))
                for name, values in sorted(stations.items())]
        self.compare_csv(self.run_workload("w10", source), ["station", "lo", "mean", "hi"], rows)

    def test_w11(self):
        rows = sorted(self.orders, key=lambda row: row["placed_at"], reverse=True)
        rows.sort(key=lambda row: int(row["customer_id"]))
        self.compare_csv(self.run_workload("w11"), list(self.orders[0]), [row.values() for row in rows])

    def test_w12(self):
        latest = {}
        for row in self.orders:
            if row["id"] not in latest or row["placed_at"] > latest[row["id"]]["placed_at"]:
                latest[row["id"]] = row
        self.assertGreater(len(self.orders), len(latest))
        self.compare_csv(self.run_workload("w12"), list(self.orders[0]), [row.values() for row in latest.values()])


if __name__ == "__main__":
    GENERATE = pathlib.Path(sys.argv.pop(1)).resolve()
    ETLRUN = pathlib.Path(sys.argv.pop(1)).resolve() if len(sys.argv) > 1 and sys.argv[1][0] != "-" else None
    unittest.main()
