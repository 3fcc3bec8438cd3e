//! The key columns of a table of bars: ticker and time.

use crate::column_names::{TICKER, TRADE_DATE};
use crate::named_option::named_option;

/// The key columns of a table of bars, and how rows with equal keys are treated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keys {
    /// The column of tickers: text.
    pub by: String,
    /// The column of dates or times.
    pub time: String,
    /// How bars of one ticker and time are treated.
    pub on_duplicate: OnDuplicate,
}

/// How bars of one ticker and time are treated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnDuplicate {
    /// They are an error.
    Raise,
    /// The first in the table counts; the others are in no window, and their results are null.
    First,
    /// The last in the table counts; the others are treated as by `First`.
    Last,
    /// All count, in the order of the table.
    Keep,
}

named_option!("on_duplicate", OnDuplicate, "raise" => Raise, "first" => First, "last" => Last, "keep" => Keep);

impl Default for Keys {
    fn default() -> Self {
        Self { by: TICKER.to_owned(), time: TRADE_DATE.to_owned(), on_duplicate: OnDuplicate::Raise }
    }
}
