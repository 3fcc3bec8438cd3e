"""Run the benchmarks one after another and write docs/benchmarks.md.

The page has tables, ratios to rivals beside their aims, and a bar chart. With names, only those
benchmarks are measured, and only their sections of the page are written anew.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import platform
import re
import subprocess
import sys
import tempfile
import textwrap
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "benchmarks.md"
CHART = ROOT / "docs" / "benchmarks.svg"
HEAD = f"""# Benchmarks

Written by `make bench`. Rivals run in the same process or the same run. Results are checked, and
figures are medians where a section does not say `once`. On a shared machine trust the ratios more
than the seconds. A ratio `A to B` says how many times as fast A is as B; `A / B` is what A takes,
divided by what B takes.

![Exact moving averages]({CHART.name})
"""
BENCHES = (
    "kernels",
    "threads",
    "refine",
    "cotahist",
    "ingest",
    "history",
    "job",
    "questions",
    "row_files",
    "lambda_start",
    "yahoo",
)


def machine() -> str:
    """Processor, cores, memory and system of this machine, on which the figures depend."""
    cpuinfo = Path("/proc/cpuinfo")
    found = re.search(r"model name\s*: (.*)", cpuinfo.read_text(encoding="utf-8")) if cpuinfo.exists() else None
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    name = found.group(1) if found else platform.processor()
    return f"{name}, {os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()} {platform.machine()}"


def measure(name: str, quick: bool, scratch: Path) -> dict[str, Any]:
    """One benchmark's figures; it fails if a checked result is wrong."""
    answer = scratch / f"{name}.json"
    command = [sys.executable, str(ROOT / "benches" / f"{name}.py"), "--json", str(answer)]
    subprocess.run([*command, "--quick"] if quick else command, check=True, cwd=ROOT)
    figures: dict[str, Any] = json.loads(answer.read_text(encoding="utf-8"))
    return figures


def verdict(ratio: dict[str, Any]) -> str:
    """Whether a ratio reaches its aim, in words."""
    if ratio.get("aim") is None:
        return ""
    reached = ratio["value"] <= ratio["aim"] if ratio.get("at_most") else ratio["value"] >= ratio["aim"]
    return "reached" if reached else "falls short"


def number(value: float) -> str:
    """Four significant digits; a number from 1,000 on whole, without an exponent."""
    return f"{value:,.0f}" if value >= 1_000 else f"{value:.4g}"


def section(figures: dict[str, Any]) -> str:
    """The Markdown of one benchmark, with the date and the machine of its measurement."""
    measured = f"Measured on {dt.datetime.now(dt.UTC):%Y-%m-%d}, on {machine()}."
    lines = [f"## {figures['title']}", "", textwrap.fill(figures["about"], 100), "", measured, ""]
    if figures["rows"]:
        lines += ["| | median seconds | rate |", "| --- | ---: | ---: |"]
        for row in figures["rows"]:
            rate = "" if row["rate"] is None else f"{number(row['rate'])} {row['unit']}"
            lines.append(f"| {row['name']} | {row['seconds']:.4g} | {rate} |")
        lines.append("")
    if figures["ratios"]:
        lines += ["| ratio | measured | aim | |", "| --- | ---: | ---: | --- |"]
        for ratio in figures["ratios"]:
            sign = "≤" if ratio.get("at_most") else "≥"
            aim = "" if ratio.get("aim") is None else f"{sign} {ratio['aim']:g}"
            lines.append(f"| {ratio['name']} | {ratio['value']:.3g} | {aim} | {verdict(ratio)} |")
        lines.append("")
    return "\n".join(lines)


def written(page: Path) -> dict[str, str]:
    """The present sections of the page, by the benchmark's name."""
    parts = re.split(r"^<!-- (\w+) -->\n", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {name: f"{text.rstrip()}\n" for name, text in zip(parts[1::2], parts[2::2], strict=True)}


def bar_chart(title: str, rows: list[dict[str, Any]]) -> str:
    """A small SVG of the rates, ours in green, readable on light and dark pages."""
    top = max(row["rate"] for row in rows)
    height = 44 * len(rows) + 40
    bars = [f'<text x="0" y="20" font-weight="600">{title}, {rows[0]["unit"]}</text>']
    for position, row in enumerate(rows):
        y = 40 + 44 * position
        width = max(2.0, 660 * row["rate"] / top)
        colour = "#0f9d76" if row["name"].startswith("b3_kernels") else "#8a94a6"
        bars.append(f'<text x="0" y="{y + 12}">{row["name"]}</text>')
        bars.append(f'<rect x="0" y="{y + 18}" width="{width:.1f}" height="18" rx="3" fill="{colour}"/>')
        bars.append(f'<text x="{6 + width:.1f}" y="{y + 32}">{row["rate"]:.4g}</text>')
    body = "\n".join(bars)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 740 {height}" role="img" '
        f'font-family="system-ui, sans-serif" font-size="14" fill="#5d687a">\n{body}\n</svg>\n'
    )


def main() -> None:
    """Measure, then write the page and its chart."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="small sizes: shows that every benchmark runs")
    parser.add_argument("names", nargs="*", choices=BENCHES, help="which (default: all)")
    options = parser.parse_args()
    sections = written(PAGE)
    with tempfile.TemporaryDirectory() as scratch:
        for name in options.names or BENCHES:
            figures = measure(name, options.quick, Path(scratch))
            if options.quick:
                continue
            sections[name] = section(figures)
            if name == "kernels":
                CHART.write_text(bar_chart(figures["title"], figures["rows"]), encoding="utf-8")
            marked = [f"<!-- {name} -->\n{sections[name]}" for name in BENCHES if name in sections]
            PAGE.write_text("\n".join([HEAD, *marked]), encoding="utf-8")
    if not options.quick:
        print(f"benchmarks: {PAGE.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
