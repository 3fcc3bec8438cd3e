//! The ISINs of tickers, from the newest session of raw that quotes each ticker. An ISIN tells
//! which rows of the service's lists are about a paper.

use std::collections::{BTreeMap, BTreeSet};

use b3_market::calendar::FIRST_DATE;
use b3_market::lake::Source;
use b3_market::lake::columns::RAW;
use b3_market::{Isin, Ticker};
use bytes::Bytes;
use futures::{StreamExt, TryStreamExt, stream};

use crate::IngestError;
use crate::frame::{Columns, schema};
use crate::sink::{Lake, OBJECTS_AT_ONCE};
use crate::stored::{cotahist_dates_from, stored_rows};

/// The largest number of sessions searched: a year. The ISIN of a paper that has not traded for
/// longer is requested from B3.
pub(super) const MOST_SESSIONS: usize = 252;

/// The ISIN of each of `tickers` that has one in COTAHIST's newest sessions in raw.
pub(super) async fn isins(lake: &Lake, tickers: &BTreeSet<Ticker>) -> Result<BTreeMap<Ticker, Isin>, IngestError> {
    let newest = cotahist_dates_from(lake, FIRST_DATE).await?.into_iter().rev().take(MOST_SESSIONS);
    let read = |date| stored_rows(lake, date, Source::Cotahist, isins_of_parquet);
    let mut sessions = stream::iter(newest).map(read).buffered(OBJECTS_AT_ONCE);
    let mut found = BTreeMap::new();
    while found.len() < tickers.len()
        && let Some(session) = sessions.try_next().await?
    {
        for (ticker, isin) in session.into_iter().flatten().filter(|(ticker, _)| tickers.contains(ticker)) {
            found.entry(ticker).or_insert(isin);
        }
    }
    Ok(found)
}

/// The tickers of an object of raw with their ISINs. Before 1995-05-15 its column `isin` has other,
/// shorter codes of the exchange; they are left out.
fn isins_of_parquet(object: &str, bytes: Bytes) -> Result<Vec<(Ticker, Isin)>, IngestError> {
    let schema = schema(RAW.iter().filter(|(name, _)| ["ticker", "isin"].contains(name)));
    let columns = Columns::decode(object, bytes, &schema)?;
    let (tickers, isins) = (columns.texts("ticker")?, columns.texts("isin")?);
    let paper = |row: usize| Some((tickers.get(row)?.parse().ok()?, isins.get(row)?.parse().ok()?));
    let papers = (0..columns.height()).filter_map(paper);
    Ok(papers.filter(|(_, isin): &(Ticker, Isin)| isin.as_str().len() == Isin::MAX_LEN).collect())
}
