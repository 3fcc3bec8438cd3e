"""The daily rows published of a COTAHIST file, computed by `refine_twin` from its quotes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import refine_twin
from refine_twin import Row

if TYPE_CHECKING:
    from collections.abc import Mapping

    from spot_quotes import Key, Quote

WINDOWS = (5, 20, 50, 200)
# The published name of each column of `refine_twin`, except the key and the averages.
PUBLISHED = {
    "open": "abertura", "high": "maxima", "low": "minima", "close": "fechamento", "volume": "quantidade",
    "turnover": "volume_financeiro", "trades": "negocios", "vwap": "preco_medio",
    "simple_return": "retorno_diario", "new_shares": "acoes_novas", "old_shares": "acoes_antigas",
    "distributions": "proventos", "total_return": "retorno_total", "adjustment": "ajuste", "currency": "moeda",
    "days_since_previous": "dias_desde_anterior", "sessions_since_previous": "pregoes_desde_anterior",
    "source": "fonte",
}  # fmt: skip


def published(quotes: Mapping[Key, Quote], actions: Sequence[Row] = ()) -> dict[Key, Row]:
    """The published columns by date and ticker, all quotes being in BRL."""
    same = {"bar_start": None, "currency": "BRL", "source": "cotahist"}
    raw = [quote._asdict() | {"trade_date": day, "ticker": ticker} | same for (day, ticker), quote in quotes.items()]
    raw.sort(key=lambda bar: (bar["ticker"], bar["trade_date"]))
    rows, _ = refine_twin.refine(raw, every="1d", windows=WINDOWS, actions=list(actions))
    return {(row["trade_date"], row["ticker"]): renamed(row) for row in rows}


def renamed(row: Row) -> Row:
    """A row of `refine_twin` under the published names, without its key."""
    averages = {name.replace("sma_", "media_movel_"): row[name] for name in row if name.startswith("sma_")}
    return {ours: row[name] for name, ours in PUBLISHED.items()} | averages
