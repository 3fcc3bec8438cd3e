//! The minimum or maximum of each window.

use super::across_steps::across_steps;
use super::runs::fill_runs;
use super::series::{Output, Series, Values};
use crate::exact::decimal_to_double;

/// Writes the minimum or maximum of each window as the nearest double.
pub(super) fn extreme(series: &Series<'_>, window: usize, max_span: u32, largest: bool, out: &mut Output<'_>) {
    // Flipping the bits of an integer reverses the order.
    let flip = if largest { -1 } else { 0 };
    let (mut keys, mut halves) = (Vec::new(), Vec::new());
    fill_runs(series, window, max_span, out, |run, out| {
        keys.clear();
        match series.values {
            Values::Decimal { unscaled, scale } => {
                keys.extend(unscaled[run.clone()].iter().map(|value| value ^ flip));
                let least = least_of_windows(&mut keys, &mut halves, window);
                out.values
                    .iter_mut()
                    .zip(least)
                    .for_each(|(answer, key)| *answer = decimal_to_double(key ^ flip, scale));
            }
            Values::Float(floats) => {
                keys.extend(floats[run.clone()].iter().map(|value| key_of(*value) ^ flip));
                let least = least_of_windows(&mut keys, &mut halves, window);
                out.values.iter_mut().zip(least).for_each(|(answer, key)| *answer = double_of(key ^ flip));
            }
        }
        for group in across_steps(series.steps, run, window) {
            keys.clear();
            // Rounding keeps the order: the extreme of the rounded numbers is the rounded extreme.
            keys.extend(group.doubles(&series.values).into_iter().map(|value| key_of(value) ^ flip));
            let least = least_of_windows(&mut keys, &mut halves, window);
            out.values[group.places].iter_mut().zip(least).for_each(|(answer, key)| *answer = double_of(key ^ flip));
        }
    });
}

/// The least of each window of `keys`, which are overwritten; `halves` is a reused buffer.
///
/// The least of 2, 4, 8, ... neighbours is that of two halves; the least of the window is that of
/// two overlapping parts (of 5: the first 4 and the last 4). The loops over rows have no branch.
#[inline(always)]
fn least_of_windows<'a>(
    keys: &'a mut Vec<i64>,
    halves: &mut Vec<i64>,
    window: usize,
) -> impl Iterator<Item = i64> + use<'a> {
    let mut covered = 1; // each key is the least of so many neighbours
    while covered * 2 <= window {
        std::mem::swap(keys, halves);
        keys.clear();
        keys.extend(halves.iter().zip(&halves[covered..]).map(|(one, other)| *one.min(other)));
        covered *= 2;
    }
    keys.iter().zip(&keys[window - covered..]).map(|(one, other)| *one.min(other))
}

/// An integer that orders as the double does: its bits, all but the sign flipped if it is negative.
/// -0.0 is below 0.0, so that the result depends on the window alone.
fn key_of(double: f64) -> i64 {
    let bits = double.to_bits().cast_signed();
    bits ^ ((bits >> 63) & i64::MAX)
}

/// The double from which [`key_of`] made the key.
fn double_of(key: i64) -> f64 {
    f64::from_bits((key ^ ((key >> 63) & i64::MAX)).cast_unsigned())
}
