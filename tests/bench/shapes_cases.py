"""The workloads over inputs of other shapes."""
import json
from decimal import Decimal

from case import Case, amount_of, rounded

ROWS, FILES, CONTACTS = 1000, 40, 5000


class Shapes(Case):
    KINDS = [(kind, ROWS) for kind in ("orders", "crlf", "gzip", "skew", "groups", "narrow", "wide", "quoted", "text",
                                       "nested")] + [("contacts", CONTACTS), ("files", ROWS, FILES)]

    def orders(self):
        return self.read_csv(f"orders_{ROWS}.csv")

    def test_data_is_the_same_each_time(self):
        found = {name: found for name, found in self.hashes().items() if "/" not in name and "orders" not in name}
        packed = found.pop(f"gzip_{ROWS}.csv.gz")  # zlib's releases may pack otherwise
        self.assertTrue(packed)
        self.assertEqual(found, HASHES)

    def test_crlf(self):
        self.assertEqual((self.folder / f"crlf_{ROWS}.csv").read_bytes().count(b"\r\n"), ROWS + 1)
        rows = [row.values() for row in self.orders() if row["status"] == "paid"]
        self.compare_csv(self.run_workload("crlf", f"crlf_{ROWS}.csv"), list(self.orders()[0]), rows)

    def test_gzip(self):
        plain = self.run_workload("w2", f"orders_{ROWS}.csv").read_bytes()
        self.assertGreater(len(plain), 10_000)
        self.assertEqual(self.run_workload("w2", f"gzip_{ROWS}.csv.gz").read_bytes(), plain)

    def test_files(self):
        self.assertEqual(len(list(self.folder.glob(f"files_{ROWS}/*.csv"))), FILES)
        rows = [(row["id"], row["customer_id"], row["amount"]) for row in self.orders()
                if (amount_of(row) or 0) > 250 and row["status"] in ("paid", "shipped")]
        self.compare_csv(self.run_workload("files", f"files_{ROWS}/*.csv"), ["id", "customer_id", "amount"], rows)

    def test_wide(self):
        columns = ["c001", "c018", "c042", "c064", "c100"]
        records = self.read_csv(f"wide_{ROWS}.csv")
        self.assertEqual(len(records[0]), 100)
        rows = [[row[column] for column in columns] for row in records if row["c042"] and Decimal(row["c042"]) > 250]
        self.compare_csv(self.run_workload("wide", f"wide_{ROWS}.csv"), columns, rows)

    def test_narrow(self):
        rows = []
        for row in self.read_csv(f"narrow_{ROWS}.csv"):
            price, quantity = Decimal(row["price"]), int(row["quantity"])
            if quantity >= 3 and price < 500:
                rows.append((row["id"], row["shop"], price * quantity - Decimal(row["discount"])))
        self.compare_csv(self.run_workload("narrow", f"narrow_{ROWS}.csv"), ["id", "shop", "total"], rows)

    def test_quoted(self):
        text = (self.folder / f"quoted_{ROWS}.csv").read_text(encoding="utf-8")
        self.assertGreater(text.count('""'), ROWS)
        reviews = self.read_csv(f"quoted_{ROWS}.csv")
        self.assertTrue(any("\n" in row["comment"] for row in reviews))
        rows = [(row["id"], row["product"].strip().upper(), row["comment"].replace("\n", " "), row["price"],
                 row["place"]) for row in reviews if Decimal(row["price"]) >= 20]
        self.compare_csv(self.run_workload("quoted", f"quoted_{ROWS}.csv"),
                         ["id", "product", "comment", "price", "place"], rows)

    def test_text(self):
        rows = [(row["id"], row["title"].upper(), len(row["body"]), row["body"][:60], row["body"])
                for row in self.read_csv(f"text_{ROWS}.csv")
                if row["language"] != "zh" and "музыка язык" not in row["body"]]
        self.compare_csv(self.run_workload("text", f"text_{ROWS}.csv"),
                         ["id", "title", "characters", "teaser", "body"], rows)

    def test_skew(self):
        contacts = {}
        for row in self.read_csv("contacts.csv"):
            contacts.setdefault(row["customer_id"], []).append((row["kind"], row["address"]))
        self.assertEqual(max(map(len, contacts.values())), CONTACTS * 2 // 5)
        rows = [(*click.values(), *contact) for click in self.read_csv(f"skew_{ROWS}.csv")
                for contact in contacts.get(click["customer_id"], ())]
        self.compare_csv(self.run_workload("skew", f"skew_{ROWS}.csv", contacts="contacts.csv"),
                         ["id", "customer_id", "page", "milliseconds", "kind", "address"], rows)

    def test_groups(self):
        accounts = {}
        for row in self.read_csv(f"groups_{ROWS}.csv"):
            accounts.setdefault(row["account"], []).append(row)
        self.assertGreater(len(accounts), ROWS // 6)
        rows = [(account, len(paid), sum(Decimal(row["amount"]) for row in paid), max(row["paid_on"] for row in paid))
                for account, paid in accounts.items()]
        self.compare_csv(self.run_workload("groups", f"groups_{ROWS}.csv"), ["account", "n", "total", "last"], rows)

    def test_nested(self):
        rows = []
        for line in (self.folder / f"nested_{ROWS}.jsonl").read_text(encoding="utf-8").splitlines():
            event = json.loads(line, parse_float=Decimal)
            app, order = event["header"]["source"]["app"], event["body"]["order"]
            customer, payment = order["customer"], order["payment"]
            if payment["amount"] > 50 and payment["method"]["kind"] == "card":
                contact = customer["contact"]
                city = contact["address"]["city"]
                rows.append((event["id"], app["name"], app["version"]["major"], customer["id"], contact["email"],
                             city["name"], rounded(city["position"]["lat"], "0.0001"), payment["amount"]))
        self.compare_csv(self.run_workload("nested", f"nested_{ROWS}.jsonl"),
                         ["id", "app", "version", "customer", "email", "city", "lat", "amount"], rows)


HASHES = {
    "contacts.csv": "02796f5513e62706", "crlf_1000.csv": "3fc8f92dbe98a6c0", "groups_1000.csv": "03ec17293c8df4ab",
    "narrow_1000.csv": "fc4b9ea3169ccbd9", "nested_1000.jsonl": "f35c2c7c203041fe",
    "quoted_1000.csv": "a972ee91e120948b", "skew_1000.csv": "66c5ce96f7a814ff", "text_1000.csv": "35f1e1fb31eb161d",
    "wide_1000.csv": "9a8aac1a2cfac36f",
}
