"""Reads the objects of actions that a run needs into one table; checks their columns and events.

An object has the events of one source and ex-date: `ex_date=2024-04-26/b3.parquet`. The wheel
chooses between sources (`manual` before `b3` before `yahoo`), as it does for notebooks.
"""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

import b3_kernels as b3
from b3_jobs.contract.dates import inside
from b3_jobs.contract.schemas import ACTIONS, arrow_schema, schema_fault
from b3_jobs.files.storage import in_threads
from b3_jobs.inputs.raw import read_twice
from b3_jobs.ledger.ledger import date_of, source_of

if TYPE_CHECKING:
    from datetime import date

    from b3_jobs.contract.dates import Days
    from b3_jobs.files.storage import Storage
    from b3_jobs.ledger.observation import Observation

_COLUMNS = arrow_schema(ACTIONS)
# The wheel's error for a result that its column cannot hold.
_TOO_LARGE = re.compile(r"OverflowError: (?P<fault>.* (?:of|for) (?P<ticker>\w+) (?:up to|from|on) .*)")
_EVENTS = pa.schema([*_COLUMNS, pa.field("ex_date", pa.date32()), pa.field("source", pa.string())])


def no_events() -> pa.Table:
    """The empty table of actions."""
    return _EVENTS.empty_table()


def read(actions: Storage, seen: Observation, spans: list[Days]) -> tuple[pa.Table, dict[date, str]]:
    """The events with an ex-date inside `spans`, and why an ex-date's objects cannot be used.

    No object outside the spans, which come from `dates.merge`, is opened.

    Returns:
        A table with one row for each event, as `actions=` of the kernels takes it. An ex-date with
        one unusable object is unusable, whatever its other sources hold.
    """
    dated = {key: date_of(key) for key in seen.actions}
    ex_dates = set(inside(set(dated.values()), spans))
    keys = sorted(key for key, ex_date in dated.items() if ex_date in ex_dates)
    answers = dict(zip(keys, in_threads(partial(_read_one, actions), keys), strict=True))
    faults = {date_of(key): answer for key, answer in answers.items() if isinstance(answer, str)}
    rows = [answer for key, answer in answers.items() if not isinstance(answer, str) and date_of(key) not in faults]
    return pa.table(b3.resolve_actions(pa.concat_tables([no_events(), *rows]))), faults


def too_large(events: pa.Table, trace: str) -> dict[date, str]:
    """The ex-dates of the ticker for which, as the trace says, a kernel's result was too large."""
    message = _TOO_LARGE.search(trace)
    if not message:
        return {}
    of_ticker = events.filter(pc.equal(events["ticker"], message["ticker"]))
    return dict.fromkeys(of_ticker["ex_date"].to_pylist(), message["fault"])


def _read_one(actions: Storage, key: str) -> pa.Table | str:
    """The object's rows with their ex-date and source, or its fault."""
    uri = actions.uri(key)
    content = read_twice(actions, key, lambda file: pq.ParquetFile(file).read())
    if isinstance(content, str):
        return content
    if fault := schema_fault(content.schema, _COLUMNS, "the columns of an object of actions"):
        return f"{uri}: {fault}"
    rows = content.select(_COLUMNS.names).cast(_COLUMNS)
    for name, value in (("ex_date", date_of(key)), ("source", source_of(key))):
        rows = rows.append_column(_EVENTS.field(name), pa.array([value] * rows.num_rows, _EVENTS.field(name).type))
    try:
        b3.resolve_actions(rows)  # only to check the rows
    except ValueError as error:
        return f"{uri}: {error}"
    return rows
