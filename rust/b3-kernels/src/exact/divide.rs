//! Correctly rounded division of blocks of sums, without branches so that it vectorises.

use crate::simd::{Vectorised, prefetch_ahead};

/// Integers up to this size are converted to doubles by an addition and a subtraction.
pub(crate) const SMALL: i64 = 1 << 51;
/// The divisors of [`SmallDivision`] are below this one.
pub(crate) const SMALL_DIVISION_LIMIT: u128 = 1 << 50;
/// The divisors of [`LargeDivision`] are below this one, so that its remainders are exact.
pub(crate) const LARGE_DIVISION_LIMIT: u128 = 1 << 20;

/// 2^52 + 2^51: around it neighbouring doubles differ by 1.
const INTEGERS: f64 = 6_755_399_441_055_744.0;

/// Replaces integer sums, stored as the bits of doubles, by `sum / divisor`.
///
/// Correctly rounded for sums up to `SMALL` and divisors below `SMALL_DIVISION_LIMIT`: both are
/// doubles, so their quotient is rounded once.
pub(crate) struct SmallDivision<'a> {
    pub(crate) sums: &'a mut [f64],
    pub(crate) divisor: f64,
}

impl Vectorised for SmallDivision<'_> {
    type Answer = ();

    #[inline(always)]
    fn run<const FUSED: bool>(self) {
        let inverse = 1.0 / self.divisor;
        for held in self.sums {
            *held = divided::<FUSED>(small_double(held.to_bits().cast_signed()), self.divisor, inverse);
        }
    }
}

/// Replaces integer sums, stored as the bits of doubles, by `sum / divisor * unit`.
///
/// Correctly rounded for sums below 2^63, divisors below 2^20 and a unit, a power of two, that
/// makes no quotient subnormal.
///
/// A sum is `high + low`, both doubles. The quotient's head has 32 bits, so that `head * divisor`
/// is exact, and with it the remainder. The true quotient is `head + tail`, the tail `remainder /
/// divisor`. Rounding the tail before it is added changes nothing. If the true quotient is halfway
/// between two doubles, the tail is itself a double, which the division gives exactly. Otherwise
/// let the quotient lie from 2^e to 2^(e + 1). Every halfway point there is a multiple of half a
/// last place, 2^(e - 53), and `|sum - point * divisor| / divisor` away. The numerator is not 0:
/// - If e <= 53, it is at least 2^(e - 53), of which `sum` and `point` are multiples. The divisor
///   is below 2^20.
/// - If e > 53, it is at least 1. The divisor is below 2^(63 - e), as the sum is below 2^63.
///
/// So it is over 2^(e - 73) away. The tail, below 2^(e - 30), is rounded by at most 2^(e - 83).
pub(crate) struct LargeDivision<'a> {
    pub(crate) sums: &'a mut [f64],
    pub(crate) divisor: f64,
    pub(crate) unit: f64,
    /// What was summed. During the division the rows after it, of the next block, are prefetched.
    pub(crate) values: &'a [f64],
}

impl Vectorised for LargeDivision<'_> {
    type Answer = ();

    #[inline(always)]
    fn run<const FUSED: bool>(self) {
        const HEAD: u64 = !((1 << (f64::MANTISSA_DIGITS - 32)) - 1);
        let inverse = 1.0 / self.divisor;
        let divide = |held: &mut f64| {
            let (upper, lower) = halves(held.to_bits());
            let high = upper + lower;
            let low = lower - (high - upper);
            let head = f64::from_bits((high * inverse).to_bits() & HEAD);
            let remainder = (high - head * self.divisor) + low;
            *held = (head + divided::<FUSED>(remainder, self.divisor, inverse)) * self.unit;
        };
        let (cache_lines, rest) = self.sums.as_chunks_mut::<8>();
        for (number, line) in cache_lines.iter_mut().enumerate() {
            prefetch_ahead(self.values, 8 * number);
            line.iter_mut().for_each(divide);
        }
        rest.iter_mut().for_each(divide);
    }
}

/// An integer up to `SMALL` as a double, without the conversion of 64-bit integers that processors
/// before AVX-512 lack.
#[inline(always)]
pub(crate) fn small_double(integer: i64) -> f64 {
    f64::from_bits(integer.cast_unsigned().wrapping_add(INTEGERS.to_bits())) - INTEGERS
}

/// `numerator / divisor`, rounded once. The numerator is an integer up to 2^53 times a power of
/// two, the divisor an integer below 2^50.
///
/// Where instructions are `FUSED`, a multiplication and two fused multiply-adds replace the
/// division, which takes eight times as long. The first quotient is off by at most 2^-52 of itself;
/// the remainder is rounded, and so is the inverse, so adding their product leaves an error below
/// 2^-104 of the quotient, which is 2^-51 of its last place. The true quotient is not halfway
/// between two doubles, because the divisor times such a number has more than 53 bits. It is
/// therefore at least 1 / (2 * divisor) of a last place away from such a point, more than the
/// error. So the last rounding gives the same double as rounding the true quotient.
#[inline(always)]
fn divided<const FUSED: bool>(numerator: f64, divisor: f64, inverse: f64) -> f64 {
    if !FUSED {
        return numerator / divisor;
    }
    let near = numerator * inverse;
    (-near).mul_add(divisor, numerator).mul_add(inverse, near)
}

/// The upper and lower 32 bits of a signed integer as two doubles whose sum it is.
///
/// Each half becomes the fraction of a double whose last place counts the half's unit. Flipping the
/// sign bit adds 2^63, which is subtracted again.
#[inline(always)]
fn halves(integer: u64) -> (f64, f64) {
    const LOWER: f64 = 4_503_599_627_370_496.0; // 2^52
    const UPPER: f64 = 19_342_813_113_834_066_795_298_816.0; // 2^84
    const FLIPPED: f64 = 9_223_372_036_854_775_808.0; // 2^63
    let lower = f64::from_bits(integer & 0xffff_ffff | LOWER.to_bits()) - LOWER;
    let upper = f64::from_bits(integer >> 32 ^ 0x8000_0000 ^ UPPER.to_bits()) - (UPPER + FLIPPED);
    (upper, lower)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(100_000) })]

        #[test]
        #[expect(clippy::cast_precision_loss, reason = "at most 53 bits")]
        fn a_fused_quotient_equals_a_division(
            numerator in -(1_i64 << 53)..=1 << 53, numerator_shift in 0_u32..53,
            divisor in 1_i64..1 << 50, divisor_shift in 0_u32..50,
        ) {
            let numerator = (numerator >> numerator_shift) as f64;
            let divisor = (divisor >> divisor_shift).max(1) as f64;
            let fused = divided::<true>(numerator, divisor, 1.0 / divisor);
            prop_assert_eq!(fused.to_bits(), (numerator / divisor).to_bits());
        }

        /// Quotients as near to a tie as can be: `tie`, an odd integer of 54 bits, is halfway
        /// between two doubles, and `numerator * 2^power` is `tie * divisor` plus or minus 1. For
        /// that, `low` makes the product 1 or -1 modulo 2^power. The numerator has up to 53 bits.
        #[test]
        #[expect(clippy::cast_precision_loss, reason = "at most 53 bits")]
        fn a_fused_quotient_beside_a_tie_equals_a_division(
            divisor in 1_u64..1 << 50, divisor_shift in 0_u32..50, high in any::<u64>(), tie_is_above in any::<bool>(),
        ) {
            let divisor = divisor >> divisor_shift | 1;
            let power = u64::BITS - divisor.leading_zeros() + 1;
            // Newton's iteration doubles the number of correct low bits, which is 3 at the start:
            // an odd number is its own inverse modulo 8.
            let inverse = (0..5).fold(divisor, |inverse, _| {
                inverse.wrapping_mul(2_u64.wrapping_sub(divisor.wrapping_mul(inverse)))
            });
            let low = if tie_is_above { inverse } else { inverse.wrapping_neg() } & ((1 << power) - 1);
            let tie = (1 << 53 | high & ((1 << 53) - 1)) >> power << power | low;
            let numerator = (u128::from(tie) * u128::from(divisor) + u128::from(!tie_is_above)) >> power;
            let (numerator, divisor) = (numerator as f64, divisor as f64);
            let fused = divided::<true>(numerator, divisor, 1.0 / divisor);
            prop_assert_eq!(fused.to_bits(), (numerator / divisor).to_bits());
        }
    }
}
