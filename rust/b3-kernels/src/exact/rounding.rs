//! Rounding of integers times a power of two to doubles.

/// The exponent of the smallest double above zero.
pub(crate) const LEAST_EXPONENT: i32 = -1074;

/// The double nearest to `integer * 2^exponent`, ties to even; subnormal, 0 or infinite
/// where necessary.
///
/// The integer has more digits than a double, so that digits are always left to round.
pub(crate) fn rounded(integer: u128, exponent: i32) -> f64 {
    let digits = bits(integer).cast_signed();
    // The digits that the double keeps: fewer where it is subnormal.
    let precision = f64::MANTISSA_DIGITS.cast_signed().min(exponent + digits - LEAST_EXPONENT);
    let surplus = digits - precision;
    let Some(half) = 1_u128.checked_shl(surplus.cast_unsigned() - 1) else {
        // In units of 2^exponent half of the least double is more than any integer of 128 bits.
        return 0.0;
    };
    let kept = integer.unbounded_shr(surplus.cast_unsigned());
    let rest = integer - kept.unbounded_shl(surplus.cast_unsigned());
    let up = rest > half || (rest == half && kept & 1 == 1);
    as_double((kept + u128::from(up)).cast_signed()) * power_of_two(exponent + surplus)
}

/// The number of binary digits of an integer.
pub(crate) fn bits(integer: u128) -> u32 {
    u128::BITS - integer.leading_zeros()
}

/// 2^exponent, infinite where it overflows; the exponent is at least -1074.
pub(crate) fn power_of_two(exponent: i32) -> f64 {
    if exponent > 1023 {
        return f64::INFINITY;
    }
    let bits = if exponent < -1022 { 1 << (exponent - LEAST_EXPONENT) } else { i64::from(exponent + 1023) << 52 };
    f64::from_bits(bits.cast_unsigned())
}

/// An integer up to 2^53 as a double; processors convert 64 bits, but not 128.
#[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "integers up to 2^53 fit both")]
pub(super) fn as_double(integer: i128) -> f64 {
    integer as i64 as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_power_of_two_is_a_double_from_the_least_to_the_largest_and_infinite_beyond() {
        assert_eq!(power_of_two(LEAST_EXPONENT).to_bits(), 1);
        for exponent in [-1023, -1022, -1, 0, 52, 1023] {
            assert_eq!(power_of_two(exponent).to_bits(), 2.0_f64.powi(exponent).to_bits(), "{exponent}");
        }
        assert_eq!(power_of_two(1024).to_bits(), f64::INFINITY.to_bits());
    }
}
