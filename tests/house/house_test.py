#!/usr/bin/env python3
"""Plants a breach of each rule in a small tree and looks for it; a clean tree must have none."""
import pathlib
import tempfile
import unittest

import house
from lengths import functions

CLEAN = {
    "src/base/error.hpp": "#pragma once\n\nnamespace etl {\nstruct Error {};\n}  // namespace etl\n",
    "src/data/batch.hpp": '#pragma once\n#include "base/error.hpp"\n',
    "src/formats/csv/reader.hpp": "#pragma once\n",
    "src/formats/csv/csv.cpp": '#include "formats/csv/reader.hpp"\n#include "data/batch.hpp"\n',
    "src/formats/json/rows.cpp": "#include <simdjson.h>\n",
    "src/lang/parser.cpp": '#include "grammar/rules.hpp"\n#include <tao/pegtl.hpp>\n',
    "grammar/rules.hpp": "#pragma once\n#include <tao/pegtl.hpp>\n",
    "tools/etlrun/main.cpp": "#include <CLI/CLI.hpp>\n",
    "tools/setup": "#!/bin/bash\necho https://api.example.com/a http://localhost:80/\n",
    "tests/data/odd.csv": "TO" "DO,/ho" "me/somebody\n",
    "pipelines/a/inbox/notes.txt": "/ho" "me/somebody\n",
}


def function_of(lines):
    return "int f(int a) {\n" + "    a += '{';  // {\n" * (lines - 2) + "}\n"


BREACHES = [
    ("src/data/up.cpp", '\n#include "lang/ast.hpp"\n', 2, "comes before src/lang", "src/lang/ast.hpp"),
    ("src/io/file.cpp", '#include "expr/call.hpp"\n', 1, "stands beside it", "src/expr/call.hpp"),
    ("src/functions/trim.cpp", '#include "formats/csv/reader.hpp"\n', 1, "part of a leaf", None),
    ("src/plan/planner.cpp", '#include "formats/csv/reader.hpp"\n', 1, "part of a leaf", None),
    ("tests/unit/csv_test.cpp", '#include "formats/csv/reader.hpp"\n', 1, "part of a leaf", None),
    ("src/lang/leaf.cpp", '#include "stages/map/map.hpp"\n', 1, "part of a leaf", "src/stages/map/map.hpp"),
    ("src/stages/limit.cpp", '#include "lang/ast.hpp"\n', 1, "stands beside it", "src/lang/ast.hpp"),
    ("src/plan/rules.cpp", '#include "grammar/rules.hpp"\n', 1, "only src/lang", None),
    ("grammar/more.hpp", '#pragma once\n#include "base/error.hpp"\n', 2, "PEGTL only", None),
    ("src/misc/x.cpp", "\n", 1, "no folder of the architecture", None),
    ("src/plan/store.cpp", "#include <sqlite3.h>\n", 1, "src/sql/", None),
    ("src/runtime/edge.cpp", "#include <concurrentqueue/moodycamel/concurrentqueue.h>\n", 1, "moodycamel", None),
    ("src/functions/match.cpp", "#include <re2/re2.h>\n", 1, "src/expr/regex", None),
    ("src/base/long.cpp", "\n" * 501, 501, "has 501 lines", None),
    ("src/base/wide.cpp", "\n// " + "é" * 118 + "\n", 2, "121 columns", None),
    ("src/base/body.cpp", "namespace etl {\n" + function_of(71) + "}\n", 2, "a function of 71 lines", None),
    ("tests/retail/long.py", "def f():\n" + "    pass\n" * 70, 1, "a function of 71 lines", None),
    ("src/base/text_utils.hpp", "#pragma once\n", 1, "named by what it is about", None),
    ("src/base/BadName.cpp", "\n", 1, "snake_case", None),
    ("src/base/pool.hpp", "#pragma once\nclass PoolManager {};\n", 2, "PoolManager", None),
    ("src/base/bare.hpp", "namespace etl {}\n", 1, "#pragma once", None),
    ("src/base/later.cpp", "\n// TO" "DO\n", 2, "finish it", None),
    ("stdlib/rules.etl", "# a stu" "b\n", 1, "finish it", None),
    ("tools/run", "#!/bin/bash\ncd /ho" "me/someone/x\n", 2, "a path of one machine", None),
    ("README.md", "see https://" "downloads.somewhere.dev/x\n", 1, "a host to download from", None),
    ("tests/bench/README.md", "from git" "hub.com/x/y\n", 1, "a host to download from", None),
]


def check(tree):
    with tempfile.TemporaryDirectory() as folder:
        for path, text in tree.items():
            file = pathlib.Path(folder, path)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        return house.check_tree(folder)[0]


class House(unittest.TestCase):
    def test_clean_tree(self):
        self.assertEqual(check(CLEAN), [])

    def test_each_breach_is_found_at_its_line(self):
        for path, text, line, message, other in BREACHES:
            with self.subTest(path):
                found = check({**CLEAN, path: text, **({other: "#pragma once\n"} if other else {})})
                self.assertEqual([(f.path, f.line) for f in found], [(path, line)], found)
                self.assertIn(message, found[0].message)

    def test_what_is_a_function(self):
        for text, expected in [
            (function_of(4), [(1, 4)]),
            ("template <class T>\nstruct A {\n    A() : a_{1} {\n    }\n    int b() const { return 1; }\n};\n",
             [(3, 4), (5, 5)]),
            ("namespace {\nconst Spec kTrim = {\n    f(1), {2},\n};\n}\n", []),
            ("const Spec kTrim = {\n    f(1), [](int a) {\n    },\n};\n", [(2, 3)]),
            ("class A : public B<int(int)> {\n  public:\n    bool operator==(const A&) const {\n    }\n};\n", [(3, 4)]),
            ('const char* k = R"x(\n{ f() {\n)x";\nvoid g() {}\n', [(4, 4)]),
            ("#define F(x) \\\n    do { x(\nint f()\n{\n    auto g = [&](int a) { return a; };\n}\n", [(3, 6)]),
            ("enum class E : int { a, b };\nE f() { if (1'000) { return E{}; } }\n", [(2, 2)]),
            ('TEST_CASE("a {", "[b]") {\n    SECTION("c") {\n    }\n}\n', [(1, 4)]),
        ]:
            with self.subTest(text):
                self.assertEqual(list(functions(text)), expected)


if __name__ == "__main__":
    unittest.main()
