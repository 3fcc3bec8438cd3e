//! Tests of files from 1986 on: older currency labels, invalid rows, trailers of both kinds.

use std::path::PathBuf;

use b3_ingest::Bar;
use b3_market::Currency;

use super::lake::{Lake, failed, succeeded};
use super::layout::{Record, counted, file, spot, zipped};

/// A quote of the class PP with the label `currency`.
fn old(date: &'static str, ticker: &str, currency: &'static str) -> Record {
    Record { currency, specification: "PP", distribution: 17, ..spot(date, ticker, 12_345) }
}

/// A ZIP of a year in B3's form: a header dated 1999, no ISINs, a member called `member`.
fn zip(lake: &Lake, member: &str, records: &[Record]) -> PathBuf {
    let year = &records[0].date[..4];
    let header = format!("COTAHIST.{year}BOVESPA 19991210");
    let text = file(records).replace("COTAHIST.2024BOVESPA 20241108", &header).replace("BRPETRACNPR6", "            ");
    let path = lake.path(&format!("COTAHIST_A{year}.ZIP"));
    std::fs::write(&path, zipped(member, &text)).unwrap();
    path
}

fn money(bars: &[Bar]) -> Vec<String> {
    bars.iter().map(|bar| format!("{} {}", bar.ticker, bar.currency)).collect()
}

#[test]
fn currency_labels_are_kept_whatever_the_member_of_the_zip_is_called() {
    for (member, before, after) in [
        ("COTAHIST.A1986", ("19860227", "CR$"), ("19860303", "CZ$")),
        ("COTAHIST.A1989", ("19890113", "CZ$"), ("19890118", "NCZ$")),
        // The cruzeiro became the cruzeiro real, with the same label.
        ("COTAHIST.A1993", ("19930730", "CR$"), ("19930802", "CR$")),
        ("COTAHIST_A2001", ("20010102", "R$"), ("20010103", "R$")),
        ("COTAHIST_A2002.TXT", ("20020102", "R$"), ("20020103", "R$")),
    ] {
        let lake = Lake::new();
        let records: Vec<Record> = [before, after]
            .iter()
            .flat_map(|(date, label)| ["BB  4", "VAL 4"].map(|ticker| old(date, ticker, label)))
            .collect();
        let text = succeeded(lake.ingest(&zip(&lake, member, &records), &[]));
        assert!(text.contains("written           4  in 2 objects") && text.contains("rejected          0"), "{text}");
        for (date, label) in [before, after] {
            let bars = lake.bars(&format!("{}-{}-{}", &date[..4], &date[4..6], &date[6..]));
            let currency = if label == "R$" { Currency::BRL } else { label.parse().unwrap() };
            assert_eq!(money(&bars), [format!("BB4 {currency}"), format!("VAL4 {currency}")], "{member}");
            assert_eq!((bars[0].currency, bars[0].isin), (currency, None), "{member}");
            assert_eq!((bars[0].distribution, bars[0].close.to_string().as_str()), (Some(17), "123.450000"));
            assert_eq!(bars[0].specification.map(|found| found.to_string()).as_deref(), Some("PP"));
        }
    }
}

#[test]
fn a_row_whose_prices_its_quote_factor_cannot_divide_is_rejected_with_its_line_and_the_rest_is_read() {
    let lake = Lake::new();
    let indivisible = Record { factor: 1_000_000, ..spot("20241108", "LOTS3", 1_234) };
    let factor_zero = Record { factor: 0, ..spot("20241108", "ZERO3", 1_234) };
    let divisible = Record { factor: 1_000_000, ..spot("20241108", "HELD3", 700) };
    let records = [spot("20241108", "PETR4", 3_610), indivisible, factor_zero, divisible];
    let source = lake.write("day.TXT", &file(&records));
    let (text, report) = lake.reported(&source, &[]);
    assert!(text.contains("rejected          2  2 rows in raw_rejected/"), "{text}");
    assert!(text.contains("rejected: LOTS3 2024-11-08: line 3, columns 57-69 (open): found '0000000001234'"), "{text}");
    assert_eq!(lake.closes("2024-11-08"), ["HELD3 10 0.000007", "PETR4 10 36.100000"]);
    let [lots, zero] = lake.rejected("2024-11-08").try_into().unwrap();
    assert!(lots.ends_with("expected a price that quote factor 1000000 divides to at most 6 decimals"), "{lots}");
    assert_eq!(zero, "ZERO3: line 4, columns 211-217 (quote factor): found '0000000', expected a factor of 1 or more");
    assert_eq!((&report["rejected_rows"], &report["totals"]["rejected"]), (&2.into(), &2.into()));
    // A ticker filter also leaves out rejected rows, and a wanted ticker whose only row is rejected
    // is not reported as empty.
    let other = Lake::new();
    let text = succeeded(other.ingest(&source, &["--tickers", "PETR4,ZERO3"]));
    assert!(text.contains("rejected          1") && text.contains("empty             0"), "{text}");
    assert_eq!(other.rejected("2024-11-08"), [zero]);
}

#[test]
fn a_session_of_rejected_rows_alone_is_in_the_report_and_has_no_object_in_raw() {
    let lake = Lake::new();
    // R$ began in 1994.
    let text = failed(lake.quote(&[old("19930802", "BADX4", "R$"), old("19930803", "GOOD4", "CR$")], &[]));
    assert!(text.starts_with("cotahist: 2 sessions 1993-08-02..1993-08-03"), "{text}");
    assert!(!lake.object("1993-08-02").exists());
    assert_eq!(lake.rejected("1993-08-02").len(), 1);
}

#[test]
fn a_trailer_may_count_quotes_alone_and_the_report_says_which() {
    for (count, count_without_vale3, which) in [(4, 3, "every record"), (2, 1, "quotes alone")] {
        let lake = Lake::new();
        let records = [spot("20241108", "PETR4", 3_610), spot("20241108", "VALE3", 5_999)];
        let source = lake.write("day.TXT", &counted(&records, count));
        let (text, report) = lake.reported(&source, &[]);
        let expected = format!("read: {}: 4 records, its trailer counts {which}\n", source.display());
        assert!(text.ends_with(&expected), "{text}");
        let file = &report["files"][0];
        assert_eq!((&file["records"], &file["trailer_counts"]), (&4.into(), &which.into()));
        // Either count shows that a file is complete: a ticker that the file lacks is removed.
        let without_vale3 = lake.write("smaller.TXT", &counted(&records[..1], count_without_vale3));
        succeeded(lake.ingest(&without_vale3, &[]));
        assert_eq!(lake.bars("2024-11-08").len(), 1);
    }
}
