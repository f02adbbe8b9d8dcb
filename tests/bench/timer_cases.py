"""What tools/dev/bench says of outputs and figures."""
import pathlib
import subprocess
import sys
import tempfile
import unittest

import case

sys.path.insert(0, str(case.HERE / "timer"))

import outputs  # noqa: E402
import report  # noqa: E402
import rounds  # noqa: E402
import workloads  # noqa: E402


class Outputs(unittest.TestCase):
    TEXT = 'id,name,amount\n1,Ann,2.50\n2,"Bo, ""B""\nB",\n3,Cy,-1\n'

    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.file = pathlib.Path(holder.name) / "out.csv"

    def digest(self, text, *keys):
        self.file.write_text(text, encoding="utf-8", newline="")
        line = [case.GENERATE.parent / "bench_digest", self.file, *keys]
        return outputs.read_digest(subprocess.run(line, check=True, capture_output=True, text=True).stdout)

    def verdict(self, text, in_order=True):
        return self.digest(text).against(self.digest(self.TEXT), in_order)

    def test_spelling_and_quotes_are_no_difference(self):
        self.assertEqual(self.digest(self.TEXT).rows, "4")
        spelled = self.TEXT.replace("2.50", '"2.5"').replace("Ann", '"Ann"').replace("-1", "-1.000")
        self.assertEqual(self.verdict(spelled), "same")

    def test_order(self):
        moved = 'id,name,amount\n2,"Bo, ""B""\nB",\n1,Ann,2.50\n3,Cy,-1\n'
        self.assertEqual(self.verdict(moved), "same rows, another order")
        self.assertEqual(self.verdict(moved, in_order=False), "same")
        self.assertEqual((self.digest(self.TEXT, "1").bad, self.digest(moved, "1").bad), ("bad=0", "bad=1"))
        self.assertEqual(self.digest(self.TEXT, "1d").bad, "bad=2")

    def test_what_differs(self):
        for old, new in (("Ann", "ann"), ("2.50", "12.51"), ("3,Cy,-1\n", ""), ("3,Cy,-1", "3,Cy,-1,"),
                         ("1,Ann", "Ann,1"), ('2,"Bo', '1,"Bo'), ("Cy", "")):
            self.assertEqual(self.verdict(self.TEXT.replace(old, new)), "DIFFERENT", new)

    def test_a_sum_of_nothing(self):
        self.assertEqual(self.verdict(self.TEXT.replace('B",', 'B",0')), "same rows and sums")


class Figures(unittest.TestCase):
    def result(self, **seconds):
        peers = {peer: rounds.Figures(times, [1.0] * len(times), [20.0] * len(times), "same")
                 for peer, times in seconds.items()}
        return rounds.Result(workloads.BY_NAME["w7"], 1000, 10**6, peers, {"polars": "it cannot do it"})

    def test_a_line_holds_medians_and_the_ratio_to_the_best_peer(self):
        line = report.line_of(self.result(etl=[0.3, 0.2, 9.0], duckdb=[1.0, 0.9, 1.2], polars=[0.6, 0.7, 0.8]))
        self.assertEqual([cell.strip() for cell in line.split("|")][3:8],
                         ["1,000", "0.300 s", "1.000 s", "0.700 s", "**2.33**"])
        alone = report.line_of(self.result(etl=[0.0312]))
        self.assertEqual([cell.strip() for cell in alone.split("|")][4:8], ["31.2 ms", "no peer", "no peer", ""])

    def test_only_what_stands_between_the_marks_is_written(self):
        text = report.between(f"a\n{report.BEGIN}\nold\n{report.END}\nb\n", r"new \1")
        self.assertEqual(text, f"a\n{report.BEGIN}\n\nnew \\1\n\n{report.END}\nb\n")
        self.assertIn(f"{report.BEGIN}\n", (case.HERE / "README.md").read_text(encoding="utf-8"))

    def test_why_a_program_failed(self):
        self.assertEqual(rounds.reason("at x\nTypeError: no\n  at y\n"), "TypeError: no")
        self.assertEqual(rounds.reason("one\ntwo\n\n"), "two")
