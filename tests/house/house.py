#!/usr/bin/env python3
"""Holds a tree to the house's rules: prints file:line: what is wrong, and ends with 1 if anything is.

usage: house.py [FOLDER]
"""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from layers import check_homes, check_layers  # noqa: E402
from lengths import check_lengths  # noqa: E402
from tree import read_tree  # noqa: E402
from words import check_names, check_pragma, check_words  # noqa: E402

CHECKS = [check_layers, check_homes, check_lengths, check_names, check_pragma, check_words]


def check_tree(root):
    files = read_tree(root)
    return sorted({finding for check in CHECKS for finding in check(files)}), len(files)


def main(arguments):
    root = arguments[0] if arguments else pathlib.Path(__file__).resolve().parents[2]
    findings, count = check_tree(root)
    print(*findings, sep="\n", end="\n" if findings else "")
    print(f"{count} files, {len(findings)} findings")
    return 1 if findings or not count else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
