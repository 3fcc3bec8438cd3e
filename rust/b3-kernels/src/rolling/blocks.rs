//! Averages of a block of windows, computed in the fewest bits that hold its sums exactly.
//!
//! Sums that need more than 63 bits (of decimals more than 51) are computed in 127, and larger ones
//! in integers of any size. The results are the same bits in each case; only the time differs.

use num_bigint::{BigInt, BigUint};

use crate::exact::narrow::{Mean, of_doubles, of_integers};
use crate::exact::slide::slide_wide;
use crate::exact::{big, fixed, ratio, rounding};
use crate::simd::Isa;

/// A block of at most this many rows is not halved.
const UNHALVED_ROWS: usize = 128;

/// Averages of decimals.
pub(super) fn decimal_block(isa: Isa, unscaled: &[i64], mean: &Mean, answers: &mut [f64]) {
    if !of_integers(isa, unscaled, mean, answers) {
        let wide: Vec<i128> = unscaled.iter().copied().map(i128::from).collect();
        let exponent = 0;
        slide_wide(&wide, mean.window, mean.weights, |place, sum| answers[place] = ratio(*sum, mean.divisor, exponent));
    }
}

/// Averages of finite doubles; `integers` is a reused buffer.
pub(super) fn float_block(isa: Isa, floats: &[f64], mean: &Mean, integers: &mut Vec<i64>, answers: &mut [f64]) {
    let Err(spread) = of_doubles(isa, floats, mean, integers, answers) else {
        return;
    };
    if answers.len() > UNHALVED_ROWS.max(mean.window) {
        // Prices near in time are near in size: half a block may fit where the whole one does not.
        let half = answers.len() / 2;
        let (before, after) = answers.split_at_mut(half);
        float_block(isa, &floats[..half + mean.window - 1], mean, integers, before);
        float_block(isa, &floats[half..], mean, integers, after);
        return;
    }
    let largest = spread.largest.and_then(|largest| largest.checked_mul(mean.weights.total(mean.window)));
    if largest.is_some_and(|largest| i128::try_from(largest).is_ok()) {
        let wide: Vec<i128> = floats.iter().map(|value| fixed::integer(*value, spread.exponent)).collect();
        slide_wide(&wide, mean.window, mean.weights, |place, sum| {
            answers[place] = ratio(*sum, mean.divisor, spread.exponent);
        });
        return;
    }
    let any: Vec<BigInt> = floats.iter().map(|value| big::integer(*value)).collect();
    let divisor = BigUint::from(mean.divisor);
    slide_wide(&any, mean.window, mean.weights, |place, sum| {
        answers[place] = big::ratio(sum, &divisor, rounding::LEAST_EXPONENT);
    });
}
