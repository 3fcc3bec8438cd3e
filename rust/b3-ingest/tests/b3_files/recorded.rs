//! Tests that replay recorded responses of Yahoo.

use std::path::Path;

use crate::response_in;
use crate::server::{Answer, Server};
use crate::yahoo_lake::{RunReport, TestLake};

fn replay(body: String, now: &str, arguments: &[&str]) -> (TestLake, RunReport) {
    let replayed = async {
        let server = Server::start(move |_, _| Answer::with_body(200, body.clone()));
        let lake = TestLake::new();
        let report = lake.run(&server.address, now, arguments).await;
        (lake, report)
    };
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(replayed)
}

pub(crate) fn stamps_in_a_summer_time_that_brazil_did_not_keep_give_the_22_sessions_of_petr4(folder: &Path) {
    let body = response_in(folder, "PETR4.SA_chart_2022-11-23_2022-12-22.json");
    let arguments = ["--tickers", "PETR4", "--from", "2022-11-23", "--to", "2022-12-22"];
    let (lake, report) = replay(body, "2022-12-23T23:30:00Z", &arguments);
    assert!(report.succeeded());
    assert_eq!(lake.dates().len(), 22);
    assert_eq!((lake.dates()[0].as_str(), lake.dates()[21].as_str()), ("2022-11-23", "2022-12-22"));
    let bar = lake.bars("2022-12-14".parse().unwrap(), "yahoo")[0];
    let prices = [bar.open, bar.high, bar.low, bar.close].map(|price| price.to_string());
    assert_eq!(prices, ["22.500000", "22.600000", "20.770000", "21.470000"]);
    assert_eq!((bar.volume, bar.turnover, bar.trades), (319_501_600, None, None));
}

pub(crate) fn empty_arrays_are_reported_empty_and_bars_of_another_length_failed(folder: &Path) {
    // The request was for the range 1d; its bars are of one minute.
    let one_minute = response_in(folder, "GRND3.SA_chart_1d_empty_2019-10-21.json");
    let daily = one_minute.replace(r#""dataGranularity":"1m""#, r#""dataGranularity":"1d""#);
    let (_, report) = replay(daily, "2019-10-21T23:30:00Z", &["--tickers", "GRND3"]);
    assert_eq!(report.outcome("GRND3", "2019-10-21"), "empty: yahoo has no row");
    let (_, report) = replay(one_minute, "2019-10-21T23:30:00Z", &["--tickers", "GRND3"]);
    let outcome = report.outcome("GRND3", "2019-10-21");
    assert!(outcome.starts_with("failed: ") && outcome.contains("1m") && outcome.contains("1d"), "{outcome}");
}

pub(crate) fn shares_of_other_exchanges_are_refused_by_their_symbol(folder: &Path) {
    let found = [
        ("history_chart_AAPL.json", "AAPL"),
        ("history_chart_MSFT.json", "MSFT"),
        ("history_chart_VFINX.json", "VFINX"),
        ("history_chart_GS2C.DE.json", "GS2C.DE"),
    ];
    for (file, symbol) in found {
        let body = response_in(folder, file);
        let (_, report) = replay(body, "2025-10-30T23:30:00Z", &["--tickers", "AAPL34"]);
        let expected = format!("failed: the answer's symbol is '{symbol}', expected 'AAPL34.SA'");
        assert_eq!(report.outcome("AAPL34", "2025-10-30"), expected);
    }
}
