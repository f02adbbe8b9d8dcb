"""Loads that change a table which is there, run after run. What must stand in it is worked out by SQLite itself."""
import random
import sqlite3

from harness import Case

SHOP = 'connection shop = sqlite("shop.db")\nconnection db = sqlite("base.db")\n'
ORDERS = SHOP + ("source orders = shop.table(\"orders\") { id: int key, name: text, at: timestamp }\n"
                 "    incremental by at\n")
INTO = "from orders | into db.table(\"loaded\") append { create = true }\n"


class Base(Case):
    def sql(self, base, *statements):
        """The rows of the last one."""
        with sqlite3.connect(self.folder / base) as connection:
            for statement in statements:
                rows = connection.execute(statement).fetchall()
        connection.close()
        return rows


class SqliteIncremental(Base):
    def setUp(self):
        super().setUp()
        self.sql("shop.db", "create table orders (id integer, name text, at text)",
                 "insert into orders values (1, 'a', '2024-01-01T10:00:00Z'), (2, 'b', '2024-01-01T10:00:01Z')")

    def ids(self, base="base.db", table="loaded"):
        return [number for number, in self.sql(base, f"select id from {table} order by rowid")]

    def test_each_run_brings_what_is_new(self):
        self.expect(self.etlrun(ORDERS + INTO), 0)
        self.sql("shop.db", "insert into orders values (3, 'c', '2024-01-01T10:00:01Z')")
        for _ in range(2):
            self.expect(self.etlrun(ORDERS + INTO), 0)
            self.assertEqual(self.ids(), [1, 2, 3])

    def test_full_and_from_begin_again(self):
        self.expect(self.etlrun(ORDERS + INTO), 0)
        self.sql("shop.db", "delete from orders where id = 1")
        self.expect(self.etlrun(ORDERS + INTO, "--full"), 0)
        self.assertEqual(self.ids(), [2])
        self.expect(self.etlrun(ORDERS + INTO, "--from", "2024-01-01T10:00:01Z"), 0)
        self.assertEqual(self.ids(), [2, 2])
        self.expect(self.etlrun(ORDERS + INTO), 0)
        self.assertEqual(self.ids(), [2, 2])

    def test_a_null_is_refused_unless_the_clause_says_otherwise(self):
        self.sql("shop.db", "insert into orders values (3, 'c', null)")
        nullable = ORDERS.replace("at: timestamp", "at: timestamp?")
        self.expect(self.etlrun(nullable + INTO), 1, "error[E534]: shop.db: `at`", "null exclude")
        self.expect(self.etlrun(nullable.replace("by at", "by at null exclude") + INTO), 0)
        self.assertEqual(self.ids(), [1, 2])
        self.expect(self.etlrun(nullable.replace("by at", "by at null include") + INTO), 0)
        self.assertEqual(self.ids(), [1, 2, 3])

    def test_values_in_two_spellings_have_no_order(self):
        self.sql("shop.db", "insert into orders values (3, 'c', '2024-01-01 11:00:00')")
        self.expect(self.etlrun(ORDERS + INTO), 1, "error[E536]: shop.db", "in one spelling")

    def test_a_table_of_the_file_that_is_read(self):
        settings = "pipeline load {\n    batch = 1\n    commit_every = 1\n}\n"
        into = INTO.replace("db.table", "shop.table")
        for _ in range(2):
            self.expect(self.etlrun(settings + ORDERS + into), 0)
            self.assertEqual(self.ids("shop.db"), [1, 2])


class HeldBack(Base):
    """Of tables that change at a run's end only: what a run that fails has refused, the next one refuses again."""
    load = ("pipeline load {\n    batch = 1\n    commit_every = 1\n}\n" + SHOP.split("\n", 1)[1] +
            'source t = csv("in*.csv") { id: int, name: text }\n    incremental by file\nfrom t | into db.table("t") ')

    def setUp(self):
        super().setUp()
        self.write("in1.csv", "id,name\n1,a\nx,b\n2,c\n3,d\n")
        for number in range(100, 500):  # it has time to commit
            self.write(f"in1.{number}.csv", f"id,name\n{number},more\n")

    def expect_refused_once(self, text, *options):
        self.write("in2.csv", 'id,name\n1,e\n2,"open\n')
        self.expect(self.etlrun(text, *options), 1, "in2.csv")
        self.write("in2.csv", "id,name\n1,e\n2,f\n")
        self.expect(self.etlrun(text), 0)
        self.assertEqual([(row["file"], row["line"]) for row in self.rejects()], [("in1.csv", 3)])
        self.assertEqual(self.sql("base.db", "select id, name from t where id < 100 order by id, name"),
                         [(1, "a"), (1, "e"), (2, "c"), (2, "f"), (3, "d")])

    def test_replace_by(self):
        self.expect_refused_once(self.load + "replace by id { create = true }\n")

    def test_full(self):
        text = self.load + "append { create = true }\n"
        self.expect(self.etlrun(text), 0)
        self.expect_refused_once(text, "--full")


class SqliteModes(Base):
    """The table t (id, name) is filled, then loaded with the same rows each time."""
    held = [(number, f"old {number}") for number in range(12)]

    def setUp(self):
        super().setUp()
        rng = random.Random(4)
        self.rows = [(rng.randrange(20), rng.choice(["x", "y", "gone"])) for _ in range(30)]
        self.write("in.csv", "id,name\n" + "".join(f"{number},{name}\n" for number, name in self.rows))

    def load(self, mode, status=0, key=" primary key"):
        self.sql("base.db", "drop table if exists t", f"create table t (id integer{key}, name text)",
                 *(f"insert into t values {row}" for row in self.held))
        text = SHOP.split("\n", 1)[1] + ('source t = csv("in.csv") { id: int, name: text }\n'
                                         f'from t | into db.table("t") {mode}\n')
        done = self.expect(self.etlrun("pipeline load { batch = 4 }\n" + text), status)
        self.assertEqual(self.sql("base.db", "select name from sqlite_schema where name like 'etl%'"), [])
        return self.sql("base.db", "select id, name from t order by id, name"), done

    def test_update_by(self):
        rows, _ = self.load("update by id")
        self.assertEqual(rows, sorted({**dict(self.held), **{k: v for k, v in self.rows if k < 12}}.items()))
        refused = [reject["row"] for reject in self.rejects()]
        self.assertEqual(sorted(refused), sorted(f"{k},{v}" for k, v in self.rows if k >= 12))

    def test_delete_by(self):
        rows, _ = self.load("delete by id")
        self.assertEqual(rows, [row for row in self.held if row[0] not in dict(self.rows)])

    def test_upsert_by_delete_when(self):
        rows, _ = self.load('upsert by id delete when name == "gone"')
        last = {**dict(self.held), **dict(self.rows)}
        self.assertEqual(rows, sorted((k, v) for k, v in last.items() if v != "gone"))

    def test_delete_when_by_a_column_that_the_table_lacks(self):
        self.write("in.csv", "id,name,op\n2,Y,U\n4,W,I\n3,Z,D\n20,V,I\n4,V,D\n3,z,U\n")
        text = ('connection db = sqlite("base.db")\n'
                'source t = csv("in.csv") { id: int, name: text, op: text }\n'
                'from t | into db.table("t") MODE by id delete when op == "D"')
        wanted = {**dict(self.held), 2: "Y", 3: "z", 20: "V"}
        del wanted[4]
        for mode in ("upsert", "replace"):
            self.sql("base.db", "drop table if exists t", "create table t (id integer primary key, name text)",
                     *(f"insert into t values ({number}, '{name}')" for number, name in self.held))
            self.expect(self.etlrun(text.replace("MODE", mode)), 0)
            self.assertEqual(self.sql("base.db", "select * from t order by id"), sorted(wanted.items()))
        self.expect(self.etlrun(text.replace("MODE", "upsert").replace("op ==", "name ==")), 2, "error[E445]", "op")

    def test_replace_by(self):
        rows, _ = self.load("replace by id", key="")
        kept = [row for row in self.held if row[0] not in dict(self.rows)]
        self.assertEqual(rows, sorted(kept + self.rows))

    def test_replace_where(self):
        rows, _ = self.load("replace where id >= 6", key="")
        kept = [row for row in self.held if row[0] < 6]
        self.assertEqual(rows, sorted(kept + [row for row in self.rows if row[0] >= 6]))
        self.assertEqual(len(self.rejects()), sum(1 for row in self.rows if row[0] < 6))

    def test_replace_where_without_a_row(self):
        self.write("in.csv", "id,name\n3,x\n")
        rows, done = self.load("replace where id >= 6", status=1, key="")
        self.assertEqual(rows, self.held)
        self.assertIn("error[E427]", done.stdout + done.stderr)
        rows, _ = self.load("replace where id >= 6 { allow_empty = true }", key="")
        self.assertEqual(rows, self.held[:6])

    def test_evolve(self):
        self.sql("base.db", "create table u (id integer)", "insert into u values (7)")
        text = SHOP.split("\n", 1)[1] + ('source t = csv("in.csv") { id: int, name: text }\n'
                                         'from t | into db.table("u") append always { evolve = true }\n')
        self.expect(self.etlrun(text), 0)
        self.assertEqual(self.sql("base.db", "select id, name from u order by rowid"), [(7, None), *self.rows])
