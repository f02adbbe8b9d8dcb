"""Who may include whom, and which file a library lives in."""
import re

from tree import Finding

LAYERS = [["base"], ["data"], ["io", "expr"], ["sql"], ["component"],
          ["functions", "formats", "connectors", "stages", "lang"], ["plan"], ["state"], ["runtime"], ["daemon"]]
LEAVES = {"functions", "formats", "connectors", "stages"}
RANK = {folder: rank for rank, layer in enumerate(LAYERS) for folder in layer}

# A library is used in one place, so that another can take its part by changing that place.
HOMES = [
    (r"re2/", "RE2", ["src/expr/regex"]),
    (r"utf8proc", "utf8proc", ["src/data/"]),
    (r"unicode/", "ICU", ["src/io/"]),
    (r"(zlib|zstd|lz4|bzlib|lzma|snappy)\w*\.h", "a codec", ["src/io/"]),
    (r"simdjson", "simdjson", ["src/formats/json/", "src/data/json"]),
    (r"spdlog/", "spdlog", ["src/base/"]),
    (r"toml\+\+/", "toml++", ["src/lang/settings"]),
    (r"sqlite3\.h", "the sqlite3 client", ["src/sql/"]),
    (r"(\w+/)*(blocking)?(concurrentqueue|lightweightsemaphore)\.h", "moodycamel", ["src/runtime/channel"]),
    (r"CLI/", "CLI11", ["tools/"]),
    (r"tao/pegtl", "PEGTL", ["src/lang/parser", "grammar/"]),
]
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


def includes(file):
    for number, line in enumerate(file.lines, 1):
        if found := INCLUDE.match(line):
            yield number, found[1] == '"', found[2]


def resolve(file, name, paths):
    """The path in the tree that an include in quotes means, or None."""
    beside = "/".join(file.parts[:-1] + [name])
    return next((path for path in (beside, f"src/{name}", name) if path in paths), None)


def leaf_of(path):
    """("formats", "csv") for src/formats/csv.cpp and for src/formats/csv/reader.cpp."""
    parts = path.split("/")
    return parts[1], parts[2].split(".")[0]


def is_leaf(path):
    parts = path.split("/")
    return parts[0] == "src" and len(parts) > 2 and parts[1] in LEAVES


def include_problem(source, target):
    """Why the file `source` must not include the file `target`, or None."""
    if is_leaf(target):
        same = is_leaf(source) and leaf_of(source) == leaf_of(target)
        return None if same else f"includes {target}, which is part of a leaf: reach it through its registry"
    from_, to = source.split("/"), target.split("/")
    if to[0] == "grammar":
        allowed = from_[0] in ("grammar", "tests") or from_[:2] == ["src", "lang"]
        return None if allowed else f"includes {target}: only src/lang sees the grammar"
    if from_[0] == "grammar" and to[0] == "src":
        return f"includes {target}: the grammar sees PEGTL only"
    if from_[0] != "src" or to[0] != "src" or len(from_) < 3 or len(to) < 3 or from_[1] == to[1]:
        return None
    if from_[1] in RANK and to[1] in RANK and RANK[to[1]] >= RANK[from_[1]]:
        return f"includes {target}: src/{from_[1]} comes before src/{to[1]} or stands beside it"
    return None


def check_layers(files):
    paths = {file.path for file in files}
    for file in files:
        if not file.is_cpp:
            continue
        if file.parts[0] == "src" and file.parts[1] not in RANK:
            yield Finding(file.path, 1, f"src/{file.parts[1]} is no folder of the architecture")
        for line, quoted, name in includes(file):
            target = resolve(file, name, paths) if quoted else None
            if target and (problem := include_problem(file.path, target)):
                yield Finding(file.path, line, problem)


def check_homes(files):
    for file in files:
        if not file.is_cpp or file.parts[0] not in ("src", "grammar", "tools"):
            continue
        for line, _, name in includes(file):
            for pattern, library, homes in HOMES:
                if re.match(pattern, name) and not file.path.startswith(tuple(homes)):
                    yield Finding(file.path, line, f"includes <{name}>: the home of {library} is {' and '.join(homes)}")
