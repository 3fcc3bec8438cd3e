//! Division of whole blocks of sums, correctly rounded, without branches so that it vectorises.

/// Sums up to this size become doubles by one addition.
pub(crate) const NARROW: u128 = 1 << 51;
/// Divisors up to this one are doubles.
pub(crate) const EXACT: u128 = 1 << f64::MANTISSA_DIGITS;
/// `divide_wide` keeps room for the remainders of divisors below this one.
pub(crate) const WIDE_DIVISOR: u128 = 1 << 20;

/// 2^52 + 2^51: the doubles around it are the integers.
const INTEGERS: f64 = 6_755_399_441_055_744.0;

/// Replaces the sums whose bits `block` holds by `sum / divisor`.
///
/// Exact for sums up to `NARROW`: sum and divisor are doubles, so the processor's division rounds the true quotient.
#[inline(always)]
pub(crate) fn divide_narrow(block: &mut [f64], divisor: f64) {
    for held in block {
        let shifted = held.to_bits().wrapping_add(INTEGERS.to_bits());
        *held = (f64::from_bits(shifted) - INTEGERS) / divisor;
    }
}

/// Replaces the sums whose bits `block` holds by `sum / divisor * unit`.
///
/// Exact for sums below 2^63, divisors below 2^20 and a unit, a power of two, that makes no quotient subnormal.
///
/// A sum is `high + low`, both doubles. The quotient's head has so few bits that `head * divisor` is exact, and with it
/// the remainder, so `head + remainder / divisor` is the true quotient. Rounding the tail before it is added changes
/// nothing: a tie between two doubles is a tail that is itself a double, which the division gives exactly; and a tail
/// that is no tie is at least 2^-(2 * 20 + 3) of itself away from one, more than its rounding can move it.
#[inline(always)]
pub(crate) fn divide_wide(block: &mut [f64], divisor: f64, unit: f64) {
    const HEAD: u64 = !((1 << 21) - 1);
    let inverse = 1.0 / divisor;
    for held in block {
        let (upper, lower) = halves(held.to_bits());
        let high = upper + lower;
        let low = lower - (high - upper);
        let head = f64::from_bits((high * inverse).to_bits() & HEAD);
        let remainder = (high - head * divisor) + low;
        *held = (head + remainder / divisor) * unit;
    }
}

/// The upper and lower 32 bits of a signed integer as doubles whose sum it is.
///
/// Each half is put into the fraction of a double whose last place it counts; no conversion of 64-bit integers is
/// needed, which processors before AVX-512 lack.
#[inline(always)]
fn halves(integer: u64) -> (f64, f64) {
    const LOWER: f64 = 4_503_599_627_370_496.0; // 2^52
    const UPPER: f64 = 19_342_813_113_834_066_795_298_816.0; // 2^84
    const SIGN: f64 = 9_223_372_036_854_775_808.0; // 2^63
    let lower = f64::from_bits(integer & 0xffff_ffff | LOWER.to_bits()) - LOWER;
    let upper = f64::from_bits(integer >> 32 ^ 0x8000_0000 ^ UPPER.to_bits()) - (UPPER + SIGN);
    (upper, lower)
}
