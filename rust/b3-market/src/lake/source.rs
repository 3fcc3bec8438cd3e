//! The sources of quotes, in order of precedence.

use super::by_name::by_name;

/// The source of bars; the smallest one counts where several have bars of one ticker and date.
///
/// `cotahist` counts before `yahoo`, `yahoo` before intraday bars, and long intraday bars before
/// short ones.
///
/// # Errors
/// Parsing any other text than the five names fails with [`UnknownSource`].
///
/// ```
/// use b3_market::lake::Source;
///
/// assert_eq!("yahoo-5m".parse(), Ok(Source::Yahoo5m));
/// assert!(Source::Cotahist < Source::Yahoo && Source::Yahoo < Source::Yahoo1h);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Source {
    /// B3's own file of daily quotes.
    Cotahist,
    /// Yahoo Finance, daily bars.
    Yahoo,
    /// Yahoo Finance, bars of an hour.
    Yahoo1h,
    /// Yahoo Finance, bars of five minutes.
    Yahoo5m,
    /// Yahoo Finance, bars of a minute.
    Yahoo1m,
}

/// A name that is not a source.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown source '{found}': expected cotahist, yahoo, yahoo-1h, yahoo-5m or yahoo-1m")]
pub struct UnknownSource {
    /// The name as found.
    pub found: String,
}

impl Source {
    /// Every source, the most trusted first.
    pub const ALL: [Self; 5] = [Self::Cotahist, Self::Yahoo, Self::Yahoo1h, Self::Yahoo5m, Self::Yahoo1m];

    /// The name in object keys and in the column `source`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Cotahist => "cotahist",
            Self::Yahoo => "yahoo",
            Self::Yahoo1h => "yahoo-1h",
            Self::Yahoo5m => "yahoo-5m",
            Self::Yahoo1m => "yahoo-1m",
        }
    }
}

by_name!(Source, UnknownSource);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_parses_from_its_name_and_all_are_in_order_of_precedence() {
        for source in Source::ALL {
            assert_eq!(source.to_string().parse(), Ok(source));
        }
        assert!(Source::ALL.is_sorted());
    }

    #[test]
    fn an_unknown_source_is_named() {
        let message = "unknown source 'Yahoo': expected cotahist, yahoo, yahoo-1h, yahoo-5m or yahoo-1m";
        assert_eq!("Yahoo".parse::<Source>().unwrap_err().to_string(), message);
    }
}
