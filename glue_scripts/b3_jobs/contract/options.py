"""The arguments of `refine_quotes.py`, in the form in which Glue passes them."""

from __future__ import annotations

import argparse
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

from b3_jobs.contract.dates import parse_trade_dates
from b3_jobs.errors import JobError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa

EVERY = ("1d", "1w", "1mo")
# The forms of the daily table: a file for each date and ticker, a file for each year, Iceberg.
FORMS = ("diarias", "por_ano", "cotacoes")
# How the kernels treat splits, and events of unknown size.
ADJUST, UNKNOWN_ACTIONS = ("splits", "none"), ("null", "keep")
LARGEST_WINDOW = 2_000
_YES_NO = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


@dataclass(frozen=True)
class Options:
    """The arguments of one run.

    Args:
        raw_path: the lake's `raw/`, a local path or `s3://bucket/prefix`.
        refined_path: the folder that holds one folder for each table.
        database: the catalog's database.
        trade_dates: `pending`, `all`, or dates and `from..to` ranges separated by commas.
        affected: whether later dates whose windows contain a listed date are refined too.
        every: `1d`, `1w`, `1mo`: the tables to keep.
        windows: the moving averages' windows, in bars.
        actions_path: the lake's `actions/`; by default the folder `actions` beside raw.
        tables: `diarias`, `por_ano`, `cotacoes`: which forms of the daily table.
        adjust: `splits` converts older prices across splits and bonuses, `none` converts none.
        unknown_actions: what a value across an event of unknown size is: `null`, or `keep`.
        allow_drops: how many dates of a table may lose a quarter or more of their tickers.
        time_limit: the minutes in which a `pending` run may start portions; 0 means no limit.
        metrics_namespace: the CloudWatch namespace of SessionsBehind; by default none is put.
    """

    raw_path: str
    refined_path: str
    database: str = "b3"
    trade_dates: str = "pending"
    affected: bool = False
    every: tuple[str, ...] = ("1d",)
    windows: tuple[int, ...] = (5, 20, 50, 200)
    actions_path: str = ""
    tables: tuple[str, ...] = FORMS
    allow_drops: int = 0
    time_limit: int = 0
    metrics_namespace: str = ""
    adjust: str = "splits"
    unknown_actions: str = "null"

    @classmethod
    def from_arguments(cls, arguments: Sequence[str]) -> Options:
        """Parses `--name value` pairs; arguments that Glue adds are ignored.

        Raises:
            JobError: if an argument is missing or its value is not valid.
        """
        known, _ = _parser().parse_known_args(arguments)
        parse_trade_dates(known.trade_dates)
        return cls(**vars(known))

    @property
    def actions(self) -> str:
        """The path of the actions: the given one, or `actions` beside raw."""
        return self.actions_path or f"{self.raw_path.rstrip('/').rpartition('/')[0] or '.'}/actions"

    @property
    def values(self) -> dict[str, str]:
        """The options that determine a row's values, as on the command line; kept in the ledger."""
        windows = ",".join(map(str, self.windows))
        return {"windows": windows, "adjust": self.adjust, "unknown_actions": self.unknown_actions}

    def kernel(self, events: pa.Table) -> dict[str, Any]:
        """The keyword arguments of every `Refiner` of the run, except the period."""
        return {
            "windows": self.windows, "actions": events, "adjust": self.adjust, "unknown_actions": self.unknown_actions,
            "on_invalid": "keep",
        }  # fmt: skip

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
        "Writes one JSON line at the end; exits with 0 only if no date failed.",
    )
    parser.add_argument("--raw_path", required=True, help="the lake's raw/: a path or s3://bucket/prefix")
    parser.add_argument("--refined_path", required=True, help="where the tables lie")
    parser.add_argument("--database", default="b3", type=_database, help="default: b3")
    parser.add_argument("--actions_path", default="", help="the lake's actions/; default: actions beside raw")
    parser.add_argument(
        "--trade_dates", default="pending",
        help="pending (the default): every date whose raw or actions objects are new, changed or gone since they were "
        "last published, with the dates that they affect; all; or 2024-01-02,2024-01-05..2024-02-01",
    )  # fmt: skip
    parser.add_argument(
        "--affected", nargs="?", const=True, default=False, type=yes_no,
        help="also the later dates whose windows hold a listed date: for late or corrected days",
    )  # fmt: skip
    parser.add_argument(
        "--every", default=Options.every, type=parse_every, help="1d, 1w, 1mo or several, as 1d,1w,1mo; default: 1d"
    )
    parser.add_argument(
        "--tables", default=FORMS, type=_forms,
        help="the daily table's forms: diarias (a file a date and ticker), por_ano (a file a year), cotacoes (an "
        "Iceberg table); default: all three",
    )  # fmt: skip
    parser.add_argument(
        "--adjust", default="splits", choices=ADJUST,
        help="splits (the default): older prices in the shares of each row's own date; none: all as traded",
    )  # fmt: skip
    parser.add_argument(
        "--unknown_actions", default="null", choices=UNKNOWN_ACTIONS,
        help="what looks across an event of unknown size: null (the default), or keep it as if nothing had happened",
    )  # fmt: skip
    parser.add_argument(
        "--allow_drops", default=0, type=_count,
        help="let the run take a quarter or more of their tickers from this many dates of a table",
    )  # fmt: skip
    parser.add_argument(
        "--time_limit", default=0, type=_count,
        help="minutes that a run of pending may take: what would not fit stays pending for the next run; default: none",
    )  # fmt: skip
    parser.add_argument(
        "--metrics_namespace", default="", help="put the metric SessionsBehind into this namespace of CloudWatch"
    )
    parser.add_argument(
        "--windows", default=Options.windows, type=parse_windows, help="of the moving averages; default: 5,20,50,200"
    )
    return parser


def parse_every(text: str) -> tuple[str, ...]:
    """Parses `1d,1w,1mo` into this order; argparse reports an invalid value."""
    return _several(text, EVERY)


def _forms(text: str) -> tuple[str, ...]:
    return _several(text, FORMS)


def _several(text: str, known: tuple[str, ...]) -> tuple[str, ...]:
    items = [item.strip() for item in text.split(",")]
    for item in items:
        if item not in known:
            raise argparse.ArgumentTypeError(f"{item!r} is none of {', '.join(known)}")
    return tuple(item for item in known if item in items)


def _count(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,9}", text):
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number")
    return int(text)


def _database(text: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9_]*", text):
        raise argparse.ArgumentTypeError(f"{text!r} is no database name: lower-case letters, digits and _")
    return text


def yes_no(text: str) -> bool:
    """Parses the value of a flag; argparse reports an invalid value."""
    if text.lower() not in _YES_NO:
        raise argparse.ArgumentTypeError(f"{text!r} is neither true nor false")
    return _YES_NO[text.lower()]


def parse_windows(text: str) -> tuple[int, ...]:
    """Parses `5,20,50,200` into numbers; argparse reports an invalid value."""
    items = [item.strip() for item in text.split(",")]
    for item in items:
        if not re.fullmatch(r"[0-9]{1,4}", item) or not 1 <= int(item) <= LARGEST_WINDOW:
            raise argparse.ArgumentTypeError(f"{item!r} is no window: a whole number from 1 to {LARGEST_WINDOW}")
    windows = tuple(int(item) for item in items)
    if len(set(windows)) < len(windows):
        raise argparse.ArgumentTypeError(f"{text!r} names a window twice")
    return windows
