//! A quote record with its fields as the exchange wrote them.

use std::fmt;

use b3_market::{Money, Ticker};
use chrono::NaiveDate;

use crate::error::Fault;
use crate::layout::{Field, RECORD_WIDTH};

/// One quote record of a file, every field as written: prices are those of `quote_factor` shares.
///
/// The record was checked against the layout, so no accessor can fail, and none allocates.
#[derive(Debug, Clone, Copy)]
pub struct Record<'r> {
    pub(crate) file: &'r str,
    pub(crate) line: u64,
    pub(crate) bytes: &'r [u8; RECORD_WIDTH],
    pub(crate) key: Key,
}

/// The key of a quote; no two selected quotes of a file may have the same one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// Date of the session.
    pub trade_date: NaiveDate,
    /// Ticker (CODNEG).
    pub ticker: Ticker,
    /// TPMERC, such as 10 spot, 20 odd lot, 30 forward, 70 and 80 options.
    pub market: i16,
    /// A forward's term in days; `None` in other markets.
    pub forward_term: Option<u16>,
}

/// A text field, Latin-1, without trailing white space.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Text<'r> {
    bytes: &'r [u8],
}

/// Methods that give one field each.
macro_rules! accessors {
    ($($(#[$doc:meta])* $name:ident: $kind:ident($field:ident) -> $type:ty;)*) => {$(
        $(#[$doc])*
        #[must_use]
        pub fn $name(&self) -> $type {
            self.$kind(Field::$field)
        }
    )*};
}

impl<'r> Record<'r> {
    accessors! {
        /// NOMRES, the issuer's short name.
        name: text(NAME) -> Text<'r>;
        /// ESPECI, share class, flags and segment.
        specification: text(SPECIFICATION) -> Text<'r>;
        /// MODREF, the session's currency label, `R$` since July 1994.
        currency: text(CURRENCY) -> Text<'r>;
        /// PREABE, the first price.
        open: money(OPEN) -> Money;
        /// PREMAX, the highest price.
        high: money(HIGH) -> Money;
        /// PREMIN, the lowest price.
        low: money(LOW) -> Money;
        /// PREULT, the last price.
        close: money(CLOSE) -> Money;
        /// PREOFC, the best bid; zero means none.
        bid: money(BID) -> Money;
        /// PREOFV, the best ask; zero means none.
        ask: money(ASK) -> Money;
        /// TOTNEG, the number of trades, modulo 100,000.
        trades: number(TRADES) -> i64;
        /// QUATOT, the number of shares.
        volume: number(VOLUME) -> i64;
        /// VOLTOT, the money traded.
        turnover: money(TURNOVER) -> Money;
        /// FATCOT, the number of shares to which the prices apply: mostly 1 or 1000.
        quote_factor: number(QUOTE_FACTOR) -> i64;
        /// CODISI, the ISIN, or before 1995-05-15 the exchange's own code.
        isin: text(ISIN) -> Text<'r>;
        /// DISMES, the distribution number.
        distribution: number(DISTRIBUTION) -> i64;
    }

    /// The line of the file, from 1.
    #[must_use]
    pub fn line(&self) -> u64 {
        self.line
    }

    /// The key of the quote.
    #[must_use]
    pub fn key(&self) -> Key {
        self.key
    }

    /// The columns of `field`, byte by byte as written.
    #[must_use]
    pub fn field(&self, field: Field) -> &'r [u8] {
        field.of(self.bytes)
    }

    /// Date of the session.
    #[must_use]
    pub fn trade_date(&self) -> NaiveDate {
        self.key.trade_date
    }

    /// CODNEG, the ticker.
    #[must_use]
    pub fn ticker(&self) -> Ticker {
        self.key.ticker
    }

    /// TPMERC, the market.
    #[must_use]
    pub fn market(&self) -> i16 {
        self.key.market
    }

    #[inline]
    pub(crate) fn number(&self, field: Field) -> i64 {
        field.number(self.bytes)
    }

    fn money(&self, field: Field) -> Money {
        Money::from_cents(self.number(field))
    }

    fn text(&self, field: Field) -> Text<'r> {
        Text { bytes: self.field(field).trim_ascii_end() }
    }

    #[cold]
    pub(crate) fn fault(&self, field: Field, expected: impl Into<String>) -> Fault {
        Fault::in_line(self.file, self.line, self.bytes, field, expected.into())
    }
}

/// The date with the eight digits `yyyymmdd`, if it exists.
pub(crate) fn date(yyyymmdd: i64) -> Option<NaiveDate> {
    let year = i32::try_from(yyyymmdd / 10_000).ok()?;
    let month = u32::try_from(yyyymmdd / 100 % 100).ok()?;
    let day = u32::try_from(yyyymmdd % 100).ok()?;
    NaiveDate::from_ymd_opt(year, month, day)
}

impl<'r> Text<'r> {
    /// The bytes in Latin-1, without trailing white space.
    #[must_use]
    pub fn as_bytes(self) -> &'r [u8] {
        self.bytes
    }
}

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use fmt::Write as _;
        self.bytes.iter().try_for_each(|byte| f.write_char(char::from(*byte)))
    }
}
