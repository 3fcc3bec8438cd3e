//! Quotients of integers, correctly rounded.

/// Integers of at most this size are doubles, so dividing them rounds once.
const EXACT: u128 = 1 << f64::MANTISSA_DIGITS;

/// The double nearest to `numerator / denominator`, ties to even; `None` if the denominator is 0.
///
/// Costs one division where both are below 2^53, else one step a bit.
pub(crate) fn ratio(numerator: i128, denominator: i128) -> Option<f64> {
    if denominator == 0 {
        return None;
    }
    let sign = if (numerator < 0) == (denominator < 0) { 1.0 } else { -1.0 };
    let (numerator, denominator) = (numerator.unsigned_abs(), denominator.unsigned_abs());
    if numerator <= EXACT && denominator <= EXACT {
        return Some(sign * (as_double(numerator) / as_double(denominator)));
    }
    Some(sign * long_division(numerator, denominator))
}

/// Digits of the quotient until two more than a double holds, the last one set if anything is left: rounding that
/// rounds the quotient.
fn long_division(numerator: u128, denominator: u128) -> f64 {
    let mut quotient = numerator / denominator;
    let mut rest = numerator % denominator;
    let mut scale = 1.0;
    while quotient < EXACT << 2 && rest != 0 {
        let carry = rest >= 1 << 127;
        rest = rest.wrapping_shl(1);
        let digit = carry || rest >= denominator;
        if digit {
            rest = rest.wrapping_sub(denominator);
        }
        quotient = quotient << 1 | u128::from(digit);
        scale *= 0.5;
    }
    as_double(quotient | u128::from(rest != 0)) * scale
}

#[expect(clippy::cast_precision_loss, reason = "rounding to the nearest double is what is wanted")]
fn as_double(integer: u128) -> f64 {
    integer as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use num_bigint::BigInt;
    use num_rational::BigRational;
    use proptest::prelude::*;

    fn exactly(value: f64) -> BigRational {
        BigRational::from_float(value).unwrap()
    }

    proptest! {
        #[test]
        fn a_ratio_is_no_farther_from_the_quotient_than_its_neighbours(
            numerator in any::<i128>(), denominator in any::<i128>(), right in 0_u32..126, left in 0_u32..126,
        ) {
            let (numerator, denominator) = (numerator >> right, (denominator >> left).max(1));
            let quotient = BigRational::new(BigInt::from(numerator), BigInt::from(denominator));
            let found = ratio(numerator, denominator).unwrap();
            let distance = |value: f64| {
                let distance = exactly(value) - &quotient;
                if distance < BigRational::from(BigInt::from(0)) { -distance } else { distance }
            };
            prop_assert!(distance(found) <= distance(found.next_up()));
            prop_assert!(distance(found) <= distance(found.next_down()));
        }
    }

    #[test]
    fn nothing_is_divided_by_zero() {
        assert_eq!(ratio(1, 0), None);
        assert_eq!(ratio(0, 7), Some(0.0));
        assert_eq!(ratio(-1, 4), Some(-0.25));
    }
}
