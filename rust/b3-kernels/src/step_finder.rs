//! The steps of a table's series, across which values are converted or not compared: the share
//! events of their tickers, changes of currency, and previous bars that are too old.

use std::collections::HashMap;

use arrow::array::Array;

use crate::actions::Actions;
use crate::column::{Texts, as_nullable_utf8, run_bounds};
use crate::column_names::{CURRENCY, published};
use crate::column_unit::Unit;
use crate::composite_key::ticker_of;
use crate::error::Result;
use crate::every::Every;
use crate::rolling::{Change, Step};
use crate::series_index::Rows;
use crate::series_options::SeriesOptions;
use crate::table::Table;
use crate::window::within;

/// Finds the steps of one series after the other.
pub(crate) struct StepFinder<'a> {
    actions: &'a Actions,
    every: Every,
    /// The largest age of a previous bar in sessions (or weeks, or months); `None` for any age.
    max_age: Option<u32>,
    /// The name of each row's series; `None` where the table of actions is empty.
    series_names: Option<Texts>,
    /// For each row the number of its currency; `None` where there is only one.
    currencies: Option<Vec<u32>>,
    days: Vec<i32>,
    steps: StepsByUnit,
}

/// The steps of one series, for columns of each unit, in the order of [`Unit`].
#[derive(Default)]
pub(crate) struct StepsByUnit([Vec<Step>; 4]);

impl StepsByUnit {
    /// The steps of a column that counts `unit`.
    pub(crate) fn of(&self, unit: Unit) -> &[Step] {
        &self.0[unit as usize]
    }
}

impl<'a> StepFinder<'a> {
    /// The steps of the series of `bars`, whose tickers are in the column that `keys` names.
    pub(crate) fn new(bars: &Table, options: &'a SeriesOptions, max_age: Option<u32>) -> Result<Self> {
        let SeriesOptions { keys, every, actions } = options;
        let series_names = if actions.is_empty() { None } else { Some(Texts::read(bars, &keys.by)?) };
        let (currencies, days, steps) = (currencies(bars)?, Vec::new(), StepsByUnit::default());
        Ok(Self { actions, every: *every, max_age, series_names, currencies, days, steps })
    }

    /// The steps of the series with these `rows`; `all_days` are the days of all rows.
    ///
    /// An event belongs to the first bar whose period ends on its ex-date or later. Events that
    /// belong to the series' first bar, or lie before it, are ignored.
    pub(crate) fn of(&mut self, rows: &Rows<'_>, all_days: &[i32]) -> Result<&StepsByUnit> {
        let StepsByUnit(by_unit) = &mut self.steps;
        by_unit.iter_mut().for_each(Vec::clear);
        let actions_in = |names: &Texts| self.actions.of(ticker_of(names.at(rows.first()?)?));
        if let Some(actions) = self.series_names.as_ref().and_then(actions_in) {
            rows.copy(all_days, &mut self.days);
            self.days.iter_mut().for_each(|day| *day = self.every.last_day(*day));
            for (row, ratio) in actions.share_steps(&self.days)? {
                let change = Change::Shares { new: ratio.new_shares(), old: ratio.old_shares() };
                by_unit[Unit::Price as usize].push(Step { row, change });
                by_unit[Unit::Shares as usize].push(Step { row, change: change.inverse() });
            }
        }
        if let Some(currencies) = &self.currencies {
            let numbers = || rows.iter().map(|row| currencies[row]);
            let changes = numbers().zip(numbers().skip(1)).enumerate().filter(|(_, (before, now))| before != now);
            let unknown: Vec<Step> = changes.map(|(row, _)| unknown_after(row)).collect();
            for unit in [Unit::Price, Unit::Money] {
                mark_unknown(&mut by_unit[unit as usize], &unknown);
            }
        }
        if let Some(max_age) = self.max_age {
            let days = rows.values(all_days, &mut self.days);
            let unknown: Vec<Step> = too_old(days, self.every, max_age).collect();
            for steps in by_unit {
                mark_unknown(steps, &unknown);
            }
        }
        Ok(&self.steps)
    }
}

/// A step between `row` and the next one, across which nothing is compared.
fn unknown_after(row: usize) -> Step {
    Step { row: row + 1, change: Change::Unknown }
}

/// Adds the `unknown` changes to `steps`, replacing those at the same rows.
fn mark_unknown(steps: &mut Vec<Step>, unknown: &[Step]) {
    if !unknown.is_empty() {
        steps.retain(|step| unknown.binary_search_by_key(&step.row, |step| step.row).is_err());
        steps.extend_from_slice(unknown);
        steps.sort_unstable_by_key(|step| step.row);
    }
}

/// A step at each row whose previous row is more than `max_age` sessions (or weeks, or months)
/// older.
fn too_old(days: &[i32], every: Every, max_age: u32) -> impl Iterator<Item = Step> {
    // No period is shorter than a day, so calendar days usually show that a bar is not too old.
    let is_too_old = move |[before, now]: &[i32; 2]| {
        !within(now - before, max_age) && !within(every.ordinal(*now) - every.ordinal(*before), max_age)
    };
    let rows = days.array_windows().enumerate().filter(move |(_, pair)| is_too_old(pair));
    rows.map(|(row, _)| unknown_after(row))
}

/// For each row the number of its currency, null included; `None` where all rows have the same, or
/// there is no such column.
pub(crate) fn currencies(bars: &Table) -> Result<Option<Vec<u32>>> {
    let names = [CURRENCY.to_owned(), published(CURRENCY)];
    let Some(name) = names.iter().find(|name| bars.schema().index_of(name).is_ok()) else {
        return Ok(None);
    };
    let mut numbers: HashMap<Option<String>, u32> = HashMap::new();
    let mut runs = Vec::new();
    for chunk in bars.column(name)? {
        let texts = as_nullable_utf8(name, &chunk)?;
        for &[start, end] in run_bounds(&texts).array_windows() {
            let label = texts.is_valid(start).then(|| texts.value(start).to_owned());
            let next = u32::try_from(numbers.len()).unwrap_or(u32::MAX);
            runs.push((end - start, *numbers.entry(label).or_insert(next)));
        }
    }
    let rows = runs.iter().flat_map(|(rows, number)| std::iter::repeat_n(*number, *rows));
    Ok((numbers.len() > 1).then(|| rows.collect()))
}
