import sqlite3

from harness import ROWS, Case

CONNECTION = 'connection db = sqlite("base.db", timeout = 100ms)\n'
FROM = CONNECTION + 'source o = db.table("orders") { id: int, name: text? }\nfrom o | into csv("out.csv")\n'
INTO = (CONNECTION + 'source t = csv("in.csv") { id: int, name: text }\n'
        'from t | into db.table("orders") replace\n')
CREATE = INTO.replace("replace", "replace { create = true }")


class Sqlite(Case):
    def setUp(self):
        super().setUp()
        self.write("in.csv", ROWS)
        self.base = self.folder / "base.db"
        with sqlite3.connect(self.base) as base:
            base.execute("create table orders (id integer, name text)")
            base.execute("insert into orders values (9, 'old')")
        base.close()
        self.base.chmod(0o666)

    def refused(self, text, status, *messages, **how):
        """The table, if there is one, keeps its row."""
        before = self.base.read_bytes() if self.base.is_file() else None
        done = self.expect(self.etlrun(text, **how), status, *messages)
        self.assertEqual(self.base.read_bytes() if self.base.is_file() else None, before)
        return done

    def test_locked(self):
        before = self.base.read_bytes()
        lock = sqlite3.connect(self.base, isolation_level=None)
        lock.execute("begin exclusive")
        # To read the file here would drop the lock.
        try:
            why = "error[E420]: base.db is locked by another program"
            self.expect(self.etlrun(FROM), 2, why, "`timeout`", "p.etl:2:12")
            done = self.expect(self.etlrun(INTO), 2, why, "p.etl:3:15")
            self.assertNotIn("create = true", done.stderr)
            self.expect(self.etlrun(CREATE), 1, why)
        finally:
            lock.close()
        self.assertEqual(self.base.read_bytes(), before)
        self.expect(self.etlrun(INTO), 0)

    def test_no_database(self):
        self.base.write_text("A letter, not a database. " * 10, encoding="utf-8")
        for text in (FROM, INTO):
            done = self.refused(text, 2, "error[E421]: base.db is not an SQLite database")
            self.assertNotIn("create = true", done.stderr)
        self.refused(CREATE, 1, "error[E421]: base.db is not an SQLite database")

    def test_a_missing_table(self):
        why = "error[E428]: base.db has no table `ordres`; it has orders; did you mean `orders`?"
        self.refused(FROM.replace("orders", "ordres"), 2, why)
        self.refused(INTO.replace("orders", "ordres"), 2, why, "{ create = true }")

    def test_a_missing_column(self):
        self.refused(INTO.replace("name: text", "nick: text from \"name\""), 2, "the table has no column nick",
                     "it has id, name")

    def test_a_missing_file_or_folder(self):
        self.refused(FROM.replace("base.db", "none.db"), 2, "error[E424]: none.db: no such file")
        self.refused(INTO.replace("base.db", "none.db"), 2, "error[E424]: none.db: no such file", "{ create = true }")
        self.assertFalse((self.folder / "none.db").exists())

    def test_a_directory(self):
        (self.folder / "folder").mkdir()
        for text, status in ((FROM, 2), (INTO, 2), (CREATE, 1)):
            self.refused(text.replace("base.db", "folder"), status, "folder is a directory, not an SQLite file")

    def test_an_empty_path(self):
        for text, status in ((FROM, 2), (INTO, 2), (CREATE, 1)):
            self.refused(text.replace("base.db", ""), status, "path of an SQLite file is empty")

    def test_a_file_that_may_not_be_written_or_read(self):
        self.base.chmod(0o444)
        self.refused(INTO, 1, "error[E423]: base.db cannot be written: it or its folder is read-only",
                     other_user=True)
        before = self.base.read_bytes()
        self.base.chmod(0o000)
        for text, status in ((FROM, 2), (INTO, 2), (CREATE, 1)):
            self.expect(self.etlrun(text, other_user=True), status, "base.db cannot be opened: no permission")
        self.base.chmod(0o666)
        self.assertEqual(self.base.read_bytes(), before)

    def test_a_read_only_folder(self):
        self.write("p.etl", "")
        (self.folder / ".etl").mkdir()
        (self.folder / ".etl").chmod(0o777)
        (self.folder / "p.etl").chmod(0o666)
        self.folder.chmod(0o555)
        self.refused(INTO, 1, "error[E423]: base.db cannot be written: it or its folder is read-only",
                     other_user=True)
        self.refused(CREATE.replace("base.db", "new.db"), 1,
                     "new.db cannot be made: no permission to make a file in its folder", other_user=True)
        self.assertFalse((self.folder / "new.db").exists())

    def test_a_new_file_goes_away_with_the_load(self):
        self.write("in.csv", ROWS + '3,"cut')
        self.refused(CREATE.replace("base.db", "new.db"), 1, "error[E412]")
        self.refused(CREATE, 1, "error[E412]")
        self.assertFalse((self.folder / "new.db").exists())
