//! The runs of a series: the maximal stretches of usable rows.

use std::ops::Range;

use super::series::{Output, Series, Values};
use super::steps::{Change, check_steps, steps_within};
use crate::exact::fixed::all_finite;

/// Calls `answer(run, windows)` for each maximal run of usable rows that contains a window;
/// `windows` is the output at the rows where its windows end, all valid. Makes every other row
/// null, and every window that spans more than `max_span`.
///
/// No run contains a change of unit without a factor.
pub(crate) fn fill_runs(
    series: &Series<'_>,
    window: usize,
    max_span: u32,
    out: &mut Output<'_>,
    mut answer: impl FnMut(Range<usize>, &mut Output<'_>),
) {
    check_lengths(series, out);
    let mut done = 0;
    for_each_run(series, |run| {
        if window == 0 || run.len() < window {
            return;
        }
        let ends = run.start + window - 1..run.end;
        out.set_null(done, ends.start);
        done = ends.end;
        let mut windows = Output { values: &mut out.values[ends.clone()], valid: &mut out.valid[ends] };
        windows.valid.fill(true);
        answer(run.clone(), &mut windows);
        if let Some(sessions) = series.sessions {
            drop_long(&sessions[run], window, max_span, &mut windows);
        }
    });
    out.set_null(done, series.len());
}

fn check_lengths(series: &Series<'_>, out: &Output<'_>) {
    let rows = series.len();
    assert_eq!(rows, out.values.len(), "one value a row");
    assert_eq!(rows, out.valid.len(), "one validity a row");
    assert!(series.valid.is_none_or(|valid| valid.len() == rows), "one input validity a row");
    assert!(series.sessions.is_none_or(|sessions| sessions.len() == rows), "one session a row");
    check_steps(series.steps);
}

/// Calls `each` for every maximal run of non-null, finite rows whose units can be converted.
fn for_each_run(series: &Series<'_>, mut each: impl FnMut(Range<usize>)) {
    for_each_usable_run(series, |run| {
        let mut start = run.start;
        for step in steps_within(series.steps, &run).iter().filter(|step| step.change == Change::Unknown) {
            each(start..step.row);
            start = step.row;
        }
        each(start..run.end);
    });
}

/// Calls `each` for every maximal run of non-null, finite rows.
fn for_each_usable_run(series: &Series<'_>, mut each: impl FnMut(Range<usize>)) {
    let rows = series.len();
    if all_usable(series) {
        each(0..rows);
        return;
    }
    let mut end = 0;
    while let Some(start) = (end..rows).find(|row| series.is_usable(*row)) {
        end = (start..rows).find(|row| !series.is_usable(*row)).unwrap_or(rows);
        each(start..end);
    }
}

fn all_usable(series: &Series<'_>) -> bool {
    series.valid.is_none_or(|valid| !valid.contains(&false))
        && match series.values {
            Values::Decimal { .. } => true,
            Values::Float(floats) => all_finite(floats),
        }
}

/// Makes null the windows whose bars span more than `max_span` sessions.
fn drop_long(sessions: &[i32], window: usize, max_span: u32, windows: &mut Output<'_>) {
    // No span of a calendar overflows, so nothing wraps; checks would keep the loop from being
    // vectorised.
    let spans = || sessions.iter().zip(&sessions[window - 1..]).map(|(first, last)| last.wrapping_sub(*first));
    let fits = |span: i32| i64::from(span) <= i64::from(max_span);
    if fits(spans().fold(0, i32::max)) {
        return;
    }
    for (place, _) in spans().enumerate().filter(|(_, span)| !fits(*span)) {
        windows.set(place, None);
    }
}
