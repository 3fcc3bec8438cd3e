//! The kernel `aggregate_ohlcv`: bars aggregated to longer periods.

#[cfg(test)]
mod laws;

use std::sync::Arc;

use arrow::array::{Array, RecordBatch, StringArray, TimestampMicrosecondArray, cast::AsArray};
use arrow::compute::{cast, concat_batches, interleave};
use arrow::datatypes::{Field, FieldRef, Schema};

use crate::actions::Actions;
use crate::bar_groups::{Groups, aggregate, row_number};
use crate::bars::{DATE, DISTRIBUTION, Layout, START, TICKER};
use crate::error::Result;
use crate::keys::{Keys, OnDuplicate};
use crate::names;
use crate::period::Every;
use crate::period_units::{Changes, convert};
use crate::refiner::{Adjust, Comparison, Gap, GapColumns, UnknownActions, change_inside};
use crate::series_index::{Rows, SeriesIndex};
use crate::series_names::ticker_of;
use crate::table::{Table, batch_of};

/// One bar a ticker and period: first open, highest high, lowest low, last close by time, and the
/// sums of volume, turnover and trades.
///
/// The result keeps those of the caller's columns that a bar has (keys, prices, `volume`,
/// `turnover`, `trades`, `source`, `currency`, `distribution`, `specification`; the last three are
/// the values of the period's last bar), in their order. A period's date is its first session, and
/// its row stands where its first bar stood in `bars`. Null and NaN prices are skipped; a sum is
/// null if any summand is. Prices in decimals become DECIMAL(18,6), turnover DECIMAL(20,2). Costs
/// one pass, and a sort if the bars are out of order.
///
/// With `actions` a bar is in the units of its last day: older opens, highs and lows are multiplied
/// by old / new shares and rounded half to even at the sixth decimal (doubles to the nearest);
/// older volumes are multiplied by new / old and their sum is rounded to the nearest share. Open,
/// high, low and volume are null where the number of shares changed within the period by an unknown
/// factor: where `distribution` steps and neither a known action nor cash explains it. They are
/// null, with or without `actions`, where `currency` changes within the period, and so is the
/// turnover.
///
/// # Errors
/// A column that is missing or of another type; a null key, a date outside 1986 to 2099; a sum too
/// large for its column.
pub fn aggregate_ohlcv(bars: &Table, keys: &Keys, every: Every, actions: Option<&Actions>) -> Result<Table> {
    let layout = Layout::of(bars.schema(), keys)?;
    let normal = concat_batches(layout.schema(), &layout.normal_batches(bars)?)?;
    let index = SeriesIndex::new(bars, &Keys { on_duplicate: OnDuplicate::Keep, ..keys.clone() })?;
    let mut groups = Groups::default();
    let mut firsts = Vec::new();
    let finder = ChangeFinder::new(&normal, actions);
    let mut changes = Vec::new();
    for series in index.iter() {
        let first = groups.len();
        let parts = parts_in_order(&series, &index, &normal, keys.on_duplicate);
        let parts = parts.map_err(|row| index.duplicate(bars, keys, row))?;
        push_periods(&parts.as_deref().map_or(series, Rows::Listed), index.days(), every, &mut groups, &mut firsts);
        if let Some(finder) = &finder {
            finder.push_changes(&groups, first, &mut changes)?;
        }
    }
    let periods = convert(&normal, &groups, aggregate(&normal, &groups)?, &changes)?;
    let periods = in_order_of(&periods, &firsts)?;
    select(bars.schema(), keys, &periods)
}

/// Finds the changes of unit between the bars of a period, by their columns and the actions.
struct ChangeFinder<'a> {
    columns: GapColumns<'a>,
    tickers: &'a StringArray,
    actions: Option<&'a Actions>,
    comparison: Comparison,
}

impl<'a> ChangeFinder<'a> {
    /// `None` where neither the bars nor the actions can show a change.
    fn new(bars: &'a RecordBatch, actions: Option<&'a Actions>) -> Option<Self> {
        let columns = GapColumns::of(bars);
        let adjust = if actions.is_some() { Adjust::Splits } else { Adjust::None };
        (columns.currencies.is_some() || actions.is_some()).then(|| Self {
            columns,
            tickers: bars.column(TICKER).as_string(),
            actions,
            comparison: Comparison { adjust, unknown_actions: UnknownActions::Null },
        })
    }

    /// Appends the changes within the groups of one ticker, from the group numbered `first` on.
    fn push_changes(&self, groups: &Groups, first: usize, changes: &mut Vec<Changes>) -> Result<()> {
        for (number, rows) in (first..).zip(groups.iter_from(first)) {
            let own = self.actions.and_then(|actions| actions.of(ticker_of(self.tickers.value(rows[0] as usize))));
            let mut inside = Vec::new();
            for (place, pair) in (1..).zip(rows.windows(2)) {
                let (before, now) = (self.columns.bar(pair[0] as usize), self.columns.bar(pair[1] as usize));
                let gap = Gap::between(&before, &now, own, self.comparison)?;
                inside.extend(change_inside(&gap, self.comparison).map(|change| (place, change)));
            }
            if !inside.is_empty() {
                changes.push((number, inside));
            }
        }
        Ok(())
    }
}

/// The rows of a series that count, sorted by time and then by `bar_start` where the bars have one.
/// Fails at the second row of one time and start.
fn parts_in_order(
    series: &Rows<'_>,
    index: &SeriesIndex,
    normal: &RecordBatch,
    on_duplicate: OnDuplicate,
) -> std::result::Result<Option<Vec<u32>>, usize> {
    let mut rows: Vec<u32> = series.iter().map(row_number).collect();
    let is_same_time = |a: &u32, b: &u32| index.is_same_time(*a as usize, *b as usize);
    if on_duplicate == OnDuplicate::Keep || !rows.windows(2).any(|pair| is_same_time(&pair[0], &pair[1])) {
        return Ok(None);
    }
    let starts: &TimestampMicrosecondArray = normal.column(START).as_primitive();
    let start = |row: &u32| starts.is_valid(*row as usize).then(|| starts.value(*row as usize));
    for parts in rows.chunk_by_mut(is_same_time) {
        parts.sort_by_key(start);
    }
    let is_duplicate = |a: &u32, b: &u32| is_same_time(a, b) && start(a) == start(b);
    let counting = rows.chunk_by(is_duplicate).map(|rows| match (on_duplicate, rows) {
        (OnDuplicate::Raise, [_, second, ..]) => Err(*second as usize),
        (OnDuplicate::Last, [.., last]) => Ok(*last),
        _ => Ok(rows[0]),
    });
    counting.collect::<std::result::Result<_, _>>().map(Some)
}

/// Cuts one series into periods, and appends the first table row of each.
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
        groups.push(row_number(row));
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

/// The caller's columns out of those of `periods`, in the caller's order and under the caller's
/// names.
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
            // A distribution number is read as 16 bits, whatever its type.
            let own = schema.field_with_name(name).map(Field::data_type).ok().filter(|_| place == DISTRIBUTION);
            let column =
                own.map_or_else(|| Ok(Arc::clone(periods.column(place))), |own| cast(periods.column(place), own))?;
            Ok((Arc::new(Field::new(name, column.data_type().clone(), true)), column))
        })
        .collect::<Result<Vec<_>>>()?
        .into_iter()
        .unzip();
    let schema = Arc::new(Schema::new(fields));
    let batch = batch_of(&schema, columns, periods.num_rows())?;
    Table::try_new(schema, vec![batch])
}
