//! The rows of a source for one trade date, and the policy for writing them.

use std::collections::BTreeSet;

use b3_cotahist::Markets;
use b3_market::Ticker;
use b3_market::lake::Source;
use chrono::NaiveDate;

use crate::bar::{Bar, RejectedBar};
use crate::outcome::{Outcome, Status};

/// The rows of one source for one trade date, in any order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Session {
    /// The exchange's trade date.
    pub trade_date: NaiveDate,
    /// Rows for raw; the quality gate checks them.
    pub bars: Vec<Bar>,
    /// Rows that were rejected when the source was read.
    pub rejected: Vec<RejectedBar>,
    /// Known outcomes: empty and failed tickers. The writer adds those of the tickers with rows.
    pub outcomes: Vec<Outcome>,
}

impl Session {
    /// The tickers that the source failed to give.
    pub(crate) fn failed_tickers(&self) -> BTreeSet<Ticker> {
        self.outcomes.iter().filter(|outcome| outcome.status == Status::Failed).map(|outcome| outcome.ticker).collect()
    }
}

/// What a run has read, which decides what it replaces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Scope {
    /// Every ticker of these markets: in each session the rows replace all that raw has of them.
    Markets(Markets),
    /// Only these tickers in these markets: a row replaces raw's of its ticker, start and market,
    /// all other rows of raw stay.
    Tickers(BTreeSet<Ticker>, Markets),
    /// Some rows of each session: they replace raw's of their ticker, start and market, unless raw
    /// has more (forwards with other terms), because the rest may lie beyond the file's end.
    /// Rejected rows stay until they are read again.
    IncompleteFile,
}

/// How the sessions of a run are written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Policy {
    /// The source, which is the object's name: `raw/trade_date=.../<source>.parquet`.
    pub source: Source,
    /// What the run read.
    pub scope: Scope,
    /// `--replace`: only this run's rows stay, and those of tickers whose request failed.
    pub replace: bool,
    /// `--force`: a session is written even if it has under half of the previous one's tickers, and
    /// a session without a valid row is not a failure.
    pub force: bool,
}

impl Scope {
    /// Whether the run read all rows of this ticker in this market; Yahoo's rows have no market.
    pub(crate) fn covers(&self, ticker: Ticker, market: Option<i16>) -> bool {
        match self {
            Self::Markets(markets) => market.is_some_and(|market| markets.contains(market)),
            Self::Tickers(tickers, markets) => {
                tickers.contains(&ticker) && market.is_none_or(|market| markets.contains(market))
            }
            Self::IncompleteFile => false,
        }
    }
}
