//! Conversion of the bars within a period to the units of its last bar across share events; nulls
//! where a factor is unknown or the currency changes.

use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, ArrowPrimitiveType, Decimal128Array, Float64Array, Int64Array, PrimitiveArray, RecordBatch,
    cast::AsArray,
};
use arrow::compute::nullif;
use arrow::datatypes::{DataType, Decimal128Type, Float64Type, Int64Type};
use b3_market::price::in_18_digits;
use num_bigint::{BigInt, BigUint};

use crate::actions::ShareRatio;
use crate::bar_groups::{Groups, overflow};
use crate::bar_layout::{CLOSE, HIGH, LOW, OPEN, TURNOVER, VOLUME};
use crate::error::Result;
use crate::exact::big;
use crate::exact::rounding::LEAST_EXPONENT;
use crate::table::batch_of;

/// A change of unit between bars of a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum UnitChange {
    /// Old shares became new ones.
    Shares(ShareRatio),
    /// Shares changed by an unknown factor: the period has no open, high, low or volume, and no
    /// close from before the change.
    NoFactor,
    /// The currency changed: the period has no turnover either.
    Currency,
}

/// The changes of unit within the period of this number.
pub(crate) struct Changes {
    pub(crate) period: usize,
    /// Each change with the number, in the period, of the bar after it.
    pub(crate) inside: Vec<(usize, UnitChange)>,
}

/// Converts the prices and volume of the `periods` with `changes` to the units of each
/// period's last bar. The `groups` are the `bars` of each period.
///
/// A price is multiplied by old / new, a volume by new / old. Prices are rounded half to even at
/// the sixth decimal (doubles to the nearest double), the sum of volumes to the nearest share.
pub(crate) fn convert(
    bars: &RecordBatch,
    groups: &Groups,
    periods: RecordBatch,
    changes: &[Changes],
) -> Result<RecordBatch> {
    if changes.is_empty() {
        return Ok(periods);
    }
    let members: Vec<&[u32]> = groups.iter().collect();
    let affected: Vec<ChangedPeriod<'_>> =
        changes.iter().map(|changes| ChangedPeriod::of(changes, members[changes.period])).collect();
    let mut columns = periods.columns().to_vec();
    for place in [OPEN, HIGH, LOW, CLOSE] {
        columns[place] = match bars.column(place).data_type() {
            DataType::Float64 => double_prices(bars, place, &columns[place], &affected),
            _ => decimal_prices(bars, place, &columns[place], &affected)?,
        };
    }
    columns[VOLUME] = volumes(bars, &columns[VOLUME], &affected)?;
    let mut in_two_currencies = vec![false; periods.num_rows()];
    for period in &affected {
        in_two_currencies[period.number] = period.currency_changes;
    }
    if in_two_currencies.contains(&true) {
        columns[TURNOVER] = nullif(&columns[TURNOVER], &in_two_currencies.into())?;
    }
    batch_of(&periods.schema(), columns, periods.num_rows())
}

/// A period whose bars are not all in one unit.
struct ChangedPeriod<'a> {
    number: usize,
    rows: &'a [u32],
    /// The rows in stretches of one unit, each with the share event before it.
    stretches: Vec<(ShareRatio, &'a [u32])>,
    /// Whether the stretches cannot be converted.
    unknown: bool,
    currency_changes: bool,
}

impl<'a> ChangedPeriod<'a> {
    fn of(Changes { period, inside }: &Changes, rows: &'a [u32]) -> Self {
        let mut stretches = Vec::with_capacity(inside.len() + 1);
        let (mut start, mut ratio) = (0, ShareRatio::ONE);
        for (after, change) in inside {
            stretches.push((ratio, &rows[start..*after]));
            ratio = if let UnitChange::Shares(ratio) = change { *ratio } else { ShareRatio::ONE };
            start = *after;
        }
        stretches.push((ratio, &rows[start..]));
        let currency_changes = inside.iter().any(|(_, change)| *change == UnitChange::Currency);
        let unknown = currency_changes || inside.iter().any(|(_, change)| *change == UnitChange::NoFactor);
        Self { number: *period, rows, stretches, unknown, currency_changes }
    }

    /// Each row with the multiplier (old shares) and the divisor (new ones) of its price, from the
    /// last row to the first. If the stretches cannot be converted, the close has only the rows of
    /// the last stretch, and open, high and low have none.
    fn price_factors(&self, place: usize) -> impl Iterator<Item = (usize, BigUint, BigUint)> {
        let (mut old, mut new) = (BigUint::from(1_u8), BigUint::from(1_u8));
        let stretches = match self.unknown {
            false => &self.stretches[..],
            true if place == CLOSE => &self.stretches[self.stretches.len() - 1..],
            true => &[],
        };
        stretches.iter().rev().flat_map(move |(ratio, rows)| {
            let factor = (old.clone(), new.clone());
            old *= ratio.old_shares();
            new *= ratio.new_shares();
            rows.iter().rev().map(move |row| (*row as usize, factor.0.clone(), factor.1.clone()))
        })
    }
}

/// A period's open, high, low or close, as `place` says, of the prices of its bars from the last to
/// the first.
fn choose<T: PartialOrd>(place: usize, prices: impl Iterator<Item = T>) -> Option<T> {
    prices.reduce(|found, earlier| match place {
        HIGH if earlier < found => found,
        LOW if earlier > found => found,
        CLOSE => found,
        _ => earlier, // the open, or a new high or low
    })
}

fn decimal_prices(
    bars: &RecordBatch,
    place: usize,
    column: &ArrayRef,
    affected: &[ChangedPeriod<'_>],
) -> Result<ArrayRef> {
    let prices: &Decimal128Array = bars.column(place).as_primitive();
    let of_period = |period: &ChangedPeriod<'_>| -> Result<Option<i128>> {
        let non_null = period.price_factors(place).filter(|(row, _, _)| prices.is_valid(*row));
        let prices = non_null
            .map(|(row, old, new)| big::half_to_even(&(BigInt::from(prices.value(row)) * BigInt::from(old)), &new));
        let Some(price) = choose(place, prices) else {
            return Ok(None);
        };
        let price = i128::try_from(price).ok().and_then(in_18_digits);
        price.map(|price| Some(price.into())).ok_or_else(|| overflow(bars, place, period.rows))
    };
    let patches = affected.iter().map(|period| Ok((period.number, of_period(period)?))).collect::<Result<Vec<_>>>()?;
    let prices = patched(column.as_primitive::<Decimal128Type>(), &patches);
    Ok(Arc::new(prices.with_data_type(column.data_type().clone())))
}

fn double_prices(bars: &RecordBatch, place: usize, column: &ArrayRef, affected: &[ChangedPeriod<'_>]) -> ArrayRef {
    let prices: &Float64Array = bars.column(place).as_primitive();
    let of_period = |period: &ChangedPeriod<'_>| {
        let non_null = period.price_factors(place).filter(|(row, _, _)| prices.is_valid(*row));
        let prices = non_null.map(|(row, old, new)| match prices.value(row) {
            // An infinity is no integer; `bar_layout` has made NaN null.
            infinite if infinite.is_infinite() => infinite,
            // Doubles become integers in units of 2^-1074.
            price => big::quotient(&(big::integer(price) * BigInt::from(old)), &new, LEAST_EXPONENT),
        });
        choose(place, prices)
    };
    let patches: Vec<_> = affected.iter().map(|period| (period.number, of_period(period))).collect();
    Arc::new(patched(column.as_primitive::<Float64Type>(), &patches))
}

fn volumes(bars: &RecordBatch, column: &ArrayRef, affected: &[ChangedPeriod<'_>]) -> Result<ArrayRef> {
    let volumes: &Int64Array = bars.column(VOLUME).as_primitive();
    let of_period = |period: &ChangedPeriod<'_>| -> Result<Option<i64>> {
        if period.unknown || period.rows.iter().any(|row| volumes.is_null(*row as usize)) {
            return Ok(None);
        }
        let (mut sum, mut divisor) = (BigInt::ZERO, BigUint::from(1_u8));
        for (ratio, rows) in &period.stretches {
            // `sum / divisor` is the number of shares so far, in the unit of this stretch.
            sum *= ratio.new_shares();
            divisor *= ratio.old_shares();
            let traded: i128 = rows.iter().map(|row| i128::from(volumes.value(*row as usize))).sum();
            sum += BigInt::from(divisor.clone()) * traded;
        }
        let sum = big::half_to_even(&sum, &divisor);
        i64::try_from(sum).map(Some).map_err(|_| overflow(bars, VOLUME, period.rows))
    };
    let patches = affected.iter().map(|period| Ok((period.number, of_period(period)?))).collect::<Result<Vec<_>>>()?;
    Ok(Arc::new(patched(column.as_primitive::<Int64Type>(), &patches)))
}

/// The column with other values in some rows, given by number; `None` for a null.
pub(crate) fn patched<T: ArrowPrimitiveType>(
    column: &PrimitiveArray<T>,
    patches: &[(usize, Option<T::Native>)],
) -> PrimitiveArray<T> {
    let mut values = column.values().to_vec();
    let mut valid: Vec<bool> = (0..column.len()).map(|row| column.is_valid(row)).collect();
    for (row, value) in patches {
        values[*row] = value.unwrap_or_default();
        valid[*row] = value.is_some();
    }
    PrimitiveArray::new(values.into(), Some(crate::column::packed(&valid)).filter(|nulls| nulls.null_count() > 0))
}
