//! Corporate actions of each ticker, and how they change its number of shares and its holders'
//! cash.
//!
//! A table of actions has one row for each event:
//!
//! | column | type | |
//! | --- | --- | --- |
//! | `ticker` | text | as in the bars |
//! | `ex_date` | date | the first session whose buyers have no right to it |
//! | `kind` | text | [`ActionKind`](b3_market::lake::ActionKind) |
//! | `amount` | decimal, float or integer | cash per share of the ex-date, for kinds of cash; not below 0 |
//! | `numerator`, `denominator` | integer or whole float | new shares for old ones, for kinds of shares; above 0 |
//! | `source` | text, optional | `manual`, `b3` or `yahoo` |
//! | `note` | text, optional | further information; used in no computation |
//!
//! Values that a kind does not use are not read. Where the table has a column `source`, only one
//! source counts for the share events of a ticker and ex-date, and only one for its cash: the first
//! of `manual`, `b3` and `yahoo` that has a row. A manual split of 1 for 1, or cash of 0, cancels
//! the events of the other sources. Several events of the counting source multiply (shares) or add
//! up (cash). Kinds of unknown size are kept from every source and never used in a computation.

#[cfg(test)]
mod laws;
mod precedence;
mod resolve;
mod row;
mod share_ratio;
mod ticker_actions;

pub use resolve::resolve_actions;
pub(crate) use share_ratio::ShareRatio;
pub(crate) use ticker_actions::{Cash, CashEvent, TickerActions};

use std::collections::HashMap;
use std::sync::Arc;

use crate::error::Result;
use crate::table::Table;

/// The corporate actions of all tickers; cloning shares them.
#[derive(Debug, Clone, Default)]
pub struct Actions {
    by_ticker: Arc<HashMap<String, TickerActions>>,
}

impl Actions {
    /// Reads a table of actions; where it names sources, one counts for the share events of a
    /// ticker and ex-date, and one for its cash.
    ///
    /// # Errors
    /// A column that is missing or of another type; a row whose ticker, ex-date, kind, source,
    /// amount or ratio is null where it is needed, or impossible; events of a ticker and ex-date
    /// whose product needs more than 63 bits, or whose sum has more than 18 digits.
    pub fn read(table: &Table) -> Result<Self> {
        let rows = row::read(table)?;
        let mut by_ticker: HashMap<String, TickerActions> = HashMap::new();
        for row in precedence::counting_rows(&rows) {
            by_ticker.entry(row.ticker.clone()).or_insert_with(|| TickerActions::of(&row.ticker)).push(row)?;
        }
        Ok(Self { by_ticker: Arc::new(by_ticker) })
    }

    /// The actions of one ticker; `None` where none is known.
    pub(crate) fn of(&self, ticker: &str) -> Option<&TickerActions> {
        self.by_ticker.get(ticker)
    }

    /// Whether the table has no action that counts.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_ticker.is_empty()
    }
}
