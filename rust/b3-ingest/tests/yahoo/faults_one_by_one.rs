//! Tests with at most one fault of Yahoo: what is written, and the report's message.

use serde_json::json;

use crate::chart::{daily_answer, daily_chart, stamp, unknown};
use crate::lake::{RunReport, TestLake};
use crate::market::{RowFault, Share, ShareFault, Split, Stamps, price_of};
use crate::server::{Answer, Server};
use crate::{NOW, date};

fn petr4() -> Share {
    Share::steady("PETR4", "2024-02-01", "2024-03-15")
}

/// Yahoo with `share`. Any other request is refused with status 200, as Yahoo does, also one for a
/// crumb (a session token), which a request for a chart does not need.
fn yahoo_of(share: Share) -> Server {
    Server::start(move |request, _| match (request.symbol(), share.fault) {
        ("PETR4.SA", Some(ShareFault::Unknown)) => unknown(),
        ("PETR4.SA", _) => daily_answer(&share, request),
        _ => Answer::with_body(200, "Too Many Requests"),
    })
}

/// A run at [`NOW`], after the session of 2024-03-15, which is the default date.
async fn run(share: Share, arguments: &[&str]) -> (TestLake, RunReport) {
    let server = yahoo_of(share);
    let lake = TestLake::new();
    let report = lake.run(&server.address, NOW, &[&["--tickers", "PETR4"], arguments].concat()).await;
    (lake, report)
}

/// The outcome of the session of 2024-03-07 with this fault, in a run of three sessions, of which
/// the others must be written.
async fn outcome_with(fault: RowFault) -> String {
    let mut share = petr4();
    share.row_faults.insert(date("2024-03-07"), fault);
    let (_, report) = run(share, &["--from", "2024-03-06", "--to", "2024-03-08"]).await;
    assert_eq!(report.outcome("PETR4", "2024-03-06"), "written", "{fault:?}");
    assert_eq!(report.outcome("PETR4", "2024-03-08"), "written", "{fault:?}");
    report.outcome("PETR4", "2024-03-07")
}

#[tokio::test]
async fn a_fault_of_a_row_costs_at_most_its_own_session() {
    let expected = [
        (RowFault::Missing, "empty: yahoo has no row"),
        (RowFault::NullOpen, "rejected: open is null"),
        (RowFault::NullPrices, "rejected: open is null, high is null, low is null, close is null"),
        (RowFault::NullAll, "rejected: open is null, high is null, low is null, close is null, volume is null"),
        (RowFault::TextClose, "rejected: close is \"37.40\""),
        (RowFault::ZeroLow, "rejected: low 0.000000 is not positive"),
        (RowFault::NegativeClose, "rejected: close -1.250000 is not positive"),
        (RowFault::NullVolume, "rejected: volume is null"),
        (RowFault::FloatVolume, "written"),
        (RowFault::TwiceTheSame, "written"),
        (RowFault::TwiceDifferent, "rejected: 2 different rows for one session"),
    ];
    for (fault, expected) in expected {
        assert_eq!(outcome_with(fault).await, expected, "{fault:?}");
    }
}

#[tokio::test]
async fn impossible_prices_and_volumes_are_reported_with_their_values() {
    let expected = [
        (RowFault::HighBelowLow, ["rejected: low ", " above high "]),
        (RowFault::InCents, ["rejected: close ", " is about 10^2 times the level of the bars around it"]),
        (RowFault::InHundreds, ["rejected: close ", " is about 10^-2 times the level of the bars around it"]),
        (RowFault::HighInCents, ["rejected: prices from ", " in one bar"]),
        (RowFault::NegativeVolume, ["rejected: volume is -", ", expected a whole number of shares"]),
        (RowFault::HalfVolume, ["rejected: volume is ", ".5, expected a whole number of shares"]),
    ];
    for (fault, [start, middle]) in expected {
        let outcome = outcome_with(fault).await;
        assert!(outcome.starts_with(start) && outcome.contains(middle), "{fault:?}: {outcome}");
    }
}

#[tokio::test]
async fn a_rejected_row_is_kept_beside_raw_with_its_values_and_reason() {
    let mut share = petr4();
    let day = date("2024-03-07");
    let traded = *share.bars.iter().find(|bar| bar.date == day).unwrap();
    share.row_faults.insert(day, RowFault::NullOpen);
    let (lake, _) = run(share, &["--to", "2024-03-07"]).await;
    let rejected = lake.rejected(day);
    assert_eq!(rejected.len(), 1);
    assert_eq!((rejected[0].open, rejected[0].volume), (None, Some(traded.volume)));
    assert_eq!(rejected[0].close, Some(price_of(traded.close)));
    assert_eq!(rejected[0].reason, "open is null");
    assert!(lake.bars(day, "yahoo").is_empty());
}

#[tokio::test]
async fn a_rejected_row_stays_if_a_later_request_of_its_ticker_fails() {
    let mut share = petr4();
    share.row_faults.insert(date("2024-03-07"), RowFault::NullOpen);
    let day = ["--tickers", "PETR4", "--from", "2024-03-07", "--to", "2024-03-07"];
    let lake = TestLake::new();
    lake.run(&yahoo_of(share.clone()).address, NOW, &day).await;
    share.fault = Some(ShareFault::Unknown);
    let report = lake.run(&yahoo_of(share.clone()).address, NOW, &day).await;
    assert!(report.outcome("PETR4", "2024-03-07").starts_with("failed: "));
    assert_eq!(lake.rejected(date("2024-03-07"))[0].reason, "open is null");
    // A run that reads the ticker and finds a valid row removes it.
    lake.run(&yahoo_of(petr4()).address, NOW, &day).await;
    assert!(lake.rejected(date("2024-03-07")).is_empty());
}

#[tokio::test]
async fn replace_removes_no_row_of_a_ticker_whose_request_fails() {
    let (both, day) = (["--tickers", "PETR4,VALE3", "--replace"], date("2024-03-15"));
    let lake = TestLake::new();
    let server = |fault| {
        Server::start(move |request, _| match (request.symbol(), fault) {
            ("PETR4.SA", Some(ShareFault::Unknown)) => unknown(),
            (symbol, _) => daily_answer(&Share { ticker: symbol.replace(".SA", ""), ..petr4() }, request),
        })
    };
    lake.run(&server(None).address, NOW, &both).await;
    assert_eq!(lake.bars(day, "yahoo").len(), 2);
    let report = lake.run(&server(Some(ShareFault::Unknown)).address, NOW, &both).await;
    assert!(report.outcome("PETR4", "2024-03-15").starts_with("failed: "));
    assert_eq!(lake.bars(day, "yahoo").len(), 2);
}

#[tokio::test]
async fn a_bar_on_a_holiday_is_reported_and_not_written() {
    let share = Share { holidays_with_bar: vec![date("2024-02-13")], ..petr4() };
    let (lake, report) = run(share, &["--from", "2024-02-09", "--to", "2024-02-14"]).await;
    assert_eq!(report.outcome("PETR4", "2024-02-13"), "rejected: 2024-02-13 is no session of B3");
    assert_eq!(lake.dates(), ["2024-02-09", "2024-02-14"]);
    assert!(report.succeeded());
}

#[tokio::test]
async fn both_ends_of_the_range_are_written_whatever_the_stamps() {
    for stamps in [Stamps::Opening, Stamps::MidnightUtcMinus3, Stamps::MidnightUtcMinus2, Stamps::LastTrade] {
        let (lake, _) = run(Share { stamps, ..petr4() }, &["--from", "2024-03-13", "--to", "2024-03-15"]).await;
        assert_eq!(lake.dates(), ["2024-03-13", "2024-03-14", "2024-03-15"], "{stamps:?}");
    }
}

#[tokio::test]
async fn a_session_that_is_still_open_is_not_written() {
    let server = yahoo_of(petr4());
    let lake = TestLake::new();
    let arguments = ["--tickers", "PETR4", "--from", "2024-03-14", "--to", "2024-03-15"];
    let report = lake.run(&server.address, "2024-03-15T18:00:00Z", &arguments).await;
    assert_eq!(report.outcome("PETR4", "2024-03-15"), "empty: the session has not closed yet");
    assert_eq!(lake.dates(), ["2024-03-14"]);
    let next_month = ["--tickers", "PETR4", "--from", "2024-04-15", "--to", "2024-04-15"];
    let report = lake.run(&server.address, NOW, &next_month).await;
    assert_eq!(report.outcome("PETR4", "2024-04-15"), "empty: the session has not closed yet");
}

#[tokio::test]
async fn an_unknown_symbol_fails_with_yahoos_words_and_one_in_dollars_with_its_currency() {
    let (_, report) = run(Share { fault: Some(ShareFault::Unknown), ..petr4() }, &[]).await;
    let expected = "failed: yahoo answered Not Found: No data found, symbol may be delisted";
    assert_eq!(report.outcome("PETR4", "2024-03-15"), expected);
    assert!(!report.succeeded());
    let (_, report) = run(Share { fault: Some(ShareFault::Dollars), ..petr4() }, &[]).await;
    assert_eq!(report.outcome("PETR4", "2024-03-15"), "failed: the answer's currency is 'USD', expected 'BRL'");
}

#[tokio::test]
async fn a_chart_without_a_currency_causes_no_other_request() {
    // The client library would request a currency that the chart lacks from other addresses.
    let server = yahoo_of(Share { fault: Some(ShareFault::NoCurrency), ..petr4() });
    let lake = TestLake::new();
    let report = lake.run(&server.address, NOW, &["--tickers", "PETR4"]).await;
    assert_eq!(report.outcome("PETR4", "2024-03-15"), "written");
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn what_was_traded_before_a_split_is_written_as_it_was_traded_and_the_split_is_kept() {
    let mut share = petr4();
    let ex_date = date("2024-03-08");
    let place = share.bars.iter().position(|bar| bar.date == ex_date).unwrap();
    for bar in &mut share.bars[place..] {
        for cents in [&mut bar.open, &mut bar.high, &mut bar.low, &mut bar.close] {
            *cents /= 3;
        }
    }
    share.splits = vec![Split { date: ex_date, numerator: 3, denominator: 1 }];
    share.dividends = vec![(date("2024-03-05"), 1_000_000)];
    let traded = share.bars.clone();
    let (lake, report) = run(share, &["--from", "2024-03-05", "--to", "2024-03-08"]).await;
    assert!(report.succeeded());
    for day in ["2024-03-07", "2024-03-08"].map(date) {
        let (bar, truth) = (lake.bars(day, "yahoo")[0], traded.iter().find(|bar| bar.date == day).unwrap());
        assert_eq!((bar.close, bar.volume), (price_of(truth.close), truth.volume), "{day}");
    }
    assert_eq!(lake.events("2024-03-05"), ["PETR4 dividend 1.00000000"]);
    assert_eq!(lake.events("2024-03-08"), ["PETR4 split 3/1"]);
}

#[tokio::test]
async fn a_split_of_the_next_session_fails_the_ticker_because_its_prices_may_not_be_divided_yet() {
    let next_session = Split { date: date("2024-03-18"), numerator: 2, denominator: 1 };
    // Yahoo lists the split, but its prices are still those as traded.
    let share = Share { splits: vec![next_session], fault: Some(ShareFault::SplitNotApplied(0)), ..petr4() };
    let server = yahoo_of(share);
    let lake = TestLake::new();
    for friday_or_sunday in ["2024-03-15T23:30:00Z", "2024-03-17T23:30:00Z"] {
        let report = lake.run(&server.address, friday_or_sunday, &["--tickers", "PETR4"]).await;
        let reason =
            "no bar of its ex-date shows yet whether yahoo has divided earlier prices by the split 2:1 of 2024-03-18";
        assert_eq!(report.outcome("PETR4", "2024-03-15"), format!("failed: {reason}"));
        assert!(lake.dates().is_empty());
    }
}

#[tokio::test]
async fn a_split_that_cannot_be_read_fails_the_whole_ticker() {
    let (share, stamp) = (petr4(), stamp(date("2024-03-08"), Stamps::Opening));
    let server = Server::start(move |request, _| {
        let mut chart: serde_json::Value = serde_json::from_str(&daily_chart(&share, request)).unwrap();
        chart["chart"]["result"][0]["events"]["splits"] =
            json!({ stamp.to_string(): {"numerator": 0, "denominator": 1, "splitRatio": "0:1"} });
        Answer::with_body(200, chart.to_string())
    });
    let lake = TestLake::new();
    let report = lake.run(&server.address, NOW, &["--tickers", "PETR4"]).await;
    let outcome = report.outcome("PETR4", "2024-03-15");
    let expected = format!("failed: a split cannot be read, so earlier prices cannot be restored: split {stamp}");
    assert!(outcome.starts_with(&expected), "{outcome}");
    assert!(lake.dates().is_empty());
}
