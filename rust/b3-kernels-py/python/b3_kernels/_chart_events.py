"""The corporate actions of a chart: the bar of each, and bars in the shares of one date."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import b3_kernels as b3

from . import _native
from ._chart_bars import days_of
from ._interop import PRICES_AND_VOLUME
from .typing import Every

if TYPE_CHECKING:
    import pyarrow as pa

SPLITS, DIVIDENDS, RIGHTS = "splits", "dividends", "rights"
# The other kinds, `subscription` to `merger`, have no known size; all of them are drawn as RIGHTS.
CLASSES = {"split": SPLITS, "bonus": SPLITS, "dividend": DIVIDENDS, "interest": DIVIDENDS, "capital_return": DIVIDENDS}
# The computed columns in the unit of prices begin with these; an RSI has no unit.
PRICED = ("sma_", "bollinger_", "macd")


def with_marks(table: pa.Table, actions: Any, every: Every) -> pa.Table:
    """Give the bars with a column of texts for each class of events, null where a bar has none.

    An event belongs to the first bar whose period ends on or after its ex-date, as in the kernels.
    An event before the first bar's period or after the last one's belongs to none.
    """
    import pyarrow as pa

    (first, _), days = b3.period(days_of(table)[0], every), _last_days(table, every)
    texts: dict[str, list[str | None]] = {name: [None] * len(days) for name in (SPLITS, DIVIDENDS, RIGHTS)}
    ticker = str(table["ticker"][0].as_py())
    for event in pa.table(_native.resolve_actions(actions)).to_pylist():
        row = bisect_left(days, event["ex_date"])
        if event["ticker"] == ticker and event["ex_date"] >= first and row < len(days):
            of_class = texts[CLASSES.get(event["kind"], RIGHTS)]
            of_class[row] = ", ".join(filter(None, (of_class[row], _text(event))))
    for name, of_class in texts.items():
        table = table.append_column(name, pa.array(of_class, pa.string()))
    return table


def adjusted(table: pa.Table, actions: Any, every: Every) -> pa.Table:
    """Give the bars, and the columns computed from their prices, in the last bar's shares."""
    import pyarrow as pa
    import pyarrow.compute as pc

    # A bar is in the shares of its period's last day.
    dated = table.set_column(table.column_names.index("trade_date"), "trade_date", pa.array(_last_days(table, every)))
    bars = b3.adjust(dated.select(["ticker", "trade_date", *PRICES_AND_VOLUME]), actions)
    # What the price 1 becomes is the factor of every price of that bar.
    ones = dated.select(["ticker", "trade_date"]).append_column("close", pa.array([1.0] * table.num_rows))
    factor = b3.adjust(ones, actions)["close"]
    for index, name in enumerate(table.column_names):
        if name in PRICES_AND_VOLUME:
            table = table.set_column(index, name, bars[name])
        elif name.startswith(PRICED):
            table = table.set_column(index, name, pc.multiply(table[name].cast(pa.float64()), factor))
    return table


def _last_days(table: pa.Table, every: Every) -> list[dt.date]:
    """Give the last day of each bar's period."""
    return [b3.period(day, every)[1] for day in days_of(table)]


def _text(event: Mapping[str, Any]) -> str:
    """An event in a few words: `split 2 for 1`, `dividend 0.45`."""
    kind = event["kind"].replace("_", " ")
    if event["numerator"] is not None:
        return f"{kind} {event['numerator']} for {event['denominator']}"
    return kind if event["amount"] is None else f"{kind} {event['amount'].normalize():f}"
