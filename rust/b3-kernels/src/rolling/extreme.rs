//! The smallest or largest number of a window.

use std::collections::VecDeque;

use super::runs::fill_runs;
use super::series::{Output, Series, Values};

/// Writes the number of each window that `beats` every other, as the nearest double.
///
/// The queue holds the rows that can still be an answer: each beats all that came before it and were dropped.
pub(super) fn extreme(
    series: &Series<'_>,
    window: usize,
    max_span: u32,
    out: &mut Output<'_>,
    beats: impl Fn(usize, usize) -> bool,
) {
    let mut queue: VecDeque<usize> = VecDeque::new();
    fill_runs(series, window, max_span, out, |run, answers, _| {
        queue.clear();
        let first = run.start + window - 1;
        for row in run {
            while queue.back().is_some_and(|other| beats(row, *other)) {
                queue.pop_back();
            }
            queue.push_back(row);
            if queue.front().is_some_and(|front| front + window <= row) {
                queue.pop_front();
            }
            if let (Some(place), Some(best)) = (row.checked_sub(first), queue.front()) {
                answers[place] = series.values.at(*best);
            }
        }
    });
}

/// Orders two rows by their numbers; -0.0 is below 0.0, so that the answer's bits are the window's alone.
pub(super) fn compare(values: &Values<'_>, left: usize, right: usize) -> std::cmp::Ordering {
    match values {
        Values::Decimal { unscaled, .. } => unscaled[left].cmp(&unscaled[right]),
        Values::Float(floats) => floats[left].total_cmp(&floats[right]),
    }
}
