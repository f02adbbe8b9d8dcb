"""DuckDB and Polars: installs them from npm into the scratch folder, and says how each runs a workload."""
import json
import os
import pathlib
import platform
import shutil
import subprocess
import sys
import zipfile

from place import BENCH, BUILD, HERE

FOLDER = BENCH / "peers"
MODULES = FOLDER / "node_modules"
MACHINE = {"x86_64": "x64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())
DUCKDB = MODULES / f"@duckdb/node-bindings-linux-{MACHINE}/libduckdb.so"
POLARS = MODULES / "nodejs-polars"
POLARS_NATIVE = f"nodejs-polars-linux-{MACHINE}-gnu"
# DuckDB writes SQLite by an extension that is made for one version of it and comes from PyPI, later than DuckDB.
SQLITE = FOLDER / "duckdb_sqlite"
SQLITE_DUCKDB = SQLITE / f"node_modules/@duckdb/node-bindings-linux-{MACHINE}/libduckdb.so"
SQLITE_VERSION, SQLITE_PACKAGE = "1.5.5", "1.5.5-r.5"
NAMES = {"etl": "etl", "duckdb": "DuckDB", "polars": "Polars"}


def call(*line, **options):
    """The end of what a command that failed said, or nothing."""
    try:
        done = subprocess.run(line, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True, **options)
    except FileNotFoundError:
        return f"there is no {line[0]} here"
    return done.stdout[-600:] or "failed" if done.returncode else ""


def npm_install(folder, *packages):
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "package.json").exists():
        (folder / "package.json").write_text('{"private": true}\n')
    return call("npm", "install", "--no-audit", "--no-fund", "--no-package-lock", *packages, cwd=folder)


def install(workloads):
    """Installs what is not there yet. What cannot be had is said, and the others are timed without it."""
    packages = {"@duckdb/node-api": DUCKDB, "nodejs-polars": POLARS, POLARS_NATIVE: MODULES / POLARS_NATIVE}
    if absent := [package for package, path in packages.items() if not path.exists()]:
        print(f"installing {', '.join(absent)}", flush=True)
        if problem := npm_install(FOLDER, *absent):
            print(f"npm (Debian: nodejs, npm) has not installed them: {problem}")
    if any(workload.output == "sqlite" for workload in workloads) and DUCKDB.exists() and not sqlite_extension():
        install_sqlite()


def install_sqlite():
    print(f"installing DuckDB {SQLITE_VERSION} with its sqlite extension", flush=True)
    problem = npm_install(SQLITE, f"@duckdb/node-bindings-linux-{MACHINE}@{SQLITE_PACKAGE}") or \
        call(sys.executable, "-m", "pip", "download", "--no-deps", "--dest", str(SQLITE),
             f"duckdb-extension-sqlite-scanner=={SQLITE_VERSION}")
    if problem:
        print(f"it is not to be had: {problem}")
        return
    for wheel in SQLITE.glob("*.whl"):
        with zipfile.ZipFile(wheel) as packed:
            packed.extractall(SQLITE)


def sqlite_extension():
    found = list(SQLITE.glob("*/extensions/*/sqlite_scanner.duckdb_extension"))
    return found[0] if found and SQLITE_DUCKDB.exists() else None


def missing(peer, workload):
    """Why a peer does not take part in a workload, or nothing."""
    if peer == "etl":
        return ""
    if not script_of(peer, workload).exists():
        return "it cannot do it"
    if peer == "duckdb":
        if workload.output == "sqlite" and not sqlite_extension():
            return "its sqlite extension is not here"
        return "" if DUCKDB.exists() else "it is not installed"
    return "" if (MODULES / POLARS_NATIVE).exists() and shutil.which("node") else "it is not installed"


def script_of(peer, workload):
    return HERE / "peers" / peer / f"{workload.script}.{'sql' if peer == 'duckdb' else 'js'}"


def command(peer, workload, inputs, out):
    """How a peer runs a workload: the command line."""
    if peer == "etl":
        # A copy, so that the state of these runs stays in the scratch folder.
        given = {**inputs, "output": out}
        line = [BUILD / "bin/etlrun", "-q", BENCH / f"pipelines/{workload.script}.etl"]
        return line + [part for name, value in given.items() for part in ("-p", f"{name}={value}")]
    if peer == "duckdb":
        return [BUILD / "bin/bench_duckdb", HERE / "peers/duckdb/prelude.sql", script_of(peer, workload)]
    return ["node", script_of(peer, workload)]


def environment(workload, inputs, out, cores):
    """What the peers' scripts read."""
    with_sqlite = workload.output == "sqlite"
    return {**os.environ, **{name.upper(): str(path) for name, path in inputs.items()}, "OUT": str(out),
            "THREADS": str(cores), "POLARS_MAX_THREADS": str(cores), "NODE_PATH": str(MODULES),
            "DUCKDB_LIB": str(SQLITE_DUCKDB if with_sqlite else DUCKDB), "DUCKDB_SQLITE": str(sqlite_extension() or "")}


def copy_pipelines():
    folder = BENCH / "pipelines"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for pipeline in HERE.glob("*.etl"):
        shutil.copy(pipeline, folder)


def versions():
    found = []
    for peer, path in (("DuckDB", DUCKDB.parent), ("Polars for Node.js", POLARS)):
        if (path / "package.json").exists():
            found.append(f"{peer} {json.loads(pathlib.Path(path / 'package.json').read_text())['version']}")
    return found
