"""The workloads over orders, customers and measurements."""
import json
import sqlite3
from decimal import Decimal

from case import Case, amount_of, rounded

ORDERS, CUSTOMERS, MEASUREMENTS = 4000, 60000, 20000


class Orders(Case):
    KINDS = [("orders", ORDERS), ("customers", CUSTOMERS), ("measurements", MEASUREMENTS)]
    input = f"orders_{ORDERS}.csv"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.orders = cls.read_csv(cls, cls.input)

    def cleansed(self):
        for row in self.orders:
            amount = amount_of(row)
            if amount is None or amount <= 250 or row["status"] not in ("paid", "shipped"):
                continue
            yield (row["id"], row["customer_name"].strip().upper(), row["email"].strip().lower(),
                   row["currency"].strip().upper() or "EUR", amount, rounded(amount * Decimal("1.2"), "0.01"))

    def test_data_is_the_same_each_time(self):
        self.assertEqual(self.hashes(), {
            "customers.csv": "54f2ba0429648880", "measurements_20000.txt": "df1c1ba76ad5715e",
            "orders_4000.csv": "84813238c34dc2e8", "orders_4000.jsonl": "cc419b29732aa342"})

    def test_w1(self):
        out = self.run_workload("w1", self.input)
        self.assertEqual(out.read_bytes(), (self.folder / self.input).read_bytes())

    def test_w2(self):
        columns = ["id", "customer_name", "email", "currency", "amount", "gross"]
        self.compare_csv(self.run_workload("w2", self.input), columns, self.cleansed())

    def test_w3(self):
        columns = ["id", "customer_name", "email", "currency", "amount", "gross"]
        with open(self.run_workload("w3", self.input), encoding="utf-8") as file:
            found = [json.loads(line, parse_float=Decimal) for line in file]
        expected = [dict(zip(columns, (int(row[0]), *row[1:]))) for row in self.cleansed()]
        self.assertEqual(found, expected)

    def test_w4(self):
        by_id = {row["customer_id"]: row for row in self.read_csv("customers.csv")}
        columns = ["id", "customer_id", "amount", "placed_at", "name", "country", "segment"]
        rows = [[{**by_id[order["customer_id"]], **order}[column] for column in columns]
                for order in self.orders if order["customer_id"] in by_id]
        self.assertGreater(len(self.orders), len(rows))
        out = self.run_workload("w4", self.input, customers="customers.csv")
        self.compare_csv(out, columns, rows)

    def test_w5(self):
        groups = {}
        for order in self.orders:
            groups.setdefault(order["customer_id"], []).append(amount_of(order))
        rows = []
        for customer, all_amounts in groups.items():
            amounts = [amount for amount in all_amounts if amount is not None]
            rows.append((customer, sum(amounts) if amounts else None, len(all_amounts), min(amounts, default=None),
                         max(amounts, default=None)))
        self.compare_csv(self.run_workload("w5", self.input), ["customer_id", "total", "n", "lo", "hi"], rows)

    def test_w6(self):
        source = f"orders_{ORDERS}.jsonl"
        rows = []
        for line in (self.folder / source).read_text(encoding="utf-8").splitlines():
            order = json.loads(line, parse_float=Decimal)
            if order["status"] == "paid" and order["amount"] is not None and order["amount"] > 100:
                customer = order["customer"]
                rows.append((order["id"], customer["id"], customer["name"], customer["email"], order["amount"],
                             order["placed_at"]))
        columns = ["id", "customer_id", "customer_name", "email", "amount", "placed_at"]
        self.compare_csv(self.run_workload("w6", source), columns, rows)

    def test_w7(self):
        with sqlite3.connect(self.run_workload("w7", self.input)) as base:
            found = base.execute("select * from orders order by rowid").fetchall()
        self.assertEqual(found, [
            (int(row["id"]), int(row["customer_id"]), None if amount_of(row) is None else float(row["amount"]),
             row["placed_at"], row["status"]) for row in self.orders])

    def test_w10(self):
        source = f"measurements_{MEASUREMENTS}.txt"
        stations = {}
        for line in (self.folder / source).read_text(encoding="utf-8").splitlines():
            station, value = line.split(";")
            stations.setdefault(station, []).append(Decimal(value))
        rows = [(name, min(values), rounded(sum(values) / len(values), "0.000001"), max(values))
                for name, values in sorted(stations.items())]
        self.compare_csv(self.run_workload("w10", source), ["station", "lo", "mean", "hi"], rows)

    def test_w11(self):
        rows = sorted(self.orders, key=lambda row: row["placed_at"], reverse=True)
        rows.sort(key=lambda row: int(row["customer_id"]))
        self.compare_csv(self.run_workload("w11", self.input), list(self.orders[0]), [row.values() for row in rows])

    def test_w12(self):
        latest = {}
        for row in self.orders:
            if row["id"] not in latest or row["placed_at"] > latest[row["id"]]["placed_at"]:
                latest[row["id"]] = row
        self.assertGreater(len(self.orders), len(latest))
        out = self.run_workload("w12", self.input)
        self.compare_csv(out, list(self.orders[0]), [row.values() for row in latest.values()])
