//! The key columns of a table of bars: ticker and time.

use std::str::FromStr;

use crate::column_names::{TICKER, TRADE_DATE};
use crate::error::{Error, Result};
use crate::option_value::option_value;

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

impl FromStr for OnDuplicate {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let values = [("raise", Self::Raise), ("first", Self::First), ("last", Self::Last), ("keep", Self::Keep)];
        option_value("on_duplicate", text, &values, "raise, first, last or keep")
    }
}

impl Default for Keys {
    fn default() -> Self {
        Self { by: TICKER.to_owned(), time: TRADE_DATE.to_owned(), on_duplicate: OnDuplicate::Raise }
    }
}
