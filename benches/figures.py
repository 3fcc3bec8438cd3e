"""The command line of a benchmark, and the output of its figures for people and as JSON."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any


def arguments(about: str | None) -> argparse.Namespace:
    """The options `--quick` and `--json`, which benches/run.py passes."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--quick", action="store_true", help="small sizes: shows only that it runs")
    parser.add_argument("--json", type=Path, help="where to write the figures")
    return parser.parse_args()


def publish(found: dict[str, Any], path: Path | None) -> None:
    """Print the figures, and write them as JSON to `path` if it is given."""
    for row in found["rows"]:
        print(f"{row['name']:55} {row['seconds']:10.5f} s {row['rate']:8.1f} {row['unit']}")
    for ratio in found["ratios"]:
        print(f"{ratio['name']:55} {ratio['value']:10.2f}   aim {ratio['aim']}")
    if path:
        path.write_text(json.dumps(found, indent=2), encoding="utf-8")
