//! COTAHIST files for tests.

use std::io::{Cursor, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// A quote; prices are in cents for `factor` shares.
#[derive(Clone)]
pub(crate) struct Record {
    pub(crate) date: &'static str,
    pub(crate) ticker: String,
    pub(crate) market: u16,
    pub(crate) prices: [u64; 4],
    pub(crate) factor: u32,
    /// MODREF.
    pub(crate) currency: &'static str,
    /// ESPECI.
    pub(crate) specification: &'static str,
    /// DISMES.
    pub(crate) distribution: u16,
    /// PRAZOT, the term of a forward; empty in other markets.
    pub(crate) term: &'static str,
}

/// A spot quote whose open, high, low and close are all `cents`.
pub(crate) fn spot(date: &'static str, ticker: &str, cents: u64) -> Record {
    Record {
        date,
        ticker: ticker.to_owned(),
        market: 10,
        prices: [cents; 4],
        factor: 1,
        currency: "R$",
        specification: "ON",
        distribution: 100,
        term: "",
    }
}

/// A spot quote that breaks a rule: low 10.20 above high 10.10.
pub(crate) fn invalid(date: &'static str, ticker: &str) -> Record {
    Record { prices: [1_000, 1_010, 1_020, 1_015], ..spot(date, ticker, 0) }
}

/// The text of a file with these quotes, its header and its trailer, which counts every record.
pub(crate) fn file(records: &[Record]) -> String {
    counted(records, records.len() + 2)
}

/// The text of a file whose trailer has the count `count`.
pub(crate) fn counted(records: &[Record], count: usize) -> String {
    let lines: String = records.iter().map(line).collect();
    let trailer = format!("99COTAHIST.2024BOVESPA 20241108{count:011}");
    format!("{:<245}\r\n{lines}{trailer:<245}\r\n", "00COTAHIST.2024BOVESPA 20241108")
}

/// The text of a file without its last records; the trailer is one.
pub(crate) fn without_last(text: &str, records: usize) -> &str {
    &text[..text.len() - 247 * records]
}

/// A ZIP with this text in the member `name`, not compressed.
pub(crate) fn zipped(name: &str, text: &str) -> Vec<u8> {
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    archive.start_file(name, stored).unwrap();
    archive.write_all(text.as_bytes()).unwrap();
    archive.finish().unwrap().into_inner()
}

fn line(record: &Record) -> String {
    let Record { date, ticker, market, prices: [open, high, low, close], factor, .. } = record;
    let (average, best_bid, best_ask) = (close, close, close);
    let (trades, shares, strike, index, expiry, isin) = (7, 1_000, 0, 0, "99991231", "BRPETRACNPR6");
    let turnover = close * shares;
    let head = format!(
        "01{date}02{ticker:<12}{market:03}{:<12}{:<10}{:<3}{:<4}",
        "COMPANY", record.specification, record.term, record.currency
    );
    let prices = format!("{open:013}{high:013}{low:013}{average:013}{close:013}{best_bid:013}{best_ask:013}");
    // The second strike is PTOEXE, a strike in points.
    let amounts = format!("{trades:05}{shares:018}{turnover:018}{strike:013}{index}{expiry}{factor:07}{strike:013}");
    format!("{head}{prices}{amounts}{isin}{:03}\r\n", record.distribution)
}
