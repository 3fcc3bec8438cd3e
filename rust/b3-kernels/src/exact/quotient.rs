//! Correctly rounded quotients of integers, with a vectorised path for small ones.

use super::divide::{SMALL, small_double};
use super::ratio::ratio;
use crate::simd::Vectorised;

/// The double nearest to `numerator / denominator`, ties to even, never -0.0; `None` if the
/// denominator is 0. The numerator is not `i128::MIN`.
#[inline]
pub(crate) fn quotient(numerator: i128, denominator: i128) -> Option<f64> {
    if denominator == 0 {
        return None;
    }
    let ratio = ratio(numerator, denominator.unsigned_abs(), 0);
    let value = if denominator.is_negative() { -ratio } else { ratio };
    Some(value + 0.0)
}

/// [`quotient`] of each of `pairs`, numerator and denominator; 0.0 and not valid where the
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
    fn run<const FUSED: bool>(self) -> bool {
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

    proptest! {
        #[test]
        fn a_quotient_is_as_near_as_any_of_its_neighbours(
            numerator in any::<i128>(), denominator in any::<i128>(), few in 1_u32..120, small in 1_u32..120,
        ) {
            let (numerator, denominator) = (numerator >> few, (denominator >> small).max(1));
            let exact = BigRational::new(BigInt::from(numerator), BigInt::from(denominator));
            let found = quotient(numerator, denominator).unwrap();
            let distance = |value: f64| {
                let distance = BigRational::from_float(value).unwrap() - &exact;
                if distance.numer().sign() == num_bigint::Sign::Minus { -distance } else { distance }
            };
            prop_assert!(distance(found) <= distance(found.next_up()));
            prop_assert!(distance(found) <= distance(found.next_down()));
        }

        #[test]
        fn quotients_at_once_are_those_one_by_one(
            pairs in proptest::collection::vec((any::<i64>(), 12_u32..64, any::<i64>(), 12_u32..64), 0..40),
            wide in proptest::option::of((0_usize..40, any::<bool>())),
        ) {
            let mut pairs: Vec<(i64, i64)> =
                pairs.into_iter().map(|(numerator, few, denominator, small)| (numerator >> few, denominator >> small)).collect();
            let wide = wide.and_then(|(row, upper)| pairs.get_mut(row).map(|pair| if upper { &mut pair.0 } else { &mut pair.1 }));
            let too_wide = wide.map(|number| *number ^= 1 << 51).is_some();
            for isa in Isa::available() {
                let (mut answers, mut valid) = (vec![f64::NAN; pairs.len()], vec![true; pairs.len()]);
                let small = isa.run(Quotients { pairs: pairs.iter().copied(), answers: &mut answers, valid: &mut valid });
                prop_assert_eq!(small, !too_wide);
                for ((&(numerator, denominator), answer), valid) in pairs.iter().zip(answers).zip(valid).filter(|_| small) {
                    let alone = quotient(numerator.into(), denominator.into());
                    prop_assert_eq!((answer.to_bits(), valid), (alone.unwrap_or(0.0).to_bits(), alone.is_some()));
                }
            }
        }
    }

    #[test]
    fn numbers_too_large_are_seen_even_if_two_have_the_same_bits() {
        let large = 1 << 52;
        for pairs in [vec![(large, large)], vec![(-large, large)], vec![(large, 1); 2], vec![(1, large); 2]] {
            for isa in Isa::available() {
                let (mut answers, mut valid) = ([0.0; 2], [true; 2]);
                let quotients = Quotients { pairs: pairs.iter().copied(), answers: &mut answers, valid: &mut valid };
                assert!(!isa.run(quotients), "{pairs:?}");
            }
        }
    }

    #[test]
    fn a_quotient_by_zero_is_none_and_one_of_zero_is_not_negative() {
        assert_eq!(quotient(1, 0), None);
        assert_eq!(quotient(0, 7), Some(0.0));
        assert_eq!(quotient(-1, 4), Some(-0.25));
        assert_eq!(quotient(1, -4), Some(-0.25));
        assert_eq!(quotient(0, -7).map(f64::to_bits), Some(0));
    }
}
