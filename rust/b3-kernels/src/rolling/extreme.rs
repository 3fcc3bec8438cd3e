//! The smallest or largest number of a window.

use super::runs::fill_runs;
use super::series::{Output, Series, Values};
use crate::exact::decimal_to_double;

/// Writes the smallest number of each window, or the largest, as the nearest double.
///
/// The smallest of 2, 4, 8, .. neighbours from the smallest of half as many, then that of the window from two that
/// overlap: no branch, and no pass over what came before.
pub(super) fn extreme(series: &Series<'_>, window: usize, max_span: u32, largest: bool, out: &mut Output<'_>) {
    // A flipped integer orders the other way round.
    let flip = if largest { -1 } else { 0 };
    let (mut keys, mut halves) = (Vec::new(), Vec::new());
    fill_runs(series, window, max_span, out, |run, answers, _| {
        keys.clear();
        match series.values {
            Values::Decimal { unscaled, .. } => keys.extend(unscaled[run].iter().map(|value| value ^ flip)),
            Values::Float(floats) => keys.extend(floats[run].iter().map(|value| ordered(value.to_bits()) ^ flip)),
        }
        let mut covered = 1;
        while covered * 2 <= window {
            std::mem::swap(&mut keys, &mut halves);
            keys.clear();
            keys.extend(halves.iter().zip(&halves[covered..]).map(|(one, other)| *one.min(other)));
            covered *= 2;
        }
        let least = keys.iter().zip(&keys[window - covered..]).map(|(one, other)| *one.min(other) ^ flip);
        match series.values {
            Values::Decimal { scale, .. } => {
                answers.iter_mut().zip(least).for_each(|(answer, key)| *answer = decimal_to_double(key, scale));
            }
            Values::Float(_) => {
                answers.iter_mut().zip(least).for_each(|(answer, key)| *answer = double(key));
            }
        }
    });
}

/// An integer that orders as the double does; -0.0 is below 0.0, so that the answer's bits are the window's alone.
fn ordered(bits: u64) -> i64 {
    let bits = bits.cast_signed();
    bits ^ (bits >> 63) & i64::MAX
}

/// The double that [`ordered`] gave.
fn double(key: i64) -> f64 {
    f64::from_bits((key ^ (key >> 63) & i64::MAX).cast_unsigned())
}
