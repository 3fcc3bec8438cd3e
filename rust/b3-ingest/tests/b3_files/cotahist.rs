//! Tests of the program on B3's own files in `folder`; `main.rs` runs them.

use std::collections::BTreeMap;
use std::path::Path;

use b3_ingest::Bar;
use b3_market::Currency;

use super::lake::{Lake, error_line, succeeded};

/// The quotes in `golden_quotes.csv`, checked with another parser: each as its fields by name.
fn golden(folder: &Path) -> Vec<BTreeMap<String, String>> {
    let text = std::fs::read_to_string(folder.join("golden_quotes.csv")).unwrap();
    let mut lines = text.lines();
    let names: Vec<&str> = lines.next().unwrap().split(',').collect();
    let record =
        |line: &str| names.iter().map(|name| (*name).to_owned()).zip(line.split(',').map(str::to_owned)).collect();
    lines.map(record).collect()
}

/// `37.42` or `37` in cents.
fn cents(text: &str) -> i64 {
    let (whole, cents) = text.split_once('.').unwrap_or((text, ""));
    format!("{whole}{cents:0<2}").parse().unwrap()
}

fn same(bar: &Bar, record: &BTreeMap<String, String>) -> bool {
    let factor: i64 = record["factor"].parse().unwrap();
    let millionths = |name: &str| cents(&record[name]) * 10_000 / factor;
    let prices = [("open", bar.open), ("high", bar.high), ("low", bar.low), ("close", bar.close)];
    prices.iter().all(|(name, found)| found.unscaled() == millionths(name))
        && bar.volume.to_string() == record["qty"]
        && bar.turnover.unwrap().cents() == cents(&record["volume"])
        && bar.trades.unwrap().to_string() == record["trades"]
        && bar.isin.unwrap().as_str() == record["isin"]
        && bar.currency == Currency::BRL
        && bar.distribution == record["dismes"].parse().ok()
        && bar.specification.map(|found| found.to_string()).unwrap_or_default() == record["especi"].trim()
}

pub(crate) fn every_golden_quote_is_in_raw_field_by_field(folder: &Path) {
    let records = golden(folder);
    let mut checked = 0;
    for name in ["COTAHIST_D25062021.TXT", "COTAHIST_D08112024.ZIP", "DemoCotacoesHistoricas12022003.txt"] {
        let path = folder.join(name);
        let lake = Lake::new();
        succeeded(lake.ingest(&path, &["--markets", "all"]));
        let stem = name.split('.').next().unwrap();
        let of_file = records.iter().filter(|record| record["file"].starts_with(stem));
        for record in of_file {
            let date = &record["date"];
            let bars = lake.bars(&format!("{}-{}-{}", &date[..4], &date[4..6], &date[6..]));
            let market = record["tpmerc"].parse().ok();
            let mut found = bars.iter().filter(|bar| bar.ticker.as_str() == record["ticker"] && bar.market == market);
            assert!(found.any(|bar| same(bar, record)), "{record:?}");
            checked += 1;
        }
    }
    assert_eq!(checked, records.len());
}

pub(crate) fn a_day_file_gives_its_spot_tickers(folder: &Path) {
    let path = folder.join("COTAHIST_D08112024.ZIP");
    let lake = Lake::new();
    let text = succeeded(lake.ingest(&path, &[]));
    assert!(text.contains("written       1,341  in 1 object, 1,341 rows"), "{text}");
    assert_eq!(lake.files(), [lake.object("2024-11-08")]);
}

pub(crate) fn a_file_cut_short_is_refused_unless_that_is_accepted_and_then_removes_nothing(folder: &Path) {
    let path = folder.join("truncated/COTAHIST_D04012016.TXT");
    let lake = Lake::new();
    error_line(&lake.ingest(&path, &[]));
    succeeded(lake.ingest(&path, &["--allow-incomplete"]));
    let rows = lake.closes("2016-01-04");
    assert!(!rows.is_empty());
    // A truncated file is not complete: the row that it does not have stays.
    succeeded(lake.quote(&[super::layout::spot("20160104", "ZZZZ3", 100)], &["--tickers", "ZZZZ3"]));
    succeeded(lake.ingest(&path, &["--allow-incomplete"]));
    assert_eq!(lake.closes("2016-01-04").len(), rows.len() + 1);
}

pub(crate) fn a_year_file_is_cut_into_its_sessions(folder: &Path) {
    let path = folder.join("COTAHIST_A2021_45tickers.TXT");
    let lake = Lake::new();
    let text = succeeded(lake.ingest(&path, &["--allow-incomplete", "--tickers", "PETR4"]));
    assert!(text.contains(": the trailer counts 110292 records, the file holds 1052; "), "{text}");
    assert_eq!(lake.files().len(), 16); // the file ends on 26 January
    assert!(!lake.object("2021-01-25").exists(), "25 January was a holiday");
    let bars = lake.bars("2021-01-04");
    assert_eq!((bars.len(), bars[0].close.to_string().as_str()), (1, "28.910000"));
}
