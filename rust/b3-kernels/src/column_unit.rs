//! What the numbers of a column count, which decides how a split changes them.

use std::str::FromStr;

use crate::column_names::{self, TRADES, TURNOVER, VOLUME};
use crate::error::{Error, Result};
use crate::option_value::option_value;

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
    const ALL: [(&str, Self); 4] =
        [("price", Self::Price), ("shares", Self::Shares), ("money", Self::Money), ("count", Self::Count)];

    /// The unit of a column of this name, whatever the case of its letters: `volume` counts shares,
    /// `turnover` is money and `trades` a count, also under their published names; any other column
    /// is a price.
    #[must_use]
    pub fn of_column(name: &str) -> Self {
        let name = name.to_lowercase();
        let known = [(VOLUME, Self::Shares), (TURNOVER, Self::Money), (TRADES, Self::Count)];
        let found = known.into_iter().find(|(known, _)| name == *known || name == column_names::published(known));
        found.map_or(Self::Price, |(_, unit)| unit)
    }
}

impl FromStr for Unit {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        option_value("unit", text, &Self::ALL, "price, shares, money or count")
    }
}

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

    #[test]
    fn an_unknown_unit_is_refused_by_name() {
        assert_eq!("shares".parse::<Unit>().unwrap(), Unit::Shares);
        let refused = "reais".parse::<Unit>().unwrap_err().to_string();
        assert_eq!(refused, "unit: found \"reais\", expected price, shares, money or count");
    }
}
