"""The streaming refiner."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from . import _interop, _native, _options


class Refiner:
    """Refines raw bars batch by batch in bounded memory: what `mapInArrow` uses.

    Push batches whose rows are sorted by `ticker`, then `trade_date`, cut anywhere; each answer holds the rows that
    the batch completed, and `finish()` the last ones. The answers together are what `refine` makes of all batches
    together, and a row is the same from any start at least `2 * max(windows)` sessions before it.

    Input columns: `ticker`, `trade_date`, `open`, `high`, `low`, `close`, `volume`; where there also `bar_start`,
    `turnover`, `trades`, `source`. Prices are DECIMAL of up to 6 decimal places or floats; `volume` and `trades` may be
    floats that are whole numbers, NaN as null. For each ticker and date
    the bars of the best source count (cotahist, then yahoo, then intraday bars, made one day's bar); sources are
    never added together.

    Output columns: `data_pregao`, `ativo`, `abertura`, `maxima`, `minima`, `fechamento`, `quantidade`,
    `volume_financeiro`, `negocios`, `preco_medio` (turnover / volume), `media_movel_5` and so on, `retorno_diario`
    (close / previous close - 1), `dias_desde_anterior`, `pregoes_desde_anterior`, `fonte`; with `rename=False`
    `trade_date`, `ticker`, `open`, `high`, `low`, `close`, `volume`, `turnover`, `trades`, `vwap`, `sma_5` and so on,
    `simple_return`, `days_since_previous`, `sessions_since_previous`, `source`.

    Nulls: an average is null before its window is full and where the window spans more than `2 * window` sessions
    (weeks, months); return and differences are null without a previous bar at most `2 * max(windows)` sessions old.

    There is no thread and no state outside the object, so a forked worker may make its own.

    Args:
        every: `1d`, `1w` (ISO weeks), `1mo`, `1q` or `1y`; a period is dated by its first session.
        windows: windows of the moving averages, in bars.
        rename: whether the columns get their published names.
        on_invalid: `accept` takes prices and volumes as they are: a null or NaN close makes null exactly the windows
            and returns that hold it. `raise` stops at the first bar that breaks a rule (prices there and above 0, low
            at most open and close, high at least those, volume not negative). `keep` gives two more columns: `bars`,
            the number of raw rows in this row, and `rejected`, the reason why a raw row is in none; such a row comes
            out as it went in, with `bars` 0. Rows read are then always `sum(bars)` plus the rejected rows. A source
            that is not known, or a key that is not unique, is an error unless it is kept.

    Raises:
        ValueError: an option, a key or a bar that cannot be; rows out of order. The message names it.
        SchemaError: a column that is missing or of another type.

    Examples:
        >>> import datetime as dt, pyarrow as pa
        >>> bars = pa.record_batch({
        ...     "ticker": ["PETR4", "PETR4"], "trade_date": [dt.date(2024, 11, 7), dt.date(2024, 11, 8)],
        ...     "open": [36.0, 36.5], "high": [37.0, 36.9], "low": [35.5, 36.1], "close": [36.4, 36.4],
        ...     "volume": [100, 300]})
        >>> refiner = Refiner(windows=(2,))
        >>> refiner.push(bars).num_rows, refiner.finish()["media_movel_2"].to_pylist()
        (1, [36.4])
    """

    __slots__ = ("_keys", "_kind", "_native", "_options")

    def __init__(
        self,
        *,
        every: str = "1d",
        windows: Sequence[int] | int = (5, 20, 50, 200),
        rename: bool = True,
        on_invalid: str = "accept",
    ) -> None:
        options = _options.refine(every, windows, rename, on_invalid)
        self._native = _native.Refiner(**options)
        shown = options | {"windows": tuple(options["windows"])}
        self._options = ", ".join(f"{name}={value!r}" for name, value in shown.items())
        self._kind: _interop.Frame | None = None
        self._keys = _interop.published_keys(rename=rename)

    @property
    def output_schema(self) -> Any:
        """The columns of the answers, as an Arrow schema: `pyarrow.schema(refiner.output_schema)`."""
        return self._native.output_schema

    def push(self, batch: Any) -> Any:
        """Take the next rows; give the rows that they complete, as the caller's kind of data.

        Args:
            batch: a record batch or any other Arrow data.

        Returns:
            Refined rows, possibly none; the last ticker and date (period) wait for the next call.

        Raises:
            ValueError: rows out of order, a null key, or a bar that breaks a rule; the refiner is then as before.
            SchemaError: a column that is missing or of another type.
        """
        own = _interop.frame(batch, "trade_date")
        refined = self._native.push(_interop.bar_columns(own, self._keys))
        self._kind = own.kind()
        return self._kind.like(refined, self._keys)

    def finish(self) -> Any:
        """Give the rows that waited; afterwards the refiner is new."""
        refined = self._native.finish()
        return _interop.default_batch(refined) if self._kind is None else self._kind.like(refined, self._keys)

    def __repr__(self) -> str:
        return f"Refiner({self._options})"
