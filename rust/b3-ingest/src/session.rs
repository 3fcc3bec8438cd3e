//! What a source hands over for one trade date, and how it is to be written.

use std::collections::BTreeSet;

use b3_market::Ticker;
use b3_market::cotahist::Markets;
use b3_market::lake::Source;
use chrono::NaiveDate;

use crate::bar::{Bar, RejectedBar};
use crate::outcome::Outcome;

/// The rows of one source for one trade date, in any order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// The exchange's trade date.
    pub trade_date: NaiveDate,
    /// Rows for raw; the quality gate still looks at them.
    pub bars: Vec<Bar>,
    /// Rows that the source itself found wrong.
    pub rejected: Vec<RejectedBar>,
    /// Outcomes already known: empty tickers, failed tickers. Written, unchanged and rejected are added by the writer.
    pub outcomes: Vec<Outcome>,
}

/// What a run read, so what it may replace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// Every ticker of these markets: the whole truth of its sessions, which it replaces.
    Markets(Markets),
    /// These tickers only: merged by key, the new rows winning.
    Tickers(BTreeSet<Ticker>),
}

/// How the sessions of a run are written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// Names the object, `raw/trade_date=.../<source>.parquet`.
    pub source: Source,
    /// What the run read.
    pub scope: Scope,
    /// `--replace`: the object ends up holding this run's rows and nothing else.
    pub replace: bool,
    /// `--force`: write a session even when it holds under half of the previous one's tickers.
    pub force: bool,
}

impl Scope {
    /// Whether the run read the rows of this ticker and market, so that rows it did not find are not there.
    #[must_use]
    pub fn covers(&self, ticker: Ticker, market: Option<i16>) -> bool {
        match self {
            Self::Markets(markets) => market.is_some_and(|market| markets.contains(market)),
            Self::Tickers(tickers) => tickers.contains(&ticker),
        }
    }
}
