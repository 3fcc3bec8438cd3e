//! The options of a reader.

use std::collections::BTreeSet;

use b3_market::Ticker;

use crate::markets::Markets;

/// What to read of a file; by default the spot market, every ticker, and only complete files.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The markets to read.
    pub markets: Markets,
    /// The tickers to read; `None` reads all.
    pub tickers: Option<BTreeSet<Ticker>>,
    /// Whether to read an incomplete file: its trailer is missing or miscounts, or it ends within
    /// its last line. [`Summary::incomplete`](crate::Summary::incomplete) then says so.
    pub allow_incomplete: bool,
}
