//! The comparison of the official quotes with another source's, field by field.

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
    /// As a fraction of the official volume.
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

    /// The difference relative to the official value, or to one if that is zero.
    pub(super) fn relative(&self) -> Decimal {
        let base = if self.cotahist.is_zero() { Decimal::ONE } else { self.cotahist.abs() };
        self.absolute() / base
    }
}

/// The counts and differences of a comparison.
#[derive(Debug, Default)]
pub(super) struct Comparison {
    pub(super) dates: usize,
    pub(super) rows: usize,
    pub(super) equal: usize,
    pub(super) only_cotahist: usize,
    pub(super) only_yahoo: usize,
    /// Tickers and dates that the sources quote in two currencies, which are not compared.
    pub(super) other_money: usize,
    pub(super) differences: Vec<Difference>,
}

impl Comparison {
    /// Compares one date's rows, ticker by ticker; of `official` only the spot market.
    pub(super) fn add(&mut self, trade_date: NaiveDate, official: &[Bar], other: &[Bar], tolerance: Tolerance) {
        let spot = official.iter().filter(|bar| bar.market == Some(SPOT));
        let mut official: BTreeMap<Ticker, &Bar> = spot.map(|bar| (bar.ticker, bar)).collect();
        self.dates += 1;
        for bar in other {
            match official.remove(&bar.ticker) {
                Some(quote) if quote.currency != bar.currency => self.other_money += 1,
                Some(quote) => {
                    self.rows += 1;
                    let before = self.differences.len();
                    self.differences.extend(differences(trade_date, quote, bar, tolerance));
                    self.equal += usize::from(self.differences.len() == before);
                }
                None => self.only_yahoo += 1,
            }
        }
        self.only_cotahist += official.len();
    }

    /// Sorts by the relative difference, then by the absolute one, largest first; equal ones by
    /// date, ticker and field.
    pub(super) fn sort(&mut self) {
        let rank = |difference: &Difference| (difference.relative(), difference.absolute());
        self.differences.sort_by(|a, b| {
            rank(b)
                .cmp(&rank(a))
                .then_with(|| (a.trade_date, a.ticker, a.field).cmp(&(b.trade_date, b.ticker, b.field)))
        });
    }
}

fn differences(
    trade_date: NaiveDate,
    quote: &Bar,
    bar: &Bar,
    tolerance: Tolerance,
) -> impl Iterator<Item = Difference> + use<> {
    let price =
        |field, of: fn(&Bar) -> Price| (field, Decimal::from(of(quote)), Decimal::from(of(bar)), tolerance.price);
    let volume = Decimal::from(quote.volume);
    let fields = [
        price("open", |bar| bar.open),
        price("high", |bar| bar.high),
        price("low", |bar| bar.low),
        price("close", |bar| bar.close),
        ("volume", volume, Decimal::from(bar.volume), volume.abs() * tolerance.volume),
    ];
    let ticker = quote.ticker;
    fields.into_iter().filter_map(move |(field, cotahist, yahoo, most)| {
        let difference = Difference { trade_date, ticker, field, cotahist, yahoo };
        (difference.absolute() > most).then_some(difference)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bar::tests::bar;

    fn compared(official: &[Bar], other: &[Bar]) -> Comparison {
        let tolerance = Tolerance { price: "0.005".parse().unwrap(), volume: "0.01".parse().unwrap() };
        let mut comparison = Comparison::default();
        comparison.add(NaiveDate::from_ymd_opt(2024, 11, 8).unwrap(), official, other, tolerance);
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
        let official = [bar("PETR4", "36.10", 1_000), bar("VALE3", "60.00", 1_000)];
        let comparison = compared(&official, &[bar("PETR4", "3610.00", 1_000), bar("VALE3", "61.00", 2_000)]);
        let found = comparison.differences.iter().map(|one| format!("{} {}", one.ticker, one.field));
        let prices = |ticker| ["close", "high", "low", "open"].map(|field| format!("{ticker} {field}"));
        let expected = [&prices("PETR4")[..], &["VALE3 volume".to_owned()], &prices("VALE3")].concat();
        assert_eq!(found.collect::<Vec<_>>(), expected);
        assert_eq!(comparison.differences[0].relative(), Decimal::from(99));
    }

    #[test]
    fn rows_of_one_side_only_are_counted() {
        let mut odd_lot = bar("ITUB4", "30.00", 1);
        odd_lot.market = Some(20);
        let comparison = compared(&[bar("PETR4", "36.10", 1), odd_lot], &[bar("VALE3", "60.00", 1)]);
        assert_eq!((comparison.only_cotahist, comparison.only_yahoo, comparison.rows), (1, 1, 0));
    }

    #[test]
    fn rows_under_two_labels_of_money_are_counted_and_not_compared() {
        let older = Bar { currency: "CR$".parse().unwrap(), ..bar("PETR4", "1.00", 1) };
        let comparison =
            compared(&[bar("PETR4", "36.10", 1), bar("VALE3", "60.00", 1)], &[older, bar("VALE3", "60.00", 1)]);
        assert_eq!((comparison.other_money, comparison.rows, comparison.equal), (1, 1, 1));
        assert_eq!((comparison.only_cotahist, comparison.only_yahoo), (0, 0));
        assert_eq!(comparison.differences, []);
    }

    #[test]
    fn a_difference_is_relative_to_the_official_value_or_to_one() {
        let comparison = compared(&[bar("PETR4", "2.00", 0)], &[bar("PETR4", "1.00", 5)]);
        let sizes = comparison.differences.iter().map(|one| (one.field, one.absolute(), one.relative()));
        let half: Decimal = "0.5".parse().unwrap();
        let price = |field| (field, Decimal::ONE, half);
        let expected = [("volume", 5.into(), 5.into()), price("close"), price("high"), price("low"), price("open")];
        assert_eq!(sizes.collect::<Vec<_>>(), expected);
    }

    #[test]
    fn dates_and_rows_add_up_and_equal_sizes_are_sorted_by_date_ticker_and_field() {
        let tolerance = Tolerance { price: Decimal::ONE, volume: Decimal::ZERO };
        let mut comparison = Comparison::default();
        for day in [12, 11] {
            let date = NaiveDate::from_ymd_opt(2024, 11, day).unwrap();
            let (official, other) =
                ([bar("VALE3", "1", 10), bar("ABEV3", "1", 10)], [bar("VALE3", "1", 11), bar("ABEV3", "1", 9)]);
            comparison.add(date, &official, &other, tolerance);
        }
        comparison.sort();
        let order = comparison.differences.iter().map(|one| format!("{} {}", one.trade_date, one.ticker));
        let expected = ["2024-11-11 ABEV3", "2024-11-11 VALE3", "2024-11-12 ABEV3", "2024-11-12 VALE3"];
        assert_eq!(order.collect::<Vec<_>>(), expected);
        assert_eq!((comparison.dates, comparison.rows, comparison.equal), (2, 4, 0));
        assert_eq!((comparison.only_cotahist, comparison.only_yahoo), (0, 0));
    }
}
