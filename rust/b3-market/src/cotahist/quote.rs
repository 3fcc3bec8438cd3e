use chrono::NaiveDate;

use super::error::Fault;
use super::isin::Isin;
use super::layout::Field;
use super::record::Record;
use super::specification::Specification;
use crate::{Currency, Money, Price, Ticker, calendar};

/// The key of a quote; no file may hold two quotes with the same key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// Date of the session.
    pub trade_date: NaiveDate,
    /// Ticker (CODNEG).
    pub ticker: Ticker,
    /// TPMERC: 10 spot, 20 odd lot, 30 forward, 70 and 80 options.
    pub market: i16,
    /// A forward's term in days; `None` in other markets.
    pub forward_term: Option<u16>,
}

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
    /// ISIN, or the exchange's own code before 1995; `None` where the field is blank.
    pub isin: Option<Isin>,
    /// The currency of prices and turnover.
    pub currency: Currency,
    /// DISMES, the distribution number: a step means that a right has left the price.
    pub distribution: i16,
    /// ESPECI: share class, flags and segment; `None` where the field is blank.
    pub specification: Option<Specification>,
    /// The number of shares to which the record's own prices apply; they are divided by it.
    pub quote_factor: i64,
}

impl Quote {
    pub(super) fn of_record(record: &Record<'_>) -> Result<Self, Box<Fault>> {
        require_calendar(record)?;
        let quote_factor = quote_factor(record)?;
        Ok(Self {
            key: record.key(),
            open: price(record, Field::OPEN, quote_factor)?,
            high: price(record, Field::HIGH, quote_factor)?,
            low: price(record, Field::LOW, quote_factor)?,
            close: price(record, Field::CLOSE, quote_factor)?,
            volume: record.volume(),
            turnover: record.turnover(),
            trades: record.trades(),
            isin: isin(record)?,
            currency: currency(record)?,
            // Three digits fit.
            distribution: i16::try_from(record.distribution()).unwrap_or(i16::MAX),
            specification: Specification::of_field(record.field(Field::SPECIFICATION)),
            quote_factor,
        })
    }
}

fn require_calendar(record: &Record<'_>) -> Result<(), Box<Fault>> {
    if (calendar::FIRST_DATE..=calendar::LAST_DATE).contains(&record.trade_date()) {
        return Ok(());
    }
    Err(record.fault(Field::TRADE_DATE, calendar::SPAN).into())
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
    Price::from_lot(record.number(field), quote_factor).ok_or_else(|| inexact(record, field, quote_factor).into())
}

#[cold]
fn inexact(record: &Record<'_>, field: Field, quote_factor: i64) -> Fault {
    record.fault(field, format!("a price that quote factor {quote_factor} divides to at most 6 decimals"))
}

fn isin(record: &Record<'_>) -> Result<Option<Isin>, Box<Fault>> {
    let field = Isin::of_field(record.field(Field::ISIN));
    field.map_err(|()| record.fault(Field::ISIN, "printable ASCII").into())
}
