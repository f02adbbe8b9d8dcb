"""Loads that change a table which is there, run after run. What must stand in it is worked out by SQLite itself."""
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
