use std::collections::BTreeSet;

use super::markets::Markets;
use crate::Ticker;

/// What to read of a file; by default the spot market, every ticker, and only a complete file.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The markets to read.
    pub markets: Markets,
    /// The tickers to read, or all.
    pub tickers: Option<BTreeSet<Ticker>>,
    /// Whether to read what is there of a file whose trailer is missing or disagrees, or that is cut within its last
    /// line; [`Summary::incomplete`](super::Summary::incomplete) then says so.
    pub allow_incomplete: bool,
}
