"""What is timed: each workload is a pipeline of tests/bench, with a script for each peer under tests/bench/peers."""
from dataclasses import dataclass


@dataclass(frozen=True)
class Workload:
    name: str
    what: str
    data: str = "orders"  # a key of inputs.FILES
    factor: float = 1  # rows of the input for each of --rows
    sides: tuple = ()  # further inputs, each also a parameter of the pipeline
    output: str = "csv"
    sorted_by: tuple = ()  # columns from 1, d for descending
    in_order: bool = False  # rows come out in the order of the input, so that the peers can be held to it
    rows: int = 0  # as many, whatever --rows says
    runs: int = 0  # as many at least
    like: str = ""  # the workload whose pipeline and scripts it has

    @property
    def script(self):
        return self.like or self.name

    def rows_of(self, rows):
        return self.rows or max(1, round(rows * self.factor))


ALL = [
    Workload("w1", "CSV to CSV, all columns as text", in_order=True),
    Workload("w2", "cleanse, filter, compute", in_order=True),
    Workload("w3", "as w2, to JSON Lines", output="jsonl", in_order=True),
    Workload("w4", "join with 100,000 customers", sides=("customers",), in_order=True),
    Workload("w5", "105,000 groups by a number"),
    Workload("w6", "nested JSON Lines to CSV", data="orders_json", in_order=True),
    Workload("w7", "CSV to a new SQLite table", output="sqlite", in_order=True),
    Workload("w10", "measurements by station, sorted", data="measurements", factor=4, sorted_by=("1",)),
    Workload("w11", "sort by two columns", sorted_by=("2", "8d")),
    Workload("w12", "one record of each id, the latest"),
    Workload("wide", "100 columns, 5 used", data="wide", factor=0.2, in_order=True),
    Workload("narrow", "5 columns of numbers", data="narrow", factor=2, in_order=True),
    Workload("quoted", "every field in quotes", data="quoted", factor=0.5, in_order=True),
    Workload("text", "long texts in UTF-8", data="text", factor=0.1, in_order=True),
    Workload("crlf", "lines end with CR LF", data="crlf", in_order=True),
    Workload("gzip", "as w2, from a gzip file", data="gzip", in_order=True, like="w2"),
    Workload("files", "10,000 small files", data="files", in_order=True),
    Workload("skew", "join with skewed keys", data="skew", sides=("contacts",)),
    Workload("groups", "a group for five rows, by a text", data="groups"),
    Workload("nested", "JSON eight deep", data="nested", factor=0.5, in_order=True),
    Workload("start", "w2 of 1,000 rows, a whole process", rows=1000, runs=41, in_order=True, like="w2"),
]
BY_NAME = {workload.name: workload for workload in ALL}
