//! Exact arithmetic on integers of any size, for numbers whose sizes differ too much for 128 bits.

use num_bigint::{BigInt, BigUint, Sign};

use super::fixed::parts;
use super::rounding::{LEAST_EXPONENT, rounded};

/// A finite double as an integer in units of 2^-1074.
pub(crate) fn integer(value: f64) -> BigInt {
    let (mantissa, exponent) = parts(value);
    BigInt::from(mantissa) << (exponent - LEAST_EXPONENT).cast_unsigned()
}

/// A finite double as numerator and denominator.
pub(crate) fn fraction(value: f64) -> (BigInt, BigUint) {
    let (mantissa, exponent) = parts(value);
    let (up, down) = (exponent.max(0).cast_unsigned(), (-exponent).max(0).cast_unsigned());
    (BigInt::from(mantissa) << up, BigUint::from(1_u8) << down)
}

/// The double nearest to `numerator / denominator`, ties to even; the denominator is not 0.
pub(crate) fn nearest_double(numerator: &BigInt, denominator: &BigUint) -> f64 {
    quotient(numerator, denominator, 0)
}

/// The double nearest to `numerator / denominator * 2^exponent`, ties to even; the denominator is
/// not 0.
///
/// Costs allocations and a long division.
pub(crate) fn quotient(numerator: &BigInt, denominator: &BigUint, exponent: i32) -> f64 {
    // More than a double holds, so that some are left to round.
    const QUOTIENT_BITS: u64 = 64;
    let size = numerator.magnitude();
    if numerator.sign() == Sign::NoSign {
        return 0.0;
    }
    let shift = (QUOTIENT_BITS + denominator.bits()).saturating_sub(size.bits());
    let shifted = size << shift;
    let quotient = &shifted / denominator;
    let inexact = &quotient * denominator != shifted;
    let surplus = quotient.bits().saturating_sub(QUOTIENT_BITS);
    let top = &quotient >> surplus;
    let sticky = u128::from(inexact || &top << surplus != quotient);
    let top = u128::try_from(top).expect("at most 64 bits are left");
    let exponent =
        i64::from(exponent) + i64::try_from(surplus).unwrap_or(i64::MAX) - i64::try_from(shift).unwrap_or(i64::MAX);
    // Beyond these exponents `rounded` gives infinity or 0 for every integer of up to 65 bits.
    let exponent = i32::try_from((exponent - 1).clamp(-4000, 4000)).expect("clamped to what 32 bits hold");
    let value = rounded((top << 1) + sticky, exponent);
    if numerator.sign() == Sign::Minus { -value } else { value }
}

/// The integer nearest to `numerator / denominator`, ties to even; the denominator is not 0.
pub(crate) fn half_to_even(numerator: &BigInt, denominator: &BigUint) -> BigInt {
    let size = numerator.magnitude();
    let floor = size / denominator;
    let twice_rest = (size - &floor * denominator) * 2_u8;
    let up = twice_rest > *denominator || (twice_rest == *denominator && floor.bit(0));
    let nearest = if up { floor + 1_u8 } else { floor };
    BigInt::from_biguint(numerator.sign(), nearest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_round_to_even_on_both_sides_of_zero() {
        let of = |numerator: i32, denominator: u32| {
            i32::try_from(half_to_even(&BigInt::from(numerator), &BigUint::from(denominator))).unwrap()
        };
        assert_eq!([1, 3, 5, 7].map(|numerator| of(numerator, 2)), [0, 2, 2, 4]);
        assert_eq!([-1, -3, -5, -7].map(|numerator| of(numerator, 2)), [0, -2, -2, -4]);
        assert_eq!([of(1, 3), of(2, 3), of(-2, 3), of(6, 3)], [0, 1, -1, 2]);
    }
}
