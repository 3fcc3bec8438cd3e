//! Tests of intraday bars.

use std::array::from_fn;

use serde_json::json;

use crate::chart::{Row, body, daily_answer, events, intraday_rows};
use crate::lake::TestLake;
use crate::market::{Share, price_of};
use crate::server::{Answer, Server};
use crate::{NOW, date};

const SESSIONS: [&str; 3] = ["2024-03-13", "2024-03-14", "2024-03-15"];
/// Takes two requests: Yahoo returns at most 7 days of minute bars for one.
const TWELVE_DAYS_OF_MINUTES: [&str; 8] =
    ["--tickers", "PETR4", "--interval", "1m", "--from", "2024-03-04", "--to", "2024-03-15"];

fn petr4() -> Share {
    let mut share = Share::steady("PETR4", "2024-02-01", "2024-03-15");
    // Near the intraday prices: a row far from its session's daily close would be rejected.
    for bar in &mut share.bars {
        (bar.open, bar.high, bar.low, bar.close) = (3740, 3740, 3740, 3740);
    }
    share
}

/// An emulated Yahoo with daily bars, and five intraday bars a session at these prices. A
/// response with bars of 5 minutes ends with the live row, which has the time of the last trade.
fn yahoo(cents: [i64; 5]) -> Server {
    Server::start(move |request, _| {
        let share = petr4();
        let minutes = match request.query["interval"].as_str() {
            "1d" => return daily_answer(&share, request),
            "5m" => 5,
            "1m" => 1,
            _ => 60,
        };
        let mut rows: Vec<_> =
            SESSIONS.into_iter().flat_map(|session| intraday_rows(&share, date(session), minutes, &cents)).collect();
        rows.retain(|row| request.asks_for(row.stamp));
        if minutes == 5
            && let Some(last) = rows.last()
        {
            rows.push(Row { stamp: last.stamp + 17, prices: from_fn(|_| json!(37.4)), volume: json!(0) });
        }
        Answer::with_body(200, body(&share, &request.query["interval"], &rows, &events(&share)))
    })
}

#[tokio::test]
async fn intraday_bars_go_into_objects_of_their_own_with_their_starts() {
    let server = yahoo([3740, 3741, 3742, 3743, 3744]);
    let lake = TestLake::new();
    let arguments = ["--tickers", "PETR4", "--interval", "1h", "--from", SESSIONS[0], "--to", SESSIONS[2]];
    assert!(lake.run(&server.address, NOW, &arguments).await.succeeded());
    for session in SESSIONS {
        let bars = lake.bars(date(session), "yahoo-1h");
        let closes: Vec<_> = bars.iter().map(|bar| bar.close).collect();
        assert_eq!(closes, [3740, 3741, 3742, 3743, 3744].map(price_of), "{session}");
        let opening = chrono::DateTime::from_timestamp_micros(bars[0].bar_start.unwrap()).unwrap();
        assert_eq!(opening.to_string(), format!("{session} 13:00:00 UTC")); // 10:00 in Sao Paulo
    }
    assert_eq!(lake.bars(date(SESSIONS[0]), "yahoo"), []);
}

#[tokio::test]
async fn the_live_row_and_a_bar_in_cents_are_rejected_and_the_others_written() {
    let server = yahoo([3740, 3741, 374_200, 3743, 3744]);
    let lake = TestLake::new();
    let report = lake.run(&server.address, NOW, &["--tickers", "PETR4", "--interval", "5m"]).await;
    let outcome = report.outcome("PETR4", "2024-03-15");
    assert!(outcome.starts_with("written: a row rejected: "), "{outcome}");
    assert_eq!(lake.bars(date("2024-03-15"), "yahoo-5m").len(), 4);
    assert_eq!(report.json["rejected_rows"], 2);
}

#[tokio::test]
async fn a_row_without_a_valid_timestamp_in_the_first_of_two_responses_is_reported() {
    let server = Server::start(|request, _| {
        let share = petr4();
        if request.query["interval"] == "1d" {
            return daily_answer(&share, request);
        }
        let mut rows = intraday_rows(&share, date("2024-03-05"), 1, &[3740]);
        if request.asks_for(rows[0].stamp) {
            rows.push(Row { stamp: i64::MAX, prices: from_fn(|_| json!(37.4)), volume: json!(0) });
        } else {
            rows = intraday_rows(&share, date(SESSIONS[0]), 1, &[3740]);
        }
        Answer::with_body(200, body(&share, "1m", &rows, &events(&share)))
    });
    let report = TestLake::new().run(&server.address, NOW, &TWELVE_DAYS_OF_MINUTES).await;
    let expected = "PETR4: row 2 has the timestamp 9223372036854775807, expected seconds since 1970";
    assert_eq!(report.json["warnings"], json!([expected]));
}

#[tokio::test]
async fn a_period_of_minute_bars_that_is_too_long_for_one_request_is_divided() {
    let server = yahoo([3740, 3741, 3742, 3743, 3744]);
    let report = TestLake::new().run(&server.address, NOW, &TWELVE_DAYS_OF_MINUTES).await;
    assert!(report.succeeded());
    let requests = server.requests().into_iter().filter(|request| request.query["interval"] == "1m").count();
    assert_eq!(requests, 2);
    assert_eq!(report.outcome("PETR4", "2024-03-13"), "written");
    assert_eq!(report.outcome("PETR4", "2024-03-12"), "empty: yahoo has no row");
}
