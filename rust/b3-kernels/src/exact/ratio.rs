//! Correctly rounded quotients of integers times a power of two.

use num_bigint::{BigInt, BigUint};

use super::big;
use super::rounding::{as_double, bits, power_of_two, rounded};

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
pub(crate) fn ratio(numerator: i128, denominator: u128, exponent: i32) -> f64 {
    let size = numerator.unsigned_abs();
    if size == 0 {
        return 0.0;
    }
    if size <= EXACT.into() && denominator <= EXACT.into() && NORMAL.contains(&exponent) {
        return as_double(numerator) / as_double(denominator.cast_signed()) * power_of_two(exponent);
    }
    let wanted = QUOTIENT_BITS + bits(denominator);
    if wanted > u128::BITS {
        return big::ratio(&BigInt::from(numerator), &BigUint::from(denominator), exponent);
    }
    let shift = wanted.saturating_sub(bits(size));
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
    ratio(unscaled.into(), denominator.into(), 0)
}
