"""The page's tickers: their choice, their bars as published, and the same bars adjusted."""

from __future__ import annotations

import datetime as dt
import glob
from typing import TYPE_CHECKING, Any

import duckdb

import b3_kernels as b3
from b3_jobs.contract.schemas import BY_YEAR
from report.lake_files import LakeError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import pyarrow as pa

# The page shows the bars of at most this many tickers, and a summary of the others.
MOST_TICKERS = 50
# Tickers are ranked by turnover (shares times close where it is null) over this many of the lake's
# last sessions, about a year, in the money of the last one.
RANKED_SESSIONS = 252
# The year files, below the lake's root.
YEARS = f"refined/{BY_YEAR}/*/*.parquet"
PRICES = ("open", "high", "low", "close")

SUMMARIES = """
WITH latest AS (SELECT DISTINCT data_pregao FROM quotes ORDER BY data_pregao DESC LIMIT {sessions}),
     money AS (SELECT moeda FROM quotes ORDER BY data_pregao DESC, moeda LIMIT 1)
SELECT ativo, min(data_pregao), max(data_pregao), count(*), arg_max(fechamento, data_pregao),
       coalesce(sum(coalesce(volume_financeiro::DOUBLE, quantidade::DOUBLE * fechamento::DOUBLE))
                FILTER (data_pregao IN (FROM latest) AND moeda = (FROM money)), 0) AS turnover
FROM quotes GROUP BY ativo ORDER BY turnover DESC, ativo
"""
BARS = r"""
SELECT ativo AS ticker, data_pregao AS trade_date, abertura AS open, maxima AS high, minima AS low, fechamento AS close,
       quantidade AS volume, volume_financeiro AS turnover, negocios AS trades, retorno_diario, retorno_total,
       acoes_novas, acoes_antigas, proventos, ajuste, moeda, COLUMNS('media_movel_(\d+)') AS 'sma_\1'
FROM quotes WHERE ativo = ? ORDER BY data_pregao
"""


def connect_duckdb(lake: Path, view: str = "quotes") -> duckdb.DuckDBPyConnection:
    """A DuckDB connection with a view of the lake's daily rows, read from the year files."""
    connection = duckdb.connect()
    files = f"{glob.escape(str(lake))}/{YEARS}"
    if not list(lake.glob(YEARS)):
        raise LakeError(f"{lake}: found no {files}, expected a lake that the job has refined")
    connection.read_parquet(files, hive_partitioning=True).create_view(view)
    return connection


def sessions_of(quotes: duckdb.DuckDBPyConnection) -> list[str]:
    """Every date of the lake, in order."""
    dates = quotes.sql("SELECT DISTINCT data_pregao FROM quotes ORDER BY data_pregao").fetchall()
    return [str(day) for (day,) in dates]


def summaries_of(quotes: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """A summary of each ticker of the lake, the most traded first."""
    names = ("ticker", "first", "last", "bars", "close", "turnover")
    rows = quotes.sql(SUMMARIES.format(sessions=RANKED_SESSIONS)).fetchall()
    return [
        dict(zip(names, (ticker, str(first), str(last), bars, _number(close), round(turnover)), strict=True))
        for ticker, first, last, bars, close, turnover in rows
    ]


def shown_and_others(
    summaries: list[dict[str, Any]], chosen: Sequence[str]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The tickers with bars on the page, and all others.

    The first are the chosen ones in their order, or the most traded if none is chosen.
    """
    if not chosen:
        return summaries[:MOST_TICKERS], summaries[MOST_TICKERS:]
    by_name = {row["ticker"]: row for row in summaries}
    absent = [name for name in chosen if name not in by_name]
    if absent:
        raise LakeError(f"found no {', '.join(absent)} among the lake's {len(summaries)} tickers")
    names = list(dict.fromkeys(chosen))
    if len(names) > MOST_TICKERS:
        raise LakeError(f"found {len(names)} tickers to put on the page, expected at most {MOST_TICKERS}")
    return [by_name[name] for name in names], [row for row in summaries if row["ticker"] not in names]


def ticker_of(quotes: duckdb.DuckDBPyConnection, name: str, sessions: list[str], actions: pa.Table) -> dict[str, Any]:
    """One ticker's bars as lists, as traded and adjusted.

    `session` has the index in `sessions` of each bar's date. `splits` has prices, volumes and
    averages in shares of the lake's last date; `cash` has such volumes, and prices adjusted for
    cash too. `splits` is null if it equals the bars as traded, `cash` if it equals `splits` or
    cannot be computed: then a `note` says why.
    """
    table = quotes.sql(BARS, params=[name]).to_arrow_table()
    columns = {column: table[column].to_pylist() for column in table.column_names}
    index_of = {day: index for index, day in enumerate(sessions)}
    ticker: dict[str, Any] = {
        "ticker": name,
        "money": columns["moeda"][-1],
        "session": [index_of[str(day)] for day in columns["trade_date"]],
        **_bars(table),
        "turnover": [_number(value) for value in columns["turnover"]],
        "trades": columns["trades"],
        "averages": _averages(table),
        "change": [_rounded(value, 6) for value in columns["retorno_diario"]],
        "total": [_rounded(value, 6) for value in columns["retorno_total"]],
        "events": _events(columns),
        "unknown": [bar for bar, adjustment in enumerate(columns["ajuste"]) if adjustment == "sem_fator"],
        "otherMoney": [bar for bar, money in enumerate(columns["moeda"]) if money != columns["moeda"][-1]],
    }
    return ticker | _adjusted(table, actions, ticker, dt.date.fromisoformat(sessions[-1]))


def _adjusted(table: pa.Table, actions: pa.Table, ticker: dict[str, Any], as_of: dt.date) -> dict[str, Any]:
    """The adjusted bars; a note instead of `cash` if an amount is no less than the price."""
    bars = table.select(["ticker", "trade_date", *PRICES, "volume"])
    splits = _bars(b3.adjust(bars, actions, as_of=as_of))
    traded = {name: ticker[name] for name in splits}
    averages = {"averages": _averages(table, actions, as_of)}
    found: dict[str, Any] = {"splits": None if splits == traded else splits | averages, "cash": None}
    try:
        cash = _bars(b3.adjust(bars, actions, as_of=as_of, distributions=True))
    except ValueError as error:
        return found | {"note": f"{ticker['ticker']}: prices with cash taken out are not shown: {error}"}
    return found | {"cash": None if cash == splits else cash}


def _bars(table: pa.Table) -> dict[str, list[Any]]:
    prices = {name: [_number(value) for value in table[name].to_pylist()] for name in PRICES}
    return {**prices, "shares": table["volume"].to_pylist()}


def _averages(
    table: pa.Table, actions: pa.Table | None = None, as_of: dt.date | None = None
) -> dict[str, list[float | None]]:
    """The published averages; with `actions`, adjusted to the shares of `as_of`."""
    found = {}
    for column in (name for name in table.column_names if name.startswith("sma_")):
        average = table.select(["ticker", "trade_date", column])
        # As a close, because `adjust` converts only the prices and the volume of a bar.
        average = average.rename_columns(["ticker", "trade_date", "close"])
        if actions is not None:
            average = b3.adjust(average, actions, as_of=as_of)
        # As many digits as a chart can show.
        values = [None if value is None else float(f"{value:.6g}") for value in average["close"].to_pylist()]
        if any(value is not None for value in values):
            found[column.removeprefix("sma_")] = values
    return found


def _events(columns: dict[str, list[Any]]) -> list[list[Any]]:
    """The events of the published rows: the bar's index, S for shares or D for cash, and a text."""
    found: list[list[Any]] = []
    for bar, (new, old) in enumerate(zip(columns["acoes_novas"], columns["acoes_antigas"], strict=True)):
        if new != old:
            found.append([bar, "S", f"{new} new shares for {old}"])
        if cash := columns["proventos"][bar]:
            found.append([bar, "D", f"cash {cash.normalize():f} a share"])
    return found


def _number(value: Any) -> float | int | None:
    """A decimal as a number for JSON; a whole one as an integer."""
    if value is None:
        return None
    return int(value) if value == int(value) else float(value)


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)
