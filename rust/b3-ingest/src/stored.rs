//! What is already in raw: dates and rows.

use std::collections::BTreeSet;

use b3_market::calendar;
use b3_market::lake::{RawKey, Source};
use bytes::Bytes;
use chrono::NaiveDate;

use crate::error::IngestError;
use crate::sink::Lake;

/// The five sessions before `day`, the latest first, in which earlier closes are looked for.
pub(crate) fn sessions_before(day: NaiveDate) -> impl Iterator<Item = NaiveDate> {
    let day_before = day.pred_opt();
    // 0 sessions from a date is that date, or the last session before it.
    (0..5).map_while(move |back| calendar::add_sessions(day_before?, -back).ok())
}

/// The dates from `first` on with a COTAHIST object; only their keys are listed.
pub(crate) async fn cotahist_dates_from(lake: &Lake, first: NaiveDate) -> Result<BTreeSet<NaiveDate>, IngestError> {
    let keys = lake.keys_after("raw/", &format!("raw/trade_date={first}")).await?;
    let objects = keys.iter().filter_map(|key| key.parse::<RawKey>().ok());
    Ok(objects.filter(|object| object.source == Source::Cotahist).map(|object| object.trade_date).collect())
}

/// The rows of one date and source, as `decode` reads them, or `None` without that object.
pub(crate) async fn stored_rows<T>(
    lake: &Lake,
    trade_date: NaiveDate,
    source: Source,
    decode: fn(&str, Bytes) -> Result<T, IngestError>,
) -> Result<Option<T>, IngestError> {
    let key = RawKey { trade_date, source }.to_string();
    let bytes = lake.read(&key).await?;
    bytes.map(|bytes| decode(&lake.name(&key), bytes)).transpose()
}
