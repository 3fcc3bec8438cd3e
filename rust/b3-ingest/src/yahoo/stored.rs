//! The closes in raw of the requested tickers, with which a response in cents can be recognised.

use std::collections::BTreeMap;

use b3_market::lake::Source;
use b3_market::{Price, Ticker};
use chrono::NaiveDate;
use futures::{StreamExt, TryStreamExt, stream};

use super::request::Request;
use crate::IngestError;
use crate::bar::SPOT;
use crate::frame::closes_of_parquet;
use crate::sink::{Lake, OBJECTS_AT_ONCE};
use crate::stored::{sessions_before, stored_rows};

/// The close that a ticker's response is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct StoredClose {
    pub trade_date: NaiveDate,
    pub close: Price,
    pub source: Source,
}

/// At most one close of raw for each ticker of `request`: B3's, or else Yahoo's of the request's
/// interval. The five sessions before the requested ones are searched first, from the latest back,
/// then the requested.
pub(super) async fn closes_by_ticker(
    lake: &Lake,
    request: &Request,
) -> Result<BTreeMap<Ticker, StoredClose>, IngestError> {
    let mut closes = BTreeMap::new();
    for source in [Source::Cotahist, request.interval.source()] {
        let read = |trade_date| async move {
            stored_rows(lake, trade_date, source, closes_of_parquet).await.map(|closes| (trade_date, closes))
        };
        let dates = sessions_before(request.from).chain(request.sessions.iter().copied());
        let mut objects = stream::iter(dates).map(read).buffered(OBJECTS_AT_ONCE);
        while closes.len() < request.tickers.len()
            && let Some((trade_date, found)) = objects.try_next().await?
        {
            let bars = found.unwrap_or_default().into_iter();
            // Yahoo's bars have no market: Yahoo quotes only the spot market.
            let spot = bars.filter(|bar| bar.market.is_none_or(|market| market == SPOT));
            // The last of several bars of one session has the close.
            let last: BTreeMap<Ticker, Price> = spot.map(|bar| (bar.ticker, bar.close)).collect();
            for (ticker, close) in last.into_iter().filter(|(ticker, _)| request.tickers.contains(ticker)) {
                closes.entry(ticker).or_insert(StoredClose { trade_date, close, source });
            }
        }
    }
    Ok(closes)
}
