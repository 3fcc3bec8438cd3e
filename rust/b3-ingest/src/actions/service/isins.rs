//! The ISINs of tickers, from the newest session of raw that quotes each ticker. An ISIN tells
//! which rows of the service's lists are about a paper.

use std::collections::{BTreeMap, BTreeSet};

use b3_market::lake::columns::RAW;
use b3_market::lake::{RawKey, Source};
use b3_market::{Isin, Ticker};
use futures::{StreamExt, TryStreamExt, stream};

use crate::IngestError;
use crate::frame::{Columns, schema};
use crate::sink::{Lake, OBJECTS_AT_ONCE};

/// The largest number of sessions searched: a year. The ISIN of a paper that has not traded for
/// longer is requested from B3.
const MOST_SESSIONS: usize = 252;

/// The ISIN of each of `tickers` that has one in COTAHIST's newest sessions in raw.
pub(super) async fn isins(lake: &Lake, tickers: &BTreeSet<Ticker>) -> Result<BTreeMap<Ticker, Isin>, IngestError> {
    let keys = lake.keys_after("raw/", "").await?;
    let mut keys: Vec<RawKey> = keys.iter().filter_map(|key| key.parse().ok()).collect();
    keys.retain(|key| key.source == Source::Cotahist);
    keys.sort_by_key(|key| std::cmp::Reverse(key.trade_date));
    let read = |key: RawKey| async move { isins_in(lake, &key.to_string()).await };
    let mut sessions = stream::iter(keys.into_iter().take(MOST_SESSIONS)).map(read).buffered(OBJECTS_AT_ONCE);
    let mut found = BTreeMap::new();
    while found.len() < tickers.len()
        && let Some(session) = sessions.try_next().await?
    {
        for (ticker, isin) in session.into_iter().filter(|(ticker, _)| tickers.contains(ticker)) {
            found.entry(ticker).or_insert(isin);
        }
    }
    Ok(found)
}

/// The tickers of an object of raw with their ISINs. Before 1995-05-15 its column `isin` has other,
/// shorter codes of the exchange; they are left out.
async fn isins_in(lake: &Lake, key: &str) -> Result<Vec<(Ticker, Isin)>, IngestError> {
    let Some(bytes) = lake.read(key).await? else { return Ok(Vec::new()) };
    let object = lake.name(key);
    let schema = schema(RAW.iter().filter(|(name, _)| ["ticker", "isin"].contains(name)));
    let columns = Columns::decode(&object, bytes, &schema)?;
    let (tickers, isins) = (columns.texts("ticker")?, columns.texts("isin")?);
    let paper = |row: usize| Some((tickers.get(row)?.parse().ok()?, isins.get(row)?.parse().ok()?));
    let papers = (0..columns.height()).filter_map(paper);
    Ok(papers.filter(|(_, isin): &(Ticker, Isin)| isin.as_str().len() == Isin::MAX_LEN).collect())
}
