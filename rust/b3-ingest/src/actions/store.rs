//! Writing events to `actions/` of the lake.

use std::collections::{BTreeMap, BTreeSet};

use b3_market::Ticker;
use b3_market::lake::{ActionSource, ActionsKey};
use bytes::Bytes;
use chrono::NaiveDate;
use futures::{StreamExt, stream};

use super::event::Action;
use super::merge::{Change, Day, TickerEvents};
use super::table::{decoded, encoded};
use crate::IngestError;
use crate::sink::{Lake, OBJECTS_AT_ONCE, Update};

/// The outcome of writing a ticker's events.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct TickerChanges {
    /// The number of rows that the lake did not have.
    pub added: usize,
    /// Rows that the source no longer lists, with their ex-dates.
    pub removed: Vec<(NaiveDate, Action)>,
    /// Rows that were not written, with their ex-dates: the source is not complete for the date,
    /// and other rows are stored.
    pub kept_out: Vec<(NaiveDate, Action)>,
    /// The reasons why objects were not written.
    pub failures: Vec<String>,
}

/// The outcome of writing to `actions/`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct StoreOutcome {
    /// The changes of each ticker; a ticker without any may be left out.
    pub by_ticker: BTreeMap<Ticker, TickerChanges>,
    /// The keys of the written objects, with their sizes in bytes.
    pub objects: Vec<(String, u64)>,
}

/// Writes the events of `source`, one object for each ex-date.
///
/// The events of a ticker replace the ticker's stored ones, so that a rerun changes nothing and a
/// correction removes the wrong row; the fields of [`TickerEvents`], and of its events, say which
/// stored rows stay. Other tickers and sources stay.
///
/// # Errors
/// Those of listing `actions/`. Errors about a single object are in the result.
pub(crate) async fn write(
    lake: &Lake,
    source: ActionSource,
    events: &[TickerEvents],
) -> Result<StoreOutcome, IngestError> {
    let days = Day::days(events, &stored_dates(lake, source).await?);
    let mut written = StoreOutcome::default();
    let mut outcomes = stream::iter(days)
        .map(|(ex_date, day)| async move {
            let key = ActionsKey { ex_date, source }.to_string();
            let tickers: Vec<Ticker> = day.tickers().collect();
            (ex_date, tickers, write_day(lake, &key, day).await, key)
        })
        .buffered(OBJECTS_AT_ONCE);
    while let Some((ex_date, tickers, outcome, key)) = outcomes.next().await {
        written.add(ex_date, &tickers, outcome, key);
    }
    Ok(written)
}

/// An object's update with the changes of each ticker. `None`, or an update whose `put` is false,
/// means that the object stays as it is.
type DayOutcome = Option<Update<BTreeMap<Ticker, Change>>>;

/// The ex-dates for which the lake has an object of `source`.
async fn stored_dates(lake: &Lake, source: ActionSource) -> Result<BTreeSet<NaiveDate>, IngestError> {
    let keys = lake.keys_after("actions/", "").await?;
    let keys = keys.iter().filter_map(|key| key.parse::<ActionsKey>().ok());
    Ok(keys.filter(|key| key.source == source).map(|key| key.ex_date).collect())
}

/// Replaces the stored rows of the day's tickers in the object `key` by the new ones.
async fn write_day(lake: &Lake, key: &str, day: Day) -> Result<DayOutcome, IngestError> {
    let object = lake.name(key);
    if !day.has_new_rows() {
        // Most objects have no rows of these tickers: they are read but not rewritten.
        let Some(bytes) = lake.read(key).await? else { return Ok(None) };
        if !day.concerns(&decoded(&object, bytes)?) {
            return Ok(None);
        }
    }
    let rewrite = move |old: Option<Bytes>| {
        let old = old.map(|bytes| decoded(&object, bytes)).transpose()?.unwrap_or_default();
        let (rows, changes) = day.applied(old);
        Ok((encoded(&object, rows)?, changes))
    };
    lake.update(key, rewrite).await.map(Some)
}

impl StoreOutcome {
    fn add(&mut self, ex_date: NaiveDate, tickers: &[Ticker], outcome: Result<DayOutcome, IngestError>, key: String) {
        match outcome {
            Ok(None) => {}
            Ok(Some(Update { put, bytes, note: changes })) => {
                if put {
                    self.objects.push((key, bytes));
                }
                for (ticker, change) in changes {
                    let stored = self.by_ticker.entry(ticker).or_default();
                    stored.added += change.added;
                    let dated = |action| (ex_date, action);
                    stored.removed.extend(change.removed.into_iter().map(dated));
                    stored.kept_out.extend(change.kept_out.into_iter().map(dated));
                }
            }
            Err(error) => {
                for ticker in tickers {
                    let reason = format!("events of {ex_date}: {error}");
                    self.by_ticker.entry(*ticker).or_default().failures.push(reason);
                }
            }
        }
    }
}

impl TickerChanges {
    /// Whether the lake changed.
    pub(crate) fn changed(&self) -> bool {
        self.added > 0 || !self.removed.is_empty()
    }

    /// A line for each event of `source` that was removed or not written.
    pub(crate) fn warnings(&self, source: ActionSource) -> impl Iterator<Item = String> {
        let no_longer = format!("event removed, {source} no longer lists it");
        let incomplete =
            format!("event not written, {source}'s answer is not complete, and the lake has others of this date");
        let removed = self.removed.iter().map(move |event| (no_longer.clone(), event));
        let kept_out = self.kept_out.iter().map(move |event| (incomplete.clone(), event));
        removed.chain(kept_out).map(|(what, (ex_date, action))| format!("{what}: {ex_date} {action}"))
    }
}

#[cfg(test)]
mod tests {
    use b3_market::lake::ActionKind;

    use super::super::event::Event;
    use super::super::merge::CompleteDates;
    use super::*;
    use crate::sink::LakeArgs;

    #[tokio::test]
    async fn an_unreadable_object_fails_every_ticker_that_it_may_hold_and_other_objects_are_written() {
        let folder = tempfile::tempdir().unwrap();
        let dest = folder.path().to_str().unwrap().to_owned();
        let lake = Lake::open(&LakeArgs { dest, endpoint_url: None, store_timeout: 15 }).await.unwrap();
        lake.update("actions/ex_date=2024-01-03/b3.parquet", |_stored| Ok((b"no parquet".to_vec(), ()))).await.unwrap();
        let split = |ticker: &str| Action::new(ticker.parse().unwrap(), ActionKind::Split, None).giving(2, 1);
        let split_on = |ex_date: &str, ticker: &str| {
            let event = Event { ex_date: ex_date.parse().unwrap(), action: split(ticker) };
            TickerEvents::new(ticker.parse().unwrap(), vec![event], CompleteDates::All)
        };
        let events = [split_on("2024-01-03", "VALE3"), split_on("2024-01-04", "PETR4")];
        let written = write(&lake, ActionSource::B3, &events).await.unwrap();
        let failures = |ticker: &str| written.by_ticker[&ticker.parse().unwrap()].failures.clone();
        let other = lake.read("actions/ex_date=2024-01-04/b3.parquet").await.unwrap().unwrap();
        assert_eq!(decoded("the other object", other).unwrap(), [split("PETR4")]);
        assert!(failures("VALE3")[0].contains("not a readable Parquet file"), "{:?}", failures("VALE3"));
        // The unreadable object may hold events of PETR4 too.
        assert_eq!(failures("PETR4").len(), 1);
    }
}
