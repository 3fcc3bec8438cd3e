//! Tests on whole and truncated files, read strictly and with `allow_incomplete`. The expected
//! numbers of quotes were counted with awk.

use std::path::Path;

use b3_cotahist::{Error, Field, Incomplete, Markets, Options, Quote, Reader, Summary, TrailerCount};

fn read(folder: &Path, name: &str, options: Options) -> Result<(Vec<Quote>, Summary), Error> {
    let mut reader = Reader::open(folder.join(name), options)?;
    let quotes = reader.by_ref().collect::<Result<Vec<_>, _>>()?;
    Ok((quotes, reader.summary()))
}

fn every_market() -> Options {
    Options { markets: Markets::ALL, ..Options::default() }
}

pub(crate) fn whole_files_are_read_to_their_trailer(folder: &Path) {
    for (name, all, spot) in [
        ("COTAHIST_D08112024.ZIP", 12_226, 1_341),
        ("COTAHIST_D25062021.TXT", 7_518, 1_086),
        ("DemoCotacoesHistoricas12022003.txt", 551, 188),
    ] {
        let (quotes, summary) = read(folder, name, Options::default()).unwrap();
        assert_eq!((summary.records, summary.quotes, summary.incomplete), (all + 2, all, None), "{name}");
        assert_eq!(summary.trailer, Some(TrailerCount::EveryRecord), "{name}");
        assert_eq!((quotes.len(), summary.selected), (spot, spot as u64), "{name}");
        let (_, summary) = read(folder, name, every_market()).unwrap();
        assert_eq!(summary.selected, all, "{name}");
    }
}

pub(crate) fn a_file_that_lacks_records_is_refused_unless_that_is_allowed(folder: &Path) {
    for (name, stated, found) in [
        ("COTAHIST_A2021_45tickers.TXT", 110_292, 1_052),
        ("truncated/COTAHIST_D04012016.TXT", 1_745, 506),
        ("truncated/sample_cota_hist_2003.txt", 553, 4),
    ] {
        let message = read(folder, name, every_market()).unwrap_err().to_string();
        let expected = format!(
            "line {found}, columns 32-42 (record count): found '{stated:011}', expected {found}, the number of records in the file, or {}, that of its quotes",
            found - 2
        );
        assert!(message.ends_with(&expected), "{message}");

        let (quotes, summary) = read(folder, name, Options { allow_incomplete: true, ..every_market() }).unwrap();
        assert_eq!(summary.incomplete, Some(Incomplete::Miscounted { stated, found }));
        assert_eq!(quotes.len() as u64, found - 2);
    }
}

/// Compares every price with the record's own digits: 11 before the point, or three fewer where the
/// price is that of 1,000 shares.
pub(crate) fn a_quote_factor_of_a_thousand_divides_the_price(folder: &Path) {
    let path = folder.join("DemoCotacoesHistoricas12022003.txt");
    let mut reader = Reader::open(path, every_market()).unwrap();
    let mut by_the_thousand = 0;
    while let Some(record) = reader.next_record().unwrap() {
        let quote = record.quote().unwrap();
        let fields = [Field::OPEN, Field::HIGH, Field::LOW, Field::CLOSE];
        for (price, field) in [quote.open, quote.high, quote.low, quote.close].into_iter().zip(fields) {
            let cents = std::str::from_utf8(record.field(field)).unwrap();
            let (whole, decimals) = cents.split_at(if quote.quote_factor == 1_000 { 11 - 3 } else { 11 });
            assert_eq!(price, format!("{whole}.{decimals}").parse().unwrap(), "line {}", record.line());
        }
        by_the_thousand += usize::from(quote.quote_factor == 1_000);
    }
    assert_eq!(by_the_thousand, 378);
}
