//! Tests of events in `actions/` that another run or an earlier version wrote.

use std::path::PathBuf;

use b3_ingest::frame::encode;
use fastrand::Rng;
use polars::prelude::{DataFrame, Int64Chunked, Int128Chunked, IntoColumn, NewChunkedArray, StringChunked};

use crate::chart::daily_answer;
use crate::lake::{RunReport, TestLake};
use crate::market::Share;
use crate::server::Server;
use crate::{NOW, date};

const DIVIDEND: &str = "PETR4 dividend 0.50000000";

/// PETR4 with a dividend of 0.50 on each of these dates.
fn share(dividends: &[&str]) -> Share {
    let mut share = Share::random("PETR4", date("2024-01-02"), date("2024-03-15"), &mut Rng::with_seed(7));
    share.splits.clear();
    share.dividends = dividends.iter().map(|text| (date(text), 500_000)).collect();
    share
}

/// A run for the last bar's session; the events of the 21 days before are read too.
async fn run(lake: &TestLake, share: Share) -> RunReport {
    let last = share.bars.last().unwrap().date.to_string();
    let server = Server::start(move |request, _| daily_answer(&share, request));
    lake.run(&server.address, NOW, &["--tickers", "PETR4", "--to", &last]).await
}

/// Writes an object without the later column `note`, with an event of VALE3; returns its path.
fn put_old(lake: &TestLake, ex_date: &str, kind: &str) -> PathBuf {
    let text =
        |name: &str, value: &str| StringChunked::from_iter_values(name.into(), [value].into_iter()).into_column();
    let long = |name: &str| Int64Chunked::from_iter_options(name.into(), [None].into_iter()).into_column();
    let half_a_real = Some(50_000_000);
    let amount = Int128Chunked::from_iter_options("amount".into(), [half_a_real].into_iter());
    let columns = vec![
        text("ticker", "VALE3"),
        text("kind", kind),
        amount.into_decimal(18, 8).unwrap().into_column(),
        long("numerator"),
        long("denominator"),
    ];
    let folder = lake.path().join(format!("actions/ex_date={ex_date}"));
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join("yahoo.parquet");
    std::fs::write(&path, encode(&DataFrame::new(1, columns).unwrap()).unwrap()).unwrap();
    path
}

#[tokio::test]
async fn a_dividend_that_yahoo_moves_to_another_date_is_removed_from_the_old_one() {
    let lake = TestLake::new();
    run(&lake, share(&["2024-03-05"])).await;
    assert_eq!(lake.events("2024-03-05"), [DIVIDEND]);
    let report = run(&lake, share(&["2024-03-06"])).await;
    assert!(lake.events("2024-03-05").is_empty());
    assert_eq!(lake.events("2024-03-06"), [DIVIDEND]);
    let warnings = report.json["warnings"].as_array().unwrap();
    assert_eq!(warnings, &["event removed, yahoo no longer lists it: 2024-03-05 PETR4 dividend 0.5"]);
}

#[tokio::test]
async fn an_old_object_without_an_event_of_the_requested_ticker_is_not_rewritten() {
    let lake = TestLake::new();
    let path = put_old(&lake, "2024-03-05", "dividend");
    let old = std::fs::read(&path).unwrap();
    run(&lake, share(&[])).await;
    assert_eq!(std::fs::read(path).unwrap(), old);
}

#[tokio::test]
async fn an_object_of_an_earlier_version_gets_the_column_note_and_the_present_name_of_its_kind() {
    let lake = TestLake::new();
    put_old(&lake, "2024-03-05", "capital_gain");
    run(&lake, share(&["2024-03-05"])).await;
    // `events` also checks the columns.
    assert_eq!(lake.events("2024-03-05"), [DIVIDEND, "VALE3 capital_return 0.50000000"]);
}
