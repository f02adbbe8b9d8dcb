"""Names and words that must not stand in the tree."""
import re

from tree import Finding

BAD_NAMES = {"util", "utils", "helper", "helpers", "common", "manager", "managers"}
BAD_TYPE = re.compile(r"\b(?:class|struct)\s+(\w*(?:Utils?|Helpers?|Common|Managers?))\b(?!\s*::)")
SNAKE = re.compile(r"[a-z0-9]+(_[a-z0-9]+)*")
# Put together, so that this file does not hold them itself.
BAD_WORDS = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X)\b|\b([Ss]tu" r"bs?|STU" r"BS?)\b")
MACHINE_PATH = re.compile(r"(?<![\w.$}*-])/(home|root|work|Users|mnt|srv)/[\w.-]+")
HOST_OF_URL = re.compile(r"\b(?:https?|ftp|git|ssh)://(?:[^\s/@\"']*@)?\[?([\w.:-]+?)\]?(?::\d+)?(?=[^\w.:-]|$)")
MIRROR = re.compile(r"\b(?:[\w-]+\.)*(?:github|githubusercontent|gitlab|pypi|pythonhosted|npmjs|debian|ubuntu|crates|"
                    r"conda|sourceforge|huggingface|kaggle|amazonaws|uci)\.(?:com|org|io|edu|net|co)\b")
# Hosts that stand for nobody (RFC 2606 and 6761), and names of schemas, which nobody fetches.
HARMLESS_HOST = re.compile(r"(.*\.)?(example(\.(com|org|net))?|test|invalid|localhost|local)|127\.0\.0\.1|::1|"
                           r"0\.0\.0\.0|www\.w3\.org|json\.schemastore\.org|[a-z0-9_-]+")


def check_names(files):
    for file in files:
        if BAD_NAMES & set(re.split(r"[_.\-]", file.parts[-1])) or BAD_NAMES & set(file.parts[:-1]):
            yield Finding(file.path, 1, "a file or folder is named by what it is about, not "
                                        "util, helper, common or manager")
        if file.is_cpp and not SNAKE.fullmatch(file.stem):
            yield Finding(file.path, 1, "a C++ file's name is snake_case")
        if not file.is_cpp:
            continue
        for number, line in enumerate(file.lines, 1):
            if found := BAD_TYPE.search(line):
                yield Finding(file.path, number, f"{found[1]} does not say what the type is about")


def check_pragma(files):
    for file in files:
        if file.suffix == ".hpp" and not file.text.startswith("#pragma once\n"):
            yield Finding(file.path, 1, "a header begins with #pragma once")


def check_words(files):
    for file in files:
        for number, line in enumerate(file.lines, 1):
            if found := BAD_WORDS.search(line):
                yield Finding(file.path, number, f"says {found[0]}: finish it or leave it out")
            if found := MACHINE_PATH.search(line):
                yield Finding(file.path, number, f"names {found[0]}, a path of one machine")
            if found := MIRROR.search(line):
                yield Finding(file.path, number, f"names {found[0]}, a host to download from")
            for host in HOST_OF_URL.findall(line):
                if not HARMLESS_HOST.fullmatch(host) and not MIRROR.search(line):
                    yield Finding(file.path, number, f"names {host}, a host to download from; tests use example.com")
