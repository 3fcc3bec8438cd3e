//! Sets of markets (TPMERC codes), and their form on a command line.

use std::fmt;
use std::str::FromStr;

/// A set of markets by their TPMERC code: 10 spot, 20 odd lot, 30 forward, 70 and 80 options.
///
/// # Errors
/// Parsing takes `all` or a comma-separated list; it fails with [`InvalidMarkets`] for anything but
/// codes from 1 to 999.
///
/// ```
/// use b3_cotahist::Markets;
///
/// let markets: Markets = "10,20".parse()?;
/// assert!(markets.contains(20) && !markets.contains(70));
/// assert_eq!(markets.to_string(), "10,20");
/// assert_eq!(Markets::default(), Markets::SPOT);
/// # Ok::<(), b3_cotahist::InvalidMarkets>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Markets {
    bits: [u64; Markets::WORDS],
}

/// Text that is not a list of markets.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("invalid market '{found}': expected a TPMERC code from 1 to 999, such as 10 for spot")]
pub struct InvalidMarkets {
    /// The wrong item.
    pub found: String,
}

impl Markets {
    const CODES: usize = 1_000;
    const WORDS: usize = Self::CODES.div_ceil(64);

    /// Only the spot market, code 10.
    pub const SPOT: Self = {
        let mut bits = [0; Self::WORDS];
        bits[0] = 1 << 10;
        Self { bits }
    };

    /// Every code of three digits, also 000, so that no record of a file is left out.
    pub const ALL: Self = Self { bits: [u64::MAX; Self::WORDS] };

    /// The markets with these codes.
    ///
    /// # Errors
    /// [`InvalidMarkets`] for a code outside 1 to 999.
    pub fn of(codes: impl IntoIterator<Item = i16>) -> Result<Self, InvalidMarkets> {
        let mut bits = [0; Self::WORDS];
        for code in codes {
            match usize::try_from(code) {
                Ok(code @ 1..Self::CODES) => bits[code / 64] |= 1 << (code % 64),
                _ => return Err(InvalidMarkets { found: code.to_string() }),
            }
        }
        Ok(Self { bits })
    }

    /// Whether the set contains a market.
    #[must_use]
    pub fn contains(&self, code: i16) -> bool {
        usize::try_from(code).is_ok_and(|code| code < Self::CODES && self.bits[code / 64] >> (code % 64) & 1 == 1)
    }

    /// The codes in order.
    pub fn iter(&self) -> impl Iterator<Item = i16> {
        (0..).take(Self::CODES).filter(|code| self.contains(*code))
    }
}

impl Default for Markets {
    fn default() -> Self {
        Self::SPOT
    }
}

impl FromStr for Markets {
    type Err = InvalidMarkets;

    fn from_str(list: &str) -> Result<Self, Self::Err> {
        if list == "all" {
            return Ok(Self::ALL);
        }
        let invalid = |item: &str| InvalidMarkets { found: item.to_owned() };
        let codes = list.split(',').map(str::trim).map(|item| item.parse().map_err(|_| invalid(item)));
        Self::of(codes.collect::<Result<Vec<_>, _>>()?)
    }
}

impl fmt::Display for Markets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self == Self::ALL {
            return f.write_str("all");
        }
        for (position, code) in self.iter().enumerate() {
            write!(f, "{}{code}", if position == 0 { "" } else { "," })?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_holds_its_codes_and_no_others() {
        let markets = Markets::of([10, 63, 64, 999, 10]).unwrap();
        assert_eq!(markets.iter().collect::<Vec<_>>(), [10, 63, 64, 999]);
        assert_eq!(markets.to_string().parse(), Ok(markets));
        assert_eq!(Markets::ALL.to_string().parse(), Ok(Markets::ALL));
        assert!(!markets.contains(-1) && !Markets::ALL.contains(1_000));
        assert!((0..1_000).all(|code| Markets::ALL.contains(code)));
    }

    #[test]
    fn what_is_no_market_is_refused_and_named() {
        for (list, item) in [("", ""), ("spot", "spot"), ("10,", ""), ("10,0", "0"), ("1000", "1000"), ("-10", "-10")] {
            let message = format!("invalid market '{item}': expected a TPMERC code from 1 to 999, such as 10 for spot");
            assert_eq!(list.parse::<Markets>().unwrap_err().to_string(), message);
        }
    }
}
