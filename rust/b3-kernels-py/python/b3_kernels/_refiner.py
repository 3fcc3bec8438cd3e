"""The class `Refiner`: the published table's columns from a stream of raw bars."""

from __future__ import annotations

from typing import Any

from . import _interop, _native, _options
from ._options import Adjust, OnInvalid, UnknownActions
from .typing import AnyBars, Every, Windows


class Refiner:
    """Compute the published table's columns, batch by batch in bounded memory.

    Made for Spark's `mapInArrow`. Push batches whose rows are sorted by `ticker`, then
    `trade_date`; a batch may end anywhere. Each result has the rows that the batch completed, and
    `finish()` returns the last ones. Together they equal the result of `refine` on all batches. A
    row is the same from any beginning at least `2 * max(windows)` sessions before it.

    Input columns: `ticker`, `trade_date`, `open`, `high`, `low`, `close`, `volume`. Optional:
    `bar_start`, `turnover`, `trades`, `source`, `currency`, `distribution`, `specification`.
    Prices are DECIMAL of up to 6 decimal places or floats, and integers beside either. `volume`,
    `trades` and `distribution` may be floats or decimals that are whole numbers. NaN counts as
    null. For each ticker and date only the bars of the best source count: cotahist, then yahoo,
    then intraday bars, combined to one day's bar. Without `currency`, prices are in reais.

    Output columns: `data_pregao`, `ativo`, `abertura`, `maxima`, `minima`, `fechamento`,
    `quantidade`, `volume_financeiro`, `negocios`, `preco_medio` (turnover / volume),
    `media_movel_5` and so on, `retorno_diario` (close / previous close - 1), `acoes_novas` and
    `acoes_antigas` (new shares for old ones since the previous bar, 1 and 1 without an event),
    `proventos` (cash per share since then, DECIMAL(18,8)), `retorno_total` ((close + distributions)
    / previous close - 1), `ajuste`, `moeda`, `dias_desde_anterior`, `pregoes_desde_anterior`,
    `fonte`. With `rename=False`: `trade_date`, `ticker`, `open`, `high`, `low`, `close`, `volume`,
    `turnover`, `trades`, `vwap`, `sma_5` and so on, `simple_return`, `new_shares`, `old_shares`,
    `distributions`, `total_return`, `adjustment`, `currency`, `days_since_previous`,
    `sessions_since_previous`, `source`.

    Units: prices stay as they traded. A value that looks back over a split or bonus converts the
    older prices to the shares of its own day: the previous close, the bars of an average, the days
    of a period. An event belongs to the first bar on or after its ex-date, and changes no earlier
    row. Cash is per share of its ex-date, converted to the shares of the row.

    `ajuste` says what is known of the events since the previous bar:

    - `nenhum`: no event, or only cash or a subscription that `actions` does not have.
    - `aplicado`: a known event.
    - `sem_fator`: shares changed by an unknown factor. The distribution number (DISMES) changed and
      no share event is known, but a letter of ESPECI (B, G or an unknown one) or the price (under
      3/5 or over 5/3 of the previous close, known cash added) shows that shares changed.
    - `nao_verificavel`: no distribution number and no known event.

    Nulls: an average is null before its window is full and where the window spans more than
    `2 * window` sessions (weeks, months). Returns and differences are null without a previous bar
    at most `2 * max(windows)` sessions old; no event counts for such a row. Averages and returns
    across a change of currency are null, and so are open, high, low, volume and turnover of a
    period with one inside. The same holds across `sem_fator`, except for the turnover.

    A refiner starts no thread and has no state outside the object, so a forked worker may use one.

    Args:
        every: `1d`, `1w` (ISO weeks), `1mo`, `1q` or `1y`; a period is dated by its first session.
        windows: windows of the moving averages, in bars.
        rename: whether the columns get their published names.
        on_invalid: `accept` uses prices and volumes as they are; a null or NaN close makes null
            exactly the windows and returns that contain it. `raise` stops at the first bar that
            breaks a rule: a price that is null or not above 0, a low above open or close, a high
            below one of them, a negative volume. `keep` adds two columns: `bars`, the number of
            raw rows in this row, and `rejected`, the reason why a raw row is not used. A rejected
            row is returned as it was pushed, with `bars` 0, so the rows read are always `sum(bars)`
            plus the rejected rows. An unknown source and a duplicate key are errors, except with
            `keep`.
        actions: the table of corporate actions, as `read_actions` returns it; None where none is
            known.
        adjust: `splits` converts older prices over splits and bonuses. `none` uses every price as
            it traded; `acoes_novas`, `acoes_antigas`, `proventos` and `ajuste` are the same.
        unknown_actions: with `null`, values that look across `sem_fator` are null; with `keep`, or
            with `adjust="none"`, they are computed as if shares had not changed.

    Raises:
        ValueError: an invalid option, key or bar, or rows out of order; the message names it.
        SchemaError: a column is missing or of another type.

    Examples:
        >>> import datetime as dt, pyarrow as pa
        >>> bars = pa.record_batch({
        ...     "ticker": ["PETR4", "PETR4"],
        ...     "trade_date": [dt.date(2024, 11, 7), dt.date(2024, 11, 8)],
        ...     "open": [36.0, 36.5], "high": [37.0, 36.9], "low": [35.5, 36.1],
        ...     "close": [36.4, 36.4], "volume": [100, 300]})
        >>> refiner = Refiner(windows=(2,))
        >>> refiner.push(bars).num_rows, refiner.finish()["media_movel_2"].to_pylist()
        (1, [36.4])
    """

    __slots__ = ("_keys", "_last_kind", "_native", "_shown")

    def __init__(
        self,
        *,
        every: Every = "1d",
        windows: Windows = (5, 20, 50, 200),
        rename: bool = True,
        on_invalid: OnInvalid = "accept",
        actions: AnyBars | None = None,
        adjust: Adjust = "splits",
        unknown_actions: UnknownActions = "null",
    ) -> None:
        options = _options.refine(every, windows, rename, on_invalid, adjust, unknown_actions)
        self._native = _native.Refiner(options | {"actions": _interop.read_once(actions)})
        shown = options | {"windows": tuple(options["windows"])}
        self._shown = ", ".join(f"{name}={value!r}" for name, value in shown.items())
        self._last_kind: _interop.Frame | None = None
        self._keys = _interop.published_keys(rename=rename)

    @property
    def output_schema(self) -> Any:
        """The columns of the results as an Arrow schema, for `pyarrow.schema`."""
        return self._native.output_schema

    def push(self, batch: Any) -> Any:
        """Add the next rows and return those that they complete, in the caller's kind of data.

        Args:
            batch: a record batch or any other Arrow data.

        Returns:
            Refined rows, possibly none. The last ticker and date (or period) wait for the next
            call.

        Raises:
            ValueError: rows out of order, a null key, or a bar that breaks a rule. The refiner is
                then as it was before the call.
            SchemaError: a column is missing or of another type.
        """
        table = _interop.frame(batch, time="trade_date", argument="batch")
        refined = self._native.push(_interop.bar_columns(table, self._keys))
        self._last_kind = table.without_rows()
        return self._last_kind.from_arrow(refined, self._keys)

    def finish(self) -> Any:
        """Return the last rows, in the last batch's kind of data; then any rows may come next."""
        refined = self._native.finish()
        if self._last_kind is None:
            return _interop.of_pyarrow(refined, "record_batch")
        return self._last_kind.from_arrow(refined, self._keys)

    def __repr__(self) -> str:
        return f"Refiner({self._shown})"
