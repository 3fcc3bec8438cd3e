"""The data quality rules: a column, what must hold, and what happens if it does not.

A broken rule of severity `error` fails the date, which is not published; a broken `warning` is
counted in the closing line. A rule on rows is a SQL condition on one published row. Null breaks it
unless the rule allows null, and it does not apply where its condition `unless` holds. A rule on
dates is a condition on all rows of one day, week or month, with the rejected raw rows: `bars` is
how many raw rows made a row, `rejected` the reason of a rejected one, such as `superseded by
cotahist` where COTAHIST has the same ticker and date.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from b3_jobs.contract.schemas import TICKER_PATTERN


@dataclass(frozen=True)
class Rule:
    """One rule; its name in the report is `column: holds`."""

    column: str
    holds: str
    severity: Literal["error", "warning"] = "error"
    on: Literal["row", "date"] = "row"
    unless: str = "false"

    @property
    def name(self) -> str:
        """The name of the rule in the report."""
        return f"{self.column}: {self.holds}"


# The end of a text, in Java's regular expressions; `$` is also before a line break at the end.
_END = r"\\z"

# In a week or month with a change of shares of unknown size, or of currency, all prices but the
# close, and the shares, are null: they have no unit.
NO_UNIT = "coalesce(abertura, maxima, minima, quantidade) is null"

# Shares changed and no event says by how much: the closing line names these rows.
UNEXPLAINED_STEP = Rule("ajuste", "ajuste <> 'sem_fator'", "warning")

RULES = (
    Rule("data_pregao", "dayofweek(max(data_pregao)) between 2 and 6", "warning", on="date"),
    Rule(
        "rejected",
        "count_if(rejected not like 'superseded%') <= 0.1 * (sum(bars) + count(rejected))",
        "warning",
        on="date",
    ),
    Rule("ativo", f"ativo rlike '^{TICKER_PATTERN}{_END}'"),
    Rule("abertura", "abertura > 0", unless=NO_UNIT),
    Rule("maxima", "maxima > 0", unless=NO_UNIT),
    Rule("minima", "minima > 0", unless=NO_UNIT),
    Rule("fechamento", "fechamento > 0"),
    Rule("maxima", "maxima >= minima", unless=NO_UNIT),
    Rule("abertura", "abertura between minima and maxima", "warning", unless=NO_UNIT),
    Rule("fechamento", "fechamento between minima and maxima", "warning", unless=NO_UNIT),
    Rule("quantidade", "quantidade >= 0", unless=NO_UNIT),
    Rule("quantidade", "quantidade > 0", "warning", unless=NO_UNIT),
    Rule("volume_financeiro", "volume_financeiro is null or volume_financeiro >= 0"),
    Rule("negocios", "negocios is null or negocios >= 0"),
    Rule("preco_medio", "preco_medio is null or preco_medio > 0"),
    # In a few of the exchange's rows turnover and shares do not agree (docs/faq.md).
    Rule("preco_medio", "preco_medio is null or preco_medio between minima and maxima", "warning", unless=NO_UNIT),
    Rule("retorno_diario", "retorno_diario is null or retorno_diario > -1"),
    Rule("retorno_diario", "retorno_diario is null or abs(retorno_diario) <= 0.9", "warning"),
    Rule("acoes_novas", "acoes_novas > 0"),
    Rule("acoes_antigas", "acoes_antigas > 0"),
    Rule("proventos", "proventos >= 0"),
    Rule("retorno_total", "retorno_total is null or retorno_total > -1"),
    Rule("ajuste", "ajuste in ('nenhum', 'aplicado', 'sem_fator', 'nao_verificavel')"),
    UNEXPLAINED_STEP,
    Rule("moeda", f"moeda rlike '^[A-Z]+[$]?{_END}'"),
    Rule("dias_desde_anterior", "dias_desde_anterior is null or dias_desde_anterior > 0"),
    Rule("pregoes_desde_anterior", "pregoes_desde_anterior is null or pregoes_desde_anterior >= 0"),
    Rule("fonte", f"fonte rlike '^(cotahist|yahoo|yahoo-[0-9]+[mh]){_END}'"),
)
