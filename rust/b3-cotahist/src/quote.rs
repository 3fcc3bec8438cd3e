//! A quote in the units of the lake, made from a record.

use b3_market::{Currency, Isin, Money, Price, Specification, calendar};

use crate::error::Fault;
use crate::layout::Field;
use crate::record::{Key, Record};

/// A quote as stored in the lake: prices per share, with the quote factor applied, and the
/// exchange's currency label.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quote {
    /// Its key.
    pub key: Key,
    /// First price of the session.
    pub open: Price,
    /// Highest price.
    pub high: Price,
    /// Lowest price.
    pub low: Price,
    /// Last price.
    pub close: Price,
    /// Number of shares traded.
    pub volume: i64,
    /// Money traded.
    pub turnover: Money,
    /// Number of trades; the field has five digits and wraps at 100,000, so it may be too low by a
    /// multiple of that.
    pub trades: i64,
    /// ISIN, or the exchange's own code before 1995-05-15; `None` where the field is blank.
    pub isin: Option<Isin>,
    /// The currency of prices and turnover.
    pub currency: Currency,
    /// DISMES, the distribution number, which changes on an ex-date.
    pub distribution: i16,
    /// ESPECI: share class, flags and segment; `None` where the field is blank.
    pub specification: Option<Specification>,
    /// FATCOT: the record's own prices are those of this many shares.
    pub quote_factor: i64,
}

impl Record<'_> {
    /// The quote: prices divided by the quote factor, exactly, with their currency label.
    ///
    /// # Errors
    /// A [`Fault`] of this record only, after which `next_record` continues: the quote factor is
    /// zero or does not divide a price to at most six decimals; the currency label is invalid or
    /// contradicts the date (see [`Currency::of_label`]); the date is outside the trading calendar;
    /// the ISIN is not printable ASCII.
    pub fn quote(&self) -> Result<Quote, Box<Fault>> {
        require_calendar(self)?;
        let quote_factor = quote_factor(self)?;
        Ok(Quote {
            key: self.key(),
            open: price(self, Field::OPEN, quote_factor)?,
            high: price(self, Field::HIGH, quote_factor)?,
            low: price(self, Field::LOW, quote_factor)?,
            close: price(self, Field::CLOSE, quote_factor)?,
            volume: self.volume(),
            turnover: self.turnover(),
            trades: self.trades(),
            isin: isin(self)?,
            currency: currency(self)?,
            // Three digits fit.
            distribution: i16::try_from(self.distribution()).unwrap_or(i16::MAX),
            specification: Specification::of_field(self.field(Field::SPECIFICATION)),
            quote_factor,
        })
    }
}

fn require_calendar(record: &Record<'_>) -> Result<(), Box<Fault>> {
    if (calendar::FIRST_DATE..=calendar::LAST_DATE).contains(&record.trade_date()) {
        return Ok(());
    }
    Err(record.fault(Field::TRADE_DATE, calendar::EXPECTED).into())
}

fn quote_factor(record: &Record<'_>) -> Result<i64, Box<Fault>> {
    match record.quote_factor() {
        0 => Err(record.fault(Field::QUOTE_FACTOR, "a factor of 1 or more").into()),
        quote_factor => Ok(quote_factor),
    }
}

fn currency(record: &Record<'_>) -> Result<Currency, Box<Fault>> {
    let label = record.field(Field::CURRENCY);
    Currency::of_label(label, record.trade_date()).map_err(|error| record.fault(Field::CURRENCY, error.expected).into())
}

fn price(record: &Record<'_>, field: Field, quote_factor: i64) -> Result<Price, Box<Fault>> {
    Price::from_lot(record.number(field), quote_factor).ok_or_else(|| {
        let expected = format!("a price that quote factor {quote_factor} divides to at most 6 decimals");
        record.fault(field, expected).into()
    })
}

fn isin(record: &Record<'_>) -> Result<Option<Isin>, Box<Fault>> {
    let field = Isin::of_field(record.field(Field::ISIN));
    field.map_err(|_| record.fault(Field::ISIN, "printable ASCII").into())
}
