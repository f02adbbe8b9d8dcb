"""Values of secret() and env(), and of private columns, stand in no message, reject, log, plan or object."""
from harness import Case

SECRET, VARIABLE, PRIVATE = "hunter2-hunter2", "geheimes-lager", "joe@private.example"
ENVIRONMENT = {"ETL_SECRET_API": SECRET, "STORE": VARIABLE}
ROWS = f"id,email,note\n1,{PRIVATE},a\nx,{PRIVATE},b\n3,{PRIVATE},{SECRET}\n4,{PRIVATE},{SECRET}\n"
TEXT = """connection db = sqlite(env("STORE"))
source t = csv("in.csv") { id: int, email: text private, note: text }
from t
| set { token = secret("api") }
| sort by id
| set { number = int(token) }
| into csv("out.csv")
from t
| validate {
    note != secret("api") else f"a bad note: {note}"
    email == "" else "an e-mail"
}
| sort by id
| set { digits = int(email) }
| into db.table("t") replace { create = true }
"""


class Hidden(Case):
    def hold(self, done):
        files = [path for path in self.folder.rglob("*") if ".etl/" in str(path) and path.is_file()]
        texts = [done.stdout, done.stderr, *(path.read_bytes().decode(errors="replace") for path in files)]
        for text in texts:
            for value in (SECRET, VARIABLE, PRIVATE):
                self.assertNotIn(value, text)
        return files

    def try_all(self, text, statuses, environment=None):
        how = {"environment": environment or ENVIRONMENT}
        for arguments, status in zip(((), ("--json",), ("--explain",), ("--explain", "--json")), statuses):
            self.hold(self.expect(self.etlrun(text, *arguments, **how), status))
        for arguments in ((), ("--json",)):
            self.hold(self.run_tool("etlcheck", "p.etl", *arguments, **how))

    def test_rejects_and_logs(self):
        self.write("in.csv", ROWS)
        self.try_all(TEXT, (0, 0, 0, 0))
        self.assertGreaterEqual(len(self.rejects()), 8)
        self.assertEqual({row["value"] for row in self.rejects() if row["column"] == "email"}, {"***"})
        self.assertTrue((self.folder / VARIABLE).exists())

    def test_a_run_that_fails(self):
        self.write("in.csv", ROWS)
        (self.folder / VARIABLE).mkdir()
        self.try_all(TEXT, (1, 1, 0, 0))

    def test_a_pipeline_that_is_wrong(self):
        self.write("in.csv", ROWS)
        text = TEXT.replace("from t\n", 'source o = db.table("none")\nfrom o | into csv("o.csv")\nfrom t\n', 1)
        self.try_all(text, (2, 2, 2, 2))
        self.write(VARIABLE, "this is a text and no database at all, for sure" * 10)
        self.try_all(text, (2, 2, 2, 2))

    def test_addresses(self):
        self.write("in.csv", ROWS)
        text = ('source t = csv(env("INPUT")) { id: int, email: text private }\nfrom t | into csv(env("OUTPUT"))\n'
                'from t | into csv(f"{secret("api")}.csv")\n')
        environment = {**ENVIRONMENT, "INPUT": "in.csv", "OUTPUT": VARIABLE}
        self.try_all(text, (0, 0, 0, 0), environment)
        self.assertTrue((self.folder / f"{SECRET}.csv").exists())
        (self.folder / f"{SECRET}.csv").unlink()
        (self.folder / f"{SECRET}.csv").symlink_to("/dev/full")
        self.try_all(text, (1, 1, 0, 0), environment)
        (self.folder / f"{SECRET}.csv").unlink()
        (self.folder / f"{SECRET}.csv").mkdir()
        self.try_all(text, (2, 2, 2, 2), environment)

    def test_a_missing_one_is_named(self):
        self.write("in.csv", ROWS)
        done = self.expect(self.etlrun(TEXT), 2, "the environment has no `STORE`", "set the variable STORE",
                           "unknown secret `api`", "set the variable ETL_SECRET_API")
        self.hold(done)
