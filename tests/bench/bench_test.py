#!/usr/bin/env python3
"""Runs the benchmark's pipelines on little data and compares them with what Python makes of the same data.

usage: bench_test.py BENCH_GENERATE ETLRUN [case …]
"""
import pathlib
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE / "timer"))

import case  # noqa: E402
import orders_cases  # noqa: E402
import shapes_cases  # noqa: E402
import timer_cases  # noqa: E402
import workloads  # noqa: E402


class EveryWorkload(unittest.TestCase):
    def test_has_a_pipeline_a_peer_and_a_case(self):
        cases = {name for cases in (orders_cases.Orders, shapes_cases.Shapes) for name in dir(cases)}
        for workload in workloads.ALL:
            self.assertTrue((HERE / f"{workload.script}.etl").exists(), workload.name)
            self.assertTrue((HERE / f"peers/duckdb/{workload.script}.sql").exists(), workload.name)
            self.assertIn(f"test_{workload.script}", cases)
        files = {path.stem for path in [*HERE.glob("*.etl"), *HERE.glob("peers/*/*")]}
        self.assertEqual(files - {"prelude", "orders"}, {workload.script for workload in workloads.ALL})


def load_tests(loader, tests, pattern):
    tests.addTests(map(loader.loadTestsFromModule, (orders_cases, shapes_cases, timer_cases)))
    return tests


if __name__ == "__main__":
    case.GENERATE, case.ETLRUN = (pathlib.Path(sys.argv.pop(1)).resolve() for _ in range(2))
    unittest.main()
