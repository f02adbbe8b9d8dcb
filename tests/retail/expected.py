#!/usr/bin/env python3
"""What pipelines/retail must give, worked out from its inputs with Python and SQLite, without the engine.

usage: expected.py [FOLDER]     prints the counts and the revenue
"""
import csv
import pathlib
import re
import sqlite3
import sys
from collections import Counter
from decimal import ROUND_HALF_UP, Decimal

NOT_GOODS = {"POST", "DOT", "C2", "M", "D", "S", "BANK CHARGES", "AMAZONFEE"}
LINE_COLUMNS = ["invoice", "line", "sold_at", "day", "stock_code", "description", "customer", "country",
                "country_code", "continent", "quantity", "unit_price", "amount"]
REVENUE_COLUMNS = ["day", "country", "invoices", "items", "revenue", "per_invoice"]
REVENUE = """
    select day, country, count(distinct invoice), sum(quantity), sum(cents)
    from line group by day, country order by day, sum(cents) desc, country"""


class Expected:
    """lines: as in the table invoice_line, in its order. revenue: as in revenue.csv. rejects: (file, line, reason)."""

    def __init__(self, folder):
        folder = pathlib.Path(folder)
        self.read, self.filtered, self.lines, self.rejects, self.warnings = 0, 0, [], [], 0
        self.codes = {row["country"]: row["code"] for row in rows_of(folder / "mappings/country_code.csv")}
        self.countries = {row["code"]: row for row in rows_of(folder / "reference/countries.csv")}
        for file in sorted(folder.glob("inbox/*.csv")):
            with open(file, encoding="utf-8", newline="") as text:
                reader = csv.DictReader(text)
                for row in reader:
                    self.read += 1
                    self.take(file.name, reader.line_num, {name: clean(value) for name, value in row.items()})
        self.revenue = revenue_of(self.lines)

    def take(self, file, line, row):
        row["StockCode"] = row["StockCode"].upper()
        if row["StockCode"] in NOT_GOODS:
            self.filtered += 1
            return
        reasons = self.reasons_against(row)
        unusual = not re.fullmatch(r"\d{5}[A-Z]{0,2}", row["StockCode"])
        if reasons:
            self.rejects.append((file, line, "; ".join(reasons)))
            return
        self.warnings += unusual
        country = self.countries[self.codes[row["Country"]]]
        price, quantity = Decimal(row["UnitPrice"]), int(row["Quantity"])
        self.lines.append((
            row["InvoiceNo"], line, row["InvoiceDate"].replace(" ", "T") + "Z", row["InvoiceDate"][:10],
            row["StockCode"], row["Description"], re.sub(r"\.0$", "", row["CustomerID"]) or None, country["name"],
            country["code"], country["continent"], quantity, f"{price:.2f}", f"{price * quantity:.2f}"))

    def reasons_against(self, row):
        return [reason for wrong, reason in [
            (row["Country"] not in self.codes, "country without a code in mappings/country_code.csv"),
            (not row["Description"], "no description"),
            (Decimal(row["UnitPrice"]) <= 0, "no price"),
            (int(row["Quantity"]) <= 0 and not row["InvoiceNo"].startswith("C"), "a return without a credit note"),
        ] if wrong]


def rows_of(path):
    with open(path, encoding="utf-8", newline="") as text:
        return list(csv.DictReader(text))


def clean(value):
    return re.sub(r"\s+", " ", value).strip()


def rounded(value, places):
    return value.quantize(Decimal(places), ROUND_HALF_UP)


def revenue_of(lines):
    """Grouped by SQLite, in whole pence, so that it is exact."""
    base = sqlite3.connect(":memory:")
    base.execute("create table line (day, country, invoice, quantity, cents)")
    base.executemany("insert into line values (?, ?, ?, ?, ?)",
                     [(row[3], row[7], row[0], row[10], int(Decimal(row[12]) * 100)) for row in lines])
    result = []
    for day, country, invoices, items, cents in base.execute(REVENUE):
        revenue = Decimal(cents) / 100
        mean = rounded(rounded(revenue / invoices, "0.000001"), "0.01")
        result.append((day, country, str(invoices), str(items), f"{revenue:.2f}", f"{mean:.2f}"))
    return result


def main(arguments):
    expected = Expected(arguments[0] if arguments else pathlib.Path(__file__).parents[2] / "pipelines/retail")
    print(f"read {expected.read}, filtered {expected.filtered}, refused {len(expected.rejects)}, "
          f"warned {expected.warnings}, loaded {len(expected.lines)}")
    for reason, count in Counter(reason for _, _, reason in expected.rejects).most_common():
        print(f"{count:5}  {reason}")
    for row in expected.revenue:
        print(*row, sep=",")


if __name__ == "__main__":
    main(sys.argv[1:])
