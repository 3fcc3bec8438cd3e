"""Conversion of wide frames (one row for each date, one column for each ticker) to long bars."""

from __future__ import annotations

from typing import Any

from . import _options
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
            fields and one of tickers; or a frame of one ticker: the kernels take it as it is, with
            `columns={"close": "Close"}, by=None`.

    Examples:
        >>> import datetime as dt, polars as pl
        >>> days = [dt.date(2024, 11, 7), dt.date(2024, 11, 8)]
        >>> wide = pl.DataFrame({"Date": days, "PETR4.SA": [36.4, 36.7], "VALE3.SA": [61.2, None]})
        >>> [(day.day, *others) for day, *others in from_wide(wide).rows()]
        [(7, 'PETR4', 36.4), (8, 'PETR4', 36.7), (7, 'VALE3', 61.2)]
    """
    _options.column("name", name)
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
    has_fields = isinstance(frame.columns, pandas.MultiIndex)
    if has_fields:
        levels = [{str(label).lower() for label in labels} for labels in frame.columns.levels]
        field_levels = [level for level, labels in enumerate(levels) if FIELDS & labels]
        if len(levels) != 2 or len(field_levels) != 1:
            message = f"frame: found columns {list(frame.columns)[:3]}, expected one level of fields, one of tickers"
            raise ValueError(message)
        ticker_level = 1 - field_levels[0]
        tickers = dict.fromkeys(frame.columns.get_level_values(ticker_level))
        parts = {ticker: frame.xs(ticker, axis=1, level=ticker_level) for ticker in tickers}
    else:
        _require_tickers(frame.columns)
        parts = {ticker: frame[[ticker]].rename(columns={ticker: name}) for ticker in frame.columns}
    _require_dates(frame.index.dtype, are_numbers=pandas.api.types.is_numeric_dtype(frame.index.dtype))
    long = pandas.concat(parts, names=["ticker", "trade_date"]).dropna(how="all").reset_index()
    long = long.rename(columns=lambda label: str(label).lower().replace(" ", "_") if has_fields else label)
    long["ticker"] = [str(label).removesuffix(".SA") for label in long["ticker"]]
    long.columns.name = None
    others = [column for column in long.columns if column not in ("trade_date", "ticker")]
    return long[["trade_date", "ticker", *others]].sort_values(["ticker", "trade_date"], ignore_index=True)


def _of_polars(frame: Any, name: str) -> Any:
    schema = frame.collect_schema()
    time, *tickers = schema
    _require_tickers(tickers)
    _require_dates(schema[time], are_numbers=schema[time].is_numeric())
    long = frame.rename({time: "trade_date"}).unpivot(index="trade_date", variable_name="ticker", value_name=name)
    polars = module("polars")
    long = long.with_columns(ticker=polars.col("ticker").str.strip_suffix(".SA"))
    if long.collect_schema()[name].is_float():
        long = long.with_columns(polars.col(name).fill_nan(None))
    return long.drop_nulls(name).sort("ticker", "trade_date").select("trade_date", "ticker", name)


def _require_tickers(columns: Any) -> None:
    found = [str(column) for column in columns if str(column).lower() in FIELDS]
    if found:
        message = f"frame: found columns {found}, expected tickers; bars of one ticker want columns= and by=None alone"
        raise ValueError(message)


def _require_dates(kind: Any, *, are_numbers: bool) -> None:
    if are_numbers:
        message = f"frame: found {kind} for the dates, expected dates in the index, or in Polars in the first column"
        raise ValueError(message)
