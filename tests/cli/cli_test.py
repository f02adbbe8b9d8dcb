#!/usr/bin/env python3
"""Runs etlrun and etlcheck as a person does and holds what they say, leave behind and return.

usage: cli_test.py ETLRUN ETLCHECK [case …]
"""
import pathlib
import sys
import unittest

import harness

MODULES = ["options_cases", "input_cases", "csv_cases", "sqlite_cases", "load_cases", "offset_cases", "attempt_cases",
           "target_cases", "interrupt_cases", "reject_cases", "replay_cases", "history_cases", "seeing_cases",
           "hidden_cases", "diagnostic_cases", "format_cases", "terminal_cases"]


def load_tests(loader, tests, pattern):
    return unittest.TestSuite(loader.loadTestsFromName(module) for module in MODULES)


if __name__ == "__main__":
    for program in ("etlrun", "etlcheck"):
        harness.PROGRAMS[program] = pathlib.Path(sys.argv.pop(1)).resolve()
    unittest.main()
