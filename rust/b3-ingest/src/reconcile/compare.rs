//! The comparison of COTAHIST's bars with Yahoo's, field by field.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use b3_market::Price;
use chrono::NaiveDate;
use polars::prelude::{ChunkCompareEq, DataFrame, PolarsResult};
use rust_decimal::Decimal;

use crate::bar::SPOT;
use crate::frame::{anti_join, inner_join};

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
    pub(super) ticker: String,
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
    pub(super) fn add(
        &mut self,
        trade_date: NaiveDate,
        cotahist: &DataFrame,
        yahoo: &DataFrame,
        tolerance: Tolerance,
    ) -> PolarsResult<()> {
        let spot = cotahist.filter(&cotahist.column("market")?.i16()?.equal(SPOT))?;
        let in_both = inner_join(&spot, yahoo, &["ticker"])?;
        let same_currency = in_both.column("currency")?.str()?.equal(in_both.column("currency_right")?.str()?);
        let compared = in_both.filter(&same_currency)?;
        self.dates += 1;
        self.only_cotahist += anti_join(&spot, yahoo, &["ticker"])?.height();
        self.only_yahoo += anti_join(yahoo, &spot, &["ticker"])?.height();
        self.two_currencies += in_both.height() - compared.height();
        self.rows += compared.height();
        let differences = differences(trade_date, &compared, tolerance)?;
        let differing: BTreeSet<&str> = differences.iter().map(|one| one.ticker.as_str()).collect();
        self.equal += compared.height() - differing.len();
        self.differences.extend(differences);
        Ok(())
    }

    /// Sorts by the relative difference, then by the absolute one, largest first; equal ones by
    /// date, ticker and field.
    pub(super) fn sort(&mut self) {
        self.differences.sort_by_cached_key(|one| {
            (Reverse((one.relative(), one.absolute())), one.trade_date, one.ticker.clone(), one.field)
        });
    }
}

/// The differences above the tolerance in rows that both sources have.
fn differences(trade_date: NaiveDate, rows: &DataFrame, tolerance: Tolerance) -> PolarsResult<Vec<Difference>> {
    let mut found = Vec::new();
    for field in ["open", "high", "low", "close", "volume"] {
        let values = numbers(rows, field)?.into_iter().zip(numbers(rows, &format!("{field}_right"))?);
        for (ticker, (cotahist, yahoo)) in rows.column("ticker")?.str()?.iter().flatten().zip(values) {
            let difference = Difference { trade_date, ticker: ticker.to_owned(), field, cotahist, yahoo };
            let most = if field == "volume" { cotahist.abs() * tolerance.volume } else { tolerance.price };
            if difference.absolute() > most {
                found.push(difference);
            }
        }
    }
    Ok(found)
}

/// The values of a column of prices or of shares, neither of which is ever null.
fn numbers(rows: &DataFrame, name: &str) -> PolarsResult<Vec<Decimal>> {
    let column = rows.column(name)?;
    let Ok(prices) = column.decimal() else {
        return Ok(column.i64()?.iter().flatten().map(Decimal::from).collect());
    };
    let price = |unscaled| Decimal::from_i128_with_scale(unscaled, Price::SCALE);
    Ok(prices.physical().iter().flatten().map(price).collect())
}

#[cfg(test)]
mod tests {
    use b3_market::lake::Source;

    use super::*;
    use crate::bar::Bar;
    use crate::bar::tests::bar;
    use crate::frame::frame_of_bars;

    fn add(to: &mut Comparison, trade_date: NaiveDate, [cotahist, yahoo]: [&[Bar]; 2], tolerance: Tolerance) {
        let frame = |bars, source| frame_of_bars(bars, source).unwrap();
        to.add(trade_date, &frame(cotahist, Source::Cotahist), &frame(yahoo, Source::Yahoo), tolerance).unwrap();
    }

    fn compared(cotahist: &[Bar], yahoo: &[Bar]) -> Comparison {
        let tolerance = Tolerance { price: "0.005".parse().unwrap(), volume: "0.01".parse().unwrap() };
        let mut comparison = Comparison::default();
        add(&mut comparison, NaiveDate::from_ymd_opt(2024, 11, 8).unwrap(), [cotahist, yahoo], tolerance);
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
            add(&mut comparison, date, [&cotahist, &yahoo], tolerance);
        }
        comparison.sort();
        let order = comparison.differences.iter().map(|one| format!("{} {}", one.trade_date, one.ticker));
        let expected = ["2024-11-11 ABEV3", "2024-11-11 VALE3", "2024-11-12 ABEV3", "2024-11-12 VALE3"];
        assert_eq!(order.collect::<Vec<_>>(), expected);
        assert_eq!((comparison.dates, comparison.rows, comparison.equal), (2, 4, 0));
        assert_eq!((comparison.only_cotahist, comparison.only_yahoo), (0, 0));
    }
}
