"""The mutation score: the share of small mistakes, put into the code one at a time, that the tests notice.

`python scripts/mutants.py [--shard K/N] [--files TEXT] [PART ...]` takes the parts of the project one after the other,
each in a copy of the checkout. What became of each mutant is in `build/mutants/PART.json`; the survivors and a table
with the score of each folder are printed. `--shard K/N` takes every N-th mutant from the K-th on, `--files` only those
of files whose path holds one of the words. docs/testing.md says how to read the score.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from mutation import crates, python_code
from mutation.score import KILLED, Choice, Found, table

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / "build" / "mutants"
# Crates by part: their names and folders.
CRATES = {
    "market": ("b3-market", "rust/b3-market"),
    "cotahist": ("b3-cotahist", "rust/b3-cotahist"),
    "kernels": ("b3-kernels", "rust/b3-kernels"),
    "ingest": ("b3-ingest", "rust/b3-ingest"),
    "lambda": ("start-glue-job", "lambda/start-glue-job"),
}
# Python modules, each with its tests, those that are likeliest to notice first. None needs Spark or S3.
_TESTS = {
    "contract/dates.py": ("test_job_dates.py", "test_job_plan.py"),
    "ledger/guards.py": ("test_job_guard_limits.py", "test_job_ledger.py"),
    "ledger/ledger.py": ("test_job_open_ledger.py", "test_job_ledger.py"),
    "ledger/observation.py": ("test_job_open_ledger.py", "test_job_ledger.py"),
    "ledger/open_ledger.py": ("test_job_open_ledger.py", "test_job_ledger.py"),
    "run/freshness.py": ("test_freshness.py",),
    "run/plan.py": ("test_job_plan.py",),
    "run/portions.py": ("test_job_plan.py",),
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


def main(arguments: Sequence[str]) -> int:
    """Takes the parts; 1 for a mistake of the caller's, 0 whatever the score."""
    parser = argparse.ArgumentParser(description="The share of small mistakes in the code that the tests notice.")
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"some of {', '.join(PARTS)}; without any, all")
    parser.add_argument("--shard", default="0/1", help="K/N: every N-th mutant from the K-th on")
    parser.add_argument("--files", default="", help="only files whose path holds one of these words")
    asked = parser.parse_args(arguments)
    try:
        choice, parts = Choice.parse(asked.shard, asked.files), _known(asked.parts)
        for part in parts:
            found = _take(part, choice)
            print(f"{part}, mutants {asked.shard}\n\n{table(found)}", flush=True)
    except ValueError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


def _known(parts: Sequence[str]) -> Sequence[str]:
    if unknown := set(parts) - set(PARTS):
        raise ValueError(f"there is no part {', '.join(sorted(unknown))}; expected some of {', '.join(PARTS)}")
    return parts or PARTS


def _take(part: str, choice: Choice) -> list[Found]:
    """Tries the mutants of a part; those that are not killed are printed at once."""
    tree = OUT / part / "tree"
    _copy_checkout(tree)
    if part in CRATES:
        tried = crates.of_crate(*CRATES[part], tree, OUT / "target", choice)
    else:
        tried = python_code.of_modules(MODULES, tree, choice)
    found = []
    for one in tried:
        found.append(one)
        if one.outcome != KILLED:
            print(one, flush=True)
    (OUT / f"{part}.json").write_text(json.dumps([asdict(one) for one in found], indent=1) + "\n", encoding="utf-8")
    return found


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


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
