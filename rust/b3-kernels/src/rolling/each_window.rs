//! Kernels that compute each window anew from the bars of one or several series.

use super::across_steps::across_steps;
use super::runs::fill_runs;
use super::series::{Output, Series};
use super::steps::aligned_steps;

/// Writes `answer` of each window of `window` bars, which it receives as doubles in the unit of the
/// window's last bar.
///
/// The result is null before `window` bars exist, where a bar of one of `series` is not usable,
/// where the bars span more than `max_span` sessions of the first series, where a unit changes by
/// an unknown factor, and where `answer` is `None` or not finite.
///
/// # Panics
/// If the series differ in length.
pub(crate) fn each_window<const N: usize>(
    series: [&Series<'_>; N],
    window: usize,
    max_span: u32,
    out: &mut Output<'_>,
    answer: impl Fn([&[f64]; N]) -> Option<f64>,
) {
    let first = series[0];
    assert!(series.iter().all(|one| one.len() == first.len()), "series of one length");
    let valid: Vec<bool> = (0..first.len()).map(|row| series.iter().all(|one| one.is_usable(row))).collect();
    // Each series gets a step wherever one has a step, so all have the same groups of windows.
    let steps = aligned_steps(series.map(|one| one.steps));
    let bars = Series { valid: Some(&valid), steps: &steps[0], ..*first };
    fill_runs(&bars, window, max_span, out, |run, out| {
        let plain = series.map(|one| run.clone().map(|row| one.values.at(row)).collect());
        fill(&plain, window, 0, out, &answer); // windows across a step are filled again below
        let groups = steps.each_ref().map(|steps| across_steps(steps, run.clone(), window).collect::<Vec<_>>());
        for (number, group) in groups[0].iter().enumerate() {
            let converted = std::array::from_fn(|place| groups[place][number].doubles(&series[place].values));
            fill(&converted, window, group.places.start, out, &answer);
        }
    });
}

/// [`each_window`] with the bar before each window, as the first of `window + 1` bars.
pub(crate) fn each_window_with_previous<const N: usize>(
    series: [&Series<'_>; N],
    window: usize,
    max_span: u32,
    out: &mut Output<'_>,
    answer: impl Fn([&[f64]; N]) -> Option<f64>,
) {
    // A window of 0 bars gets no other bar, so its result is null.
    let bars = window.saturating_add(usize::from(window > 0));
    each_window(series, bars, max_span, out, answer);
}

/// Writes the result of each window of `bars`, from the place `first` on.
fn fill<const N: usize>(
    bars: &[Vec<f64>; N],
    window: usize,
    first: usize,
    out: &mut Output<'_>,
    answer: &impl Fn([&[f64]; N]) -> Option<f64>,
) {
    for start in 0..=bars[0].len() - window {
        let found = answer(bars.each_ref().map(|numbers| &numbers[start..start + window]));
        out.set(first + start, found.filter(|number| number.is_finite()));
    }
}
