//! Correctly rounded quotients of integers, with a vectorised path for small ones.

use num_bigint::{BigInt, BigUint};

use super::big;
use super::divide::{SMALL, small_double};
use super::rounding::{as_double, bits, power_of_two, rounded};
use crate::simd::Vectorised;

/// Integers up to this size are doubles, so dividing them rounds once.
const EXACT: u64 = 1 << f64::MANTISSA_DIGITS;
/// Exponents with which a quotient of integers up to 2^53 stays a normal double.
const NORMAL: std::ops::Range<i32> = -900..900;
/// Bits of a quotient that decide its rounding, together with one more that says whether there is a
/// remainder.
const QUOTIENT_BITS: u32 = f64::MANTISSA_DIGITS + 2;

/// The double nearest to `numerator / denominator * 2^exponent`, ties to even; 0.0 for 0, infinite
/// where it overflows.
///
/// The numerator is not `i128::MIN`, the denominator not 0. Costs one division of 128 bits, and big
/// integers where the denominator is 2^73 or more.
pub(crate) fn quotient(numerator: i128, denominator: u128, exponent: i32) -> f64 {
    let size = numerator.unsigned_abs();
    if size == 0 {
        return 0.0;
    }
    if size <= EXACT.into() && denominator <= EXACT.into() && NORMAL.contains(&exponent) {
        return as_double(numerator) / as_double(denominator.cast_signed()) * power_of_two(exponent);
    }
    let needed_bits = QUOTIENT_BITS + bits(denominator);
    if needed_bits > u128::BITS {
        return big::quotient(&BigInt::from(numerator), &BigUint::from(denominator), exponent);
    }
    let shift = needed_bits.saturating_sub(bits(size));
    let shifted = size << shift;
    let quotient = shifted / denominator;
    let sticky = u128::from(quotient * denominator != shifted);
    // The quotient has at most 127 bits, so one more fits.
    let value = rounded((quotient << 1) + sticky, exponent - 1 - shift.cast_signed());
    if numerator.is_negative() { -value } else { value }
}

/// The double nearest to `unscaled / 10^scale`; the scale is at most 19.
pub(crate) fn decimal_to_double(unscaled: i64, scale: u8) -> f64 {
    let denominator = 10_u64.pow(u32::from(scale));
    if unscaled.unsigned_abs() <= EXACT && denominator <= EXACT {
        return as_double(unscaled.into()) / as_double(denominator.into());
    }
    quotient(unscaled.into(), denominator.into(), 0)
}

/// [`quotient`] of two integers of either sign, never -0.0; `None` if the denominator is 0. The
/// numerator is not `i128::MIN`.
#[inline]
pub(crate) fn signed_quotient(numerator: i128, denominator: i128) -> Option<f64> {
    if denominator == 0 {
        return None;
    }
    let size = quotient(numerator, denominator.unsigned_abs(), 0);
    let value = if denominator.is_negative() { -size } else { size };
    Some(value + 0.0)
}

/// [`signed_quotient`] of each of `pairs`, numerator and denominator; 0.0 and not valid where the
/// denominator is 0.
///
/// Returns false, and leaves `answers` undefined, if a number has more than 51 bits.
pub(crate) struct Quotients<'a, P> {
    pub(crate) pairs: P,
    pub(crate) answers: &'a mut [f64],
    /// Whether each quotient is valid; false on input stays false.
    pub(crate) valid: &'a mut [bool],
}

impl<P: Iterator<Item = (i64, i64)>> Vectorised for Quotients<'_, P> {
    type Answer = bool;

    #[inline(always)]
    fn run<const _FUSED: bool>(self) -> bool {
        let mut sizes = 0;
        for ((numerator, denominator), (answer, valid)) in self.pairs.zip(self.answers.iter_mut().zip(self.valid)) {
            sizes |= numerator ^ (numerator >> 63) | denominator ^ (denominator >> 63);
            *valid &= denominator != 0;
            let quotient = small_double(numerator) / small_double(denominator) + 0.0;
            *answer = if *valid { quotient } else { 0.0 };
        }
        sizes < SMALL
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simd::Isa;
    use num_bigint::BigInt;
    use num_rational::BigRational;
    use proptest::prelude::*;

    /// The bits of the quotients of `pairs`, and whether each is valid; `None` if a number is too
    /// large.
    fn at_once(isa: Isa, pairs: &[(i64, i64)]) -> Option<Vec<(u64, bool)>> {
        let (mut answers, mut valid) = (vec![f64::NAN; pairs.len()], vec![true; pairs.len()]);
        let computed = isa.run(Quotients { pairs: pairs.iter().copied(), answers: &mut answers, valid: &mut valid });
        computed.then(|| answers.into_iter().map(f64::to_bits).zip(valid).collect())
    }

    fn at_most_51_bits() -> impl Strategy<Value = i64> {
        (any::<i64>(), 12_u32..64).prop_map(|(number, shift)| number >> shift)
    }

    proptest! {
        #[test]
        fn a_quotient_is_as_near_as_any_of_its_neighbours(
            numerator in any::<i128>(), numerator_shift in 1_u32..120,
            denominator in any::<i128>(), denominator_shift in 1_u32..120,
        ) {
            let (numerator, denominator) = (numerator >> numerator_shift, (denominator >> denominator_shift).max(1));
            let exact = BigRational::new(BigInt::from(numerator), BigInt::from(denominator));
            let found = signed_quotient(numerator, denominator).unwrap();
            let distance = |value: f64| {
                let distance = BigRational::from_float(value).unwrap() - &exact;
                if distance.numer().sign() == num_bigint::Sign::Minus { -distance } else { distance }
            };
            prop_assert!(distance(found) <= distance(found.next_up()));
            prop_assert!(distance(found) <= distance(found.next_down()));
        }

        #[test]
        fn quotients_at_once_are_those_one_by_one_unless_a_number_is_too_large(
            mut pairs in proptest::collection::vec((at_most_51_bits(), at_most_51_bits()), 0..40),
            widened_row in proptest::option::of(0_usize..40), widen_numerator in any::<bool>(),
        ) {
            let one_by_one = pairs.iter().map(|&(numerator, denominator)| {
                let alone = signed_quotient(numerator.into(), denominator.into());
                (alone.unwrap_or(0.0).to_bits(), alone.is_some())
            });
            let mut expected: Option<Vec<_>> = Some(one_by_one.collect());
            if let Some((numerator, denominator)) = widened_row.and_then(|row| pairs.get_mut(row)) {
                *if widen_numerator { numerator } else { denominator } ^= 1 << 51;
                expected = None;
            }
            for isa in Isa::available() {
                prop_assert_eq!(&at_once(isa, &pairs), &expected);
            }
        }
    }

    #[test]
    fn numbers_too_large_are_seen_even_if_two_have_the_same_bits() {
        let large = 1 << 52;
        for pairs in [vec![(large, large)], vec![(-large, large)], vec![(large, 1); 2], vec![(1, large); 2]] {
            for isa in Isa::available() {
                assert_eq!(at_once(isa, &pairs), None, "{pairs:?}");
            }
        }
    }

    #[test]
    fn a_quotient_by_zero_is_none_and_one_of_zero_is_not_negative() {
        assert_eq!(signed_quotient(1, 0), None);
        assert_eq!(signed_quotient(0, 7), Some(0.0));
        assert_eq!(signed_quotient(-1, 4), Some(-0.25));
        assert_eq!(signed_quotient(1, -4), Some(-0.25));
        assert_eq!(signed_quotient(0, -7).map(f64::to_bits), Some(0));
    }
}
