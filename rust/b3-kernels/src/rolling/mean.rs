//! Weighted sums over a constant divisor, which averages and sums have in common.

use super::across::{Across, across};
use super::blocks::{decimal_block, float_block};
use super::operand::{Integers, Operand};
use super::runs::fill_runs;
use super::series::{Output, Series, Values};
use crate::exact::narrow::Mean;
use crate::exact::slide::slide_wide;
use crate::exact::wide::WideInteger;
use crate::simd::Isa;

/// Rows of one block: so few that their numbers fit the first-level cache and are of similar size.
pub(super) const BLOCK_ROWS: usize = 1024;

/// Computes `mean` for every window of `series`.
pub(super) fn mean(series: &Series<'_>, max_span: u32, mean: &Mean, isa: Isa, out: &mut Output<'_>) {
    let mut integers = Vec::new();
    fill_runs(series, mean.window, max_span, out, |run, answers, _| {
        match series.values {
            Values::Decimal { unscaled, scale } => {
                let mean = Mean { divisor: mean.divisor * 10_u128.pow(u32::from(scale)), ..*mean };
                in_blocks(&unscaled[run.clone()], mean.window, answers, |values, answers| {
                    decimal_block(isa, values, &mean, answers);
                });
            }
            Values::Float(floats) => in_blocks(&floats[run.clone()], mean.window, answers, |values, answers| {
                float_block(isa, values, mean, &mut integers, answers);
            }),
        }
        for windows in across(series.steps, run, mean.window) {
            mean_across(&series.values, &windows, mean, &mut answers[windows.places.clone()]);
        }
    });
}

/// The means of windows that contain a step.
fn mean_across(values: &Values<'_>, windows: &Across, mean: &Mean, answers: &mut [f64]) {
    let Operand { integers, exponent, scale } = Operand::of(values, &windows.bars);
    let divisor = windows.divisor(mean.divisor * 10_u128.pow(u32::from(scale)));
    match windows.converted_for_sums(&integers, mean.weights.total(mean.window)) {
        Integers::Wide { numbers, .. } => slide_wide(&numbers, mean.window, mean.weights, |place, sum| {
            answers[place] = sum.over(&divisor, exponent);
        }),
        Integers::Big(numbers) => slide_wide(&numbers, mean.window, mean.weights, |place, sum| {
            answers[place] = sum.over(&divisor, exponent);
        }),
    }
}

/// Calls `each` for every block of results and the values of its windows.
fn in_blocks<T>(values: &[T], window: usize, answers: &mut [f64], mut each: impl FnMut(&[T], &mut [f64])) {
    let rows = BLOCK_ROWS.max(window);
    for (block, answers) in answers.chunks_mut(rows).enumerate() {
        let first = block * rows;
        each(&values[first..first + answers.len() + window - 1], answers);
    }
}
