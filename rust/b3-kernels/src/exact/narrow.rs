//! Averages of blocks whose sums and divisors are small enough for `divide`, and the check whether
//! they are.

use super::divide::{LARGE_DIVISION_LIMIT, LargeDivision, SMALL, SMALL_DIVISION_LIMIT, SmallDivision};
use super::fixed::{Spread, to_integers};
use super::rounding::{as_double, power_of_two};
use super::slide::{Weights, slide, write_differences};
use crate::simd::{Isa, Vectorised};

/// What is computed of every window of a block: a weighted sum divided by a constant.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mean {
    pub(crate) weights: Weights,
    /// Bars in a window, at least 1.
    pub(crate) window: usize,
    /// The divisor of the weighted sum; for decimals it includes 10^scale.
    pub(crate) divisor: u128,
}

/// Exponents at which no constant of [`to_integers`] overflows and no quotient is subnormal.
const UNITS: std::ops::Range<i32> = -1000..900;

/// Averages of integers, one a window. `answers` is overwritten twice: it holds first by how much
/// each window's sum differs from the one before, then the weighted sums, and at the end the
/// averages. Returns false, and leaves `answers` undefined, if a sum or the divisor is too large
/// for [`SmallDivision`].
pub(crate) fn average_integers(isa: Isa, values: &[i64], mean: &Mean, answers: &mut [f64]) -> bool {
    if !isa.run(IntegerDifferences { values, mean, differences: answers }) {
        return false;
    }
    slide(isa, values, mean.window, mean.weights, answers);
    isa.run(SmallDivision { sums: answers, divisor: as_double(mean.divisor.cast_signed()) });
    true
}

/// Averages of finite doubles; `integers` is a reused buffer. Returns false, and leaves `answers`
/// undefined, if a sum or the divisor is too large for [`LargeDivision`], or the exponent not in
/// `UNITS`.
pub(crate) fn average_doubles(
    isa: Isa,
    values: &[f64],
    mean: &Mean,
    integers: &mut Vec<i64>,
    answers: &mut [f64],
) -> bool {
    let Some(unit) = isa.run(FloatDifferences { values, mean, integers, differences: answers }) else {
        return false;
    };
    slide(isa, integers, mean.window, mean.weights, answers);
    isa.run(LargeDivision { sums: answers, divisor: as_double(mean.divisor.cast_signed()), unit, values });
    true
}

/// [`write_differences`] of integers; returns false if a sum or the divisor is too large.
struct IntegerDifferences<'a> {
    values: &'a [i64],
    mean: &'a Mean,
    differences: &'a mut [f64],
}

impl Vectorised for IntegerDifferences<'_> {
    type Answer = bool;

    #[inline(always)]
    fn run<const _FUSED: bool>(self) -> bool {
        let Self { values, mean, differences } = self;
        // The bits of all numbers, a negative number taken as `-number - 1`: the size of each is at
        // most `size + 1`, and that of each sum at most `largest`.
        let size = values.iter().fold(0, |size, value| size | (value ^ (value >> 63)).cast_unsigned());
        let largest = (u128::from(size) + 1).saturating_mul(mean.weights.total(mean.window));
        if largest > SMALL.cast_unsigned().into() || mean.divisor >= SMALL_DIVISION_LIMIT {
            return false;
        }
        write_differences(values, mean.window, differences);
        true
    }
}

/// [`write_differences`] of doubles as `integers`; returns the unit of these, or `None` if a sum or
/// the divisor is too large, or the exponent not in `UNITS`.
struct FloatDifferences<'a> {
    values: &'a [f64],
    mean: &'a Mean,
    integers: &'a mut Vec<i64>,
    differences: &'a mut [f64],
}

impl Vectorised for FloatDifferences<'_> {
    type Answer = Option<f64>;

    #[inline(always)]
    fn run<const _FUSED: bool>(self) -> Option<f64> {
        let Self { values, mean, integers, differences } = self;
        let spread = Spread::of(values);
        let largest = spread.largest.and_then(|largest| largest.checked_mul(mean.weights.total(mean.window)));
        let fits = largest.is_some_and(|largest| largest < 1 << 63);
        if !fits || !UNITS.contains(&spread.exponent) || mean.divisor >= LARGE_DIVISION_LIMIT {
            return None;
        }
        to_integers(values, spread.exponent, integers);
        write_differences(integers, mean.window, differences);
        Some(power_of_two(spread.exponent))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mean(window: usize, divisor: u128) -> Mean {
        Mean { weights: Weights::Equal, window, divisor }
    }

    #[test]
    fn integers_are_averaged_in_64_bits_up_to_the_limits_and_not_beyond() {
        let done = |value: i64, window: usize, divisor| {
            average_integers(Isa::best(), &vec![value; window], &mean(window, divisor), &mut [0.0])
        };
        assert!(done(SMALL / 4 - 1, 4, 4) && done(-SMALL / 4, 4, 4));
        assert!(!done(SMALL / 4, 4, 4) && !done(-SMALL / 4 - 1, 4, 4));
        assert!(done(1, 1, SMALL_DIVISION_LIMIT - 1) && !done(1, 1, SMALL_DIVISION_LIMIT));
    }

    #[test]
    fn doubles_are_averaged_in_64_bits_up_to_the_limits_and_not_beyond() {
        let done = |values: &[f64], divisor| {
            average_doubles(Isa::best(), values, &mean(values.len(), divisor), &mut Vec::new(), &mut [0.0])
        };
        assert!(done(&[37.5, 0.0, -2.25], 3));
        // 2 * 1024 is 2^63 in units of 2^-52, the last place of 1.0.
        assert!(done(&[1.0, 512.0], 2) && !done(&[1.0, 1024.0], 2));
        // As `rolling::sma` says of a window of 20.
        let factor_fits = |least: f64, factor: f64| done(&[[least; 19].as_slice(), &[least * factor]].concat(), 20);
        for least in [1.0, 2.0_f64.next_down()] {
            assert!(factor_fits(least, 51.0) && !factor_fits(least, 103.0));
        }
        assert!(done(&[1.0], LARGE_DIVISION_LIMIT - 1) && !done(&[1.0], LARGE_DIVISION_LIMIT));
        let unit_fits = |exponent: i32| done(&[power_of_two(exponent + 52)], 1);
        assert!(unit_fits(UNITS.start) && !unit_fits(UNITS.start - 1));
        assert!(unit_fits(UNITS.end - 1) && !unit_fits(UNITS.end));
    }
}
