"""Count a kernel's instructions per row under callgrind, and compare with the recorded count.

Counts do not depend on what else the machine does, so a slower kernel is noticed on a busy machine
too. The script fails if a kernel takes over a tenth more than `benches/instructions.json` has;
`--record` writes that file anew. Valgrind does not support AVX-512, so the AVX2 code is counted.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RECORDED = ROOT / "benches" / "instructions.json"
# The same as the Makefile's selection, so that cargo does not compile the dependencies again.
SELECTION = ["--locked", "--workspace"]
RUNNER = {"CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_RUNNER": "valgrind --tool=callgrind --callgrind-out-file=/dev/null"}
# The functions that the bench `refine` runs; every other name is a kernel of the bench `rolling`.
REFINING = ("refine", "stream")
ROWS = 250_000  # of both benches: 50 tickers of 5,000 rows
ROUNDS = 4


def instructions(kernel: str, rounds: int) -> int:
    """The instructions of a process that runs the kernel `rounds` times."""
    bench = "refine" if kernel in REFINING else "rolling"
    command = ["cargo", "bench", "--quiet", *SELECTION, "--bench", bench, "--", kernel, str(rounds)]
    run = subprocess.run(command, check=True, cwd=ROOT, env=os.environ | RUNNER, stderr=subprocess.PIPE, text=True)
    collected = re.search(r"Collected : (\d+)", run.stderr)
    if collected is None:
        raise RuntimeError(f"valgrind printed no count: {run.stderr.strip()[-200:]}")
    return int(collected.group(1))


def main() -> int:
    """Count, print, and compare with the recorded counts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kernels", nargs="*", help="which (default: all that are recorded)")
    parser.add_argument("--recorded", type=Path, default=RECORDED, help="the counts to compare with")
    parser.add_argument("--record", action="store_true", help="write the counts to the file of --recorded")
    options = parser.parse_args()
    recorded: dict[str, float] = json.loads(options.recorded.read_text(encoding="utf-8"))
    counts = {}
    for kernel in options.kernels or recorded:
        # The difference leaves out the start of the process and the making of its data.
        counted = instructions(kernel, ROUNDS + 1) - instructions(kernel, 1)
        counts[kernel] = round(counted / ROUNDS / ROWS, 2)
        before = recorded.get(kernel, math.nan)
        print(f"{kernel:24} {counts[kernel]:7.2f} instructions a row, recorded {before:.2f}", flush=True)
    if options.record:
        options.recorded.write_text(json.dumps(recorded | counts, indent=2) + "\n", encoding="utf-8")
        return 0
    worse = [kernel for kernel, count in counts.items() if count > 1.1 * recorded.get(kernel, 0)]
    if worse:
        print(f"not recorded, or more than a tenth over the recorded count: {', '.join(worse)}", file=sys.stderr)
    return 1 if worse else 0


if __name__ == "__main__":
    sys.exit(main())
