//! The outcome of each requested ticker and date.

use std::fmt;

use b3_market::Ticker;
use b3_market::lake::Source;
use chrono::NaiveDate;
use serde::{Serialize, Serializer};

/// The status of a ticker on one date. Only `Failed` makes the exit status non-zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// The object holds new or different rows of the ticker.
    Written,
    /// The object already had exactly these rows.
    Unchanged,
    /// The source responded and has no row.
    Empty,
    /// The source's rows broke a rule; they are in `raw_rejected/`.
    Rejected,
    /// The rows could not all be read or written; a rerun is necessary.
    Failed,
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{self:?}").to_lowercase())
    }
}

/// The outcome of one ticker on one date.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Outcome {
    /// B3's code.
    #[serde(serialize_with = "as_text")]
    pub ticker: Ticker,
    /// The exchange's trade date.
    #[serde(serialize_with = "as_text")]
    pub trade_date: NaiveDate,
    /// The source of the rows.
    #[serde(serialize_with = "as_text")]
    pub source: Source,
    /// The status.
    #[serde(rename = "outcome")]
    pub status: Status,
    /// The reason; a rejected or failed ticker always has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Size in bytes of the object of raw with the rows; 0 unless written or unchanged.
    pub bytes: u64,
}

pub(crate) fn as_text<T: fmt::Display, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(value)
}
