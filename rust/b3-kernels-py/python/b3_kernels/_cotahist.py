"""The reader of COTAHIST, B3's official files of daily quotes."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator
from os import PathLike
from typing import Any, Literal

from . import _interop, _native, _options

Field = Literal["bid", "ask", "name"]


def read_cotahist(
    path: str | PathLike[str] | Iterable[str | PathLike[str]],
    *,
    markets: Iterable[int] | int = (10,),
    tickers: Iterable[str] | str | None = None,
    allow_incomplete: bool = False,
    fields: Iterable[Field] | Field = (),
) -> Any:
    """Read a COTAHIST file, day or year, from 1986 on, TXT or ZIP.

    A row with an impossible value is left out: a quote factor of 0, or one that gives a price more
    than six decimals; a currency label that is missing or contradicts the date (`R$` before
    1994-07-01, another one after 1994-07-31); a date outside 1986 to 2099; an ISIN that is not
    ASCII. A UserWarning counts these rows, and names line, columns and fault of the first five of
    each file. `b3-ingest` keeps them all in `raw_rejected/`; `warnings.simplefilter("error")` makes
    them an exception.

    Args:
        path: the file as B3 publishes it, or several, whose rows are then concatenated.
        markets: TPMERC codes, one or several: 10 spot, 20 odd lot, 30 forward, 70 and 80 options. A
            UserWarning names those without a row.
        tickers: B3 codes to read, one or several; None for all. A UserWarning names those without a
            row.
        allow_incomplete: whether to read a file that is cut short or whose trailer counts another
            number of records; a UserWarning then names what is missing.
        fields: columns to add after the others, one or several: `bid` and `ask`, the best ones at
            the close (DECIMAL(18,6), a share; null where the file has none, or where the quote
            factor gives it more than six decimals), and `name`, the issuer's short name (NOMRES).

    Returns:
        A table in the order of the file, of pyarrow if it is installed, otherwise of the Arrow
        PyCapsule interface: `trade_date`, `ticker`, `bar_start` (null), `open`, `high`, `low`,
        `close` (DECIMAL(18,6), a share, divided by the quote factor), `volume` (shares), `turnover`
        (DECIMAL(20,2)), `trades` (wraps at 100,000 in the file), `isin`, `market`, `currency`
        (`BRL`, or the label of older money as written: `CR$`, `CZ$`, `NCZ$`), `distribution`
        (DISMES, which changes on an ex-date), `specification` (ESPECI: `ON  EJ NM`), `source`
        (`cotahist`). The metadata `cotahist.trailer_counts` says whether the trailer of the file,
        or of the first of several, counts `every record` or, as in B3's newest files, `quotes
        alone`.

    Raises:
        OSError: the file cannot be read.
        ValueError: no file, market or ticker is given, or an option is invalid; a file is
            incomplete or malformed, and the message names line, columns, what was found and
            expected.

    Examples:
        >>> bars = read_cotahist("COTAHIST_D08112024.ZIP", tickers=["PETR4"])  # doctest: +SKIP
        >>> bars["close"][0].as_py()  # doctest: +SKIP
        Decimal('36.700000')
    """
    wanted_markets, wanted_tickers = _options.markets(markets), _options.tickers(tickers)
    wanted_fields = [_options.choice("fields", field, Field) for field in _options.several(fields)]
    paths = [_options.path("path", each) for each in _options.several(path)]
    tables, left_out_of_all = [], 0
    for each in paths:
        table, why_incomplete, left_out, first_faults = _native.read_cotahist(
            each,
            markets=wanted_markets,
            tickers=wanted_tickers,
            allow_incomplete=_options.yes_or_no("allow_incomplete", allow_incomplete),
            fields=list(dict.fromkeys(wanted_fields)),
        )
        if why_incomplete is not None:
            warnings.warn(f"{each}: {why_incomplete}", stacklevel=2)
        if left_out:
            warnings.warn(f"{each}: {_left_out(left_out, first_faults)}", stacklevel=2)
        tables.append(table)
        left_out_of_all += left_out
    if not tables:
        message = "path: found none, expected a COTAHIST file or several"
        raise ValueError(message)
    table = tables[0] if len(tables) == 1 else _native.concat_tables(tables)
    # Where every selected row was left out, the warnings above say enough.
    if table.num_rows or not left_out_of_all:
        for absent in _absent(table, wanted_markets, wanted_tickers):
            warnings.warn(f"{', '.join(map(str, paths))}: {absent}", stacklevel=2)
    return _interop.of_pyarrow(table, "table")


def _left_out(count: int, first_faults: list[str]) -> str:
    more = f"; and {count - len(first_faults):,} more" if count > len(first_faults) else ""
    return f"{count:,} {'row' if count == 1 else 'rows'} left out: {'; '.join(first_faults)}{more}"


def _absent(table: Any, markets: list[int], tickers: list[str] | None) -> Iterator[str]:
    """The requested tickers and markets that have no row, as texts for warnings."""
    of_tickers = ""
    if tickers is not None:
        with_rows = _native.distinct(table, "ticker")
        absent = [ticker for ticker in dict.fromkeys(tickers) if ticker not in with_rows]
        if absent:
            yield f"no row of {'ticker' if len(absent) == 1 else 'tickers'} {', '.join(absent)}"
        if not with_rows:
            return  # no market can have a row then
        of_tickers = f" of {', '.join(ticker for ticker in dict.fromkeys(tickers) if ticker in with_rows)}"
    with_rows = _native.distinct(table, "market")
    absent = [str(market) for market in dict.fromkeys(markets) if str(market) not in with_rows]
    if absent:
        yield f"no row of {'market' if len(absent) == 1 else 'markets'} {', '.join(absent)}{of_tickers}"
