"""The files of a tree that the house's rules look at, and what a broken rule looks like."""
import pathlib
from dataclasses import dataclass

CODE = {".cpp", ".hpp", ".py", ".sh", ".cmake", ".etl"}
TEXT = CODE | {".md", ".etltest", ".txt", ".toml", ".json"}
# What is made, and inputs whose content is nobody's choice.
SKIPPED_FOLDERS = {"build", ".git", ".etl", "node_modules", "__pycache__", "corpus", "inbox", "data"}
ROOTS_OF_DATA = ("tests", "pipelines")


@dataclass(frozen=True, order=True)
class Finding:
    path: str
    line: int
    message: str

    def __str__(self):
        return f"{self.path}:{self.line}: {self.message}"


@dataclass(frozen=True)
class SourceFile:
    path: str  # from the tree's top, with /
    text: str

    @property
    def parts(self):
        return self.path.split("/")

    @property
    def stem(self):
        return pathlib.PurePosixPath(self.path).stem

    @property
    def suffix(self):
        """An executable script has none and counts as .sh, so that it is held to the rules of code."""
        return pathlib.PurePosixPath(self.path).suffix or (".sh" if self.text.startswith("#!") else "")

    @property
    def is_cpp(self):
        return self.suffix in (".cpp", ".hpp")

    @property
    def is_code(self):
        return self.suffix in CODE or self.parts[-1] == "CMakeLists.txt"

    @property
    def lines(self):
        return self.text.splitlines()


def is_skipped(parts):
    for place, name in enumerate(parts[:-1]):
        data = name in ("corpus", "inbox", "data")
        if name in SKIPPED_FOLDERS and (not data or parts[0] in ROOTS_OF_DATA and place > 0):
            return True
    return False


def read_tree(root):
    """All files of code and text under root, ordered by path."""
    files = []
    for path in sorted(pathlib.Path(root).rglob("*")):
        relative = path.relative_to(root)
        if is_skipped(relative.parts) or relative.name == ".git" or not path.is_file():
            continue
        if relative.suffix and relative.suffix not in TEXT:
            continue
        try:
            files.append(SourceFile(relative.as_posix(), path.read_text(encoding="utf-8")))
        except UnicodeDecodeError:
            continue
    return files
