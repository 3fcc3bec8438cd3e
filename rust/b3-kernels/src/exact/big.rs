//! Integers of any size, for numbers too far apart for 128 bits.

use num_bigint::{BigInt, BigUint, Sign};

use super::fixed::{LEAST_EXPONENT, parts};
use super::ratio::rounded;

/// The integer that counts 2^-1074 in a finite double.
pub(crate) fn integer(value: f64) -> BigInt {
    let (mantissa, exponent) = parts(value);
    BigInt::from(mantissa) << (exponent - LEAST_EXPONENT).cast_unsigned()
}

/// The double nearest to `numerator / denominator * 2^exponent`, ties to even; the denominator is not 0.
///
/// Costs an allocation and a long division.
pub(crate) fn ratio(numerator: &BigInt, denominator: &BigUint, exponent: i32) -> f64 {
    const WANTED: u64 = 64;
    let size = numerator.magnitude();
    if numerator.sign() == Sign::NoSign {
        return 0.0;
    }
    let shift = (WANTED + denominator.bits()).saturating_sub(size.bits());
    let shifted = size << shift;
    let quotient = &shifted / denominator;
    let inexact = &quotient * denominator != shifted;
    let surplus = quotient.bits().saturating_sub(WANTED);
    let top = &quotient >> surplus;
    let sticky = u128::from(inexact || &top << surplus != quotient);
    let top = u128::try_from(top).expect("at most 65 bits are left");
    let exponent =
        i64::from(exponent) + i64::try_from(surplus).unwrap_or(i64::MAX) - i64::try_from(shift).unwrap_or(i64::MAX);
    let value = rounded(top << 1 | sticky, clamp(exponent - 1));
    if numerator.sign() == Sign::Minus { -value } else { value }
}

/// Beyond these exponents every double is infinite or 0.
fn clamp(exponent: i64) -> i32 {
    i32::try_from(exponent.clamp(-4000, 4000)).expect("clamped to what 32 bits hold")
}
