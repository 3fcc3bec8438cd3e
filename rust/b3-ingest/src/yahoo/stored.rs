//! The closes that raw holds of the tickers asked for: the only thing that tells an answer in cents from a right one.

use std::collections::BTreeMap;

use b3_market::lake::Source;
use b3_market::{Price, Ticker};
use chrono::NaiveDate;
use futures::{StreamExt, TryStreamExt, stream};

use super::request::Request;
use crate::IngestError;
use crate::bar::SPOT;
use crate::sink::Lake;
use crate::stored::{self, sessions_before};

/// Objects read at once.
const READS_AT_ONCE: usize = 16;

/// What a ticker's answer is held against.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct StoredClose {
    /// The session.
    pub trade_date: NaiveDate,
    /// As traded.
    pub close: Price,
    /// Who said so.
    pub source: Source,
}

/// One close for each ticker of `request` of which raw has one, B3's own or else Yahoo's: of the five sessions before the first
/// asked for, or else of those asked for.
///
/// # Errors
/// Those of reading raw.
pub(super) async fn stored_closes(
    lake: &Lake,
    request: &Request,
) -> Result<BTreeMap<Ticker, StoredClose>, IngestError> {
    let mut closes = BTreeMap::new();
    for source in [Source::Cotahist, request.interval.source()] {
        add_closes(lake, request, source, &mut closes).await?;
    }
    Ok(closes)
}

/// Adds the closes of tickers that have none, until no ticker lacks one.
async fn add_closes(
    lake: &Lake,
    request: &Request,
    source: Source,
    closes: &mut BTreeMap<Ticker, StoredClose>,
) -> Result<(), IngestError> {
    let read = |trade_date| async move {
        stored::stored_closes(lake, trade_date, source).await.map(|closes| (trade_date, closes))
    };
    let dates = sessions_before(request.from).chain(request.sessions());
    let mut objects = stream::iter(dates).map(read).buffered(READS_AT_ONCE);
    while closes.len() < request.tickers.len()
        && let Some((trade_date, found)) = objects.try_next().await?
    {
        let quoted = found.into_iter().flatten().filter(|bar| bar.market.is_none_or(|market| market == SPOT));
        // Of several bars of one session the last is the close.
        let last: BTreeMap<Ticker, Price> = quoted.map(|bar| (bar.ticker, bar.close)).collect();
        for (ticker, close) in last.into_iter().filter(|(ticker, _)| request.tickers.contains(ticker)) {
            closes.entry(ticker).or_insert(StoredClose { trade_date, close, source });
        }
    }
    Ok(())
}
