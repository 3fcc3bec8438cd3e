//! The loop that all kernels over series share: it computes new columns of doubles, ticker by
//! ticker.

#[cfg(test)]
mod laws;

use std::sync::Arc;

use arrow::array::{ArrayRef, Float64Array};
use arrow::datatypes::{DataType, FieldRef};

use crate::column::{Doubles, Numbers, packed};
use crate::column_unit::Unit;
use crate::error::Result;
use crate::every::Every;
use crate::rolling::{Output, Series};
use crate::series_index::{Rows, SeriesIndex};
use crate::series_options::{Derived, SeriesOptions};
use crate::step_finder::StepFinder;
use crate::table::{Table, nullable};
use crate::window::Window;

/// A column that a kernel reads.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Input<'a> {
    pub(crate) column: &'a str,
    /// What its numbers count.
    pub(crate) unit: Unit,
}

impl<'a> Input<'a> {
    /// A column that counts what `unit` says or, if that is `None`, what the column's name says.
    pub(crate) fn new(column: &'a str, unit: Option<Unit>) -> Self {
        Self { column, unit: unit.unwrap_or_else(|| Unit::of_column(column)) }
    }
}

/// Computes the columns `names` with `kernel`, one series at a time, from the columns `inputs`.
/// Each series comes with its steps (the changes of its unit, and the gaps of more than `max_age`
/// sessions, weeks or months) and, where one of `windows` may be too wide, with its sessions.
pub(crate) fn by_series(
    bars: &Table,
    options: &SeriesOptions,
    inputs: &[Input<'_>],
    names: &[String],
    windows: &[Window],
    max_age: Option<u32>,
    mut kernel: impl FnMut(&[Series<'_>], &mut [Output<'_>]),
) -> Result<Derived> {
    let keys = &options.keys;
    // A series whose windows are narrow enough even in calendar days needs no sessions. This is
    // found here if each series is a range of rows, and in `compute` if rows are listed.
    let fit = |days: &[i32]| windows.iter().all(|window| window.fits(days));
    let mut ranges_fit = Vec::new();
    let index = SeriesIndex::inspecting(bars, keys, |days| ranges_fit.push(fit(days)))?;
    let mut steps = StepFinder::new(bars, options, max_age)?;
    let columns = inputs.iter().map(|input| Ok((Numbers::read(bars, input.column)?, input.unit)));
    let mut columns = columns.collect::<Result<Vec<_>>>()?;
    let mut sessions = Sessions { every: options.every, days: Vec::new(), ordinals: Vec::new() };
    let mut scratch: Vec<Scratch> = names.iter().map(|_| Scratch::default()).collect();
    // Passes the rows and results of each series to `take`. If not `bounded`, the kernel gets no
    // sessions, so that a window may have any width.
    let mut compute = |bounded: bool, take: &mut dyn FnMut(&Rows<'_>, &[Output<'_>])| -> Result<()> {
        for (number, rows) in index.iter().enumerate() {
            let series_fits = |days: &[i32]| match rows {
                Rows::Range(_) => ranges_fit[number],
                Rows::Listed(_) => fit(days),
            };
            let sessions = if bounded { sessions.of_series(&rows, index.days(), series_fits) } else { None };
            let steps = steps.of(&rows, index.days())?;
            let series = columns
                .iter_mut()
                .map(|(numbers, unit)| Ok(Series { sessions, steps: steps.of(*unit), ..numbers.series(&rows)? }));
            let series = series.collect::<Result<Vec<_>>>()?;
            let mut outputs: Vec<Output<'_>> = scratch.iter_mut().map(|scratch| scratch.output(rows.len())).collect();
            kernel(&series, &mut outputs);
            take(&rows, &outputs);
        }
        Ok(())
    };
    let mut results: Vec<ResultColumn> =
        names.iter().map(|_| ResultColumn::new(bars.num_rows(), index.order())).collect();
    let mut filled = vec![false; names.len()];
    let bounded = true;
    compute(bounded, &mut |rows, outputs| {
        results.iter_mut().zip(outputs).for_each(|(result, output)| result.put(rows, output));
        note_filled(outputs, &mut filled);
    })?;
    let mut filled_unbounded = filled.clone();
    if !windows.is_empty() && filled.contains(&false) {
        // Finds columns that only the limit on the windows' width made null.
        compute(!bounded, &mut |_, outputs| note_filled(outputs, &mut filled_unbounded))?;
    }
    let emptied_by_max_span = (0..names.len()).filter(|column| filled_unbounded[*column] != filled[*column]);
    let emptied_by_max_span = emptied_by_max_span.map(|column| names[column].clone()).collect();
    let columns: Vec<(FieldRef, ArrayRef)> =
        names.iter().zip(results).map(|(name, result)| (nullable(name, DataType::Float64), result.finish())).collect();
    Ok(Derived { table: Table::of_columns(columns, bars.num_rows())?, emptied_by_max_span })
}

/// Sets `filled` for each output that has a value.
fn note_filled(outputs: &[Output<'_>], filled: &mut [bool]) {
    for (output, filled) in outputs.iter().zip(filled) {
        *filled = *filled || output.valid.contains(&true);
    }
}

/// The results of one series; the buffers are reused, so that they stay in the processor's cache.
/// They hold the results of earlier series, so a kernel writes every row.
#[derive(Default)]
struct Scratch {
    values: Vec<f64>,
    valid: Vec<bool>,
}

impl Scratch {
    fn output(&mut self, rows: usize) -> Output<'_> {
        self.values.resize(rows.max(self.values.len()), 0.0);
        self.valid.resize(rows.max(self.valid.len()), false);
        Output { values: &mut self.values[..rows], valid: &mut self.valid[..rows] }
    }
}

/// A result column that is being built.
enum ResultColumn {
    /// Its series are neighbouring rows of the table.
    Appended(Doubles),
    /// Its series may be anywhere in the table.
    Scattered { values: Vec<f64>, valid: Vec<bool> },
}

impl ResultColumn {
    fn new(rows: usize, order: Option<&[u32]>) -> Self {
        match order {
            None => Self::Appended(Doubles::with_capacity(rows)),
            Some(_) => Self::Scattered { values: vec![0.0; rows], valid: vec![false; rows] },
        }
    }

    fn put(&mut self, rows: &Rows<'_>, output: &Output<'_>) {
        match self {
            Self::Appended(doubles) => doubles.append(output.values, output.valid),
            Self::Scattered { values, valid } => {
                rows.scatter(output.values, values);
                rows.scatter(output.valid, valid);
            }
        }
    }

    fn finish(self) -> ArrayRef {
        match self {
            Self::Appended(doubles) => doubles.finish(),
            Self::Scattered { values, valid } => Arc::new(Float64Array::new(values.into(), Some(packed(&valid)))),
        }
    }
}

/// The session (or week, or month) numbers of one series, looked up only where a window may be too
/// wide.
struct Sessions {
    every: Every,
    days: Vec<i32>,
    ordinals: Vec<i32>,
}

impl Sessions {
    fn of_series(&mut self, rows: &Rows<'_>, all_days: &[i32], fit: impl FnOnce(&[i32]) -> bool) -> Option<&[i32]> {
        let days = rows.values(all_days, &mut self.days);
        if fit(days) {
            return None;
        }
        self.ordinals.clear();
        self.ordinals.extend(days.iter().map(|day| self.every.ordinal(*day)));
        Some(&self.ordinals)
    }
}
