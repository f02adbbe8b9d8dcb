"""How long files, functions and lines may be."""
import ast
import re

from tree import Finding

MOST_LINES = 500
MOST_FUNCTION_LINES = 70
MOST_COLUMNS = 120

SCOPE = re.compile(r"^(template\s*<.*>\s*)?(inline\s+)?(export\s+)?(namespace|class|struct|union|enum|extern)\b")
LITERAL = re.compile(
    r'R"(?P<mark>[^\s()\\]{0,16})\(.*?\)(?P=mark)"'    # a raw string
    r'|"(?:\\.|[^"\\\n])*"'                            # a string
    r"|(?<![0-9A-Za-z_])'(?:\\.|[^'\\\n])+'"           # a character, not a digit separator
    r"|//[^\n]*|/\*.*?\*/", re.DOTALL)
# `) : a_`, before the brace of a member's first value; and `[&](int a)`, before a lambda's body.
MEMBER_INIT = re.compile(r"\)\s*(noexcept\s*)?:[^:].*[\w>]$", re.DOTALL)
LAMBDA = re.compile(r"\]\s*(\([^()]*(\([^()]*\)[^()]*)*\)[^(){}]*)?$", re.DOTALL)
DIRECTIVE = re.compile(r"^[ \t]*#(?:\\\n|[^\n])*", re.MULTILINE)


def blank(found):
    """As many lines, no content: what is quoted or commented holds no braces."""
    return '""' + "\n" * found[0].count("\n") if found[0][0] in "\"R'" else " " + "\n" * found[0].count("\n")


def bare_code(text):
    return DIRECTIVE.sub(lambda found: "\n" * found[0].count("\n"), LITERAL.sub(blank, text))


def is_scope_head(head):
    return bool(SCOPE.match(head)) and not head.endswith(")")


def is_function_head(head):
    """Whether a brace behind `head`, which stands in a namespace or a class, opens a function's body."""
    before_call = head.split("(")[0]
    return "(" in head and ("=" not in before_call or "operator" in before_call or bool(LAMBDA.search(head)))


class FunctionFinder:
    """Follows the braces of a C++ file. A lambda belongs to the function around it; one in a table is a function."""

    def __init__(self):
        self.found, self.head, self.head_line, self.open = [], "", 1, []

    def brace(self):
        head = re.sub(r"\[\[.*?\]\]", " ", self.head).strip()
        around = self.open[-1][0] if self.open else "scope"
        if around == "scope" and MEMBER_INIT.search(head):
            kind = "member"
        elif around == "scope" and is_scope_head(head):
            kind = "scope"
        elif around == "scope" and is_function_head(head) or around == "table" and LAMBDA.search(head):
            kind = "function"
        else:
            kind = "table" if around in ("scope", "table") else "inside"
        self.open.append((kind, self.head_line, self.head + "{}"))
        self.head = ""

    def close(self, line):
        kind, first, head = self.open.pop() if self.open else ("inside", 0, "")
        self.head = head if kind == "member" else ""
        if kind == "member":
            self.head_line = first
        if kind == "function":
            self.found.append((first, line))

    def character(self, char, line):
        if not self.head.strip():
            self.head_line = line
        if char == "{":
            self.brace()
        elif char == "}":
            self.close(line)
        elif char == ";" and self.head.count("(") == self.head.count(")"):
            self.head = ""
        elif char == ":" and self.head.strip() in ("public", "private", "protected"):
            self.head = ""
        else:
            self.head += char


def functions(text):
    """(first line, last line) of each function of a C++ file."""
    finder, line = FunctionFinder(), 1
    for char in bare_code(text):
        line += char == "\n"
        finder.character(char, line)
    return finder.found


def python_functions(text):
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node.lineno, node.end_lineno


def check_lengths(files):
    for file in files:
        if not file.is_code:
            continue
        lines = file.lines
        if len(lines) > MOST_LINES:
            yield Finding(file.path, MOST_LINES + 1, f"has {len(lines)} lines; {MOST_LINES} are the most")
        for number, line in enumerate(lines, 1):
            if len(line) > MOST_COLUMNS:
                yield Finding(file.path, number, f"is {len(line)} columns wide; {MOST_COLUMNS} are the most")
        spans = functions(file.text) if file.is_cpp else python_functions(file.text) if file.suffix == ".py" else []
        for first, last in spans:
            if last - first + 1 > MOST_FUNCTION_LINES:
                yield Finding(file.path, first, f"a function of {last - first + 1} lines; "
                                                f"{MOST_FUNCTION_LINES} are the most")
