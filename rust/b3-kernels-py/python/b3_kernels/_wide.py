"""Conversion of wide frames (one row for each date, one column for each ticker) to long bars."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from . import _options
from ._interop import KEYS
from ._interop._library import library, module
from .typing import BarsT

FIELDS = {"open", "high", "low", "close", "adj close", "volume"}


def from_wide(frame: BarsT, *, name: str = "close") -> BarsT:
    """Convert a wide frame, one row for each date, to bars: one row for each date and ticker.

    Args:
        frame: a pandas frame as `yfinance.download` returns it (two levels of columns, fields and
            tickers in either order, dates in the index), or a frame of pandas or Polars with one
            column for each ticker; in Polars the first column has the dates.
        name: the column of the values, if the columns are tickers alone.

    Returns:
        A frame of the same kind with `trade_date`, `ticker` (without Yahoo's `.SA`) and one column
        for each field: `open`, `high`, `low`, `close`, `adj_close`, `volume`, or `name` if the
        columns are tickers alone. Sorted by ticker and date, without the rows in which all of a
        ticker's values are null or NaN.

    Raises:
        TypeError: `frame` is no frame of pandas or Polars.
        ValueError: numbers in place of the dates; levels of columns other than one of a bar's
            fields and one of tickers; two columns of one ticker and field; the name of a key; or a
            frame of one ticker: the kernels take it as it is, with `columns={"close": "Close"},
            by=None`.

    Examples:
        >>> import datetime as dt, polars as pl
        >>> days = [dt.date(2024, 11, 7), dt.date(2024, 11, 8)]
        >>> wide = pl.DataFrame({"Date": days, "PETR4.SA": [36.4, 36.7], "VALE3.SA": [61.2, None]})
        >>> [(day.day, *others) for day, *others in from_wide(wide).rows()]
        [(7, 'PETR4', 36.4), (8, 'PETR4', 36.7), (7, 'VALE3', 61.2)]
    """
    if _options.column("name", name) in KEYS:
        message = f"name: found {name!r}, expected a name other than ticker and trade_date"
        raise ValueError(message)
    answer: BarsT
    match library(frame) if hasattr(type(frame), "columns") else "":
        case "pandas":
            answer = _of_pandas(frame, name)
        case "polars":
            answer = _of_polars(frame, name)
        case _:
            kind = type(frame)
            message = f"frame: found {kind.__module__}.{kind.__qualname__}, expected a data frame of pandas or Polars"
            raise TypeError(message)
    return answer


def _of_pandas(frame: Any, name: str) -> Any:
    pandas = module("pandas")
    tickers, fields = list(frame.columns), [name] * frame.shape[1]
    if isinstance(frame.columns, pandas.MultiIndex):
        levels = [{str(label).lower() for label in labels} for labels in frame.columns.levels]
        field_levels = [level for level, labels in enumerate(levels) if FIELDS & labels]
        if len(levels) != 2 or len(field_levels) != 1:
            message = f"frame: found columns {list(frame.columns)[:3]}, expected one level of fields, one of tickers"
            raise ValueError(message)
        tickers = frame.columns.get_level_values(1 - field_levels[0])
        fields = [str(label).lower().replace(" ", "_") for label in frame.columns.get_level_values(field_levels[0])]
    codes = _codes(tickers, fields)
    _require_dates(frame.index.dtype, are_numbers=pandas.api.types.is_numeric_dtype(frame.index.dtype))
    wide = frame.set_axis(pandas.MultiIndex.from_arrays([codes, fields]), axis=1)
    parts = {code: wide.xs(code, axis=1, level=0) for code in dict.fromkeys(codes)}
    long = pandas.concat(parts, names=["ticker", "trade_date"]).dropna(how="all").reset_index()
    others = [column for column in long.columns if column not in KEYS]
    return long[["trade_date", "ticker", *others]].sort_values(["ticker", "trade_date"], ignore_index=True)


def _of_polars(frame: Any, name: str) -> Any:
    schema = frame.collect_schema()
    tickers = schema.names()[1:]
    codes = _codes(tickers, [name] * len(tickers))  # refuses a frame without tickers
    time = schema.names()[0]
    _require_dates(schema[time], are_numbers=schema[time].is_numeric())
    long = frame.rename({time: "trade_date", **dict(zip(tickers, codes, strict=True))})
    long = long.unpivot(index="trade_date", variable_name="ticker", value_name=name)
    if long.collect_schema()[name].is_float():
        long = long.with_columns(module("polars").col(name).fill_nan(None))
    return long.drop_nulls(name).sort("ticker", "trade_date").select("trade_date", "ticker", name)


def _codes(tickers: Iterable[Any], fields: Sequence[str]) -> list[str]:
    """The tickers of columns without Yahoo's suffix; a ticker has one column for each field."""
    codes = [str(ticker).removesuffix(".SA") for ticker in tickers]
    no_tickers = [code for code in codes if code.lower() in FIELDS.union(KEYS)]
    if no_tickers or not codes:
        message = (
            f"frame: found columns {no_tickers}, expected tickers; bars of one ticker want columns= and by=None alone"
        )
        raise ValueError(message)
    columns = Counter(zip(codes, fields, strict=True))
    twice = [f"{code} {field}" for (code, field), count in columns.items() if count > 1]
    if twice:
        message = f"frame: found several columns of {', '.join(twice[:3])}, expected one; `.SA` makes no difference"
        raise ValueError(message)
    return codes


def _require_dates(kind: Any, *, are_numbers: bool) -> None:
    if are_numbers:
        message = f"frame: found {kind} for the dates, expected dates in the index, or in Polars in the first column"
        raise ValueError(message)
