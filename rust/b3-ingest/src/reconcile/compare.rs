//! The comparison of COTAHIST's bars with Yahoo's, field by field.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use b3_market::{Price, Ticker};
use chrono::NaiveDate;
use rust_decimal::Decimal;

use crate::bar::{Bar, SPOT};

/// The differences up to which two values count as equal.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tolerance {
    /// In BRL.
    pub(super) price: Decimal,
    /// As a fraction of COTAHIST's volume.
    pub(super) volume: Decimal,
}

/// A field in which the sources differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Difference {
    pub(super) trade_date: NaiveDate,
    pub(super) ticker: Ticker,
    pub(super) field: &'static str,
    pub(super) cotahist: Decimal,
    pub(super) yahoo: Decimal,
}

impl Difference {
    pub(super) fn absolute(&self) -> Decimal {
        (self.yahoo - self.cotahist).abs()
    }

    /// The difference relative to COTAHIST's value, or to one if that is zero.
    pub(super) fn relative(&self) -> Decimal {
        let base = if self.cotahist.is_zero() { Decimal::ONE } else { self.cotahist.abs() };
        self.absolute() / base
    }
}

/// The counts and differences of a comparison.
#[derive(Debug, Default)]
pub(super) struct Comparison {
    pub(super) dates: usize,
    /// Rows that were compared: one for each date and ticker.
    pub(super) rows: usize,
    pub(super) equal: usize,
    pub(super) only_cotahist: usize,
    pub(super) only_yahoo: usize,
    /// Tickers and dates that the sources quote in two currencies, which are not compared.
    pub(super) two_currencies: usize,
    pub(super) differences: Vec<Difference>,
}

impl Comparison {
    /// Compares one date's rows, ticker by ticker; of COTAHIST only the spot market, which is all
    /// that Yahoo quotes.
    pub(super) fn add(&mut self, trade_date: NaiveDate, cotahist: &[Bar], yahoo: &[Bar], tolerance: Tolerance) {
        let spot = cotahist.iter().filter(|bar| bar.market == Some(SPOT));
        let mut unmatched: BTreeMap<Ticker, &Bar> = spot.map(|bar| (bar.ticker, bar)).collect();
        self.dates += 1;
        for bar in yahoo {
            match unmatched.remove(&bar.ticker) {
                Some(of_cotahist) if of_cotahist.currency != bar.currency => self.two_currencies += 1,
                Some(of_cotahist) => {
                    self.rows += 1;
                    let found = differences(trade_date, of_cotahist, bar, tolerance);
                    self.equal += usize::from(found.is_empty());
                    self.differences.extend(found);
                }
                None => self.only_yahoo += 1,
            }
        }
        self.only_cotahist += unmatched.len();
    }

    /// Sorts by the relative difference, then by the absolute one, largest first; equal ones by
    /// date, ticker and field.
    pub(super) fn sort(&mut self) {
        self.differences.sort_by_cached_key(|one| {
            (Reverse((one.relative(), one.absolute())), one.trade_date, one.ticker, one.field)
        });
    }
}

fn differences(trade_date: NaiveDate, cotahist: &Bar, yahoo: &Bar, tolerance: Tolerance) -> Vec<Difference> {
    let ticker = cotahist.ticker;
    let above = |most: Decimal, field, cotahist: Decimal, yahoo: Decimal| {
        let difference = Difference { trade_date, ticker, field, cotahist, yahoo };
        (difference.absolute() > most).then_some(difference)
    };
    let in_price = |field, cotahist: Price, yahoo: Price| above(tolerance.price, field, cotahist.into(), yahoo.into());
    let volume = Decimal::from(cotahist.volume);
    let fields = [
        in_price("open", cotahist.open, yahoo.open),
        in_price("high", cotahist.high, yahoo.high),
        in_price("low", cotahist.low, yahoo.low),
        in_price("close", cotahist.close, yahoo.close),
        above(volume.abs() * tolerance.volume, "volume", volume, yahoo.volume.into()),
    ];
    fields.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bar::tests::bar;

    fn compared(cotahist: &[Bar], yahoo: &[Bar]) -> Comparison {
        let tolerance = Tolerance { price: "0.005".parse().unwrap(), volume: "0.01".parse().unwrap() };
        let mut comparison = Comparison::default();
        comparison.add(NaiveDate::from_ymd_opt(2024, 11, 8).unwrap(), cotahist, yahoo, tolerance);
        comparison.sort();
        comparison
    }

    #[test]
    fn what_is_within_the_tolerance_is_equal() {
        let comparison = compared(&[bar("PETR4", "36.10", 1_000)], &[bar("PETR4", "36.105", 1_010)]);
        assert_eq!((comparison.rows, comparison.equal), (1, 1));
        assert_eq!(comparison.differences, []);
    }

    #[test]
    fn the_worst_relative_difference_comes_first() {
        let cotahist = [bar("PETR4", "36.10", 1_000), bar("VALE3", "60.00", 1_000_000)];
        let comparison = compared(&cotahist, &[bar("PETR4", "3610.00", 1_000), bar("VALE3", "61.00", 1_020_000)]);
        let found = comparison.differences.iter().map(|one| format!("{} {}", one.ticker, one.field));
        let prices = |ticker| ["close", "high", "low", "open"].map(|field| format!("{ticker} {field}"));
        let expected = [&prices("PETR4")[..], &["VALE3 volume".to_owned()], &prices("VALE3")].concat();
        assert_eq!(found.collect::<Vec<_>>(), expected);
    }

    #[test]
    fn rows_of_one_source_only_are_counted_but_not_odd_lots() {
        let odd_lot = Bar { market: Some(20), ..bar("ITUB4", "30.00", 1) };
        let comparison = compared(&[bar("PETR4", "36.10", 1), odd_lot], &[bar("VALE3", "60.00", 1)]);
        assert_eq!((comparison.only_cotahist, comparison.only_yahoo, comparison.rows), (1, 1, 0));
    }

    #[test]
    fn rows_under_two_currency_labels_are_counted_and_not_compared() {
        let older = Bar { currency: "CR$".parse().unwrap(), ..bar("PETR4", "1.00", 1) };
        let comparison =
            compared(&[bar("PETR4", "36.10", 1), bar("VALE3", "60.00", 1)], &[older, bar("VALE3", "60.00", 1)]);
        assert_eq!((comparison.two_currencies, comparison.rows, comparison.equal), (1, 1, 1));
        assert_eq!((comparison.only_cotahist, comparison.only_yahoo), (0, 0));
        assert_eq!(comparison.differences, []);
    }

    #[test]
    fn a_difference_is_relative_to_the_value_of_cotahist_or_to_one_if_that_is_zero() {
        let comparison = compared(&[bar("PETR4", "2.00", 0)], &[bar("PETR4", "1.00", 5)]);
        let sizes = comparison.differences.iter().map(|one| (one.field, one.absolute(), one.relative()));
        let half: Decimal = "0.5".parse().unwrap();
        let price = |field| (field, Decimal::ONE, half);
        let expected = [("volume", 5.into(), 5.into()), price("close"), price("high"), price("low"), price("open")];
        assert_eq!(sizes.collect::<Vec<_>>(), expected);
    }

    #[test]
    fn dates_and_rows_add_up_and_equal_differences_are_sorted_by_date_and_ticker() {
        let tolerance = Tolerance { price: Decimal::ONE, volume: Decimal::ZERO };
        let mut comparison = Comparison::default();
        for day in [12, 11] {
            let date = NaiveDate::from_ymd_opt(2024, 11, day).unwrap();
            let cotahist = [bar("VALE3", "1", 10), bar("ABEV3", "1", 10)];
            let yahoo = [bar("VALE3", "1", 11), bar("ABEV3", "1", 9)];
            comparison.add(date, &cotahist, &yahoo, tolerance);
        }
        comparison.sort();
        let order = comparison.differences.iter().map(|one| format!("{} {}", one.trade_date, one.ticker));
        let expected = ["2024-11-11 ABEV3", "2024-11-11 VALE3", "2024-11-12 ABEV3", "2024-11-12 VALE3"];
        assert_eq!(order.collect::<Vec<_>>(), expected);
        assert_eq!((comparison.dates, comparison.rows, comparison.equal), (2, 4, 0));
        assert_eq!((comparison.only_cotahist, comparison.only_yahoo), (0, 0));
    }
}
