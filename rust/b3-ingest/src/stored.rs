//! What raw already holds.

use b3_market::calendar;
use b3_market::lake::{RawKey, Source};
use chrono::NaiveDate;

use crate::bar::Bar;
use crate::error::IngestError;
use crate::frame::{Close, bars_of_parquet, closes_of_parquet};
use crate::sink::Lake;

/// How many sessions back an earlier one is looked for.
const MOST_SESSIONS_BACK: i32 = 5;

/// The sessions before `trade_date` among which an earlier one is looked for, the latest first.
pub(crate) fn sessions_before(trade_date: NaiveDate) -> impl Iterator<Item = NaiveDate> {
    // Counted from a date without a session, the session before it is the one at 0.
    let latest = if calendar::is_session(trade_date).unwrap_or(false) { -1 } else { 0 };
    (0..MOST_SESSIONS_BACK).map_while(move |back| calendar::add_sessions(trade_date, latest - back).ok())
}

/// The closes of one date and source, or `None` without that object; also of one that was written before raw had all its
/// columns, so that a lake from before can be written anew.
///
/// # Errors
/// Those of reading the object and of its Parquet.
pub(crate) async fn stored_closes(
    lake: &Lake,
    trade_date: NaiveDate,
    source: Source,
) -> Result<Option<Vec<Close>>, IngestError> {
    let key = RawKey { trade_date, source }.to_string();
    match lake.read(&key).await? {
        Some(bytes) => closes_of_parquet(&lake.name(&key), bytes).map(Some),
        None => Ok(None),
    }
}

/// The rows of one date and source, or `None` without that object.
///
/// # Errors
/// Those of reading the object and of its Parquet.
pub(crate) async fn stored_bars(
    lake: &Lake,
    trade_date: NaiveDate,
    source: Source,
) -> Result<Option<Vec<Bar>>, IngestError> {
    let key = RawKey { trade_date, source }.to_string();
    match lake.read(&key).await? {
        Some(bytes) => bars_of_parquet(&lake.name(&key), bytes).map(Some),
        None => Ok(None),
    }
}
