"""The arguments of `refine_quotes.py`, in the form in which Glue passes them."""

from __future__ import annotations

import argparse
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

from b3_jobs.dates import parse_trade_dates
from b3_jobs.errors import JobError

if TYPE_CHECKING:
    from collections.abc import Sequence

EVERY = ("1d", "1w", "1mo")
LARGEST_WINDOW = 2_000
_YES_NO = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


@dataclass(frozen=True)
class Options:
    """What one run is asked to do.

    Args:
        raw_path: the lake's `raw/`, a local path or `s3://bucket/prefix`.
        refined_path: where the tables lie, one folder each.
        database: the catalog's database.
        trade_dates: `all`, or dates and `from..to` ranges separated by commas.
        affected: whether later dates whose windows hold a listed date are refined too.
        every: `1d`, `1w` or `1mo`.
        windows: the moving averages' windows, in bars.
    """

    raw_path: str
    refined_path: str
    database: str = "b3"
    trade_dates: str = "all"
    affected: bool = False
    every: str = "1d"
    windows: tuple[int, ...] = (5, 20, 50, 200)

    @classmethod
    def from_arguments(cls, arguments: Sequence[str]) -> Options:
        """Reads `--name value` pairs; what Glue adds of its own is left alone.

        Raises:
            JobError: if an argument is missing or its value cannot be meant.
        """
        known, _ = _parser().parse_known_args(arguments)
        parse_trade_dates(known.trade_dates)
        return cls(**vars(known))

    @property
    def look_back(self) -> int:
        """How many sessions (weeks, months) before a bar its values may depend on."""
        return 2 * max(self.windows)


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise JobError(f"{message} (see --help)")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="refine_quotes.py",
        allow_abbrev=False,
        description="Refines raw B3 quotes into the published table, date by date. "
        "Writes one JSON line at the end; exits with 0 only if every date was published.",
    )
    parser.add_argument("--raw_path", required=True, help="the lake's raw/: a path or s3://bucket/prefix")
    parser.add_argument("--refined_path", required=True, help="where the tables lie")
    parser.add_argument("--database", default="b3", type=_database, help="default: b3")
    parser.add_argument("--trade_dates", default="all", help="2024-01-02,2024-01-05..2024-02-01 or all (the default)")
    parser.add_argument(
        "--affected", nargs="?", const=True, default=False, type=_yes_no,
        help="also the later dates whose windows hold a listed date: for late or corrected days",
    )  # fmt: skip
    parser.add_argument("--every", default="1d", choices=EVERY, help="days, weeks or months; default: 1d")
    parser.add_argument(
        "--windows", default=Options.windows, type=parse_windows, help="of the moving averages; default: 5,20,50,200"
    )
    return parser


def _database(text: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9_]*", text):
        raise argparse.ArgumentTypeError(f"{text!r} is no database name: lower-case letters, digits and _")
    return text


def _yes_no(text: str) -> bool:
    if text.lower() not in _YES_NO:
        raise argparse.ArgumentTypeError(f"{text!r} is neither true nor false")
    return _YES_NO[text.lower()]


def parse_windows(text: str) -> tuple[int, ...]:
    """`5,20,50,200` as numbers; argparse reports what cannot be meant."""
    items = [item.strip() for item in text.split(",")]
    for item in items:
        if not re.fullmatch(r"[0-9]{1,4}", item) or not 1 <= int(item) <= LARGEST_WINDOW:
            raise argparse.ArgumentTypeError(f"{item!r} is no window: a whole number from 1 to {LARGEST_WINDOW}")
    windows = tuple(int(item) for item in items)
    if len(set(windows)) < len(windows):
        raise argparse.ArgumentTypeError(f"{text!r} names a window twice")
    return windows
