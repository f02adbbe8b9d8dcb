import pathlib
import re

from harness import Case

ROOT = pathlib.Path(__file__).resolve().parents[2]
LEFT_OUT = {"build", ".git", "corpus"}
UGLY = """source   t=csv( "in.csv" ){id:int  # the id
name:text}
# before the flow
from t|filter id>1 # why
|into csv("out.csv")   # end
"""


def comments(text):
    """Of a text without a `#` in a literal."""
    return re.findall(r"#.*?(?=\s*$)", text, re.MULTILINE)


class Format(Case):
    def format(self, name, *arguments, status=0, **how):
        return self.expect(self.run_tool("etlcheck", "--format", name, *arguments, **how), status)

    def test_all_pipelines_of_the_project(self):
        files = [path for path in ROOT.rglob("*.etl")
                 if path.is_file() and not LEFT_OUT & set(path.relative_to(ROOT).parts)]
        self.assertGreater(len(files), 10)
        for number, path in enumerate(files):
            text = path.read_text(encoding="utf-8")
            name = f"{number}.etl"
            self.write(name, text)
            self.format(name)
            once = self.read(name)
            self.assertEqual(sorted(comments(once)), sorted(comments(text)), path)
            self.assertEqual(self.format(name).stdout, "", path)
            self.assertEqual(self.read(name), once, path)

    def test_an_ugly_one(self):
        self.write("p.etl", UGLY)
        self.assertEqual(self.format("p.etl").stdout, "p.etl: formatted\n")
        pretty = self.read("p.etl")
        self.assertNotEqual(pretty, UGLY)
        self.assertEqual(comments(pretty), ["# the id", "# before the flow", "# why", "# end"])
        self.assertEqual(self.format("-", input_bytes=UGLY.encode()).stdout, pretty)
        self.assertEqual(self.format("-", input_bytes=pretty.encode()).stdout, pretty)

    def test_json(self):
        self.write("p.etl", UGLY)
        self.assertEqual(self.objects(self.format("p.etl", "--json").stdout), [{"type": "formatted", "file": "p.etl"}])
        self.assertEqual(self.format("p.etl", "--json").stdout, "")

    def test_a_wrong_one_stays_as_it_is(self):
        wrong = "from   t |  filter (\n| into csv(\"x\")\n"
        self.write("p.etl", wrong)
        self.expect(self.run_tool("etlcheck", "--format", "p.etl"), 2, "p.etl:")
        self.assertEqual(self.read("p.etl"), wrong)
        done = self.format("-", status=2, input_bytes=wrong.encode())
        self.assertIn("error[", done.stdout + done.stderr)

    def test_a_file_that_may_not_be_written(self):
        self.write("p.etl", UGLY, 0o444)
        done = self.run_tool("etlcheck", "--format", "p.etl", other_user=True)
        self.expect(done, 1, "error[E403]: cannot write p.etl: no permission")
        self.assertEqual(self.read("p.etl"), UGLY)
