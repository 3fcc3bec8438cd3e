//! Windows of several series at once, each computed anew from its own bars.

use super::across::across;
use super::runs::fill_runs;
use super::series::{Output, Series};
use super::steps::in_step;

/// Writes `answer` of each window of `window` bars, which it is given as doubles in the unit of the window's last bar.
///
/// A window counts where all of `series` are usable in all of its bars, where they span at most `max_span` sessions of
/// the first of them, and where no unit changes by an unknown factor; else it is null, as where `answer` gives `None` or
/// a number that is not finite.
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
    let [first, ..] = series.as_slice() else {
        return;
    };
    assert!(series.iter().all(|one| one.len() == first.len()), "series of one length");
    let valid: Vec<bool> = (0..first.len()).map(|row| series.iter().all(|one| one.is_usable(row))).collect();
    let steps = in_step(series.map(|one| one.steps));
    let bars = Series { valid: Some(&valid), steps: &steps[0], ..**first };
    fill_runs(&bars, window, max_span, out, |run, answers, valid| {
        let first_end = run.start + window - 1;
        let plain = series.map(|one| run.clone().map(|row| one.values.at(row)).collect());
        fill(&plain, window, answers, valid, &answer);
        let blocks = steps.each_ref().map(|steps| across(steps, run.clone(), window).collect::<Vec<_>>());
        for (number, block) in blocks[0].iter().enumerate() {
            let converted = std::array::from_fn(|place| blocks[place][number].doubles(&series[place].values));
            let ends = block.ends.start - first_end..block.ends.end - first_end;
            fill(&converted, window, &mut answers[ends.clone()], &mut valid[ends], &answer);
        }
    });
}

/// [`each_window`] for what looks at `changes` from bar to bar, and so at one bar more.
pub(crate) fn each_window_of_changes<const N: usize>(
    series: [&Series<'_>; N],
    changes: usize,
    max_span: u32,
    out: &mut Output<'_>,
    answer: impl Fn([&[f64]; N]) -> Option<f64>,
) {
    // A window of nothing stays one, which is null.
    let bars = changes.saturating_add(usize::from(changes > 0));
    each_window(series, bars, max_span, out, answer);
}

/// Writes the answers of the windows that end at the last `answers.len()` of the bars.
fn fill<const N: usize>(
    bars: &[Vec<f64>; N],
    window: usize,
    answers: &mut [f64],
    valid: &mut [bool],
    answer: &impl Fn([&[f64]; N]) -> Option<f64>,
) {
    for (first, (value, valid)) in answers.iter_mut().zip(valid).enumerate() {
        let found = answer(bars.each_ref().map(|numbers| &numbers[first..first + window])).filter(|it| it.is_finite());
        (*value, *valid) = (found.unwrap_or(0.0), found.is_some());
    }
}
