//! Averages of blocks whose sums fit 63 bits, and the check whether they do.

use super::divide::{NARROW_DIVISOR, SMALL, WIDE_DIVISOR, divide_narrow, divide_wide};
use super::fixed::{Spread, to_integers};
use super::ratio::power_of_two;
use super::slide::{Weights, slide};
use crate::simd::Vectorised;

/// What is computed of every window of a block: a weighted sum divided by a constant.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mean {
    /// The weights of the bars.
    pub(crate) weights: Weights,
    /// Bars in a window, at least 1.
    pub(crate) window: usize,
    /// The divisor of the weighted sum; for decimals it includes 10^scale.
    pub(crate) divisor: u128,
}

/// Exponents at which no magic constant overflows and no quotient is subnormal.
const UNITS: std::ops::Range<i32> = -1000..900;

/// Averages of integers. Returns false, and leaves `answers` undefined, if they need more bits.
pub(crate) struct IntegerBlock<'a> {
    pub(crate) values: &'a [i64],
    pub(crate) mean: &'a Mean,
    pub(crate) answers: &'a mut [f64],
}

impl Vectorised for IntegerBlock<'_> {
    type Answer = bool;

    #[inline(always)]
    fn run<const FUSED: bool>(self) -> bool {
        let Self { values, mean, answers } = self;
        // A number's size is the bits left after removing those that repeat its sign, plus at most
        // one.
        let size = values.iter().fold(0, |size, value| size | (value ^ (value >> 63)).cast_unsigned());
        let largest = (u128::from(size) + 1).saturating_mul(mean.weights.total(mean.window));
        if largest > SMALL.cast_unsigned().into() || mean.divisor >= NARROW_DIVISOR {
            return false;
        }
        slide(values, mean.window, mean.weights, answers);
        divide_narrow::<FUSED>(answers, as_double(mean.divisor));
        true
    }
}

/// Averages of finite doubles. If they need more bits, returns their spread and leaves `answers`
/// undefined.
pub(crate) struct FloatBlock<'a> {
    pub(crate) values: &'a [f64],
    pub(crate) mean: &'a Mean,
    /// A reused buffer.
    pub(crate) integers: &'a mut Vec<i64>,
    pub(crate) answers: &'a mut [f64],
}

impl Vectorised for FloatBlock<'_> {
    type Answer = Option<Spread>;

    #[inline(always)]
    fn run<const FUSED: bool>(self) -> Option<Spread> {
        let Self { values, mean, integers, answers } = self;
        let spread = Spread::of(values);
        let largest = spread.largest.and_then(|largest| largest.checked_mul(mean.weights.total(mean.window)));
        let fits = largest.is_some_and(|largest| largest < 1 << 63);
        if !fits || !UNITS.contains(&spread.exponent) || mean.divisor >= WIDE_DIVISOR {
            return Some(spread);
        }
        to_integers(values, spread.exponent, integers);
        slide(integers, mean.window, mean.weights, answers);
        divide_wide::<FUSED>(answers, as_double(mean.divisor), power_of_two(spread.exponent));
        None
    }
}

#[expect(clippy::cast_precision_loss, reason = "divisors are below 2^53, which doubles hold")]
fn as_double(divisor: u128) -> f64 {
    divisor as f64
}
