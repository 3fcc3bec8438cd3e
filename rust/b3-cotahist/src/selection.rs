//! The selection of the records to read: those of the given markets and tickers.

use std::collections::BTreeSet;

use b3_market::Ticker;
use chrono::NaiveDate;

use crate::error::FieldError;
use crate::instruments::Instruments;
use crate::layout::{Field, RECORD_WIDTH, first_malformed, is_well_formed};
use crate::markets::Markets;
use crate::record::{Key, date};

/// Checks every quote record against the layout, and selects the wanted ones.
pub(crate) struct Selection {
    markets: Markets,
    tickers: Option<BTreeSet<Ticker>>,
    /// The instruments read so far, each with its dates, so that a repeated key is found.
    instruments: Instruments,
    /// The last trade date, as digits and as a date, because most records repeat it.
    last_date: Option<(i64, NaiveDate)>,
}

impl Selection {
    pub(crate) fn new(markets: Markets, tickers: Option<BTreeSet<Ticker>>) -> Self {
        Self { markets, tickers, instruments: Instruments::default(), last_date: None }
    }

    /// The key of `record` if it is selected; an error if a field is malformed or the key was seen
    /// before.
    pub(crate) fn key_of(&mut self, record: &[u8; RECORD_WIDTH]) -> Result<Option<Key>, FieldError> {
        if !is_well_formed(record)
            && let Some(field) = first_malformed(record)
        {
            return Err(field.expected(format!("{} digits", field.width())));
        }
        let (yyyymmdd, trade_date) = self.trade_date(record)?;
        // Three digits fit.
        let market = i16::try_from(Field::MARKET.number(record)).unwrap_or(i16::MAX);
        if !self.markets.contains(market) {
            return Ok(None);
        }
        let tickers = self.tickers.as_ref();
        let is_wanted = |ticker| tickers.is_none_or(|tickers| tickers.contains(&ticker));
        let Some(instrument) = self.instruments.of_record(record, is_wanted)? else {
            return Ok(None);
        };
        if !self.instruments.insert_date(instrument, yyyymmdd) {
            return Err(Field::TICKER.expected("no second quote of one date, ticker, market and forward term"));
        }
        Ok(Some(Key { trade_date, ticker: instrument.ticker, market, forward_term: instrument.forward_term }))
    }

    /// The trade date, as digits and as a date.
    fn trade_date(&mut self, record: &[u8; RECORD_WIDTH]) -> Result<(i64, NaiveDate), FieldError> {
        let yyyymmdd = Field::TRADE_DATE.number(record);
        if let Some(last_date) = self.last_date.filter(|(digits, _)| *digits == yyyymmdd) {
            return Ok(last_date);
        }
        let date = date(yyyymmdd).ok_or_else(|| Field::TRADE_DATE.expected("a date YYYYMMDD"))?;
        Ok(*self.last_date.insert((yyyymmdd, date)))
    }
}
