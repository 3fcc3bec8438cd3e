//! Tests of which stored rows stay and which are replaced, and of objects that are not rewritten.

use std::time::SystemTime;

use super::lake::{Lake, failed, succeeded};
use super::layout::{Record, file, invalid, spot, without_last};

const DAY: &str = "2024-11-08";

#[test]
fn the_same_file_twice_writes_nothing_the_second_time() {
    let lake = Lake::new();
    let records = [spot("20241108", "VALE3", 5_999), spot("20241108", "PETR4", 3_610)];
    let first = succeeded(lake.quote(&records, &[]));
    assert!(first.contains("written           2  in 1 object, 2 rows"), "{first}");
    let modified = |lake: &Lake| -> SystemTime { lake.object(DAY).metadata().unwrap().modified().unwrap() };
    let (before, files) = (modified(&lake), lake.files());
    let second = succeeded(lake.quote(&records, &[]));
    assert!(second.contains("written           0\n") && second.contains("unchanged         2\n"), "{second}");
    assert_eq!((modified(&lake), lake.files()), (before, files));
}

#[test]
fn the_rows_are_sorted_by_ticker_whatever_the_order_of_the_file() {
    let lake = Lake::new();
    let records = ["VALE3", "ABEV3", "PETR4"].map(|ticker| spot("20241108", ticker, 100));
    succeeded(lake.quote(&records, &[]));
    assert_eq!(lake.closes(DAY), ["ABEV3 10 1.000000", "PETR4 10 1.000000", "VALE3 10 1.000000"]);
    let bytes = std::fs::read(lake.object(DAY)).unwrap();
    let other = Lake::new();
    let reversed: Vec<Record> = records.into_iter().rev().collect();
    succeeded(other.quote(&reversed, &[]));
    assert_eq!(std::fs::read(other.object(DAY)).unwrap(), bytes);
}

#[test]
fn a_ticker_filter_merges_and_drops_no_other_ticker() {
    let lake = Lake::new();
    let records = [spot("20241108", "PETR4", 3_610), spot("20241108", "VALE3", 5_999)];
    succeeded(lake.quote(&records, &["--tickers", "VALE3"]));
    succeeded(lake.quote(&records, &["--tickers", "PETR4"]));
    assert_eq!(lake.closes(DAY), ["PETR4 10 36.100000", "VALE3 10 59.990000"]);
    let corrected = [spot("20241108", "PETR4", 3_700), spot("20241108", "VALE3", 1)];
    let text = succeeded(lake.quote(&corrected, &["--tickers", "PETR4"]));
    assert!(text.contains("written           1"), "{text}");
    assert_eq!(lake.closes(DAY), ["PETR4 10 37.000000", "VALE3 10 59.990000"]);
}

#[test]
fn a_whole_file_replaces_its_sessions_in_the_markets_read_and_no_others() {
    let lake = Lake::new();
    let odd_lot = Record { market: 20, ..spot("20241108", "PETR4F", 3_612) };
    let records = [spot("20241108", "PETR4", 3_610), spot("20241108", "VALE3", 5_999), odd_lot];
    succeeded(lake.quote(&records, &["--markets", "10,20"]));
    let text = succeeded(lake.quote(&[spot("20241108", "PETR4", 3_611)], &[]));
    assert!(text.contains("cotahist.parquet: rows of 1 ticker removed: VALE3\n"), "{text}");
    assert_eq!(lake.closes(DAY), ["PETR4 10 36.110000", "PETR4F 20 36.120000"]);
}

#[test]
fn replace_leaves_this_runs_rows_and_nothing_else() {
    let lake = Lake::new();
    let records = [spot("20241108", "PETR4", 3_610), spot("20241108", "VALE3", 5_999)];
    succeeded(lake.quote(&records, &[]));
    let text = succeeded(lake.quote(&records, &["--tickers", "VALE3", "--replace"]));
    assert!(text.contains("unchanged         1"), "{text}");
    assert!(text.contains("cotahist.parquet: rows of 1 ticker removed: PETR4\n"), "{text}");
    assert_eq!(lake.closes(DAY), ["VALE3 10 59.990000"]);
}

#[test]
fn a_session_without_a_valid_row_leaves_its_object_and_fails_unless_forced_or_read_for_some_tickers() {
    let lake = Lake::new();
    let wrong = ["PETR4", "VALE3"].map(|ticker| invalid("20241108", ticker));
    let reason = "session held back: no valid row, the first is PETR4: low 10.200000 above high 10.100000";
    // First without an object in the lake, then with one.
    let text = failed(lake.quote(&wrong, &[]));
    assert!(text.contains(&format!("failed: 2 tickers {DAY}: {reason}; --force accepts it")), "{text}");
    succeeded(lake.quote(&[spot("20241108", "PETR4", 3_610)], &[]));
    assert!(failed(lake.quote(&wrong, &["--replace"])).contains(reason));
    let warning = "warning: no valid row, so raw/trade_date=2024-11-08/cotahist.parquet is not replaced";
    for arguments in [&["--force"][..], &["--tickers", "PETR4", "--replace"]] {
        let text = succeeded(lake.quote(&wrong, arguments));
        assert!(text.contains(warning), "{text}");
    }
    assert_eq!(lake.closes(DAY), ["PETR4 10 36.100000"]);
    // Without --replace a run for some tickers replaces no session, so there is nothing to warn of.
    let text = succeeded(lake.quote(&wrong, &["--tickers", "PETR4"]));
    assert!(!text.contains(warning), "{text}");
}

#[test]
fn runs_at_once_lose_no_row() {
    let lake = Lake::new();
    let tickers: Vec<String> = (0..8).map(|number| format!("TICK{number}")).collect();
    let records: Vec<Record> = tickers.iter().map(|ticker| spot("20241108", ticker, 100)).collect();
    let source = lake.write("day.TXT", &file(&records));
    let runs: Vec<_> = tickers
        .iter()
        .map(|ticker| lake.command(&source, &["--quiet", "--tickers", ticker]).spawn().unwrap())
        .collect();
    for mut run in runs {
        assert!(run.wait().unwrap().success());
    }
    let found: Vec<String> = lake.bars(DAY).iter().map(|bar| bar.ticker.to_string()).collect();
    assert_eq!(found, tickers);
    assert_eq!(lake.files(), [lake.object(DAY)]);
}

#[test]
fn a_wanted_ticker_without_a_quote_is_reported_empty_on_each_date() {
    let lake = Lake::new();
    let records = [spot("20241107", "PETR4", 1), spot("20241107", "VALE3", 1), spot("20241108", "VALE3", 1)];
    let source = lake.write("days.TXT", &file(&records));
    let (text, report) = lake.reported(&source, &["--tickers", "PETR4,XPTO3"]);
    assert!(text.contains("empty             3"), "{text}");
    assert!(text.contains("no quote of XPTO3 on any date"), "{text}");
    let row = |row: &serde_json::Value| {
        format!("{} {} {}", row["trade_date"], row["ticker"], row["outcome"]).replace('"', "")
    };
    let outcomes: Vec<String> = report["outcomes"].as_array().unwrap().iter().map(row).collect();
    let expected =
        ["2024-11-07 PETR4 written", "2024-11-07 XPTO3 empty", "2024-11-08 PETR4 empty", "2024-11-08 XPTO3 empty"];
    assert_eq!(outcomes, expected);
}

#[test]
fn an_object_that_is_no_parquet_file_is_refused_named_and_kept() {
    let lake = Lake::new();
    let whole = file(&[invalid("20241108", "VALE3"), spot("20241108", "PETR4", 3_610)]);
    std::fs::create_dir_all(lake.object(DAY).parent().unwrap()).unwrap();
    std::fs::write(lake.object(DAY), "no Parquet at all").unwrap();
    let text = failed(lake.ingest(&lake.write("day.TXT", &whole), &[]));
    assert!(text.contains("failed            1"), "{text}");
    // The rejected row of VALE3 is kept.
    assert!(text.contains("rejected: VALE3 2024-11-08: low 10.200000 above high 10.100000\n"), "{text}");
    assert_eq!(lake.rejected(DAY).len(), 1);
    assert!(text.contains("cotahist.parquet: not a readable Parquet file"), "{text}");
    let cut = lake.write("cut.TXT", without_last(&whole, 1));
    let text = failed(lake.ingest(&cut, &["--allow-incomplete"]));
    let advice = "; read a whole file with --replace, or delete the object before this incomplete one is read";
    assert!(text.contains(advice), "{text}");
    assert_eq!(std::fs::read(lake.object(DAY)).unwrap(), b"no Parquet at all");
}
