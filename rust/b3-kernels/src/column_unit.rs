//! What the numbers of a column count, which decides how a split changes them.

use crate::column_names::{self, TRADES, TURNOVER, VOLUME};
use crate::named_option::named_option;

/// What the numbers of a column count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Money per share, such as prices: a split of 2 for 1 halves the older ones.
    Price,
    /// Shares, such as volumes: a split of 2 for 1 doubles the older ones.
    Shares,
    /// Money, such as turnover: a split changes nothing, a new currency changes its unit.
    Money,
    /// Anything else, such as numbers of trades: no split or new currency changes it.
    Count,
}

impl Unit {
    /// The unit of a column of this name, whatever the case of its letters: `volume` counts shares,
    /// `turnover` is money and `trades` a count, also under their published names; any other column
    /// is a price.
    pub(crate) fn of_column(name: &str) -> Self {
        let name = name.to_lowercase();
        let known = [(VOLUME, Self::Shares), (TURNOVER, Self::Money), (TRADES, Self::Count)];
        let found = known.into_iter().find(|(known, _)| name == *known || name == column_names::published(known));
        found.map_or(Self::Price, |(_, unit)| unit)
    }
}

named_option!("unit", Unit, "price" => Price, "shares" => Shares, "money" => Money, "count" => Count);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_of_the_market_says_what_it_counts() {
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
        ] {
            assert_eq!(Unit::of_column(name), unit, "{name}");
        }
    }
}
