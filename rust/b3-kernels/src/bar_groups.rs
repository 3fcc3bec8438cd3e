//! Aggregation of groups of bars to one bar each: first open, highest high, lowest low, last close,
//! and sums.

use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, ArrowPrimitiveType, Date32Array, Decimal128Array, PrimitiveArray, RecordBatch, StringArray,
    UInt32Array, cast::AsArray,
};
use arrow::compute::take;
use arrow::datatypes::{DataType, Date32Type, Decimal128Type, DecimalType, Float64Type, Int64Type};
use b3_market::calendar::day_text;
use b3_market::lake::Source;

use crate::bar_layout::{
    CLOSE, CURRENCY, DATE, DISTRIBUTION, HIGH, LOW, OPEN, SOURCE, SPECIFICATION, START, TICKER, TRADES, TURNOVER,
    VOLUME,
};
use crate::composite_key::without_separators;
use crate::error::{Error, Result};
use crate::table::batch_of;

/// The rows of a batch that make each bar.
#[derive(Debug, Default)]
pub(crate) struct Groups {
    rows: Vec<u32>,
    ends: Vec<usize>,
    days: Vec<i32>,
}

impl Groups {
    /// Adds the group of these rows, which come in time order; `day` is the date of its bar.
    pub(crate) fn push(&mut self, day: i32, rows: impl IntoIterator<Item = u32>) {
        self.rows.extend(rows);
        self.ends.push(self.rows.len());
        self.days.push(day);
    }

    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    /// The rows of each group.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &[u32]> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, end)| &self.rows[start..*end])
    }

    fn first_rows(&self) -> UInt32Array {
        self.iter().map(|rows| rows[0]).collect()
    }

    fn last_rows(&self) -> UInt32Array {
        self.iter().map(|rows| rows[rows.len() - 1]).collect()
    }
}

/// A row number as 32 bits.
pub(crate) fn row_number(row: usize) -> u32 {
    u32::try_from(row).expect("Arrow's text offsets hold fewer than 2^31 rows of tickers")
}

/// One bar for each group of `bars`, a batch in the normal form of `bar_layout`, in the order of
/// the groups; each group holds at least one row.
///
/// Open is the first open, close the last close, high the highest high and low the lowest low of
/// those that are not null. A sum is null if any summand is. The source is the least trusted one of
/// the group, null if any is. Ticker and start are the first row's; currency, distribution number
/// and specification are the last row's.
pub(crate) fn aggregate(bars: &RecordBatch, groups: &Groups) -> Result<RecordBatch> {
    let (first_rows, last_rows) = (groups.first_rows(), groups.last_rows());
    let mut columns: Vec<ArrayRef> = Vec::with_capacity(bars.num_columns());
    for (place, column) in bars.columns().iter().enumerate() {
        columns.push(match place {
            TICKER | START => take(column, &first_rows, None)?,
            DATE => Arc::new(Date32Array::from(groups.days.clone())),
            OPEN | HIGH | LOW | CLOSE => prices(place, column, groups),
            VOLUME | TURNOVER | TRADES => sum(bars, place, groups)?,
            CURRENCY | DISTRIBUTION | SPECIFICATION => take(column, &last_rows, None)?,
            SOURCE => Arc::new(sources(column.as_string(), groups)),
            _ => unreachable!("a normal batch has no other columns"),
        });
    }
    batch_of(&bars.schema(), columns, groups.len())
}

fn prices(place: usize, column: &ArrayRef, groups: &Groups) -> ArrayRef {
    match column.data_type() {
        DataType::Float64 => Arc::new(prices_of_type::<Float64Type>(place, column, groups)),
        _ => {
            Arc::new(prices_of_type::<Decimal128Type>(place, column, groups).with_data_type(column.data_type().clone()))
        }
    }
}

fn prices_of_type<T: ArrowPrimitiveType>(place: usize, column: &ArrayRef, groups: &Groups) -> PrimitiveArray<T> {
    match place {
        OPEN => chosen(column, groups, |_, _| false),
        HIGH => chosen(column, groups, |new, old| new > old),
        LOW => chosen(column, groups, |new, old| new < old),
        _ => chosen(column, groups, |_, _| true),
    }
}

/// For each group the first price that is not null, replaced by each later one that is `better`.
fn chosen<T: ArrowPrimitiveType>(
    column: &ArrayRef,
    groups: &Groups,
    better: impl Fn(T::Native, T::Native) -> bool,
) -> PrimitiveArray<T> {
    let prices: &PrimitiveArray<T> = column.as_primitive();
    let of_group = |rows: &[u32]| {
        let rows = rows.iter().map(|row| *row as usize);
        let non_null = rows.filter(|row| prices.is_valid(*row)).map(|row| prices.value(row));
        non_null.reduce(|old, new| if better(new, old) { new } else { old })
    };
    groups.iter().map(of_group).collect()
}

fn sum(bars: &RecordBatch, place: usize, groups: &Groups) -> Result<ArrayRef> {
    let column = bars.column(place);
    let overflow = |rows: &[u32]| overflow(bars, place, rows);
    Ok(match column.data_type() {
        DataType::Int64 => {
            Arc::new(summed::<Int64Type>(column.as_primitive(), groups, i64::checked_add).map_err(overflow)?)
        }
        DataType::Float64 => {
            Arc::new(summed::<Float64Type>(column.as_primitive(), groups, |a, b| Some(a + b)).map_err(overflow)?)
        }
        data_type => {
            let summands: &Decimal128Array = column.as_primitive();
            let fits = |sum: &i128| Decimal128Type::is_valid_decimal_precision(*sum, summands.precision());
            let sums = summed(summands, groups, |a, b| a.checked_add(b).filter(fits)).map_err(overflow)?;
            Arc::new(sums.with_data_type(data_type.clone()))
        }
    })
}

/// The error for a result, from these `rows`, that the column `place` cannot hold.
pub(crate) fn overflow(bars: &RecordBatch, place: usize, rows: &[u32]) -> Error {
    let first = rows[0] as usize;
    let ticker: &StringArray = bars.column(TICKER).as_string();
    let date = day_text(bars.column(DATE).as_primitive::<Date32Type>().value(first));
    let field = bars.schema_ref().field(place);
    let key = without_separators(&format!("{} from {date}", ticker.value(first)));
    Error::overflow(field.name(), key, field.data_type())
}

fn summed<'g, T: ArrowPrimitiveType>(
    summands: &PrimitiveArray<T>,
    groups: &'g Groups,
    add: impl Fn(T::Native, T::Native) -> Option<T::Native>,
) -> std::result::Result<PrimitiveArray<T>, &'g [u32]> {
    let of_group = |rows: &'g [u32]| {
        if rows.iter().any(|row| summands.is_null(*row as usize)) {
            return Ok(None);
        }
        let values = rows.iter().map(|row| summands.value(*row as usize));
        let mut sum = T::Native::default();
        for value in values {
            sum = add(sum, value).ok_or(rows)?;
        }
        Ok(Some(sum))
    };
    groups.iter().map(of_group).collect()
}

fn sources(column: &StringArray, groups: &Groups) -> StringArray {
    let name = |row: &u32| column.is_valid(*row as usize).then(|| column.value(*row as usize));
    let of_group = |rows: &[u32]| {
        let first = name(&rows[0])?;
        if rows.iter().all(|row| name(row) == Some(first)) {
            return Some(first);
        }
        let names = rows.iter().map(name).collect::<Option<Vec<_>>>()?;
        names.into_iter().max_by_key(|name| (distrust(name), *name))
    };
    groups.iter().map(of_group).collect()
}

/// The precedence of a source, from 0 for the most trusted; an unknown name comes last.
fn distrust(name: &str) -> usize {
    name.parse::<Source>().map_or(usize::MAX, |source| source as usize)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::bar_layout::Layout;
    use crate::keys::Keys;
    use crate::refiner::samples::{Raw, batch, decimals, integers, raw, session, texts};

    /// One bar of the rows, which are of one ticker.
    fn aggregated(rows: &[Raw]) -> Result<RecordBatch> {
        let batch = batch(rows);
        let normal = Layout::of(batch.schema_ref(), &Keys::default())?.normal(&batch, 0)?;
        let mut groups = Groups::default();
        groups.push(session(9), (0..rows.len()).map(row_number));
        aggregate(&normal, &groups)
    }

    fn rows() -> impl Strategy<Value = Vec<Raw>> {
        let source =
            prop::sample::select(vec![Some("cotahist"), Some("yahoo"), Some("yahoo-5m"), Some("abacus"), None]);
        let row =
            (prop::option::weighted(0.7, 1_i128..500), 0..1_000_i64, source, prop::sample::select(vec!["BRL", "CR$"]));
        prop::collection::vec(row, 1..8).prop_map(|rows| {
            let rows = rows.into_iter().zip(0..);
            rows.map(|((price, volume, source, currency), day)| Raw {
                price,
                volume,
                source,
                currency,
                ..raw("PETR4", session(day), 0)
            })
            .collect()
        })
    }

    proptest! {
        #[test]
        fn a_bar_has_the_first_the_highest_the_lowest_and_the_last_price_and_the_sums(rows in rows()) {
            let bar = aggregated(&rows).unwrap();
            let prices = || rows.iter().filter_map(|row| row.price);
            prop_assert_eq!(decimals(&bar, "open"), [prices().next()]);
            prop_assert_eq!(decimals(&bar, "high"), [prices().max()]);
            prop_assert_eq!(decimals(&bar, "low"), [prices().min()]);
            prop_assert_eq!(decimals(&bar, "close"), [prices().next_back()]);
            prop_assert_eq!(integers(&bar, "volume"), [Some(rows.iter().map(|row| row.volume).sum::<i64>())]);
            prop_assert_eq!(texts(&bar, "currency"), [rows.last().map(|row| row.currency)]);
        }

        #[test]
        fn the_source_of_a_bar_is_the_least_trusted_one_of_its_rows(rows in rows()) {
            // `abacus` is no known source, so it is the least trusted.
            let trust = ["cotahist", "yahoo", "yahoo-5m", "abacus"];
            let sources: Option<Vec<&str>> = rows.iter().map(|row| row.source).collect();
            let least = sources.map(|sources| *trust.iter().rfind(|source| sources.contains(source)).unwrap());
            let bar = aggregated(&rows).unwrap();
            prop_assert_eq!(texts(&bar, "source"), [least]);
        }
    }

    #[test]
    fn a_sum_that_its_column_cannot_hold_is_refused_with_the_first_bar() {
        let rows = [0, 1].map(|day| Raw { volume: i64::MAX, ..raw("PETR4", session(day), 1) });
        assert_eq!(
            aggregated(&rows).unwrap_err().to_string(),
            "column volume: the result for PETR4 from 2021-01-04 does not fit Int64"
        );
    }
}
