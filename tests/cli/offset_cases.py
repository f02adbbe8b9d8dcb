"""Offsets that a person lists, sets and takes away, and what the next run makes of them."""
import fcntl
import json

from load_cases import INTO, ORDERS, Base

FILES = ('source t = csv("in-*.csv") { id: int }\n    incremental by file\n'
         'from t | into csv("out.csv") append\n')


class Offsets(Base):
    def setUp(self):
        super().setUp()
        self.sql("shop.db", "create table orders (id integer, name text, at text)",
                 *(f"insert into orders values ({day}, 'n', '2024-01-0{day} 10:00:00')" for day in range(1, 6)))

    def ids(self):
        return [number for number, in self.sql("base.db", "select id from loaded order by rowid")]

    def stored(self):
        return self.sql("base.db", "select position, epoch from etl_offsets where source <> ''")

    def listed(self, text):
        done = self.expect(self.etlrun(text, "--offsets", "--json"), 0)
        return self.objects(done.stdout)

    def test_of_a_column(self):
        text = "pipeline load {}\n" + ORDERS + INTO
        nothing, = self.listed(text)
        self.assertEqual((nothing["source"], nothing["target"], nothing["position"]),
                         ("orders", "base.db: table loaded", None))
        self.assertFalse((self.folder / "base.db").exists())
        self.expect(self.etlrun(text), 0)
        before = (self.folder / "base.db").read_bytes()
        found, = self.listed(text)
        self.assertEqual(found["position"], {"value": "2024-01-05 10:00:00", "included": False})
        self.assertEqual(found["when"].replace("-", "").replace(":", ""), found["run"][:16])
        self.expect(self.etlrun(text, "--offsets"), 0, "orders  base.db: table loaded  up to 2024-01-05 10:00:00",
                    found["run"])
        self.assertEqual((self.folder / "base.db").read_bytes(), before)

    def test_set_begins_at_the_value_however_the_source_spells_it(self):
        self.expect(self.etlrun(ORDERS + INTO), 0)
        self.expect(self.etlrun(ORDERS + INTO, "--set-offset", "orders=2024-01-03T10:00:00Z"), 0,
                    "orders in base.db: table loaded: was up to 2024-01-05 10:00:00, is from 2024-01-03T10:00:00Z")
        self.assertEqual(self.stored(), [("from 20 2024-01-03T10:00:00Z\n", 2)])
        self.expect(self.etlrun(ORDERS + INTO), 0)
        self.assertEqual(self.ids(), [1, 2, 3, 4, 5, 3, 4, 5])
        self.expect(self.etlrun(ORDERS + INTO), 0)
        self.assertEqual(self.ids(), [1, 2, 3, 4, 5, 3, 4, 5])

    def test_a_run_without_a_row_keeps_what_was_set(self):
        text = ORDERS.replace("timestamp", "timestamp?").replace("by at", "by at null include") + INTO
        self.sql("shop.db", "insert into orders values (9, 'null', null)")
        self.expect(self.etlrun(text), 0)
        self.expect(self.etlrun(text, "--set-offset", "orders=2024-02-01"), 0)
        for _ in range(2):
            self.expect(self.etlrun(text), 0)
            self.assertEqual(sorted(self.ids()), [1, 2, 3, 4, 5, 9])
        self.sql("shop.db", "insert into orders values (6, 'n', '2024-01-31 23:59:59')",
                 "insert into orders values (7, 'n', '2024-02-01 00:00:00')")
        self.expect(self.etlrun(text), 0)
        self.assertEqual(sorted(self.ids()), [1, 2, 3, 4, 5, 7, 9])

    def test_reset_begins_at_the_beginning(self):
        self.expect(self.etlrun(ORDERS + INTO), 0)
        done = self.expect(self.etlrun(ORDERS + INTO, "--reset-offset", "orders", "--json"), 0)
        change, = self.objects(done.stdout)
        self.assertEqual((change["type"], change["before"]["value"], change["after"]),
                         ("offset_changed", "2024-01-05 10:00:00", None))
        self.assertEqual(self.stored(), [])
        self.expect(self.etlrun(ORDERS + INTO), 0)
        self.assertEqual(self.ids(), 2 * [1, 2, 3, 4, 5])

    def test_all_targets(self):
        text = ORDERS + INTO + 'from orders | into csv("out.csv") append\n'
        self.expect(self.etlrun(text), 0)
        self.expect(self.etlrun(text, "--set-offset", "orders=2024-01-05"), 0, "in base.db: table loaded: was",
                    "in out.csv: was")
        self.assertEqual([each["position"]["value"] for each in self.listed(text)], 2 * ["2024-01-05T00:00:00Z"])
        self.expect(self.etlrun(text), 0)
        self.assertEqual(self.ids(), [1, 2, 3, 4, 5, 5])
        self.assertEqual([line[0] for line in self.read("out.csv").splitlines()[1:]], list("123455"))

    def test_what_is_refused(self):
        self.expect(self.etlrun(ORDERS + INTO, "--set-offset", "orders=2024-01-03"), 1, "error[E561]",
                    "base.db: table loaded", "--from")
        self.expect(self.etlrun(ORDERS + INTO), 0)
        before = self.stored()
        for arguments, *messages in (
                (("--set-offset", "orders=yesterday"), "error[E562]", "`yesterday`", "timestamp"),
                (("--set-offset", "order=2024-01-01"), "error[E560]", "it has orders", "did you mean `orders`?"),
                (("--reset-offset", "customers"), "error[E560]", "it has orders"),
                (("--set-offset", "orders"), "error[E315]"),
                (("--reset-offset", "orders", "--set-offset", "orders=2024-01-01"), "error[E315]", "twice")):
            self.expect(self.etlrun(ORDERS + INTO, *arguments), 1, *messages)
        self.assertEqual(self.stored(), before)

    def test_a_broken_table(self):
        self.sql("base.db", "create table etl_offsets (a)")
        for arguments in (("--offsets",), ("--reset-offset", "orders")):
            self.expect(self.etlrun(ORDERS + INTO, *arguments), 1, "error[E533]", "base.db: its table etl_offsets")

    def test_a_position_that_cannot_be_read_is_shown_and_can_be_reset(self):
        self.expect(self.etlrun(ORDERS + INTO), 0)
        self.sql("base.db", "update etl_offsets set position = 'far away' where source <> ''")
        self.expect(self.etlrun(ORDERS + INTO, "--offsets"), 0, '"far away", which cannot be read')
        self.expect(self.etlrun(ORDERS + INTO, "--set-offset", "orders=2024-01-03"), 1, "error[E532]")
        self.expect(self.etlrun(ORDERS + INTO, "--reset-offset", "orders"), 0, "is nothing")
        self.assertEqual(self.stored(), [])

    def test_of_files(self):
        self.write("in-1.csv", "id\n1\n")
        self.write("in-2.csv", "id\n2\n")
        self.expect(self.etlrun(FILES), 0)
        found, = self.listed(FILES)
        self.assertEqual(found["position"], {"files": 2, "last_file": "in-2.csv", "bytes": 10})
        self.expect(self.etlrun(FILES, "--offsets"), 0, "2 files, 10 B, the last is in-2.csv")
        self.expect(self.etlrun(FILES, "--set-offset", "t=in-1.csv"), 1, "error[E563]", "`--reset-offset t`")
        self.expect(self.etlrun(FILES, "--reset-offset", "t"), 0, "t in out.csv: was 2 files, 10 B", "is nothing")
        state = json.loads(self.read("out.csv.etl-state"))
        self.assertEqual((state["length"], state["epoch"], state["positions"]), (len("id\n1\n2\n"), 2, []))
        self.expect(self.etlrun(FILES), 0)
        self.assertEqual(self.read("out.csv"), "id\n1\n2\n1\n2\n")

    def test_a_broken_manifest(self):
        self.write("in-1.csv", "id\n1\n")
        self.expect(self.etlrun(FILES), 0)
        for content, message in (("{", "is broken"), ('{"version":9}', "later version")):
            self.write("out.csv.etl-state", content)
            for arguments in (("--offsets",), ("--reset-offset", "t")):
                self.expect(self.etlrun(FILES, *arguments), 1, "error[E533]", message)
            self.assertEqual(self.read("out.csv.etl-state"), content)

    def test_while_another_run_is_under_way(self):
        self.write("in-1.csv", "id\n1\n")
        self.expect(self.etlrun(FILES), 0)
        before = self.read("out.csv.etl-state")
        for lock in (".etl/locks/p.lock", ".out.csv.etl-lock"):
            (self.folder / lock).touch()
            with open(self.folder / lock, encoding="utf-8") as held:
                fcntl.flock(held, fcntl.LOCK_EX)
                self.expect(self.etlrun(FILES, "--reset-offset", "t"), 4, "error[E531]")
                self.expect(self.etlrun(FILES, "--offsets"), 0, "1 file")
            self.assertEqual(self.read("out.csv.etl-state"), before)

    def test_without_an_incremental_source(self):
        self.write("in-1.csv", "id\n1\n")
        text = FILES.replace("    incremental by file\n", "").replace(" append", "")
        self.expect(self.etlrun(text, "--offsets"), 0, "no target is loaded incrementally")
        self.expect(self.etlrun(text, "--reset-offset", "t"), 1, "error[E560]", "it has none")
