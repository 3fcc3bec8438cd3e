//! Correctly rounded quotients of integers times a power of two.

use super::big;
use super::fixed::LEAST_EXPONENT;
use num_bigint::{BigInt, BigUint};

/// Integers up to this size are doubles, so dividing them rounds once.
pub(super) const EXACT: u64 = 1 << f64::MANTISSA_DIGITS;
/// Exponents with which a quotient of doubles up to 2^53 stays a normal double.
const NORMAL: std::ops::Range<i32> = -900..900;
/// Bits of a quotient that decide its rounding, together with one more that says whether there is a
/// remainder.
const QUOTIENT_BITS: u32 = f64::MANTISSA_DIGITS + 2;

/// The double nearest to `numerator / denominator * 2^exponent`, ties to even; 0.0 for 0, infinite
/// where it overflows.
///
/// The denominator is not 0. Costs one division of 128 bits, and big integers where the denominator
/// exceeds 2^72.
pub(crate) fn ratio(numerator: i128, denominator: u128, exponent: i32) -> f64 {
    let size = numerator.unsigned_abs();
    let negative = numerator < 0;
    if size == 0 {
        return 0.0;
    }
    if size <= EXACT.into() && denominator <= EXACT.into() && NORMAL.contains(&exponent) {
        let (numerator, denominator) = (as_double(low(size)), as_double(low(denominator)));
        let value = numerator / denominator * power_of_two(exponent);
        return if negative { -value } else { value };
    }
    let wanted = QUOTIENT_BITS + bits(denominator);
    if wanted > u128::BITS {
        return big::ratio(&BigInt::from(numerator), &BigUint::from(denominator), exponent);
    }
    let shift = wanted.saturating_sub(bits(size));
    let shifted = size << shift;
    let quotient = shifted / denominator;
    let sticky = u128::from(quotient * denominator != shifted);
    let value = rounded(quotient << 1 | sticky, exponent - 1 - shift.cast_signed());
    if negative { -value } else { value }
}

/// The double nearest to `unscaled / 10^scale`.
pub(crate) fn decimal_to_double(unscaled: i64, scale: u8) -> f64 {
    let denominator = 10_u64.pow(u32::from(scale));
    if unscaled.unsigned_abs() <= EXACT && denominator <= EXACT {
        return as_double(unscaled) / as_double(denominator.cast_signed());
    }
    ratio(unscaled.into(), denominator.into(), 0)
}

/// The double nearest to `integer * 2^exponent`, ties to even; subnormal or infinite where
/// necessary.
///
/// The quotient is at most 127 bits wide, so one bit is free for the remainder.
pub(crate) fn rounded(integer: u128, exponent: i32) -> f64 {
    let top = exponent + bits(integer).cast_signed();
    let precision = f64::MANTISSA_DIGITS.cast_signed().min(top - LEAST_EXPONENT);
    let surplus = bits(integer).cast_signed() - precision;
    if surplus <= 0 {
        return as_double(low(integer)) * power_of_two(exponent);
    }
    let Some(half) = 1_u128.checked_shl(surplus.cast_unsigned() - 1) else {
        return 0.0;
    };
    let kept = if surplus == 128 { 0 } else { integer >> surplus };
    let rest = integer - if surplus == 128 { 0 } else { kept << surplus };
    let up = rest > half || (rest == half && kept & 1 == 1);
    as_double(low(kept + u128::from(up))) * power_of_two(exponent + surplus)
}

/// An integer up to 2^53 in 64 bits.
#[expect(clippy::cast_possible_truncation, reason = "callers give integers up to 2^53")]
fn low(integer: u128) -> i64 {
    integer as i64
}

/// The number of binary digits of an integer.
pub(crate) fn bits(integer: u128) -> u32 {
    u128::BITS - integer.leading_zeros()
}

/// 2^exponent; infinite where it overflows.
pub(crate) fn power_of_two(exponent: i32) -> f64 {
    if exponent > 1023 {
        return f64::INFINITY;
    }
    let bits = if exponent < -1022 { 1 << (exponent - LEAST_EXPONENT) } else { i64::from(exponent + 1023) << 52 };
    f64::from_bits(bits.cast_unsigned())
}

#[expect(clippy::cast_precision_loss, reason = "callers give integers up to 2^53, which doubles hold")]
fn as_double(integer: i64) -> f64 {
    integer as f64
}
