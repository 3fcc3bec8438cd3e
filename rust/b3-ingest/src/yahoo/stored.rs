//! The closes in raw of the requested tickers, with which a response in cents can be recognised.

use std::collections::{BTreeMap, BTreeSet};

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

/// A close that a ticker's response may be compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct StoredClose {
    pub trade_date: NaiveDate,
    pub close: Price,
    pub source: Source,
}

/// At most two closes of raw for each ticker of `request`: both B3's, or else both Yahoo's of the
/// request's interval. The first is searched from the request's start: in the five sessions before
/// it, the latest first, then forward through the request. The second is searched from the
/// request's end back, because Yahoo's first row may be years after raw's.
pub(super) async fn closes_by_ticker(
    lake: &Lake,
    request: &Request,
) -> Result<BTreeMap<Ticker, Vec<StoredClose>>, IngestError> {
    let requested = || request.sessions.iter().copied();
    let mut closes: BTreeMap<Ticker, Vec<StoredClose>> = BTreeMap::new();
    for source in [Source::Cotahist, request.interval.source()] {
        let wanted = request.tickers.iter().copied().filter(|ticker| !closes.contains_key(ticker)).collect();
        let dates = sessions_before(request.from).chain(requested());
        let first = first_closes(lake, source, dates, &wanted).await?;
        let last = first_closes(lake, source, requested().rev(), &first.keys().copied().collect()).await?;
        for (ticker, close) in first.into_iter().chain(last) {
            closes.entry(ticker).or_default().push(close);
        }
    }
    Ok(closes)
}

/// The close of each of `wanted` on the first of `dates` on which raw has one.
async fn first_closes(
    lake: &Lake,
    source: Source,
    dates: impl Iterator<Item = NaiveDate>,
    wanted: &BTreeSet<Ticker>,
) -> Result<BTreeMap<Ticker, StoredClose>, IngestError> {
    let read = |trade_date| async move {
        stored_rows(lake, trade_date, source, closes_of_parquet).await.map(|closes| (trade_date, closes))
    };
    let mut objects = stream::iter(dates).map(read).buffered(OBJECTS_AT_ONCE);
    let mut closes = BTreeMap::new();
    while closes.len() < wanted.len()
        && let Some((trade_date, found)) = objects.try_next().await?
    {
        let bars = found.unwrap_or_default().into_iter();
        // Yahoo's bars have no market: Yahoo quotes only the spot market.
        let spot = bars.filter(|bar| bar.market.is_none_or(|market| market == SPOT));
        // The last of several bars of one session has the close.
        let last: BTreeMap<Ticker, Price> = spot.map(|bar| (bar.ticker, bar.close)).collect();
        for (ticker, close) in last.into_iter().filter(|(ticker, _)| wanted.contains(ticker)) {
            closes.entry(ticker).or_insert(StoredClose { trade_date, close, source });
        }
    }
    Ok(closes)
}
