//! The closes and bars that are already in raw.

use b3_market::calendar;
use b3_market::lake::{RawKey, Source};
use chrono::NaiveDate;

use crate::bar::Bar;
use crate::error::IngestError;
use crate::frame::{Close, bars_of_parquet, closes_of_parquet};
use crate::sink::Lake;

/// The five sessions before `trade_date`, the latest first, in which earlier closes are looked for.
pub(crate) fn sessions_before(trade_date: NaiveDate) -> impl Iterator<Item = NaiveDate> {
    (0..5).map_while(move |back| calendar::add_sessions(trade_date.pred_opt()?, -back).ok())
}

/// The closes of one date and source, or `None` without that object. One written before raw had
/// all its columns is read too, because a run that writes such a lake anew compares each session
/// with earlier ones.
///
/// # Errors
/// Those of reading and decoding the object.
pub(crate) async fn stored_closes(
    lake: &Lake,
    trade_date: NaiveDate,
    source: Source,
) -> Result<Option<Vec<Close>>, IngestError> {
    let key = RawKey { trade_date, source }.to_string();
    let bytes = lake.read(&key).await?;
    bytes.map(|bytes| closes_of_parquet(&lake.name(&key), bytes)).transpose()
}

/// The rows of one date and source, or `None` without that object.
///
/// # Errors
/// Those of reading and decoding the object.
pub(crate) async fn stored_bars(
    lake: &Lake,
    trade_date: NaiveDate,
    source: Source,
) -> Result<Option<Vec<Bar>>, IngestError> {
    let key = RawKey { trade_date, source }.to_string();
    let bytes = lake.read(&key).await?;
    bytes.map(|bytes| bars_of_parquet(&lake.name(&key), bytes)).transpose()
}
