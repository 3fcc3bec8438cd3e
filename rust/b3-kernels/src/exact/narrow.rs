//! Blocks whose sums fit 63 bits, and the test whether they do.

use super::divide::{NARROW_DIVISOR, SMALL, WIDE_DIVISOR, divide_narrow, divide_wide};
use super::fixed::{Spread, to_integers};
use super::ratio::power_of_two;
use super::slide::{Weights, slide};
use crate::paths::Vectorised;

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
        // A number's size is its bits without those that repeat its sign, or one more.
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

/// Averages of finite doubles; where they need more bits how far apart they are, and nothing of use in `answers`.
pub(crate) struct FloatBlock<'a> {
    pub(crate) values: &'a [f64],
    pub(crate) mean: &'a Mean,
    /// Room that is reused.
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
