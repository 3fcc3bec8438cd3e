"""Count the instructions a row of the rolling kernels, under callgrind: a regression shows on a noisy machine too.

Fails where a kernel takes more than a tenth over `benches/instructions.json`; `--record` writes that file anew.
Valgrind knows no AVX-512, so it is the AVX2 path that is counted.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RECORDED = ROOT / "benches" / "instructions.json"
ROWS = 250_000
ROUNDS = 4
KERNELS = (
    "sma_decimal",
    "sma_double",
    "wma_decimal",
    "wma_double",
    "rolling_sum_double",
    "rolling_min_double",
    "rolling_max_decimal",
    "rolling_vwap_decimal",
    "plain_loop",
)


def built() -> Path:
    """The bench, built by cargo."""
    command = [
        "cargo",
        "bench",
        "--package",
        "b3-kernels",
        "--bench",
        "rolling",
        "--no-run",
        "--message-format",
        "json",
    ]
    lines = subprocess.run(command, check=True, cwd=ROOT, stdout=subprocess.PIPE, text=True).stdout.splitlines()
    found = [json.loads(line).get("executable") for line in lines]
    return Path(next(path for path in reversed(found) if path))


def instructions(binary: Path, kernel: str, rounds: int) -> int:
    """All instructions of one run."""
    command = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", str(binary), kernel, str(rounds)]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stderr
    collected = re.search(r"Collected : (\d+)", said)
    if collected is None:
        raise RuntimeError(f"valgrind said no count: {said.strip()[-200:]}")
    return int(collected.group(1))


def main() -> int:
    """Count, print, and compare with what is recorded."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--binary", type=Path, help="the built bench, else cargo builds it")
    parser.add_argument("--record", action="store_true", help="write the counts as the new limit")
    options = parser.parse_args()
    binary = options.binary or built()
    counts = {}
    for kernel in KERNELS:
        rounds = instructions(binary, kernel, ROUNDS + 1) - instructions(binary, kernel, 1)
        counts[kernel] = round(rounds / ROUNDS / ROWS, 2)
    if options.record:
        RECORDED.write_text(json.dumps(counts, indent=2) + "\n", encoding="utf-8")
    recorded: dict[str, float] = json.loads(RECORDED.read_text(encoding="utf-8"))
    worse = [kernel for kernel in KERNELS if counts[kernel] > 1.1 * recorded[kernel]]
    for kernel in KERNELS:
        print(f"{kernel:24} {counts[kernel]:7.2f} instructions a row, recorded {recorded[kernel]:.2f}")
    if worse:
        print(f"more than a tenth over the recorded count: {', '.join(worse)}", file=sys.stderr)
    return 1 if worse else 0


if __name__ == "__main__":
    sys.exit(main())
