//! Conversion of doubles to integers with one common exponent.

use super::rounding::{LEAST_EXPONENT, power_of_two};
use crate::simd::{Isa, Vectorised};

const FRACTION_BITS: u32 = f64::MANTISSA_DIGITS - 1;

/// The integers m and e with `value = m * 2^e`, e the exponent of the last place; `value` is
/// finite.
pub(crate) fn parts(value: f64) -> (i64, i32) {
    let bits = value.to_bits();
    let field = exponent_field(value.abs());
    let fraction = (bits & ((1 << FRACTION_BITS) - 1)).cast_signed();
    let mantissa = if field == 0 { fraction } else { fraction + (1 << FRACTION_BITS) };
    (if value.is_sign_negative() { -mantissa } else { mantissa }, field.max(1) + LEAST_EXPONENT - 1)
}

/// The exponent bits of a double that is not negative.
fn exponent_field(size: f64) -> i32 {
    i32::try_from(size.to_bits() >> FRACTION_BITS).expect("12 bits fit")
}

/// Whether all numbers are finite.
pub(crate) fn all_finite(values: &[f64]) -> bool {
    Isa::best().run(AllFinite(values))
}

struct AllFinite<'a>(&'a [f64]);

impl Vectorised for AllFinite<'_> {
    type Answer = bool;

    /// Adding 1 to an exponent of all ones carries into the sign bit. Without early exit, so that
    /// it vectorises.
    #[inline(always)]
    fn run<const _FUSED: bool>(self) -> bool {
        let one = 1_u64 << FRACTION_BITS;
        let carry = |value: &f64| (value.to_bits() & f64::INFINITY.to_bits()) + one;
        self.0.iter().fold(0, |carries, value| carries | carry(value)) >> 63 == 0
    }
}

/// The range of sizes (absolute values) of a block's numbers, which decides how many bits its sums
/// need.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Spread {
    /// The exponent of the last place of the smallest size above 0; 0 if there is none.
    pub(crate) exponent: i32,
    /// The largest size in units of 2^exponent; `None` if it may need more than 126 bits.
    pub(crate) largest: Option<u128>,
}

impl Spread {
    /// The spread of finite doubles.
    #[inline(always)]
    pub(crate) fn of(values: &[f64]) -> Self {
        let (least, greatest) = extremes(values);
        let (_, exponent) = if least.is_finite() { parts(least) } else { (0, 0) };
        let (mantissa, top) = parts(greatest);
        let largest = match u32::try_from(top - exponent) {
            Ok(shift) if shift < u128::BITS - 1 - f64::MANTISSA_DIGITS => {
                Some(u128::from(mantissa.unsigned_abs()) << shift)
            }
            Ok(_) => None,
            // All numbers are 0.
            Err(_) => Some(0),
        };
        Self { exponent, largest }
    }
}

/// The smallest and largest absolute values, zeros left out of the smallest; infinite and 0 if all
/// are 0.
#[inline(always)]
fn extremes(values: &[f64]) -> (f64, f64) {
    const LANES: usize = 16;
    let mut least = [f64::INFINITY; LANES];
    let mut greatest = [0.0; LANES];
    let mut chunks = values.chunks_exact(LANES);
    for chunk in &mut chunks {
        for lane in 0..LANES {
            let size = chunk[lane].abs();
            let above_zero = if size > 0.0 { size } else { f64::INFINITY };
            least[lane] = if above_zero < least[lane] { above_zero } else { least[lane] };
            greatest[lane] = if size > greatest[lane] { size } else { greatest[lane] };
        }
    }
    for (lane, value) in chunks.remainder().iter().enumerate() {
        let size = value.abs();
        least[lane] = if size > 0.0 { size.min(least[lane]) } else { least[lane] };
        greatest[lane] = size.max(greatest[lane]);
    }
    (least.into_iter().fold(f64::INFINITY, f64::min), greatest.into_iter().fold(0.0, f64::max))
}

/// `value` as an integer in units of 2^exponent; the caller has checked that it fits.
pub(crate) fn integer(value: f64, exponent: i32) -> i128 {
    let (mantissa, last_place) = parts(value);
    if mantissa == 0 { 0 } else { i128::from(mantissa) << (last_place - exponent) }
}

/// Replaces `integers` by `values` in units of 2^exponent, which fit 63 bits. The constants below
/// do not overflow for exponents below 940.
///
/// With c = 1.5 * 2^(52 + e), `bits(c + value) - bits(c)` is the value in units of 2^e. This needs
/// no shift by a varying number, which processors before AVX2 lack. `upper` is the c for e =
/// exponent + 32, `lower` the one for e = exponent, of the rest. `offset` has the bits of both.
#[inline(always)]
pub(crate) fn to_integers(values: &[f64], exponent: i32, integers: &mut Vec<i64>) {
    let upper = 1.5 * power_of_two(52 + exponent + 32);
    let lower = 1.5 * power_of_two(52 + exponent);
    let offset = (upper.to_bits() << 32).wrapping_add(lower.to_bits());
    integers.clear();
    integers.extend(values.iter().map(|value| {
        let high = value + upper;
        let low = (value - (high - upper)) + lower;
        (high.to_bits() << 32).wrapping_add(low.to_bits()).wrapping_sub(offset).cast_signed()
    }));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zeros_have_no_part_in_the_spread_which_is_known_up_to_126_bits() {
        // `extremes` takes 16 numbers at once, so row 18 is in the remainder.
        let mut values = [0.0; 20];
        assert_eq!(Spread::of(&values), Spread { exponent: 0, largest: Some(0) });
        (values[3], values[18]) = (-1.0, 2.0);
        assert_eq!(Spread::of(&values), Spread { exponent: -52, largest: Some(1 << 53) });
        (values[3], values[18]) = (power_of_two(73), -1.0);
        assert_eq!(Spread::of(&values), Spread { exponent: -52, largest: Some(1 << 125) });
        values[3] = power_of_two(74);
        assert_eq!(Spread::of(&values).largest, None);
    }
}
