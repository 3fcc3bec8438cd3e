//! The key of a quote, by which duplicates are found.

use b3_market::Ticker;
use chrono::NaiveDate;

/// The key of a quote; no two selected quotes of a file may have the same one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// Date of the session.
    pub trade_date: NaiveDate,
    /// Ticker (CODNEG).
    pub ticker: Ticker,
    /// TPMERC, such as 10 spot, 20 odd lot, 30 forward, 70 and 80 options.
    pub market: i16,
    /// A forward's term in days; `None` in other markets.
    pub forward_term: Option<u16>,
}
