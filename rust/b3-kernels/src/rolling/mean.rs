//! Weighted sums over a constant divisor, which averages and sums have in common.

use super::across_steps::across_steps;
use super::blocks::{decimal_block, float_block, wide_block};
use super::runs::fill_runs;
use super::series::{Output, Series, Values};
use crate::exact::narrow::Mean;
use crate::simd::Isa;

/// Rows of one block: so few that their numbers fit the first-level cache and are of similar size.
pub(super) const BLOCK_ROWS: usize = 1024;

/// Computes `mean` for every window of `series`.
pub(super) fn mean(series: &Series<'_>, max_span: u32, mean: &Mean, isa: Isa, out: &mut Output<'_>) {
    let mut integers = Vec::new();
    fill_runs(series, mean.window, max_span, out, |run, out| {
        match series.values {
            Values::Decimal { unscaled, scale } => {
                let mean = Mean { divisor: mean.divisor * 10_u128.pow(u32::from(scale)), ..*mean };
                in_blocks(&unscaled[run.clone()], mean.window, out.values, |values, answers| {
                    decimal_block(isa, values, &mean, answers);
                });
            }
            Values::Float(floats) => in_blocks(&floats[run.clone()], mean.window, out.values, |values, answers| {
                float_block(isa, values, mean, &mut integers, answers);
            }),
        }
        for group in across_steps(series.steps, run, mean.window) {
            wide_block(&group.numbers(&series.values), mean, &mut out.values[group.places]);
        }
    });
}

/// Calls `each` for every block of results and the values of its windows.
fn in_blocks<T>(values: &[T], window: usize, answers: &mut [f64], mut each: impl FnMut(&[T], &mut [f64])) {
    let rows = BLOCK_ROWS.max(window);
    for (block, answers) in answers.chunks_mut(rows).enumerate() {
        let first = block * rows;
        each(&values[first..first + answers.len() + window - 1], answers);
    }
}
