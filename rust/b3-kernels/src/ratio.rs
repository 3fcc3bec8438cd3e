//! Quotients of integers, correctly rounded, fast where they are small.

use crate::exact;

/// Integers of at most this size are doubles, so dividing them rounds once.
const EXACT: u128 = 1 << f64::MANTISSA_DIGITS;

/// The double nearest to `numerator / denominator`, ties to even; `None` if the denominator is 0.
pub(crate) fn quotient(numerator: i128, denominator: i128) -> Option<f64> {
    if denominator == 0 {
        return None;
    }
    if numerator.unsigned_abs() <= EXACT && denominator.unsigned_abs() <= EXACT {
        return Some(as_double(numerator) / as_double(denominator));
    }
    let value = exact::ratio(numerator, denominator.unsigned_abs(), 0);
    Some(if denominator < 0 { -value } else { value })
}

#[expect(clippy::cast_precision_loss, reason = "the caller has checked that the integer is a double")]
fn as_double(integer: i128) -> f64 {
    integer as f64
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
