//! Quotients of integers, correctly rounded, fast where they are small.

use crate::exact;

/// Integers of at most this size are doubles, so dividing them rounds once.
const EXACT: u64 = 1 << f64::MANTISSA_DIGITS;

/// The double nearest to `numerator / denominator`, ties to even; `None` if the denominator is 0.
#[inline]
pub(crate) fn quotient(numerator: i128, denominator: i128) -> Option<f64> {
    if denominator == 0 {
        return None;
    }
    match (exact_double(numerator), exact_double(denominator)) {
        (Some(numerator), Some(denominator)) => Some(numerator / denominator),
        _ => Some(wide_quotient(numerator, denominator)),
    }
}

fn wide_quotient(numerator: i128, denominator: i128) -> f64 {
    let value = exact::ratio(numerator, denominator.unsigned_abs(), 0);
    if denominator < 0 { -value } else { value }
}

/// An integer that is a double, by way of 64 bits: processors convert no 128.
#[inline]
#[expect(clippy::cast_precision_loss, reason = "the integer has at most 53 bits")]
pub(crate) fn exact_double(integer: i128) -> Option<f64> {
    i64::try_from(integer).ok().filter(|integer| integer.unsigned_abs() <= EXACT).map(|integer| integer as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use num_bigint::BigInt;
    use num_rational::BigRational;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_quotient_is_as_near_as_any_of_its_neighbours(
            numerator in any::<i128>(), denominator in any::<i128>(), right in 1_u32..120, left in 1_u32..120,
        ) {
            let (numerator, denominator) = (numerator >> right, (denominator >> left).max(1));
            let exact = BigRational::new(BigInt::from(numerator), BigInt::from(denominator));
            let found = quotient(numerator, denominator).unwrap();
            let distance = |value: f64| {
                let distance = BigRational::from_float(value).unwrap() - &exact;
                if distance.numer().sign() == num_bigint::Sign::Minus { -distance } else { distance }
            };
            prop_assert!(distance(found) <= distance(found.next_up()));
            prop_assert!(distance(found) <= distance(found.next_down()));
        }
    }

    #[test]
    fn nothing_is_divided_by_zero() {
        assert_eq!(quotient(1, 0), None);
        assert_eq!(quotient(0, 7), Some(0.0));
        assert_eq!(quotient(-1, 4), Some(-0.25));
        assert_eq!(quotient(1, -4), Some(-0.25));
    }
}
