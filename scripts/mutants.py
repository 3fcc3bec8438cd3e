"""The command `make mutants`: the share of small mistakes in the code that the tests notice.

`python scripts/mutants.py [--shard K/N] [--files WORDS] [PART ...]` tries the mutants of each part
of the project in a copy of the checkout. It writes the result of each mutant to
`build/mutants/PART.json`, and prints the ones not killed and a table with the score of each folder.
docs/testing.md says how to read the score.
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
from mutation.score import KILLED, Choice, MutantResult, table

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / "build" / "mutants"
# The name and the folder of the crate of each part.
CRATES = {
    "market": ("b3-market", "rust/b3-market"),
    "cotahist": ("b3-cotahist", "rust/b3-cotahist"),
    "kernels": ("b3-kernels", "rust/b3-kernels"),
    "ingest": ("b3-ingest", "rust/b3-ingest"),
    "lambda": ("start-glue-job", "lambda/start-glue-job"),
}
# Modules of b3_jobs, each with its tests; the likeliest to notice a mutant come first.
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
# No tests that need Spark or S3, nor the one that measures processor time.
_SELECTION = ("-m", "not spark", "-k", "not s3 and not forty_years")
# The paths of the modules with pytest's arguments.
MODULES = {
    f"glue_scripts/b3_jobs/{module}": [*_SELECTION, *(f"tests/job/{test}" for test in tests)]
    for module, tests in _TESTS.items()
}
PARTS = (*CRATES, "job")


def main(arguments: Sequence[str]) -> int:
    """Tries the mutants of the parts; returns 1 for a wrong argument, 0 whatever the score."""
    parser = argparse.ArgumentParser(description="The share of small mistakes in the code that the tests notice.")
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"some of {', '.join(PARTS)}; without any, all")
    parser.add_argument("--shard", default="0/1", help="K/N: every N-th mutant from the K-th on")
    parser.add_argument("--files", default="", help="only files whose path holds one of these words")
    asked = parser.parse_args(arguments)
    try:
        choice, parts = Choice.parse(asked.shard, asked.files), _known(asked.parts)
        for part in parts:
            results = _try_mutants(part, choice)
            print(f"{part}, mutants {asked.shard}\n\n{table(results)}", flush=True)
    except ValueError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


def _known(parts: Sequence[str]) -> Sequence[str]:
    if unknown := set(parts) - set(PARTS):
        raise ValueError(f"there is no part {', '.join(sorted(unknown))}; expected some of {', '.join(PARTS)}")
    return parts or PARTS


def _try_mutants(part: str, choice: Choice) -> list[MutantResult]:
    """The results of a part's mutants; those that are not killed are printed at once."""
    tree = OUT / part / "tree"
    _copy_checkout(tree)
    if part in CRATES:
        tried = crates.of_crate(*CRATES[part], tree, OUT / "target", choice)
    else:
        tried = python_code.of_modules(MODULES, tree, choice)
    results = []
    for result in tried:
        results.append(result)
        if result.outcome != KILLED:
            print(result, flush=True)
    text = json.dumps([asdict(result) for result in results], indent=1)
    (OUT / f"{part}.json").write_text(text + "\n", encoding="utf-8")
    return results


def _copy_checkout(tree: Path) -> None:
    """Copies the files that git tracks, or would if they were added, as they are now."""
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
