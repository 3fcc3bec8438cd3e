"""Checks that stop a run before it deletes published dates by mistake.

Raw decides what is published, so a wrong path or half a listing looks like an order to delete.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from b3_jobs.errors import JobError
from b3_jobs.files.storage import Storage
from b3_jobs.ledger.ledger import date_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from b3_jobs.contract.options import Options
    from b3_jobs.contract.published_table import PublishedTable
    from b3_jobs.ledger.ledger import Ledger
    from b3_jobs.ledger.observation import Difference, Observation

# Without --allow_drops a run may empty 3 dates, or 1% of all dates if that is more.
FEW_DATES = 3
SHARE_OF_DATES = 0.01
# A date counts as emptied when it loses this share of its tickers or more.
SHARE_OF_TICKERS = 0.25


def check_raw(options: Options, seen: Observation) -> None:
    """Refuses a folder that cannot be the lake's `raw/`.

    Raises:
        JobError: if there is no such folder, or no raw object in it.
    """
    raw = Storage.at(options.raw_path)
    if seen.raw:
        return
    if not raw.on_s3 and not raw.exists():
        raise JobError(f"--raw_path: there is no folder {raw.uri()}")
    raise JobError(f"--raw_path: {raw.uri()} holds no trade_date=YYYY-MM-DD folder with a raw object in it")


def check_place(options: Options, table: PublishedTable, ledger: Ledger, seen: Observation) -> None:
    """Refuses raw and actions other than those from which the table was made.

    Raises:
        JobError: if no raw object of the ledger exists, all actions are gone, or raw is elsewhere
            with other content.
    """
    raw, actions = Storage.at(options.raw_path).uri(), Storage.at(options.actions_folder).uri()
    if ledger.raw and not ledger.raw.keys() & seen.raw.keys():
        raise JobError(
            f"--raw_path: {raw} holds none of the {len(ledger.raw)} objects that {table} was made from "
            f"({min(ledger.raw)} and others, in {ledger.raw_path}); nothing was touched. Mend the path, or restore raw"
        )
    if ledger.actions and not seen.actions:
        raise JobError(
            f"--actions_path: {actions} is empty, but {table} was made with {len(ledger.actions)} objects of actions "
            f"({min(ledger.actions)} and others); nothing was touched. Mend the path, or restore the actions"
        )
    changed = sum(seen.raw.get(key) != identity for key, identity in ledger.raw.items())
    if ledger.raw_path not in ("", raw) and changed:
        raise JobError(
            f"--raw_path: {table} was made from {ledger.raw_path}, of whose {len(ledger.raw)} objects {changed} are "
            f"missing or others in {raw}; nothing was touched. Mend the path; if the lake has moved, delete its "
            "_ledger folder and run again: every date is then refined anew"
        )


def check_options(options: Options, table: PublishedTable, ledger: Ledger) -> None:
    """Refuses options that the table was not made with, except for a run of all dates.

    Raises:
        JobError: with both sets of options.
    """
    of_table, of_run = ledger.options, options.row_options
    changed = [name for name in of_run if of_table and of_table.get(name) != of_run[name]]
    if changed and options.trade_dates != "all":
        before = " ".join(f"--{name} {of_table.get(name)}" for name in changed)
        now = " ".join(f"--{name} {of_run[name]}" for name in changed)
        raise JobError(
            f"{table} was made with {before}, this run has {now}; nothing was touched. Give the options that the table "
            "was made with, or run once with --trade_dates all, which refines every date with the new ones"
        )


def check_gone(
    options: Options,
    table: PublishedTable,
    ledger: Ledger,
    difference: Difference,
    published: frozenset[date] = frozenset(),
) -> None:
    """Refuses a run if the objects of many dates no longer exist, in raw or in actions.

    The dates that raw should have are the ledger's and the `published` ones.

    Raises:
        JobError: with the number of dates and the limit.
    """
    for what, gone, known in (
        ("raw", difference.raw_gone, published.union(map(date_of, ledger.raw))),
        ("actions", difference.actions_gone, set(map(date_of, ledger.actions))),
    ):
        if (most := drop_limit(len(known), options)) < len(gone):
            raise JobError(
                f"{table}: the objects of {len(gone)} of {len(known)} dates are gone from {what} (first "
                f"{min(gone)}, last {max(gone)}), more than {most}; nothing was touched. Restore them, or run "
                f"again with --allow_drops {len(gone)} if they are rightly gone"
            )


def check_drops(
    options: Options, table: PublishedTable, lost: Mapping[date, int], dates: int, earlier: int = 0
) -> None:
    """Refuses to remove tickers from many dates, whatever the reason.

    Args:
        options: the run's options.
        table: the table.
        lost: the dates that would lose a quarter of their tickers or more, each with how many.
        dates: the number of dates in the table, or in the years or months that `--repair` rewrites.
        earlier: how many dates have lost as much in this run already.

    Raises:
        JobError: with these numbers.
    """
    if lost and (most := drop_limit(dates, options)) < earlier + len(lost):
        raise JobError(
            f"{table}: {len(lost)} dates (first {min(lost)}, last {max(lost)}) would lose a quarter of their tickers "
            f"or more, {sum(lost.values())} partitions, and {earlier} did before; more than {most} of {dates} dates. "
            "None of them was touched. Mend raw or the path, or run again with "
            f"--allow_drops {earlier + len(lost)} if raw is right"
        )


def drop_limit(dates: int, options: Options) -> int:
    """How many of `dates` dates a run may empty."""
    return max(FEW_DATES, int(dates * SHARE_OF_DATES), options.allow_drops)


def losses(published: Mapping[date, set[str]], fresh: Mapping[date, Iterable[str]]) -> dict[date, int]:
    """The dates that lose a quarter of their tickers or more, and how many tickers each loses."""
    gone = {day: len(tickers - set(fresh.get(day, ()))) for day, tickers in published.items()}
    return {day: count for day, count in gone.items() if count and count >= SHARE_OF_TICKERS * len(published[day])}
