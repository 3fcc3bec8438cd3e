//! Tests of events in `actions/` that another run or an earlier version wrote.

use std::path::PathBuf;

use b3_ingest::frame::encode;
use polars::prelude::{DataType, df};
use serde_json::{Value, json};

use crate::chart::daily_chart;
use crate::lake::{RunReport, TestLake};
use crate::market::{Share, ShareFault};
use crate::server::{Answer, Server};
use crate::{NOW, date};

const DIVIDEND: &str = "PETR4 dividend 0.50000000";

/// PETR4 with a dividend of 0.50 on each of these dates.
fn share(dividends: &[&str]) -> Share {
    let dividends = dividends.iter().map(|text| (date(text), 500_000)).collect();
    Share { dividends, ..Share::steady("PETR4", "2024-01-02", "2024-03-15") }
}

/// A run for the last bar's session; the events of the 21 days before are read too.
async fn run(lake: &TestLake, share: Share) -> RunReport {
    run_changed(lake, share, |_| ()).await
}

/// Writes an object without the later column `note`, with an event of VALE3; returns its path.
fn put_old(lake: &TestLake, ex_date: &str, kind: &str) -> PathBuf {
    let (amount, none) = ([Some(0.5)], [None::<i64>]);
    let frame =
        df!("ticker" => ["VALE3"], "kind" => [kind], "amount" => amount, "numerator" => none, "denominator" => none);
    let mut frame = frame.unwrap();
    frame.apply("amount", |amount| amount.cast(&DataType::Decimal(18, 8)).unwrap()).unwrap();
    let folder = lake.path().join(format!("actions/ex_date={ex_date}"));
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join("yahoo.parquet");
    std::fs::write(&path, encode(&frame).unwrap()).unwrap();
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

/// A run like [`run`], in which `change` changes the chart of Yahoo's response.
async fn run_changed(lake: &TestLake, share: Share, change: fn(&mut Value)) -> RunReport {
    let last = share.bars.last().unwrap().date.to_string();
    let server = Server::start(move |request, _| {
        let mut chart: Value = serde_json::from_str(&daily_chart(&share, request)).unwrap();
        change(&mut chart["chart"]["result"][0]);
        Answer::with_body(200, chart.to_string())
    });
    lake.run(&server.address, NOW, &["--tickers", "PETR4", "--to", &last]).await
}

#[tokio::test]
async fn a_dividend_in_dollars_is_reported_and_not_written_and_removes_no_event() {
    let lake = TestLake::new();
    run(&lake, share(&["2024-03-05"])).await;
    let in_dollars = |chart: &mut Value| {
        let dividends = chart["events"]["dividends"].as_object_mut().unwrap();
        dividends.values_mut().for_each(|dividend| dividend["currency"] = json!("USD"));
    };
    let report = run_changed(&lake, share(&["2024-03-06"]), in_dollars).await;
    assert_eq!(lake.events("2024-03-05"), [DIVIDEND]);
    assert!(!lake.path().join("actions/ex_date=2024-03-06").exists());
    let expected = "PETR4: dividend of 2024-03-06: 0.5 USD, expected BRL that decimal(18,8) holds, not negative";
    assert_eq!(report.json["warnings"], json!([expected]));
}

#[tokio::test]
async fn no_event_of_an_answer_in_cents_is_written_and_none_is_removed() {
    let lake = TestLake::new();
    run(&lake, share(&["2024-03-05", "2024-03-06"])).await;
    let in_cents = Share { fault: Some(ShareFault::AllInCents), ..share(&["2024-03-05", "2024-03-07"]) };
    let report = run(&lake, in_cents).await;
    assert_eq!((lake.events("2024-03-05"), lake.events("2024-03-06")), (vec![DIVIDEND.into()], vec![DIVIDEND.into()]));
    assert!(!lake.path().join("actions/ex_date=2024-03-07").exists());
    let warnings = report.json["warnings"].as_array().unwrap();
    for (warning, ex_date) in warnings.iter().zip(["2024-03-05", "2024-03-07"]) {
        let expected = format!("PETR4: event left out: {ex_date} PETR4 dividend 0.5: the answer's close ");
        assert!(warning.as_str().unwrap().starts_with(&expected), "{warning}");
    }
    assert_eq!(warnings.len(), 2);
}

#[tokio::test]
async fn a_corrected_event_that_is_not_written_because_another_cannot_be_read_is_reported() {
    let lake = TestLake::new();
    run(&lake, share(&["2024-03-05"])).await;
    let corrected_and_unreadable = |chart: &mut Value| {
        let mut dividends = chart["events"]["dividends"].as_object_mut().unwrap().values_mut();
        dividends.next().unwrap()["amount"] = json!(0.6);
        dividends.next().unwrap()["currency"] = json!("USD");
    };
    let report = run_changed(&lake, share(&["2024-03-05", "2024-03-06"]), corrected_and_unreadable).await;
    assert_eq!(lake.events("2024-03-05"), [DIVIDEND]);
    let reason = "yahoo's answer is not complete, and the lake has others of this date";
    let expected = json!(format!("event not written, {reason}: 2024-03-05 PETR4 dividend 0.6"));
    assert!(report.json["warnings"].as_array().unwrap().contains(&expected), "{}", report.json["warnings"]);
}

#[tokio::test]
async fn a_row_before_the_requested_period_removes_no_earlier_event() {
    let lake = TestLake::new();
    let bars_of_january = Share::steady("PETR4", "2024-01-02", "2024-01-31").bars;
    run(&lake, Share { bars: bars_of_january, ..share(&["2024-01-16"]) }).await;
    assert_eq!(lake.events("2024-01-16"), [DIVIDEND]);
    let with_a_row_of_2023 = |chart: &mut Value| {
        chart["timestamp"].as_array_mut().unwrap().insert(0, json!(1_700_000_000));
        for column in chart["indicators"]["quote"][0].as_object_mut().unwrap().values_mut() {
            column.as_array_mut().unwrap().insert(0, Value::Null);
        }
    };
    // The event is before the run's period, which a row of 2023 must not lengthen.
    let report = run_changed(&lake, share(&[]), with_a_row_of_2023).await;
    assert_eq!(report.outcome("PETR4", "2024-03-15"), "written");
    assert_eq!(lake.events("2024-01-16"), [DIVIDEND]);
}

#[tokio::test]
async fn an_old_object_without_an_event_of_the_requested_ticker_is_not_rewritten() {
    let lake = TestLake::new();
    let path = put_old(&lake, "2024-03-05", "dividend");
    let old = std::fs::read(&path).unwrap();
    assert!(run(&lake, share(&[])).await.succeeded());
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
