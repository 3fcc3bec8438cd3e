"""The command `make page`: the report of an existing lake, with the bars of chosen tickers."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from report.lake_files import LakeError
from report.page import page_file, write_report


def main(argv: Sequence[str] | None = None) -> int:
    """Write the report; prints one line and returns 1 if it cannot be written."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lake", type=Path, required=True, help="root of the lake")
    parser.add_argument("--tickers", default="", help="comma separated B3 codes; empty: the most traded")
    parser.add_argument("--page", type=page_file, required=True, help="the HTML file to write")
    options = parser.parse_args(argv)
    try:
        write_report(options.page, options.lake, tickers=[name for name in options.tickers.split(",") if name])
    except (LakeError, OSError) as error:
        print(f"page: {error}", file=sys.stderr)
        return 1
    print(f"page: {options.page}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
