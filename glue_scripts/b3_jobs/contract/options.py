"""The arguments of `refine_quotes.py`, in the form in which Glue passes them."""

from __future__ import annotations

import argparse
import re
from dataclasses import dataclass
from difflib import get_close_matches
from functools import partial
from typing import TYPE_CHECKING, Any, NoReturn

from b3_jobs.contract.dates import PENDING_OR_ALL, parse_trade_dates
from b3_jobs.errors import JobError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa

PERIODS = ("1d", "1w", "1mo")
# The forms of the daily table: a file for each date and ticker, a file for each year, Iceberg.
FORMS = ("diarias", "por_ano", "cotacoes")
# With this window a bar already looks back on 4,000 sessions, 16 years.
LARGEST_WINDOW = 2_000
# From this similarity on (0: none, 1: equal) an unknown argument is one of ours, misspelt.
_MISSPELT = 0.8
_YES_NO = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


@dataclass(frozen=True)
class Options:
    """The arguments of one run, with their defaults; `Parser` and `job_parser` describe each."""

    raw_path: str
    refined_path: str
    database: str = "b3"
    trade_dates: str = "pending"
    affected: bool = False
    every: tuple[str, ...] = ("1d",)
    windows: tuple[int, ...] = (5, 20, 50, 200)
    actions_path: str = ""
    tables: tuple[str, ...] = FORMS
    allow_drops: int = 0  # can raise `guards.drop_limit`, never lower it
    time_limit: int = 0  # 0: no limit
    metrics_namespace: str = ""
    adjust: str = "splits"
    unknown_actions: str = "null"

    @classmethod
    def from_arguments(cls, arguments: Sequence[str]) -> Options:
        """Parses `--name value` pairs.

        Raises:
            JobError: if an argument is missing or misspelt, or its value is wrong or has no effect.
        """
        given = job_parser().parse(arguments)
        options = cls(**given)
        parse_trade_dates(options.trade_dates)
        if "tables" in given and "1d" not in options.every:
            raise JobError(
                f"--tables names tables of daily rows, which --every {','.join(options.every)} does not have"
            )
        if options.affected and options.trade_dates in PENDING_OR_ALL:
            raise JobError(
                f"--affected goes with dates in --trade_dates; {options.trade_dates} refines the affected dates anyway"
            )
        return options

    @property
    def actions_folder(self) -> str:
        """The path of the actions: the given one, or `actions` beside raw.

        Raises:
            JobError: raw is a whole bucket, beside which there is no place.
        """
        if self.actions_path:
            return self.actions_path
        parent, slash, _raw = self.raw_path.rstrip("/").rpartition("/")
        if parent.endswith(":/"):
            raise JobError(
                f"--raw_path: {self.raw_path} is a whole bucket, so actions are not beside it: give --actions_path"
            )
        return f"{parent}{slash}actions"

    @property
    def row_options(self) -> dict[str, str]:
        """The options that determine a row's values, as on the command line.

        The ledger records those that its table was made with.
        """
        return {"windows": _joined(self.windows), "adjust": self.adjust, "unknown_actions": self.unknown_actions}

    def refiner_arguments(self, events: pa.Table) -> dict[str, Any]:
        """The keyword arguments of every `Refiner` of the run, except the period."""
        return {
            "windows": self.windows, "actions": events, "adjust": self.adjust, "unknown_actions": self.unknown_actions,
            "on_invalid": "keep",  # a row that breaks a rule is returned too, with the reason
        }  # fmt: skip

    @property
    def look_back(self) -> int:
        """How many sessions (or weeks, or months) back from a bar its values may reach."""
        return 2 * max(self.windows)


class Parser(argparse.ArgumentParser):
    """The arguments that the job and the audit share; a mistake is a JobError.

    An argument that is not given is left out of the result, so that `Options` gives its default.
    """

    def __init__(self, program: str, description: str) -> None:
        super().__init__(prog=program, description=description, allow_abbrev=False, argument_default=argparse.SUPPRESS)
        add = self.add_argument
        add("--refined_path", required=True, help="the folder of the published tables")
        add("--database", type=_database, help=f"default: {Options.database}")
        add("--actions_path", help="the lake's actions/; default: actions beside raw")
        add("--windows", type=_windows, help=f"of the moving averages; default: {_joined(Options.windows)}")
        add(
            "--adjust", choices=("splits", "none"),
            help="splits (the default): prices from before a split count in the shares of each row's own date; "
            "none: all as traded",
        )  # fmt: skip
        add(
            "--unknown_actions", choices=("null", "keep"),
            help="values across an event of unknown size: null (the default), or keep: computed as if nothing had "
            "happened",
        )  # fmt: skip
        add(
            "--allow_drops", type=_count,
            help="raises the limit of dates in a table that may lose a quarter or more of their tickers, or their "
            "objects in raw or actions: 3 dates, or 1%% of the table's if that is more; a lower number changes nothing",
        )  # fmt: skip

    def parse(self, arguments: Sequence[str]) -> dict[str, Any]:
        """The options that are given.

        Glue passes arguments of its own, and no list of them is sure to be whole. So an unknown
        one is ignored, unless it looks like one of ours misspelt.

        Raises:
            JobError: if an argument is missing or misspelt or its value is not valid.
        """
        known, others = self.parse_known_args(arguments)
        for other in others:
            name = other.partition("=")[0]
            near = get_close_matches(name, self._option_string_actions, n=1, cutoff=_MISSPELT)
            if near and name.startswith("--"):
                self.error(f"unknown argument {name}, expected {near[0]}")
        return vars(known)

    def add_flag(self, name: str, text: str) -> None:
        """Adds an argument that is given as `--name` or as `--name true`, as Glue passes it."""
        self.add_argument(name, nargs="?", const=True, type=_yes_no, help=text)

    def error(self, message: str) -> NoReturn:
        """Raises the mistake for the caller to print, in place of an exit."""
        raise JobError(f"{message} (see --help)")


def job_parser() -> Parser:
    """The arguments of `refine_quotes.py`."""
    parser = Parser(
        "refine_quotes.py",
        "Refines raw B3 quotes into the published tables, date by date. "
        "Writes one JSON line at the end; exits with 0 only if no date failed.",
    )
    add = parser.add_argument
    add("--raw_path", required=True, help="the lake's raw/: a path or s3://bucket/prefix")
    add(
        "--trade_dates",
        help="pending (the default): every date whose raw or actions objects are new, changed or gone since they were "
        "last published, with the dates that they affect; all; or 2024-01-02,2024-01-05..2024-02-01",
    )  # fmt: skip
    parser.add_flag(
        "--affected", "with listed dates, which were late or corrected: also the later ones whose windows hold one"
    )
    add(
        "--every",
        type=partial(_several, known=PERIODS),
        help=f"1d, 1w, 1mo or several, as 1d,1w,1mo; default: {_joined(Options.every)}",
    )
    add(
        "--tables", type=partial(_several, known=FORMS),
        help="the daily table's forms: diarias (a file per date and ticker), por_ano (a file per year), cotacoes (an "
        "Iceberg table); default: all three",
    )  # fmt: skip
    add(
        "--time_limit", type=_count,
        help="minutes that a run may take: dates that would not fit stay pending; default: no limit",
    )  # fmt: skip
    add("--metrics_namespace", help="put the metric SessionsBehind into this namespace of CloudWatch")
    return parser


def _joined(items: tuple[object, ...]) -> str:
    return ",".join(map(str, items))


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


def _yes_no(text: str) -> bool:
    if text.lower() not in _YES_NO:
        raise argparse.ArgumentTypeError(f"{text!r} is neither true nor false")
    return _YES_NO[text.lower()]


def _windows(text: str) -> tuple[int, ...]:
    items = [item.strip() for item in text.split(",")]
    for item in items:
        if not re.fullmatch(r"[0-9]{1,4}", item) or not 1 <= int(item) <= LARGEST_WINDOW:
            raise argparse.ArgumentTypeError(f"{item!r} is no window: a whole number from 1 to {LARGEST_WINDOW}")
    windows = tuple(int(item) for item in items)
    if len(set(windows)) < len(windows):
        raise argparse.ArgumentTypeError(f"{text!r} names a window twice")
    return windows
