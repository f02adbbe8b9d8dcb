"""The figures as a table for people, and the same as Markdown in tests/bench/README.md."""
import datetime
import os
import pathlib
import platform
import re

import peers
from place import HERE

BEGIN, END = "<!-- figures: tools/dev/bench writes between these two lines -->", "<!-- end of the figures -->"
README = HERE / "README.md"
HEAD = f"{'':8} {'':7} {'median':>9} {'least':>9} {'cpu s':>7} {'peak MiB':>8} {'MB/s':>6}"


def seconds(value):
    return f"{value * 1000:.1f} ms" if value < 0.1 else f"{value:.3f} s" if value < 10 else f"{value:.1f} s"


def show(result):
    """A line for each who took part, and how many times faster etl was than the best of the others."""
    name = result.workload.name
    for peer, figures in result.peers.items():
        rate = result.size / 1e6 / figures.median
        print(f"{name:8} {peers.NAMES[peer]:7} {seconds(figures.median):>9} {seconds(min(figures.seconds)):>9} "
              f"{median(figures.cpu):7.2f} {max(figures.peak):8.0f} {rate:6.0f}  {figures.verdict}")
    for peer, why in result.absent.items():
        print(f"{name:8} {peers.NAMES[peer]:7} no peer: {why}" if peer != "etl" else f"{name:8} etl     FAILED: {why}")
    if result.ratio:
        print(f"{name:8} {result.ratio:.2f} times faster than the best peer")
    print(flush=True)


def median(values):
    return sorted(values)[len(values) // 2]


def machine(cores):
    """The processor, cores and memory; no name of the machine."""
    model = platform.machine()
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.split(":")[1].strip()
            break
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{model}, {cores} core{'s' * (cores > 1)}, {memory:.0f} GiB of memory"


def three(result, value):
    """etl / DuckDB / Polars, - for who took no part."""
    return " / ".join(value(result.peers[peer]) if peer in result.peers else "-" for peer in peers.NAMES)


def line_of(result):
    worst = next((figures.verdict for figures in result.peers.values() if figures.verdict != "same"), "same")
    if not any(peer != "etl" for peer in result.peers):
        worst = ""
    cells = [result.workload.name, result.workload.what, f"{result.rows:,}"]
    cells += [seconds(result.peers[peer].median) if peer in result.peers else "no peer" for peer in peers.NAMES]
    cells += [f"**{result.ratio:.2f}**" if result.ratio else ""]
    cells += [three(result, lambda figures: f"{median(figures.cpu):.2f}")]
    cells += [three(result, lambda figures: f"{max(figures.peak):.0f}"), worst]
    return "| " + " | ".join(cells) + " |"


def markdown(results, runs, cores):
    head = [f"{datetime.date.today().isoformat()}; {machine(cores)}; {', '.join(peers.versions()) or 'no peer'}; "
            f"medians of {runs} runs.", "",
            "| | what | rows | etl | DuckDB | Polars | times faster than the best peer | processor seconds | peak MiB "
            "| outputs |", "| --- | --- | ---: | ---: | ---: | ---: | ---: | --- | --- | --- |"]
    return "\n".join(head + [line_of(result) for result in results if "etl" in result.peers])


def between(page, text):
    """The page with the text between its two marks."""
    pattern = re.compile(re.escape(BEGIN) + ".*" + re.escape(END), re.DOTALL)
    return pattern.sub(lambda _: f"{BEGIN}\n\n{text}\n\n{END}", page)


def write(text):
    README.write_text(between(README.read_text(encoding="utf-8"), text), encoding="utf-8")
