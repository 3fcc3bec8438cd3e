//! One column of bars while its numbers are converted to the shares of another date. Prices become
//! DECIMAL(18,6) and volumes 64-bit integers; floats become doubles.

use std::sync::Arc;

use arrow::array::{ArrayRef, Decimal128Array, Float64Array, Int64Array};
use arrow::datatypes::{DataType, FieldRef};
use b3_market::lake::columns;
use b3_market::price::in_18_digits;
use num_bigint::{BigInt, BigUint};

use super::conversion::Ratio;
use crate::column::{Numbers, packed};
use crate::column_unit::Unit;
use crate::error::{Error, Result};
use crate::exact::big;
use crate::lake_columns::PRICE;
use crate::rolling::{Series, Values};
use crate::series_index::Rows;
use crate::table::{Table, nullable};

/// A column that is being converted.
pub(super) struct Converted {
    pub(super) name: String,
    pub(super) unit: Unit,
    numbers: Numbers,
    results: Results,
    valid: Vec<bool>,
}

enum Results {
    /// Prices, in millionths.
    Prices(Vec<i128>),
    Shares(Vec<i64>),
    Floats(Vec<f64>),
}

impl Converted {
    pub(super) fn read(bars: &Table, name: &str, unit: Unit) -> Result<Self> {
        let (numbers, rows) = (Numbers::read(bars, name)?, bars.num_rows());
        let results = match unit {
            _ if numbers.is_float() => Results::Floats(vec![0.0; rows]),
            Unit::Shares => Results::Shares(vec![0; rows]),
            _ => Results::Prices(vec![0; rows]),
        };
        Ok(Self { name: name.to_owned(), unit, numbers, results, valid: vec![false; rows] })
    }

    /// The numbers of one series, not converted.
    pub(super) fn series(&mut self, rows: &Rows<'_>) -> Result<Series<'_>> {
        self.numbers.series(rows)
    }

    /// Converts the numbers of one series. Each of `runs` has the place of its first bar in the
    /// series, and the factor of its bars; `None` makes them null.
    pub(super) fn convert(&mut self, ticker: &str, rows: &Rows<'_>, runs: &[(usize, Option<Ratio>)]) -> Result<()> {
        let Self { name, unit, numbers, results, valid } = self;
        let series = numbers.series(rows)?;
        let mut runs = runs.iter().peekable();
        let mut factor = None;
        for (place, row) in rows.iter().enumerate() {
            while let Some((_, next)) = runs.next_if(|(start, _)| *start <= place) {
                factor = next.as_ref();
            }
            let Some(factor) = factor else { continue };
            if series.valid.is_some_and(|valid| !valid[place]) {
                continue;
            }
            valid[row] = true;
            let overflow = |expected: &DataType| Error::overflow(name, ticker, expected);
            match (&mut *results, &series.values) {
                (Results::Floats(floats), Values::Float(given)) => floats[row] = double(given[place], factor, *unit),
                (Results::Shares(shares), Values::Decimal { unscaled, scale }) => {
                    let whole = i64::try_from(decimal(unscaled[place], *scale, factor, 0)).ok();
                    shares[row] = whole.ok_or_else(|| overflow(&DataType::Int64))?;
                }
                (Results::Prices(prices), Values::Decimal { unscaled, scale }) => {
                    let price = i128::try_from(decimal(unscaled[place], *scale, factor, columns::PRICE.scale)).ok();
                    prices[row] = price.and_then(in_18_digits).ok_or_else(|| overflow(&PRICE))?.into();
                }
                _ => unreachable!("the results of decimals are decimals, those of floats floats"),
            }
        }
        Ok(())
    }

    pub(super) fn finish(self) -> (FieldRef, ArrayRef) {
        let nulls = Some(packed(&self.valid));
        let (data_type, array): (DataType, ArrayRef) = match self.results {
            Results::Prices(prices) => {
                (PRICE, Arc::new(Decimal128Array::new(prices.into(), nulls).with_data_type(PRICE)))
            }
            Results::Shares(shares) => (DataType::Int64, Arc::new(Int64Array::new(shares.into(), nulls))),
            Results::Floats(floats) => (DataType::Float64, Arc::new(Float64Array::new(floats.into(), nulls))),
        };
        (nullable(self.name, data_type), array)
    }
}

/// A decimal times `factor` in units of 10^-`to`, rounded half to even.
fn decimal(unscaled: i64, scale: u8, factor: &Ratio, to: u8) -> BigInt {
    let ten = |power: u8| BigUint::from(10_u8).pow(power.into());
    let numerator = BigInt::from(unscaled) * BigInt::from(&factor.numerator * ten(to));
    big::half_to_even(&numerator, &(&factor.denominator * ten(scale)))
}

/// A double times `factor`, rounded to the nearest double; numbers of shares are rounded to the
/// nearest integer.
fn double(value: f64, factor: &Ratio, unit: Unit) -> f64 {
    if !value.is_finite() {
        return value;
    }
    let (mut numerator, mut denominator) = big::fraction(value);
    numerator *= BigInt::from(factor.numerator.clone());
    denominator *= &factor.denominator;
    if unit == Unit::Shares {
        (numerator, denominator) = (big::half_to_even(&numerator, &denominator), BigUint::from(1_u8));
    }
    big::nearest_double(&numerator, &denominator)
}
