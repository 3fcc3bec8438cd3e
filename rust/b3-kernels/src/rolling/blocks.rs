//! Averages of a block of windows, computed in the fewest bits that hold its sums exactly.
//!
//! Sums that need more than 63 bits (of decimals more than 51) are computed in 127, and larger ones
//! in integers of any size. The results are the same bits in each case; only the time differs.

use super::exact_numbers::{ExactNumbers, Integers};
use super::series::Values;
use crate::exact::narrow::{Mean, average_doubles, average_integers};
use crate::exact::slide::slide_wide;
use crate::exact::wide::WideInteger;
use crate::simd::Isa;

/// A block of at most this many windows is not halved.
const UNHALVED_WINDOWS: usize = 128;

/// Averages of decimals, whose scale is in the divisor of `mean`.
pub(super) fn decimal_block(isa: Isa, unscaled: &[i64], mean: &Mean, answers: &mut [f64]) {
    if !average_integers(isa, unscaled, mean, answers) {
        let integers = Values::Decimal { unscaled, scale: 0 };
        wide_block(&ExactNumbers::of(&integers, &(0..unscaled.len())), mean, answers);
    }
}

/// Averages of finite doubles; `integers` is a reused buffer.
pub(super) fn float_block(isa: Isa, floats: &[f64], mean: &Mean, integers: &mut Vec<i64>, answers: &mut [f64]) {
    if average_doubles(isa, floats, mean, integers, answers) {
        return;
    }
    if answers.len() > UNHALVED_WINDOWS.max(mean.window) {
        // Prices near in time are near in size: half a block may fit where the whole one does not.
        let half = answers.len() / 2;
        let (before, after) = answers.split_at_mut(half);
        float_block(isa, &floats[..half + mean.window - 1], mean, integers, before);
        float_block(isa, &floats[half..], mean, integers, after);
        return;
    }
    wide_block(&ExactNumbers::of(&Values::Float(floats), &(0..floats.len())), mean, answers);
}

/// Averages of integers in 127 bits, or in any number of bits if these do not hold the sums.
pub(super) fn wide_block(
    ExactNumbers { integers, exponent, divisor }: &ExactNumbers,
    mean: &Mean,
    answers: &mut [f64],
) {
    let divisor = divisor * mean.divisor;
    let fits = |largest: u128| {
        let sum = largest.checked_mul(mean.weights.total(mean.window));
        sum.is_some_and(|sum| i128::try_from(sum).is_ok())
    };
    match integers {
        Integers::Wide { numbers, largest } if fits(*largest) => {
            slide_wide(numbers, mean.window, mean.weights, |place, sum| answers[place] = sum.over(&divisor, *exponent));
        }
        integers => slide_wide(&integers.to_big(), mean.window, mean.weights, |place, sum| {
            answers[place] = sum.over(&divisor, *exponent);
        }),
    }
}
