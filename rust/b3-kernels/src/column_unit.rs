//! What the numbers of a column count, which decides how a split changes them.

use crate::column_names::{self, SIMPLE_RETURN, TOTAL_RETURN, TRADES, TURNOVER, VOLUME};
use crate::named_option::named_option;

/// Results whose numbers count neither money nor shares. A window or the name of another column may
/// follow the name: `rsi_14`, `simple_return_open`.
const RATIOS: [&str; 16] = [
    SIMPLE_RETURN,
    TOTAL_RETURN,
    "log_return",
    "drawdown",
    "roc",
    "rsi",
    "mfi",
    "cci",
    "willr",
    "slow_k",
    "slow_d",
    "adx",
    "plus_di",
    "minus_di",
    "beta",
    "correl",
];

/// What the numbers of a column count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Money per share, such as prices: a split of 2 for 1 halves the older ones.
    Price,
    /// Shares, such as volumes: a split of 2 for 1 doubles the older ones.
    Shares,
    /// Money, such as turnover: a split changes nothing, a new currency changes its unit.
    Money,
    /// Anything else, such as numbers of trades and returns: no split or new currency changes it.
    Count,
}

impl Unit {
    /// The unit of a column of this name, whatever the case of its letters: `volume` and `obv` are
    /// shares, `turnover` is money, `trades` and `RATIOS` are counts, also under their published
    /// names; any other column is a price.
    pub(crate) fn of_column(name: &str) -> Self {
        let name = name.to_lowercase();
        let is = |known: &str| name == known || name == column_names::published(known);
        let is_result = |known| is(known) || name.strip_prefix(known).is_some_and(|rest| rest.starts_with('_'));
        if is(VOLUME) || is_result("obv") {
            Self::Shares
        } else if is(TURNOVER) {
            Self::Money
        } else if is(TRADES) || RATIOS.into_iter().any(is_result) {
            Self::Count
        } else {
            Self::Price
        }
    }
}

named_option!("unit", Unit, "price" => Price, "shares" => Shares, "money" => Money, "count" => Count);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_says_what_a_column_counts() {
        for (name, unit) in [
            ("close", Unit::Price),
            ("my_price", Unit::Price),
            ("volume", Unit::Shares),
            ("Volume", Unit::Shares),
            ("quantidade", Unit::Shares),
            ("turnover", Unit::Money),
            ("volume_financeiro", Unit::Money),
            ("trades", Unit::Count),
            ("negocios", Unit::Count),
            ("retorno_diario", Unit::Count),
            ("simple_return_open", Unit::Count),
            ("rsi_14", Unit::Count),
            ("obv", Unit::Shares),
            ("obv_high", Unit::Shares),
            ("correlated_price", Unit::Price),
        ] {
            assert_eq!(Unit::of_column(name), unit, "{name}");
        }
    }
}
