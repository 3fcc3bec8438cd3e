//! Bars to longer bars.

use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::compute::{concat_batches, interleave};
use arrow::datatypes::{Field, FieldRef, Schema};

use crate::bars::{DATE, Layout, TICKER};
use crate::error::Result;
use crate::keys::Keys;
use crate::names;
use crate::ohlcv::{Groups, aggregate};
use crate::period::Every;
use crate::series::{Rows, SeriesIndex};
use crate::table::{Table, batch_of};

/// One bar a ticker and period: first open, highest high, lowest low, last close by time, and the sums of volume,
/// turnover and trades.
///
/// Of the caller's columns those remain that a bar has (keys, prices, `volume`, `turnover`, `trades`, `source`), in
/// their order; a period is dated by its first session, and stands where its first bar stood in `bars`. Null and NaN
/// prices are passed over; a sum is null if any part is. Prices in decimals become DECIMAL(18,6), turnover
/// DECIMAL(20,2). Costs one pass, and a sort where the bars are out of order.
///
/// # Errors
/// A column that is missing or of another type; a null key, a date outside 1986 to 2099; a sum too large for its column.
pub fn aggregate_ohlcv(bars: &Table, keys: &Keys, every: Every) -> Result<Table> {
    let layout = Layout::of(bars.schema(), keys)?;
    let mut normal = Vec::with_capacity(bars.batches().len());
    let mut start = 0;
    for batch in bars.batches() {
        normal.push(layout.normal(batch, start)?);
        start += batch.num_rows();
    }
    let normal = concat_batches(layout.schema(), &normal)?;
    let index = SeriesIndex::new(bars, &keys.by, &keys.time)?;
    let mut groups = Groups::default();
    let mut firsts = Vec::new();
    for series in index.iter() {
        push_periods(&series, index.days(), every, &mut groups, &mut firsts);
    }
    let periods = aggregate(&normal, &groups)?;
    let periods = in_order_of(&periods, &firsts)?;
    select(bars.schema(), keys, &periods)
}

/// Cuts one series into periods, and says for each the first row that it stood in.
fn push_periods(series: &Rows<'_>, days: &[i32], every: Every, groups: &mut Groups, firsts: &mut Vec<usize>) {
    let mut current: Option<(i32, i32)> = None;
    let end = |groups: &mut Groups, day: i32| groups.end(every.first_session(day).unwrap_or(day));
    for row in series.iter() {
        let number = every.number(days[row]);
        match current {
            Some((before, _)) if before == number => {
                if let Some(first) = firsts.last_mut() {
                    *first = row.min(*first);
                }
            }
            _ => {
                if let Some((_, day)) = current {
                    end(groups, day);
                }
                current = Some((number, days[row]));
                firsts.push(row);
            }
        }
        groups.push(u32::try_from(row).expect("text offsets hold fewer than 2^31 tickers"));
    }
    if let Some((_, day)) = current {
        end(groups, day);
    }
}

fn in_order_of(periods: &RecordBatch, firsts: &[usize]) -> Result<RecordBatch> {
    if firsts.is_sorted() {
        return Ok(periods.clone());
    }
    let mut order: Vec<(usize, usize)> = (0..firsts.len()).map(|row| (0, row)).collect();
    order.sort_unstable_by_key(|(_, row)| firsts[*row]);
    let columns = periods.columns().iter().map(|column| Ok(interleave(&[column.as_ref()], &order)?));
    batch_of(&periods.schema(), columns.collect::<Result<_>>()?, periods.num_rows())
}

/// The caller's columns among those of `periods`, in the caller's order and under the caller's names.
fn select(schema: &Schema, keys: &Keys, periods: &RecordBatch) -> Result<Table> {
    let place = |name: &str| match name {
        by if by == keys.by => Some(TICKER),
        time if time == keys.time => Some(DATE),
        names::BAR_START => None,
        other => periods.schema_ref().index_of(other).ok().filter(|place| *place != TICKER && *place != DATE),
    };
    let kept = schema.fields().iter().filter_map(|field| Some((field.name(), place(field.name())?)));
    let (fields, columns): (Vec<FieldRef>, Vec<_>) = kept
        .map(|(name, place)| {
            let column = periods.column(place);
            let field: FieldRef = Arc::new(Field::new(name, column.data_type().clone(), true));
            (field, Arc::clone(column))
        })
        .unzip();
    let schema = Arc::new(Schema::new(fields));
    let batch = batch_of(&schema, columns, periods.num_rows())?;
    Table::try_new(schema, vec![batch])
}
