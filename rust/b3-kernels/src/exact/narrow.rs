//! Averages of blocks whose sums fit 63 bits, and the check whether they do.

use super::divide::{NARROW_DIVISOR, NarrowDivision, SMALL, WIDE_DIVISOR, WideDivision};
use super::fixed::{Spread, to_integers};
use super::rounding::power_of_two;
use super::slide::{Weights, slide, write_steps};
use crate::simd::{Isa, Vectorised};

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
pub(crate) fn of_integers(isa: Isa, values: &[i64], mean: &Mean, answers: &mut [f64]) -> bool {
    if !isa.run(IntegerSteps { values, mean, steps: answers }) {
        return false;
    }
    slide(isa, values, mean.window, mean.weights, answers);
    isa.run(NarrowDivision { sums: answers, divisor: as_double(mean.divisor) });
    true
}

/// Averages of finite doubles; `integers` is a reused buffer. If they need more bits, returns their
/// spread and leaves `answers` undefined.
pub(crate) fn of_doubles(
    isa: Isa,
    values: &[f64],
    mean: &Mean,
    integers: &mut Vec<i64>,
    answers: &mut [f64],
) -> Option<Spread> {
    match isa.run(FloatSteps { values, mean, integers, steps: answers }) {
        Ok(unit) => {
            slide(isa, integers, mean.window, mean.weights, answers);
            isa.run(WideDivision { sums: answers, divisor: as_double(mean.divisor), unit, values });
            None
        }
        Err(spread) => Some(spread),
    }
}

/// The steps from sum to sum of integers; false if their averages need more bits.
struct IntegerSteps<'a> {
    values: &'a [i64],
    mean: &'a Mean,
    steps: &'a mut [f64],
}

impl Vectorised for IntegerSteps<'_> {
    type Answer = bool;

    #[inline(always)]
    fn run<const FUSED: bool>(self) -> bool {
        let Self { values, mean, steps } = self;
        // A number's size is the bits left after removing those that repeat its sign, plus at most
        // one.
        let size = values.iter().fold(0, |size, value| size | (value ^ (value >> 63)).cast_unsigned());
        let largest = (u128::from(size) + 1).saturating_mul(mean.weights.total(mean.window));
        if largest > SMALL.cast_unsigned().into() || mean.divisor >= NARROW_DIVISOR {
            return false;
        }
        write_steps(values, mean.window, steps);
        true
    }
}

/// The steps from sum to sum of doubles as `integers`, and the unit of these; the spread of the
/// doubles if their averages need more bits.
struct FloatSteps<'a> {
    values: &'a [f64],
    mean: &'a Mean,
    integers: &'a mut Vec<i64>,
    steps: &'a mut [f64],
}

impl Vectorised for FloatSteps<'_> {
    type Answer = Result<f64, Spread>;

    #[inline(always)]
    fn run<const FUSED: bool>(self) -> Result<f64, Spread> {
        let Self { values, mean, integers, steps } = self;
        let spread = Spread::of(values);
        let largest = spread.largest.and_then(|largest| largest.checked_mul(mean.weights.total(mean.window)));
        let fits = largest.is_some_and(|largest| largest < 1 << 63);
        if !fits || !UNITS.contains(&spread.exponent) || mean.divisor >= WIDE_DIVISOR {
            return Err(spread);
        }
        to_integers(values, spread.exponent, integers);
        write_steps(integers, mean.window, steps);
        Ok(power_of_two(spread.exponent))
    }
}

#[expect(clippy::cast_precision_loss, reason = "divisors are below 2^53, which doubles hold")]
fn as_double(divisor: u128) -> f64 {
    divisor as f64
}
