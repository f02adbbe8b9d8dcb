from harness import Case

PIPELINE = """source people = csv("in/*.csv") {
    id:     int
    name:   text?
    pay:    decimal(8, 2)
    email:  text  private
    land:   text
}
source lands = csv("lands.csv") { code: text, label: text }

from people
| cleanse { name: trim, upper }
| filter pay < 100
| validate { name is not null else "no name" }
| join left lands on land == lands.code
| set { total = round(pay * 1.19, 2) }
| map { id, name, land = lands.label, total }
| into csv("out.csv")
"""

FIRST = """id,name,pay,email,land
1,  Ann ,10,ann@x.org,de
2,,20,bob@x.org,fr
"""
SECOND = """id,name,pay,email,land
3,Dörte 東京,100,d@x.org,de
4,Eve,abc,e@x.org,fr
5,"",1.50,f@x.org,xx
6,ZOE,7,z@x.org,xx
"""

PREVIEW = """people: all 6 rows; lands: its 1 row; nothing is written

1  source people  p.etl:1
    read 6  out 5  rejected 1
    rejected 1: not a decimal(8, 2)
        line 3  pay = abc
    file:line   id  name                  pay  email  land
               int  text?       decimal(8, 2)  text   text
    a.csv:2      1  "  Ann "            10.00  ***    de
    a.csv:3      2  null                20.00  ***    fr
    b.csv:2      3  Dörte 東京         100.00  ***    de
    b.csv:4      5  ""                   1.50  ***    xx
    b.csv:5      6  ZOE                  7.00  ***    xx

2  cleanse { name: trim, upper }  p.etl:11
    in 5  out 5
    changed: name in 2 rows
    file:line   id  name                    pay  email  land
               int  text?         decimal(8, 2)  text   text
    a.csv:2      1  ANN *                 10.00  ***    de
    a.csv:3      2  null                  20.00  ***    fr
    b.csv:2      3  DÖRTE 東京 *         100.00  ***    de
    b.csv:4      5  ""                     1.50  ***    xx
    b.csv:5      6  ZOE                    7.00  ***    xx

3  filter pay < 100  p.etl:12
    in 5  out 4  filtered 1
    filtered: line 2
    file:line   id  name             pay  email  land
               int  text?  decimal(8, 2)  text   text
    a.csv:2      1  ANN            10.00  ***    de
    a.csv:3      2  null           20.00  ***    fr
    b.csv:4      5  ""              1.50  ***    xx
    b.csv:5      6  ZOE             7.00  ***    xx

4  validate { name is not null else "no name" }  p.etl:13
    in 4  out 3  rejected 1
    type: name text? -> text
    rejected 1: no name
        line 3  name is empty
    file:line   id  name            pay  email  land
               int  text  decimal(8, 2)  text   text
    a.csv:2      1  ANN           10.00  ***    de
    b.csv:4      5  ""             1.50  ***    xx
    b.csv:5      6  ZOE            7.00  ***    xx

5  source lands  p.etl:8
    read 1  out 1
    line  code  label
          text  text
       2  de    Germany

6  join left lands on land == lands.code  p.etl:14
    behind 4  validate
    in 4  out 3  merged 1
    new: lands.code, lands.label
    file:line   id  name            pay  email  land  +lands.code  +lands.label
               int  text  decimal(8, 2)  text   text  text?        text?
    a.csv:2      1  ANN           10.00  ***    de    de           Germany
    b.csv:4      5  ""             1.50  ***    xx    null         null
    b.csv:5      6  ZOE            7.00  ***    xx    null         null

7  set { total = round(pay * 1.19, 2) }  p.etl:15
    in 3  out 3
    new: total
    file:line   id  name            pay  email  land  lands.code  lands.label          +total
               int  text  decimal(8, 2)  text   text  text?       text?        decimal(10, 2)
    a.csv:2      1  ANN           10.00  ***    de    de          Germany               11.90
    b.csv:4      5  ""             1.50  ***    xx    null        null                   1.79
    b.csv:5      6  ZOE            7.00  ***    xx    null        null                   8.33

8  map { id, name, land = lands.label, total }  p.etl:16
    in 3  out 3
    changed: land in 3 rows
    dropped: pay, email, lands.code, lands.label
    type: land text -> text?
    file:line   id  name  land                total
               int  text  text?      decimal(10, 2)
    a.csv:2      1  ANN   Germany *           11.90
    b.csv:4      5  ""    null *               1.79
    b.csv:5      6  ZOE   null *               8.33

9  into csv("out.csv")  p.etl:17
    in 3  would be written 3
"""

TRACE = """row 1: line 2 of in/a.csv

1  source people  p.etl:1
    id     1
    name   "  Ann "
    pay    10.00
    email  ***
    land   de

2  cleanse { name: trim, upper }  p.etl:11
    name: "  Ann "  trim ->  Ann  upper ->  ANN

3  filter pay < 100  p.etl:12
    pay < 100  ->  true
        pay  10.00

4  validate { name is not null else "no name" }  p.etl:13
    name is not null  ->  true
        name  ANN

6  join left lands on land == lands.code  p.etl:14
    land == lands.code
        land  de
    + lands.code   de
    + lands.label  Germany

7  set { total = round(pay * 1.19, 2) }  p.etl:15
    total = round(pay * 1.19, 2)  ->  11.90
        pay         10.00
        pay * 1.19  11.9000

8  map { id, name, land = lands.label, total }  p.etl:16
    land  de -> Germany
    without pay, email, lands.code, lands.label

9  into csv("out.csv")  p.etl:17
    => would be written to out.csv

row 2: line 3 of in/a.csv

1  source people  p.etl:1
    id     2
    name   null
    pay    20.00
    email  ***
    land   fr

2  cleanse { name: trim, upper }  p.etl:11
    as it was

3  filter pay < 100  p.etl:12
    pay < 100  ->  true
        pay  20.00

4  validate { name is not null else "no name" }  p.etl:13
    name is not null  ->  false
        name  null
    => rejected: no name (name = null)

row 3: line 2 of in/b.csv

1  source people  p.etl:1
    id     3
    name   Dörte 東京
    pay    100.00
    email  ***
    land   de

2  cleanse { name: trim, upper }  p.etl:11
    name: Dörte 東京  upper ->  DÖRTE 東京

3  filter pay < 100  p.etl:12
    pay < 100  ->  false
        pay  100.00
    => filtered: pay < 100 is false

5 rows of `people` with id > 0; the first 3 are shown; 1 row could not be read, and not be asked; nothing was written
"""

MANY = """source t = csv("in.csv") { id: int, name: text }
from t | filter id % 500 == 0 | group { n = count() } | into csv("out.csv")
"""


class Seeing(Case):
    def setUp(self):
        super().setUp()
        self.write("in/a.csv", FIRST)
        self.write("in/b.csv", SECOND)
        self.write("lands.csv", "code,label\nde,Germany\n")

    def unchanged(self):
        files = sorted(str(path.relative_to(self.folder)) for path in self.folder.rglob("*") if path.is_file())
        self.assertEqual(files, ["in/a.csv", "in/b.csv", "lands.csv", "p.etl"])

    def shown(self, *arguments, text=PIPELINE, status=0):
        done = self.expect(self.etlrun(text, *arguments), status)
        self.assertEqual(done.stderr, "")
        return done.stdout

    def test_a_preview_shows_the_rows_behind_each_stage(self):
        self.assertEqual(self.shown("--preview"), PREVIEW)
        self.unchanged()

    def test_a_preview_of_one_stage(self):
        stages = PREVIEW.split("\n\n")
        head = stages[0]
        for wanted, number in (("3", 3), ("filter", 3), ("p.etl:12", 3), (":12", 3), ("people", 1)):
            self.assertEqual(self.shown("--preview", wanted).rstrip("\n"), f"{head}\n\n{stages[number]}", wanted)
        done = self.expect(self.etlrun(PIPELINE, "--preview", "fliter"), 2, "error[E316]: there is no stage `fliter`")
        self.assertIn("2 cleanse (p.etl:11), 3 filter (p.etl:12)", done.stderr)
        self.unchanged()

    def test_a_preview_as_json(self):
        objects = self.objects(self.shown("--preview", "2", "--rows", "1", "--json"))
        self.assertEqual([each["type"] for each in objects], ["stage", "row"])
        self.assertEqual(objects[0]["outputs"][0]["columns"][1], {"name": "name", "type": "text?", "changed_rows": 2})
        self.assertEqual(objects[1], {
            "type": "row", "stage": 2, "file": "in/a.csv", "line": 2,
            "values": {"id": 1, "name": "ANN", "pay": 10.00, "email": "***", "land": "de"}, "changed": ["name"]})

    def test_a_preview_reads_on_where_few_rows_pass(self):
        self.write("in.csv", "id,name\n" + "".join(f"{i},n\n" for i in range(1, 20001)))
        lines = self.shown("--preview", text=MANY).splitlines()
        # 20 rows of 10,000 pass: ten of them are shown.
        self.assertEqual(lines[0], "t: the first 10,000 rows; nothing is written")
        self.assertIn("    in 10,000  out 20  filtered 9,980", lines)
        self.assertIn("    over the rows of this preview only: a run, which sees all rows, may give others", lines)
        self.assertIn("       20", lines)
        whole = self.shown("--preview", "filter", "--rows", "40", text=MANY).splitlines()
        self.assertEqual(whole[0], "t: all 20,000 rows; nothing is written")

    def test_a_trace_follows_rows_to_their_end(self):
        self.assertEqual(self.shown("--trace", "id > 0", "--rows", "3"), TRACE)
        self.unchanged()

    def test_a_trace_without_a_row(self):
        self.assertEqual(self.shown("--trace", "id == 17"), "no row of `people` with id == 17; 1 row could not be "
                         "read, and not be asked; nothing was written\n")

    def test_a_trace_as_json(self):
        objects = self.objects(self.shown("--trace", "id == 3", "--json"))
        self.assertEqual([each["type"] for each in objects], ["trace_row"] + ["trace_stage"] * 2 + ["trace"])
        self.assertEqual(objects[2], {
            "type": "trace_stage", "row": 1, "stage": 3, "name": "filter", "place": "p.etl:12", "input": 0,
            "before": {"id": 3, "name": "DÖRTE 東京", "pay": 100.00, "email": "***", "land": "de"},
            "values": [{"expression": "pay", "at_line": 12, "at_column": 10, "value": 100.00},
                       {"expression": "pay < 100", "at_line": 12, "at_column": 10, "value": False}],
            "after": [], "end": "filtered", "reason": "pay < 100 is false"})
        self.assertEqual(objects[3], {"type": "trace", "matches": 1, "shown": 1, "not_evaluated": 0, "not_read": 1})

    def test_a_condition_that_is_wrong_is_told_at_its_place(self):
        done = self.expect(self.etlrun(PIPELINE, "--trace", "id > 0 and nmae == \"Ann\""), 2)
        self.assertEqual(done.stderr, """error[E203]: unknown column `nmae`
 --> --trace:1:12
  |
1 | id > 0 and nmae == "Ann"
  |            ^^^^ `people` has id, name, pay, email, land
  = did you mean `name`?

""")
        done = self.expect(self.etlrun(PIPELINE, "--trace", "id ="), 2, " --> --trace:1:4", "1 | id =")
        self.expect(self.etlrun(PIPELINE, "--trace", "id + 1"), 2, "error[", " --> --trace:1:1")
        self.expect(self.etlrun(PIPELINE, "--trace", ""), 2, "error[")
        self.unchanged()

    def test_a_condition_that_fails_for_a_row(self):
        self.assertEqual(self.shown("--trace", "10 % (id - 1) == 3").splitlines()[-1],
                         "no row of `people` with 10 % (id - 1) == 3; of 1 row it cannot be said: division by zero "
                         "(0); 1 row could not be read, and not be asked; nothing was written")

    def test_secrets_and_private_columns_do_not_show(self):
        text = PIPELINE.replace("total = round(pay * 1.19, 2)", "total = f\"{secret(\"x\")}:{id}\"")
        for arguments in (["--preview"], ["--preview", "--json"], ["--trace", "id == 1"],
                          ["--trace", "id == 1", "--json"]):
            done = self.expect(self.etlrun(text, *arguments, environment={"ETL_SECRET_X": "s3cr3t"}), 0)
            self.assertIn("***", done.stdout)
            self.assertNotIn("s3cr3t", done.stdout + done.stderr)
            self.assertNotIn("ann@x.org", done.stdout + done.stderr)

    def test_a_run_that_fails_shows_what_there_was(self):
        text = PIPELINE.replace('"no name" }', '"no name" fail }')
        done = self.expect(self.etlrun(text, "--trace", "id == 2"), 1, "error[E520]", "name is not null  ->  false",
                           "=> stopped: the run fails here")
        self.assertIn("3  filter pay < 100", done.stdout)
        self.expect(self.etlrun(text, "--preview"), 1, "error[E520]", "2  cleanse { name: trim, upper }")
        self.unchanged()

    def test_neither_without_a_pipeline(self):
        self.expect(self.run_tool("etlrun", "--preview"), 2, "no FILE is given")
        self.write("p.etl", PIPELINE)
        self.assertEqual(self.expect(self.run_tool("etlrun", "--preview", "p.etl"), 0).stdout, PREVIEW)

    def test_of_rows_with_one_key_the_later_one_is_loaded(self):
        text = PIPELINE.replace("map { id, name, land = lands.label, total }", "map { id = id % 4, total }").replace(
            'into csv("out.csv")', "into db.table(\"t\") upsert by id { create = true }")
        shown = self.shown("--trace", "id == 1 or id == 5", text='connection db = sqlite("out.db")\n' + text)
        self.assertEqual([line.strip() for line in shown.splitlines() if "=>" in line],
                         ["=> merged into the row at b.csv:4, which comes later and has the same key",
                          "=> would be written to out.db: table t"])
        self.unchanged()

    def test_a_private_value_that_is_changed_is_told_without_it(self):
        text = PIPELINE.replace("name: trim, upper", "email: upper")
        self.assertIn("\n    email: ***  upper ->  ***\n", self.shown("--trace", "id == 1", text=text))
        self.assertIn("\n    changed: email in 5 rows\n", self.shown("--preview", text=text))

    def test_an_incremental_load_shows_what_the_next_run_would_load(self):
        text = """source o = csv("new/*.csv") { id: int key
                                            name: text }
incremental by file
from o | filter id > 0 | into csv("out.csv") append
"""
        self.write("new/a.csv", "id,name\n1,a\n2,b\n")
        first = self.shown("--preview", text=text)
        self.assertIn("o: all 2 rows;", first)
        self.expect(self.etlrun(text), 0)
        self.write("new/b.csv", "id,name\n3,c\n")
        before = {path: path.read_bytes() for path in self.folder.rglob("*") if path.is_file()}
        self.assertIn("o: its 1 row;", self.shown("--preview", text=text))
        self.assertIn("o: all 3 rows;", self.shown("--preview", "--full", text=text))
        self.assertIn("1 row of `o` with id > 0;", self.shown("--trace", "id > 0", text=text))
        self.assertEqual({path: path.read_bytes() for path in self.folder.rglob("*") if path.is_file()}, before)
