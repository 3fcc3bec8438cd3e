//! Which columns say whose bar it is, and when.

use crate::names::{TICKER, TRADE_DATE};

/// The key columns of a table of bars.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keys {
    /// The column of tickers: text.
    pub by: String,
    /// The column of dates or times.
    pub time: String,
}

impl Default for Keys {
    fn default() -> Self {
        Self { by: TICKER.to_owned(), time: TRADE_DATE.to_owned() }
    }
}
