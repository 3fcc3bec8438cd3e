//! Blocks whose sums fit 63 bits, and the test whether they do.

use super::divide::{EXACT, NARROW, WIDE_DIVISOR, divide_narrow, divide_wide};
use super::fixed::{Spread, to_integers};
use super::ratio::power_of_two;
use super::slide::{Weights, slide};

/// What is computed of every window of a block.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mean {
    /// How the bars count.
    pub(crate) weights: Weights,
    /// Bars in a window, at least 1.
    pub(crate) window: usize,
    /// What the weighted sum is divided by; for decimals times 10^scale.
    pub(crate) divisor: u128,
}

/// Exponents at which neither a magic constant overflows nor a quotient is subnormal.
const UNITS: std::ops::Range<i32> = -1000..900;

/// Averages of integers; false, and nothing of use in `answers`, where they need more bits.
#[inline(always)]
pub(crate) fn integer_block(values: &[i64], mean: &Mean, answers: &mut [f64]) -> bool {
    // A number's size is its bits without those that repeat its sign, or one more.
    let size = values.iter().fold(0, |size, value| size | (value ^ (value >> 63)).cast_unsigned());
    let largest = (u128::from(size) + 1).saturating_mul(mean.weights.total(mean.window));
    if largest > NARROW || mean.divisor > EXACT {
        return false;
    }
    slide(values, mean.window, mean.weights, answers);
    divide_narrow(answers, as_double(mean.divisor));
    true
}

/// Averages of finite doubles; where they need more bits how far apart they are, and nothing of use in `answers`.
#[inline(always)]
pub(crate) fn float_block(values: &[f64], mean: &Mean, integers: &mut Vec<i64>, answers: &mut [f64]) -> Option<Spread> {
    let spread = Spread::of(values);
    let largest = spread.largest.and_then(|largest| largest.checked_mul(mean.weights.total(mean.window)));
    let fits = largest.is_some_and(|largest| largest < 1 << 63);
    if !fits || !UNITS.contains(&spread.exponent) || mean.divisor >= WIDE_DIVISOR {
        return Some(spread);
    }
    to_integers(values, spread.exponent, integers);
    slide(integers, mean.window, mean.weights, answers);
    divide_wide(answers, as_double(mean.divisor), power_of_two(spread.exponent));
    None
}

#[expect(clippy::cast_precision_loss, reason = "divisors are at most 2^53, which doubles hold")]
fn as_double(divisor: u128) -> f64 {
    divisor as f64
}
