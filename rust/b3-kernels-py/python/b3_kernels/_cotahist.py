"""B3's official files."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from os import PathLike
from typing import Any

from . import _interop, _native


def read_cotahist(
    path: str | PathLike[str],
    *,
    markets: Iterable[int] = (10,),
    tickers: Iterable[str] | None = None,
    allow_incomplete: bool = False,
) -> Any:
    """Read a COTAHIST file, day or year, from 1986 on, TXT or ZIP.

    A row that cannot be held or believed is left out, and a UserWarning names its line, columns and fault, whatever is
    in the rows around it: a price that its quote factor does not divide, a label of money that is missing or
    contradicts the date (`R$` before 1994-07-01, another one after 1994-07-31). `b3-ingest` keeps such rows in
    `raw_rejected/`; `warnings.simplefilter("error")` makes them an exception.

    Args:
        path: the file as B3 publishes it.
        markets: TPMERC codes: 10 spot, 20 odd lot, 30 forward, 70 and 80 options.
        tickers: B3 codes to read; None for all.
        allow_incomplete: whether to read what is there of a file that is cut short or whose trailer counts other
            records; a UserWarning then says what is missing.

    Returns:
        A pyarrow table where pyarrow is installed, else a table with the Arrow PyCapsule interface, in the order of
        the file: `trade_date`, `ticker`, `bar_start` (null), `open`, `high`, `low`, `close` (DECIMAL(18,6), a share,
        divided by the quote factor), `volume` (shares), `turnover` (DECIMAL(20,2)), `trades` (wraps at 100,000 in the
        file), `isin`, `market`, `currency` (`BRL`, or the label of older money as written: `CR$`, `CZ$`, `NCZ$`),
        `distribution` (DISMES: a step means that a right has left the price), `specification` (ESPECI: `ON  EJ NM`),
        `source` (`cotahist`). The table's metadata `cotahist.trailer_counts` says whether the file's trailer counts
        `every record` or, as in B3's newest files, `quotes alone`.

    Raises:
        OSError: the file cannot be read.
        ValueError: it is no whole COTAHIST file; the message names line, columns, what was found and expected.

    Examples:
        >>> read_cotahist("COTAHIST_D08112024.ZIP", tickers=["PETR4"])["close"][0].as_py()  # doctest: +SKIP
        Decimal('36.700000')
    """
    table, incomplete, left_out, faults = _native.read_cotahist(
        path,
        markets=list(markets),
        tickers=None if tickers is None else list(tickers),
        allow_incomplete=allow_incomplete,
    )
    if incomplete is not None:
        warnings.warn(f"{path}: {incomplete}", stacklevel=2)
    if left_out:
        warnings.warn(f"{path}: {_left_out(left_out, faults)}", stacklevel=2)
    return _interop.default_table(table)


def _left_out(count: int, faults: list[str]) -> str:
    more = f"; and {count - len(faults):,} more" if count > len(faults) else ""
    return f"{count:,} {'row' if count == 1 else 'rows'} left out: {'; '.join(faults)}{more}"
