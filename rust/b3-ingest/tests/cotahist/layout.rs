//! COTAHIST files for tests.

use std::fmt::Write;

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
    }
}

/// The text of a file with these quotes, its header and its trailer, which counts every record.
pub(crate) fn file(records: &[Record]) -> String {
    counted(records, records.len() + 2)
}

/// The text of a file whose trailer has the count `count`.
pub(crate) fn counted(records: &[Record], count: usize) -> String {
    let mut text = format!("{:<245}\r\n", "00COTAHIST.2024BOVESPA 20241108");
    for record in records {
        text.push_str(&line(record));
    }
    let trailer = format!("99COTAHIST.2024BOVESPA 20241108{count:011}");
    write!(text, "{trailer:<245}\r\n").unwrap();
    text
}

fn line(record: &Record) -> String {
    let Record { date, ticker, market, prices: [open, high, low, close], factor, .. } = record;
    let average = close;
    let head = format!(
        "01{date}02{ticker:<12}{market:03}{:<12}{:<10}{:<3}{:<4}",
        "COMPANY", record.specification, "", record.currency
    );
    let prices = format!("{open:013}{high:013}{low:013}{average:013}{close:013}{close:013}{close:013}");
    let amounts = format!("{:05}{:018}{:018}{:013}0{}{factor:07}{:013}", 7, 1_000, close * 1_000, 0, "99991231", 0);
    format!("{head}{prices}{amounts}{:<12}{:03}\r\n", "BRPETRACNPR6", record.distribution)
}
