//! B3's own files, where they are at hand.

use std::path::PathBuf;

use b3_market::Price;
use b3_market::cotahist::{Error, Incomplete, Markets, Options, Quote, Reader, Summary};

/// The real file of this name, or `None` with the reason printed.
fn real(name: &str) -> Option<PathBuf> {
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/cotahist"));
    let file = folder.join(name);
    if !file.exists() {
        println!("skipped: {} is not here", file.display());
    }
    file.exists().then_some(file)
}

fn read(name: &str, options: Options) -> Option<Result<(Vec<Quote>, Summary), Error>> {
    let file = real(name)?;
    let read = || {
        let mut reader = Reader::open(file, options)?;
        let quotes = reader.by_ref().collect::<Result<Vec<_>, _>>()?;
        Ok((quotes, reader.summary()))
    };
    Some(read())
}

fn every_market() -> Options {
    Options { markets: Markets::ALL, ..Options::default() }
}

#[test]
fn whole_files_are_read_to_their_trailer() {
    for (name, all, spot) in [
        ("COTAHIST_D08112024.ZIP", 12_226, 1_341),
        ("COTAHIST_D25062021.TXT", 7_518, 1_086),
        ("DemoCotacoesHistoricas12022003.txt", 551, 188),
    ] {
        if let Some(read) = read(name, Options::default()) {
            let (quotes, summary) = read.unwrap();
            assert_eq!((summary.records, summary.quotes, summary.incomplete), (all + 2, all, None), "{name}");
            assert_eq!((quotes.len(), summary.selected), (spot, spot as u64), "{name}");
        }
        if let Some(read) = read(name, every_market()) {
            let (_, summary) = read.unwrap();
            assert_eq!(summary.selected, all, "{name}");
        }
    }
}

#[test]
fn a_cut_file_is_refused_and_read_where_that_is_allowed() {
    for (name, line, stated, found) in [
        ("COTAHIST_A2021_45tickers.TXT", 1_052, 110_292, 1_052),
        ("truncated/COTAHIST_D04012016.TXT", 506, 1_745, 506),
        ("truncated/sample_cota_hist_2003.txt", 4, 553, 4),
    ] {
        let Some(strict) = read(name, every_market()) else {
            continue;
        };
        let message = strict.unwrap_err().to_string();
        let expected = format!(
            "line {line}, columns 32-42 (record count): found '{stated:011}', expected {found}, the number of records in the file, or {}, that of its quotes",
            found - 2
        );
        assert!(message.ends_with(&expected), "{message}");

        let lenient = read(name, Options { allow_incomplete: true, ..every_market() });
        let (quotes, summary) = lenient.unwrap().unwrap();
        assert_eq!(summary.incomplete, Some(Incomplete::Miscounted { stated, found }));
        assert_eq!(quotes.len() as u64, found - 2);
    }
}

#[test]
fn a_quote_factor_of_a_thousand_divides_the_price() {
    let Some(read) = read("DemoCotacoesHistoricas12022003.txt", every_market()) else {
        return;
    };
    let (quotes, _) = read.unwrap();
    assert_eq!(quotes.iter().filter(|quote| quote.quote_factor == 1_000).count(), 378);
    let _: Price = quotes[0].close;
}
