"""The mutation score: the share of small mistakes, put into the code one at a time, that the tests notice.

`python scripts/mutants.py [--shard K/N] [--files TEXT] [PART ...]` takes the parts of the project one after the other,
each in a copy of the checkout: Rust crates by cargo-mutants, Python modules by `python_mutants.py`. What became of each
mutant is in `build/mutants/PART.json`; the survivors and a table with the score of each folder are printed. `--shard
K/N` takes every N-th mutant from the K-th on, `--files` only those of files whose path holds the text.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from math import sqrt
from pathlib import Path
from typing import Any

import python_mutants
from python_mutants import KILLED, SURVIVED, TIMEOUT

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / "build" / "mutants"
# Crates by part, with what makes their mutants cheap: dependencies optimised once, our own crates compiled quickly.
CRATES = {"market": "b3-market", "kernels": "b3-kernels", "lambda": "start-glue-job"}
QUICK = ["profile.dev.debug=false", 'profile.dev.package."*".opt-level=2', "profile.dev.opt-level=0"]
# Python modules, each with its tests, those that are likeliest to notice first. None needs Spark or S3.
_TESTS = {
    "contract/dates.py": ("test_job_dates.py", "test_job_plan.py"),
    "ledger/guards.py": ("test_job_plan.py", "test_job_ledger.py"),
    "ledger/ledger.py": ("test_job_ledger.py", "test_freshness.py"),
    "ledger/observation.py": ("test_job_ledger.py", "test_job_plan.py"),
    "ledger/open_ledger.py": ("test_job_ledger.py",),
    "run/freshness.py": ("test_freshness.py",),
    "run/plan.py": ("test_job_plan.py",),
    "run/portions.py": ("test_job_ledger.py",),
    "run/time_limit.py": ("test_job_pending.py",),
}
MODULES = {
    f"glue_scripts/b3_jobs/{module}": [
        "-m",
        "not spark",
        "-k",
        "not s3 and not forty_years",
        *(f"tests/job/{test}" for test in tests),
    ]
    for module, tests in _TESTS.items()
}
PARTS = (*CRATES, "job")
# A mutant that takes so many times as long as the code itself, and at least some seconds, runs for ever.
SLOWER, LEAST_SECONDS = 5, 20
# For tests without a mutant, whose time is not known.
PATIENCE = 600


@dataclass(frozen=True)
class Found:
    """What became of one mutant."""

    file: str
    line: int
    change: str
    outcome: str


@dataclass(frozen=True)
class Choice:
    """Which mutants of a part are tried: every `every`-th from `first` on, in files whose path holds `files`."""

    first: int = 0
    every: int = 1
    files: str = ""

    @classmethod
    def parse(cls, shard: str, files: str) -> Choice:
        """Of `K/N`.

        Raises:
            ValueError: if it is anything else.
        """
        first, slash, every = shard.partition("/")
        if not (slash and first.isdecimal() and every.isdecimal() and int(first) < int(every)):
            raise ValueError(f"--shard: {shard!r} is no K/N with K from 0 to N - 1")
        return cls(int(first), int(every), files)


def of_crate(crate: str, out: Path, choice: Choice) -> list[Found]:
    """Runs cargo-mutants on a crate, with the tests of that crate.

    Raises:
        ValueError: if cargo-mutants is not installed, or the tests fail without a mutant.
    """
    if not shutil.which("cargo-mutants"):
        raise ValueError("cargo-mutants is not on PATH: cargo install cargo-mutants --locked")
    command = ["cargo", "mutants", "--package", crate, "--output", str(out), "--no-times"]
    command += ["--shard", f"{choice.first}/{choice.every}", "--sharding", "round-robin"]
    command += ["--file", f"**/*{choice.files}*"] if choice.files else []
    command += ["--minimum-test-timeout", str(LEAST_SECONDS), "--timeout-multiplier", str(SLOWER)]
    command += ["--cargo-arg=--locked", *(f"--cargo-arg=--config={setting}" for setting in QUICK), "--", "--tests"]
    shutil.rmtree(out / "mutants.out", ignore_errors=True)
    # The environment's target directory is that of the checkout; the copy has its own.
    environment = {name: value for name, value in os.environ.items() if name != "CARGO_TARGET_DIR"}
    subprocess.run(command, cwd=ROOT, env=environment, check=False)
    try:
        entries = json.loads((out / "mutants.out" / "outcomes.json").read_text(encoding="utf-8"))["outcomes"]
    except FileNotFoundError:
        raise ValueError(f"{crate}: cargo-mutants ended without an answer") from None
    if entries[0]["summary"] != "Success":
        raise ValueError(f"{crate}: the tests fail without a mutant, see {out}/mutants.out/log")
    return [found for entry in entries[1:] if (found := of_entry(entry))]


def of_entry(entry: dict[str, Any]) -> Found | None:
    """What cargo-mutants tells of a mutant; None for one that does not compile, which needs no test."""
    outcomes = {"CaughtMutant": KILLED, "MissedMutant": SURVIVED, "Timeout": TIMEOUT}
    mutant = entry["scenario"]["Mutant"]
    if entry["summary"] not in outcomes:
        return None
    change = mutant["name"].partition(": ")[2]
    return Found(mutant["file"], mutant["span"]["start"]["line"], change, outcomes[entry["summary"]])


def of_modules(modules: Mapping[str, Sequence[str]], tree: Path, choice: Choice) -> Iterator[Found]:
    """Tries the mutants of each module against its tests, in a copy of the checkout.

    Raises:
        ValueError: if the tests fail without a mutant.
    """
    _copy_checkout(tree)
    python_mutants.import_libraries()
    for module, tests in modules.items():
        chosen = list(python_mutants.mutants((tree / module).read_text(encoding="utf-8")))[choice.first :: choice.every]
        if choice.files not in module or not chosen:
            continue
        began = time.monotonic()
        if python_mutants.outcome(tree, tests, PATIENCE) != SURVIVED:
            raise ValueError(f"{module}: its tests fail without a mutant: {' '.join(tests)}")
        seconds = max(SLOWER * (time.monotonic() - began), LEAST_SECONDS)
        for mutant in chosen:
            with python_mutants.put_in(tree / module, mutant):
                yield Found(module, mutant.line, mutant.change, python_mutants.outcome(tree, tests, seconds))


def _copy_checkout(tree: Path) -> None:
    """The files that git tracks or would, as they are now."""
    shutil.rmtree(tree, ignore_errors=True)
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    for name in filter(lambda name: (ROOT / name).is_file(), listed.stdout.split("\0")):
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tree / name)


def score_table(found: Iterable[Found]) -> str:
    """The score of each folder (of a module where it is alone in its folder) as a Markdown table."""
    groups: dict[str, list[Found]] = {}
    for one in found:
        groups.setdefault(str(Path(one.file).parent), []).append(one)
    lines = [
        "| folder | mutants | killed | survived | ran for ever | score |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    for folder, ones in sorted(groups.items()):
        number = {outcome: sum(one.outcome == outcome for one in ones) for outcome in (KILLED, SURVIVED, TIMEOUT)}
        noticed = number[KILLED] + number[TIMEOUT]
        counts = " | ".join(str(count) for count in (len(ones), *number.values()))
        lines.append(f"| `{folder}` | {counts} | {score(noticed, len(ones))} |")
    return "\n".join(lines)


def score(noticed: int, mutants: int) -> str:
    """The share that was noticed, and Wilson's 95% interval for the share of all mutants if these are a sample."""
    z, share = 1.96, noticed / mutants
    spread = z * sqrt(share * (1 - share) / mutants + z * z / (4 * mutants * mutants))
    centre, scale = share + z * z / (2 * mutants), 1 + z * z / mutants
    return f"{share:.1%} ({(centre - spread) / scale:.0%} to {(centre + spread) / scale:.0%})"


def main(arguments: Sequence[str]) -> int:
    """Takes the parts; 1 for a mistake of the caller's, 0 whatever the score."""
    parser = argparse.ArgumentParser(description="The share of small mistakes in the code that the tests notice.")
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"some of {', '.join(PARTS)}; without any, all")
    parser.add_argument("--shard", default="0/1", help="K/N: every N-th mutant from the K-th on")
    parser.add_argument("--files", default="", help="only files whose path holds this text")
    asked = parser.parse_args(arguments)
    try:
        choice, parts = Choice.parse(asked.shard, asked.files), _known(asked.parts)
        for part in parts:
            found = _take(part, choice)
            for one in found:
                if one.outcome != KILLED:
                    print(f"{one.outcome}: {one.file}:{one.line}: {one.change}")
            print(f"{part}, mutants {asked.shard}\n\n{score_table(found)}", flush=True)
    except ValueError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


def _known(parts: Sequence[str]) -> Sequence[str]:
    if unknown := set(parts) - set(PARTS):
        raise ValueError(f"there is no part {', '.join(sorted(unknown))}; expected some of {', '.join(PARTS)}")
    return parts or PARTS


def _take(part: str, choice: Choice) -> list[Found]:
    out = OUT / part
    out.mkdir(parents=True, exist_ok=True)
    if part in CRATES:
        found = of_crate(CRATES[part], out, choice)
    else:
        found = []
        for one in of_modules(MODULES, out / "tree", choice):
            found.append(one)
            print(f"{one.outcome:8} {one.file}:{one.line}: {one.change}", flush=True)
    (OUT / f"{part}.json").write_text(json.dumps([asdict(one) for one in found], indent=1) + "\n", encoding="utf-8")
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
