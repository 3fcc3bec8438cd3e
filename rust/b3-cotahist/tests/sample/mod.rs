//! COTAHIST files for tests.

#![allow(dead_code, reason = "every test binary uses its own part")]

use std::io::Cursor;

use b3_cotahist::{Error, Field, Markets, Options, Quote, RECORD_WIDTH, Reader, Summary};

pub(crate) const HEADER: &str = "00COTAHIST.2024BOVESPA 20241108";
const QUOTE: &str = concat!(
    "012024110802PETR4       010PETROBRAS   PN      N2   R$  ",
    "0000000003650",      // open
    "0000000003700",      // high
    "0000000003625",      // low
    "0000000003661",      // average
    "0000000003690",      // close
    "0000000003689",      // bid
    "0000000003690",      // ask
    "45678",              // trades
    "000000000012345600", // volume
    "000000000045196341", // turnover
    "0000000000000",      // strike
    "0",                  // correction
    "99991231",           // maturity
    "0000001",            // quote factor
    "0000000000000",      // strike in points
    "BRPETRACNPR6",       // ISIN
    "211",                // distribution
);

/// A quote of PETR4 on 2024-11-08 with these fields changed: digits padded with zeros, text with
/// blanks.
pub(crate) fn quote(changes: &[(Field, &str)]) -> Vec<u8> {
    let mut record = QUOTE.as_bytes().to_vec();
    assert_eq!(record.len(), RECORD_WIDTH);
    for (field, value) in changes {
        let width = field.width();
        let padded = if field.numeric { format!("{value:0>width$}") } else { format!("{value:<width$}") };
        assert_eq!(padded.len(), width, "{} does not fit {value}", field.name);
        record[field.first - 1..field.last].copy_from_slice(padded.as_bytes());
    }
    record
}

/// The trailer of a file with this number of records.
pub(crate) fn trailer(records: usize) -> Vec<u8> {
    format!("99COTAHIST.2024BOVESPA 20241108{records:011}").into_bytes()
}

/// Header, `quotes` and trailer, as B3 writes them: full width, CRLF.
pub(crate) fn file(quotes: &[Vec<u8>]) -> Vec<u8> {
    let mut lines = vec![HEADER.as_bytes().to_vec()];
    lines.extend_from_slice(quotes);
    lines.push(trailer(quotes.len() + 2));
    for line in &mut lines {
        line.resize(RECORD_WIDTH, b' ');
    }
    joined(&lines, b"\r\n")
}

/// `lines`, each followed by `end`.
pub(crate) fn joined(lines: &[Vec<u8>], end: &[u8]) -> Vec<u8> {
    lines.iter().flat_map(|line| [line, end].concat()).collect()
}

pub(crate) fn every_market() -> Options {
    Options { markets: Markets::ALL, ..Options::default() }
}

/// All quotes of `text`, and the summary.
pub(crate) fn read_with(text: Vec<u8>, options: Options) -> Result<(Vec<Quote>, Summary), Error> {
    let mut reader = Reader::from_text_or_zip(Cursor::new(text), "F.TXT", options)?;
    let quotes = reader.by_ref().collect::<Result<Vec<_>, _>>()?;
    assert!(reader.next().is_none());
    Ok((quotes, reader.summary()))
}

/// All spot quotes of a whole file.
pub(crate) fn read(text: Vec<u8>) -> Result<Vec<Quote>, Error> {
    read_with(text, Options::default()).map(|(quotes, _)| quotes)
}

/// The error of reading `text`.
pub(crate) fn error(text: Vec<u8>) -> String {
    read(text).unwrap_err().to_string()
}
