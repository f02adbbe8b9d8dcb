from harness import COPY, ROWS, Case

WRONG = """etl 1
pipeline p { wurkers = 2 }
param n: int = "x"
connection db = sqlte("a.db")
source t = csv("in.csv", delimeter = ";") {
    id: itn
    name: text
}
source u = csv("none.csv") { id: int }
from t
| filter nmae == "a"
| map { x = foo(name) }
| srot by id
| into missing upsert by id
from v | into csv("-")
"""
PLACES = [(2, 14, "unknown setting `wurkers`"), (3, 16, "expected int, found text"),
          (4, 17, "unknown kind of connection `sqlte`"), (5, 26, "unknown option `delimeter`"),
          (6, 9, "unknown type `itn`"), (9, 16, "cannot read none.csv: no such file or folder"),
          (11, 10, "unknown column `nmae`"), (12, 13, "unknown function `foo`"), (13, 3, "unknown stage `srot`"),
          (14, 8, "unknown target `missing`"), (15, 6, "unknown source or flow `v`")]


class Diagnostics(Case):
    def setUp(self):
        super().setUp()
        self.write("in.csv", ROWS)

    def test_every_mistake_has_its_place(self):
        self.write("p.etl", WRONG)
        for program in ("etlrun", "etlcheck"):
            done = self.expect(self.run_tool(program, "p.etl"), 2)
            said = (done.stdout + done.stderr).splitlines()
            found = [(said[i].split("]: ")[1], said[i + 1].split("--> ")[1]) for i in range(len(said))
                     if said[i].startswith("error[")]
            self.assertEqual(found, [(message, f"p.etl:{line}:{column}") for line, column, message in PLACES])
        self.assertIn("p.etl: 11 errors", done.stdout)

    def test_json(self):
        self.write("p.etl", WRONG)
        for program in ("etlrun", "etlcheck"):
            done = self.expect(self.run_tool(program, "p.etl", "--json"), 2)
            self.assertEqual(done.stderr, "")
            found = [(entry["type"], entry["line"], entry["column"], entry["message"])
                     for entry in self.objects(done.stdout)]
            self.assertEqual(found, [("diagnostic", *place) for place in PLACES])

    def test_json_of_all_that_ends_early(self):
        self.write("p.etl", COPY)
        for line, status, types in (
                (("etlrun", "none.etl"), 1, ["error"]), (("etlcheck", "none.etl"), 1, ["error"]),
                (("etlrun", "p.etl", "-p", "x"), 2, ["error"]), (("etlcheck", "p.etl", "-p", "x"), 2, ["error"]),
                (("etlrun", "p.etl", "--explain"), 0, ["plan"]), (("etlrun", "p.etl", "--dry-run"), 0, ["checked"]),
                (("etlcheck", "p.etl"), 0, ["checked"]), (("etlrun", "p.etl"), 0, ["report"]),
                (("etlcheck", "p.etl", "none.etl", "p.etl"), 1, ["checked", "error", "checked"])):
            done = self.expect(self.run_tool(*line, "--json"), status)
            self.assertEqual([entry["type"] for entry in self.objects(done.stdout)], types, line)
            self.assertEqual(done.stderr, "", line)

    def test_the_worst_of_several_files_is_the_status(self):
        self.write("p.etl", COPY)
        self.write("w.etl", WRONG)
        self.expect(self.run_tool("etlcheck", "p.etl", "p.etl"), 0, "p.etl: right")
        self.expect(self.run_tool("etlcheck", "w.etl", "p.etl", "none.etl"), 2, "p.etl: right", "w.etl: 11 errors",
                    "cannot read none.etl")

    def test_text_that_is_no_pipeline(self):
        for content in (b"\xff\xfe\x00", b"\0" * 100, b"(" * 5000, b"from t | into csv(\"", b"\"" * 999):
            self.write("p.etl", content)
            done = self.expect(self.run_tool("etlcheck", "p.etl"), 2, "error[")
            self.assertLess(len(done.stdout), 20000)

    def test_an_empty_file(self):
        self.write("p.etl", "")
        self.expect(self.run_tool("etlrun", "p.etl"), 0, "p.etl: nothing to load: no flow ends in `into`")
