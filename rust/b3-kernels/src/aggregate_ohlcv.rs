//! The kernel `aggregate_ohlcv`: bars aggregated to longer periods.

#[cfg(test)]
mod laws;

use std::sync::Arc;

use arrow::array::{Array, RecordBatch, StringArray, TimestampMicrosecondArray, UInt32Array, cast::AsArray};
use arrow::compute::{cast, concat_batches, take_record_batch};
use arrow::datatypes::Schema;

use crate::actions::Actions;
use crate::bar_groups::{Groups, aggregate, row_number};
use crate::bar_layout::{DATE, DISTRIBUTION, Layout, START, TICKER};
use crate::column_names;
use crate::composite_key::ticker_of;
use crate::error::Result;
use crate::every::Every;
use crate::keys::{Keys, OnDuplicate};
use crate::period_units::{Changes, convert};
use crate::refiner::{Adjust, Comparison, Gap, GapColumns, UnknownActions, change_inside};
use crate::series_index::{Rows, SeriesIndex};
use crate::table::{Table, nullable};

/// One bar for each ticker and period: first open, highest high, lowest low, last close by time,
/// and the sums of volume, turnover and trades.
///
/// The result keeps the caller's keys, prices, `volume`, `turnover` and `trades`, `source` (the
/// least trusted one of the period), and `currency`, `distribution` and `specification` of the
/// period's last bar, in the caller's order. A period's date is its first session, and its row
/// stands where the first of its bars by time stands in `bars`. NaN counts as null. Null prices are
/// skipped; a sum is null if any summand is. Prices in decimals become DECIMAL(18,6), turnover
/// DECIMAL(20,2), volume and trades 64-bit integers. Costs one pass, and a sort if the bars are out
/// of order.
///
/// With `actions` a bar is in the units of its last day: older prices are multiplied by old / new
/// shares and rounded half to even at the sixth decimal (doubles to the nearest);
/// older volumes are multiplied by new / old and their sum is rounded to the nearest share. Open,
/// high, low and volume are null where `distribution` changes within the period, no share event is
/// known, and `specification` or the closes say that the number of shares changed. They are null,
/// with or without `actions`, where `currency` changes within the period, and so is the turnover.
///
/// # Errors
/// A column that is missing or of another type; a null or refused duplicate key, a date outside
/// 1986 to 2099; a sum too large for its column; a product of ratios beyond 63 bits.
pub fn aggregate_ohlcv(bars: &Table, keys: &Keys, every: Every, actions: Option<&Actions>) -> Result<Table> {
    let layout = Layout::of(bars.schema(), keys)?;
    // In the normal form each column has a fixed position and type.
    let normal = concat_batches(layout.schema(), &layout.normal_batches(bars)?)?;
    // One day may have several intraday bars, with different starts; `counting_rows` finds the
    // duplicates.
    let index = SeriesIndex::new(bars, &Keys { on_duplicate: OnDuplicate::Keep, ..keys.clone() })?;
    let mut groups = Groups::default();
    let mut first_rows = Vec::new();
    for series in index.iter() {
        let counting = counting_rows(&series, &index, &normal, keys.on_duplicate);
        let counting = counting.map_err(|row| index.duplicate(bars, keys, row))?;
        let series = counting.as_deref().map_or(series, Rows::Listed);
        push_periods(&series, index.days(), every, &mut groups, &mut first_rows);
    }
    let changes = unit_changes(&normal, &groups, actions)?;
    let periods = convert(&normal, &groups, aggregate(&normal, &groups)?, &changes)?;
    select(bars.schema(), keys, &sorted_by(&first_rows, periods)?)
}

/// The changes of unit within each period that has any, by the columns of its bars and the actions.
fn unit_changes(bars: &RecordBatch, periods: &Groups, actions: Option<&Actions>) -> Result<Vec<Changes>> {
    let columns = GapColumns::of(bars);
    let mut changes = Vec::new();
    if columns.currencies.is_none() && actions.is_none() {
        return Ok(changes);
    }
    let tickers: &StringArray = bars.column(TICKER).as_string();
    let adjust = if actions.is_some() { Adjust::Splits } else { Adjust::None };
    let comparison = Comparison { adjust, unknown_actions: UnknownActions::Null };
    for (period, rows) in periods.iter().enumerate() {
        // The key may join several columns, of which the ticker is the first.
        let ticker = ticker_of(tickers.value(rows[0] as usize));
        let actions = actions.and_then(|actions| actions.of(ticker));
        let mut inside = Vec::new();
        for (place, pair) in (1..).zip(rows.windows(2)) {
            let (before, now) = (columns.bar(pair[0] as usize), columns.bar(pair[1] as usize));
            let gap = Gap::between(&before, &now, actions, comparison)?;
            inside.extend(change_inside(&gap, comparison).map(|change| (place, change)));
        }
        if !inside.is_empty() {
            changes.push(Changes { period, inside });
        }
    }
    Ok(changes)
}

/// The rows of a series that count, those of one time sorted by `bar_start`; `None` if all rows
/// count in the order that they have. Rows of one time and start are duplicates, and so are a bar
/// of the whole day, without a start, and the intraday bars beside it. An error is a duplicate row.
fn counting_rows(
    series: &Rows<'_>,
    index: &SeriesIndex,
    normal: &RecordBatch,
    on_duplicate: OnDuplicate,
) -> std::result::Result<Option<Vec<u32>>, usize> {
    let mut rows: Vec<u32> = series.iter().map(row_number).collect();
    let is_same_time = |a: &u32, b: &u32| index.is_same_time(*a as usize, *b as usize);
    if !rows.windows(2).any(|pair| is_same_time(&pair[0], &pair[1])) {
        return Ok(None);
    }
    let starts: &TimestampMicrosecondArray = normal.column(START).as_primitive();
    let start = |row: &u32| starts.is_valid(*row as usize).then(|| starts.value(*row as usize));
    let mut counting = Vec::with_capacity(rows.len());
    for same_time in rows.chunk_by_mut(is_same_time) {
        let last = same_time.len() - 1;
        // The first row, or the last, says whether whole-day or intraday bars count.
        let taken = same_time[if on_duplicate == OnDuplicate::Last { last } else { 0 }];
        let is_daily = start(&taken).is_none();
        same_time.sort_by_key(start);
        for rows in same_time.chunk_by(|a, b| start(a) == start(b)) {
            let is_like_taken = start(&rows[0]).is_none() == is_daily;
            match (on_duplicate, rows) {
                (OnDuplicate::Keep, rows) => counting.extend_from_slice(rows),
                (OnDuplicate::Raise, [_, second, ..]) => return Err(*second as usize),
                (OnDuplicate::Raise, [other]) if !is_like_taken => return Err(*other as usize),
                _ if !is_like_taken => {}
                (OnDuplicate::Last, [.., last]) => counting.push(*last),
                _ => counting.push(rows[0]),
            }
        }
    }
    Ok(Some(counting))
}

/// Cuts one series into periods, and appends the row of the first bar of each.
fn push_periods(series: &Rows<'_>, days: &[i32], every: Every, groups: &mut Groups, first_rows: &mut Vec<usize>) {
    let rows: Vec<(i32, usize)> = series.iter().map(|row| (every.number(days[row]), row)).collect();
    for period in rows.chunk_by(|(before, _), (now, _)| before == now) {
        let (_, first) = period[0];
        groups.push(every.first_session(days[first]), period.iter().map(|(_, row)| row_number(*row)));
        first_rows.push(first);
    }
}

fn sorted_by(first_rows: &[usize], periods: RecordBatch) -> Result<RecordBatch> {
    if first_rows.is_sorted() {
        return Ok(periods);
    }
    let mut order: Vec<u32> = (0..row_number(first_rows.len())).collect();
    order.sort_unstable_by_key(|period| first_rows[*period as usize]);
    Ok(take_record_batch(&periods, &UInt32Array::from(order))?)
}

/// The caller's columns out of those of `periods`, in the caller's order and under the caller's
/// names.
fn select(schema: &Schema, keys: &Keys, periods: &RecordBatch) -> Result<Table> {
    let place = |name: &str| match name {
        by if by == keys.by => Some(TICKER),
        time if time == keys.time => Some(DATE),
        column_names::TICKER | column_names::TRADE_DATE | column_names::BAR_START => None,
        other => periods.schema_ref().index_of(other).ok(),
    };
    let kept = schema.fields().iter().filter_map(|field| Some((field, place(field.name())?)));
    let columns = kept.map(|(field, place)| {
        let column = match place {
            // A distribution number is read as 16 bits, whatever its type.
            DISTRIBUTION => cast(periods.column(place), field.data_type())?,
            _ => Arc::clone(periods.column(place)),
        };
        Ok((nullable(field.name(), column.data_type().clone()), column))
    });
    Table::of_columns(columns.collect::<Result<_>>()?, periods.num_rows())
}
