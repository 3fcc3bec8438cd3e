//! Tests of the comparison of sources.

use std::process::Output;

use b3_ingest::frame::{encode, frame_of_bars};
use b3_market::lake::Source;

use super::lake::{Lake, binary, error_line, succeeded};
use super::layout::spot;

fn reconcile(lake: &Lake, more: &[&str]) -> Output {
    let dates = ["--from", "2024-11-01", "--to", "2024-11-30"];
    binary().args(["reconcile", "--dest"]).arg(lake.path("lake")).args(dates).args(more).output().unwrap()
}

#[test]
fn differences_are_listed_worst_first() {
    let lake = Lake::new();
    let records =
        [spot("20241108", "PETR4", 3_610), spot("20241108", "VALE3", 5_999), spot("20241108", "ITUB4", 3_000)];
    succeeded(lake.quote(&records, &[]));
    let mut bars = lake.bars("2024-11-08");
    bars.retain(|bar| bar.ticker.as_str() != "ITUB4");
    // Yahoo's bars have none of these.
    for bar in &mut bars {
        (bar.market, bar.turnover, bar.trades, bar.isin) = (None, None, None, None);
    }
    let [petr4, vale3] = &mut bars[..] else { panic!("{bars:?}") };
    petr4.close = "36.11".parse().unwrap();
    vale3.volume += 2_000;
    let yahoo = lake.object("2024-11-08").with_file_name("yahoo.parquet");
    std::fs::write(&yahoo, encode(&frame_of_bars(&bars, Source::Yahoo).unwrap()).unwrap()).unwrap();

    let table = lake.path("differences.csv");
    let text = succeeded(reconcile(&lake, &["--output", table.to_str().unwrap()]));
    assert!(text.starts_with("reconcile: 1 date in both sources, 2 rows compared, 0 equal\n"), "{text}");
    assert!(text.contains("only in cotahist 1, only in yahoo 0"), "{text}");
    let lines: Vec<String> = std::fs::read_to_string(table).unwrap().lines().map(str::to_owned).collect();
    let expected = [
        "trade_date,ticker,field,cotahist,yahoo,absolute,relative",
        "2024-11-08,VALE3,volume,1000,3000,2000,2",
        "2024-11-08,PETR4,close,36.100000,36.110000,0.010000,0.000277008",
    ];
    assert_eq!(lines, expected);

    let text = succeeded(reconcile(&lake, &["--tickers", "ITUB4"]));
    assert!(text.contains("0 rows compared") && text.contains("0 differences"), "{text}");
    assert!(lake.path("lake/reconcile/2024-11-01..2024-11-30.parquet").exists());
}

#[test]
fn dates_the_wrong_way_round_are_refused() {
    let lake = Lake::new();
    let arguments = ["--from", "2024-11-30", "--to", "2024-11-01"];
    let output = binary().args(["reconcile", "--dest"]).arg(lake.path("lake")).args(arguments).output().unwrap();
    assert_eq!(error_line(&output), "error: --to 2024-11-01 is before --from 2024-11-30");
}
