//! Events into the lake: `actions/ex_date=YYYY-MM-DD/yahoo.parquet`.
//!
//! | column | type | null |
//! | --- | --- | --- |
//! | `ticker` | string | |
//! | `kind` | string: `split`, `dividend`, `capital_gain` | |
//! | `amount` | decimal(18,8), BRL per share as paid | for a split |
//! | `numerator`, `denominator` | int64, new shares for old ones | for all but a split |

use std::collections::{BTreeMap, BTreeSet};

use b3_market::Ticker;
use b3_market::lake::{ActionSource, ActionsKey};
use bytes::Bytes;
use chrono::NaiveDate;
use polars::prelude::{
    DataFrame, DataType, Int64Chunked, Int128Chunked, IntoColumn, NewChunkedArray, PlSmallStr, PolarsResult, Schema,
    StringChunked,
};

use super::events::{AMOUNT_SCALE, Event};
use crate::IngestError;
use crate::frame::{decode, encode};
use crate::report::Report;
use crate::sink::Lake;

/// A row of the table.
type ActionRow = (String, String, Option<i128>, Option<i64>, Option<i64>);

/// Writes the events of all tickers, one object per ex-date. On a date a ticker's events replace those that the object held
/// of it, so a rerun changes nothing and a correction leaves no trace of the error; other tickers are kept.
///
/// What goes wrong with an object is in `report`.
pub(super) async fn write(lake: &Lake, found: &[(Ticker, Vec<Event>)], report: &mut Report) {
    let mut by_date: BTreeMap<NaiveDate, BTreeSet<ActionRow>> = BTreeMap::new();
    for (ticker, events) in found {
        for event in events {
            let row = (ticker.to_string(), event.kind.to_owned(), event.amount, event.numerator, event.denominator);
            by_date.entry(event.ex_date).or_default().insert(row);
        }
    }
    for (ex_date, rows) in by_date {
        let key = ActionsKey { ex_date, source: ActionSource::Yahoo }.to_string();
        let object = lake.name(&key);
        let rewrite = move |old: Option<Bytes>| {
            let old = old.map(|bytes| read(&object, bytes)).transpose()?.unwrap_or_default();
            let wrong = |error: polars::prelude::PolarsError| IngestError::Parquet {
                object: object.clone(),
                reason: error.to_string(),
            };
            let rows = merged(old, &rows);
            frame(&rows).and_then(|frame| encode(&frame)).map_err(wrong)
        };
        if let Err(error) = lake.update(&key, rewrite).await {
            report.fail(format!("events of {ex_date}: {error}"));
        }
    }
}

fn merged(old: Vec<ActionRow>, new: &BTreeSet<ActionRow>) -> Vec<ActionRow> {
    let renewed: BTreeSet<&str> = new.iter().map(|row| row.0.as_str()).collect();
    let mut rows: Vec<ActionRow> =
        old.into_iter().filter(|row| !renewed.contains(row.0.as_str())).chain(new.iter().cloned()).collect();
    rows.sort();
    rows
}

fn schema() -> Schema {
    let amount = DataType::Decimal(18, AMOUNT_SCALE as usize);
    let columns = [
        ("ticker", DataType::String),
        ("kind", DataType::String),
        ("amount", amount),
        ("numerator", DataType::Int64),
        ("denominator", DataType::Int64),
    ];
    columns.into_iter().map(|(name, dtype)| (PlSmallStr::from_static(name), dtype)).collect()
}

fn frame(rows: &[ActionRow]) -> PolarsResult<DataFrame> {
    let amounts = Int128Chunked::from_iter_options("amount".into(), rows.iter().map(|row| row.2));
    let columns = vec![
        StringChunked::from_iter_options("ticker".into(), rows.iter().map(|row| Some(&row.0))).into_column(),
        StringChunked::from_iter_options("kind".into(), rows.iter().map(|row| Some(&row.1))).into_column(),
        amounts.into_decimal(18, AMOUNT_SCALE as usize)?.into_column(),
        Int64Chunked::from_iter_options("numerator".into(), rows.iter().map(|row| row.3)).into_column(),
        Int64Chunked::from_iter_options("denominator".into(), rows.iter().map(|row| row.4)).into_column(),
    ];
    DataFrame::new(rows.len(), columns)
}

fn read(object: &str, bytes: Bytes) -> Result<Vec<ActionRow>, IngestError> {
    let frame = decode(object, bytes, &schema())?;
    let rows = || -> PolarsResult<Vec<ActionRow>> {
        let (tickers, kinds) = (frame.column("ticker")?.str()?, frame.column("kind")?.str()?);
        let amounts = frame.column("amount")?.decimal()?.physical();
        let (numerators, denominators) = (frame.column("numerator")?.i64()?, frame.column("denominator")?.i64()?);
        let text = |value: Option<&str>| value.unwrap_or_default().to_owned();
        let row = |index| {
            let keys = (text(tickers.get(index)), text(kinds.get(index)));
            (keys.0, keys.1, amounts.get(index), numerators.get(index), denominators.get(index))
        };
        Ok((0..frame.height()).map(row).collect())
    };
    rows().map_err(|error| IngestError::Parquet { object: object.to_owned(), reason: error.to_string() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sink::LakeArgs;

    fn dividend(amount: i128) -> Event {
        Event {
            ex_date: "2024-01-03".parse().unwrap(),
            kind: "dividend",
            amount: Some(amount),
            numerator: None,
            denominator: None,
        }
    }

    fn ticker(text: &str) -> Ticker {
        text.parse().unwrap()
    }

    async fn stored(lake: &Lake) -> Vec<ActionRow> {
        let key = "actions/ex_date=2024-01-03/yahoo.parquet";
        read(key, lake.read(key).await.unwrap().unwrap()).unwrap()
    }

    #[tokio::test]
    async fn a_ticker_renews_its_own_events_and_forgets_no_other() {
        let folder = tempfile::tempdir().unwrap();
        let dest = folder.path().to_str().unwrap().to_owned();
        let lake = Lake::open(&LakeArgs { dest, endpoint_url: None, store_timeout: 15 }).await.unwrap();
        let mut report = Report::begin("yahoo", "lake", None).unwrap();
        let split = Event { kind: "split", amount: None, numerator: Some(2), denominator: Some(1), ..dividend(0) };
        write(&lake, &[(ticker("VALE3"), vec![split]), (ticker("PETR4"), vec![dividend(1)])], &mut report).await;
        write(&lake, &[(ticker("PETR4"), vec![dividend(94_592_200)])], &mut report).await;
        let row = |ticker: &str, kind: &str, amount, terms: Option<i64>| {
            (ticker.to_owned(), kind.to_owned(), amount, terms, terms.map(|_| 1))
        };
        let expected = [row("PETR4", "dividend", Some(94_592_200), None), row("VALE3", "split", None, Some(2))];
        assert_eq!(stored(&lake).await, expected);
        assert!(report.succeeded());
    }
}
