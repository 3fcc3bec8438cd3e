//! The instruments in a file, with the dates on which each was seen, so that duplicate quotes are
//! found.

use std::collections::hash_map::Entry;

use b3_market::Ticker;
use rustc_hash::FxHashMap;

use crate::digits;
use crate::error::FieldError;
use crate::layout::{Field, RECORD_WIDTH, without_padding};

/// A ticker in one market, with its forward term if it has one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Instrument {
    pub(crate) ticker: Ticker,
    pub(crate) forward_term: Option<u16>,
    /// Its number among the wanted instruments of the file, from 0.
    ordinal: u32,
}

/// The instruments found so far.
///
/// Each is parsed once, when it is first found, and later found by its bytes. Each date has one bit
/// for each instrument, in blocks of 64, so memory grows with instruments and dates, not with
/// records: about 300 kB for a year of spot quotes.
#[derive(Default)]
pub(crate) struct Instruments {
    /// `None` for an instrument that is not wanted.
    by_key_bytes: FxHashMap<[u8; KEY_WIDTH], Option<Instrument>>,
    next_ordinal: u32,
    /// A bit for each instrument seen, by date (`YYYYMMDD`) and block of 64 instruments.
    seen: FxHashMap<(i64, u32), u64>,
}

const FORWARD: &[u8] = b"030";
const BLANK_TERM: &[u8] = b"   ";
const ZERO_TERM: &[u8] = b"000";

/// The width of the company's code at the start of a ticker.
const COMPANY_WIDTH: usize = 4;

const KEY_WIDTH: usize = Field::TICKER.width() + Field::MARKET.width() + Field::FORWARD_TERM.width();

impl Instruments {
    /// The instrument of `record`, or `None` if `wanted` refuses its ticker.
    pub(crate) fn of_record(
        &mut self,
        record: &[u8; RECORD_WIDTH],
        wanted: impl FnOnce(Ticker) -> bool,
    ) -> Result<Option<Instrument>, FieldError> {
        match self.by_key_bytes.entry(key_bytes(record)) {
            Entry::Occupied(known) => Ok(*known.get()),
            Entry::Vacant(unknown) => {
                let (ticker, forward_term) = (ticker(record)?, forward_term(record)?);
                let instrument = wanted(ticker).then(|| {
                    self.next_ordinal += 1;
                    Instrument { ticker, forward_term, ordinal: self.next_ordinal - 1 }
                });
                Ok(*unknown.insert(instrument))
            }
        }
    }

    /// Records that `instrument` traded on a date; returns false if that was already known.
    pub(crate) fn insert_date(&mut self, instrument: Instrument, yyyymmdd: i64) -> bool {
        let block = self.seen.entry((yyyymmdd, instrument.ordinal / 64)).or_default();
        let bit = 1 << (instrument.ordinal % 64);
        let is_new = *block & bit == 0;
        *block |= bit;
        is_new
    }
}

/// The bytes of ticker, market and term: equal if and only if the instrument is the same.
fn key_bytes(record: &[u8; RECORD_WIDTH]) -> [u8; KEY_WIDTH] {
    // Ticker and market are neighbours in a record.
    let ticker_and_market = &record[Field::TICKER.first - 1..Field::MARKET.last];
    let mut bytes = [0; KEY_WIDTH];
    let (head, tail) = bytes.split_at_mut(ticker_and_market.len());
    head.copy_from_slice(ticker_and_market);
    tail.copy_from_slice(term(record));
    // `PET 2` and `PET2` are one ticker.
    let ticker = &mut head[..Field::TICKER.width()];
    if ticker[COMPANY_WIDTH - 1] == b' ' {
        let company = without_padding(&ticker[..COMPANY_WIDTH]).len();
        ticker[company..].rotate_left(COMPANY_WIDTH - company);
    }
    bytes
}

/// The columns of the term, or `000` without one. Only forwards have a term: in other markets the
/// columns may have anything, such as the control characters of some odd lots of 1987.
fn term(record: &[u8; RECORD_WIDTH]) -> &[u8] {
    match Field::FORWARD_TERM.of(record) {
        term if term != BLANK_TERM && Field::MARKET.of(record) == FORWARD => term,
        _ => ZERO_TERM,
    }
}

/// The ticker. Files from before the codes of four letters fill a shorter one with blanks, `PET 2`
/// and `BB  2`; the tickers are `PET2` and `BB2`.
fn ticker(record: &[u8; RECORD_WIDTH]) -> Result<Ticker, FieldError> {
    let (company, class) = Field::TICKER.of(record).split_at(COMPANY_WIDTH);
    Ticker::from_bytes(&[without_padding(company), without_padding(class)].concat())
        .map_err(|_| Field::TICKER.expected("1 to 12 upper-case letters and digits"))
}

fn forward_term(record: &[u8; RECORD_WIDTH]) -> Result<Option<u16>, FieldError> {
    let term = term(record);
    if !term.iter().all(u8::is_ascii_digit) {
        return Err(Field::FORWARD_TERM.expected("3 digits or blanks"));
    }
    // Three digits fit.
    Ok(u16::try_from(digits::number(term)).ok().filter(|days| *days > 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instrument_is_new_once_on_each_date_and_64_of_them_share_a_block() {
        let mut instruments = Instruments::default();
        let ticker = Ticker::from_bytes(b"PETR4").unwrap();
        for is_new in [true, false, false] {
            for date in [20_241_108, 20_241_111] {
                for ordinal in 0..200 {
                    let instrument = Instrument { ticker, forward_term: None, ordinal };
                    assert_eq!(instruments.insert_date(instrument, date), is_new, "instrument {ordinal} on {date}");
                }
            }
        }
        assert_eq!(instruments.seen.len(), 2 * 200_usize.div_ceil(64));
    }
}
