//! Recovery of the decimal price that was traded from the 32-bit float that Yahoo stores.
//!
//! Yahoo stores prices as 32-bit floats, divided by every later split, and prints them as 64-bit
//! ones: 37.40 becomes `37.400001525878906`. Rounding to four decimals before multiplying by the
//! split also multiplies the rounding error (23.45 split 3:1 becomes 23.4501), and above 1,000 a
//! 32-bit float has less than four decimals. So the float is treated as the interval of all numbers
//! that are rounded to it. The interval is multiplied exactly by the splits, and the price is the
//! decimal with the fewest digits in it.

use b3_market::Price;
use b3_market::price::in_18_digits;
use num_integer::{div_ceil, div_floor};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::split_ratio::{SplitRatio, nearest};

/// The largest number of decimals of a price as traded on B3.
const PLACES: u32 = 4;

/// The price as traded for a price as quoted, with the later splits of `ratio` reversed.
///
/// For a 32-bit float this is the number with the fewest decimals, at most four, in the float's
/// interval times `ratio`; of several such numbers, the one nearest to the interval's middle. If
/// there is none, or `quoted` is no 32-bit float, it is `quoted` times `ratio`, rounded to four
/// decimals without a split and to six with one.
/// `None` if `DECIMAL(18,6)` cannot hold it.
pub(super) fn as_traded(quoted: Decimal, ratio: SplitRatio) -> Option<Price> {
    let shortest = Bounds::of_float32(quoted).and_then(|bounds| bounds.shortest_decimal(ratio));
    in_18_digits(shortest.or_else(|| rounded_product(quoted, ratio))?).map(Price::from_unscaled)
}

/// The volume as traded for a volume as quoted: later splits reversed, to the nearest share. `None`
/// if it does not fit 64 bits.
pub(super) fn shares_as_traded(quoted: i64, ratio: SplitRatio) -> Option<i64> {
    i64::try_from(nearest(i128::from(quoted).checked_mul(ratio.denominator)?, ratio.numerator)).ok()
}

/// The interval of the numbers that are rounded to a 32-bit float: `low * 2^exponent` to `high *
/// 2^exponent`.
struct Bounds {
    low: i128,
    high: i128,
    exponent: i32,
}

impl Bounds {
    /// The interval of `quoted` if it is the 64-bit form of a positive 32-bit float in the range of
    /// prices.
    fn of_float32(quoted: Decimal) -> Option<Self> {
        // The client library keeps 15 to 16 digits of a float, so the comparison has a tolerance.
        const TOLERANCE: f64 = 1e-12;
        const MANTISSA_BITS: u32 = 23;
        const EXPONENT_BIAS: i32 = 127 + 23;
        let value = quoted.to_f64()?;
        #[expect(clippy::cast_possible_truncation, reason = "whether this loses anything is the question")]
        let single = value as f32;
        let is_price = (1e-6..1e12).contains(&value);
        if !is_price || (f64::from(single) - value).abs() > value * TOLERANCE {
            return None;
        }
        let bits = single.to_bits();
        let mantissa = i128::from((bits & ((1 << MANTISSA_BITS) - 1)) | (1 << MANTISSA_BITS));
        let exponent = i32::try_from(bits >> MANTISSA_BITS).ok()? - EXPONENT_BIAS;
        // Half a unit in the last place on both sides of `mantissa * 2^exponent`.
        Some(Self { low: 2 * mantissa - 1, high: 2 * mantissa + 1, exponent: exponent - 1 })
    }

    /// The shortest decimal in the interval times `ratio`, in millionths; `None` if all have more
    /// than four decimals. No product overflows: the ratio's terms are at most 2^48.
    fn shortest_decimal(&self, ratio: SplitRatio) -> Option<i128> {
        // `2^exponent * ratio` is `factor / divisor`.
        let factor = ratio.numerator << self.exponent.max(0);
        let divisor = ratio.denominator << (-self.exponent).max(0);
        (0..=PLACES).find_map(|places| {
            // The whole numbers between: of 37.4000015 +- 0.0000019 none for 0 places, 374 for 1.
            let scale = factor * 10_i128.pow(places);
            let least = div_ceil(self.low * scale, divisor);
            let greatest = div_floor(self.high * scale, divisor);
            let middle = nearest((self.low + self.high) * scale, 2 * divisor);
            (least <= greatest).then(|| middle.clamp(least, greatest) * 10_i128.pow(Price::SCALE - places))
        })
    }
}

/// `quoted` times `ratio` in millionths, rounded to four decimals, or with a split to the six that
/// raw keeps. `None` if it overflows.
fn rounded_product(quoted: Decimal, ratio: SplitRatio) -> Option<i128> {
    // The decimals of the quoted price that count; more could exceed 128 bits.
    const QUOTED_PLACES: u32 = 10;
    let places = if ratio == SplitRatio::ONE { PLACES } else { Price::SCALE };
    Some(ratio.multiply(quoted, QUOTED_PLACES, places)? * 10_i128.pow(Price::SCALE - places))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ratio(numerator: u32, denominator: u32) -> SplitRatio {
        SplitRatio::ONE.times(numerator, denominator).unwrap()
    }

    fn traded(quoted: &str, numerator: u32, denominator: u32) -> String {
        as_traded(quoted.parse().unwrap(), ratio(numerator, denominator)).unwrap().to_string()
    }

    /// Yahoo's form of a price of `cents` hundredths that was split afterwards.
    fn quoted_by_yahoo(cents: u32, numerator: u32, denominator: u32) -> Decimal {
        let adjusted = f64::from(cents) / 100.0 * f64::from(denominator) / f64::from(numerator);
        #[expect(clippy::cast_possible_truncation, reason = "this is what Yahoo does")]
        let stored = f64::from(adjusted as f32);
        stored.to_string().parse().unwrap()
    }

    #[test]
    fn the_rounding_error_of_a_32_bit_float_is_removed() {
        assert_eq!(traded("37.40000152587891", 1, 1), "37.400000");
        assert_eq!(traded("25.3799991607666", 1, 1), "25.380000");
        assert_eq!(traded("24.25", 1, 1), "24.250000");
        assert_eq!(traded("1234.56005859375", 1, 1), "1234.560000");
    }

    #[test]
    fn a_number_that_is_no_32_bit_float_keeps_four_places() {
        assert_eq!(traded("37.40004", 1, 1), "37.400000");
        assert_eq!(traded("37.42005", 1, 1), "37.420100");
    }

    #[test]
    fn splits_are_undone_before_anything_is_rounded() {
        assert_eq!(traded("7.816666666666667", 3, 1), "23.450000");
        assert_eq!(traded("18.700000762939453", 2, 1), "37.400000");
        assert_eq!(traded("7.816666603088379", 3, 1), "23.450000");
        assert_eq!(traded("234.5", 1, 10), "23.450000");
    }

    #[test]
    fn a_negative_price_and_zero_are_kept_and_one_that_is_too_large_is_none() {
        assert_eq!(traded("-1.5", 1, 1), "-1.500000");
        assert_eq!(traded("0", 2, 1), "0.000000");
        assert_eq!(as_traded("999999999999".parse().unwrap(), ratio(2, 1)), None);
    }

    #[test]
    fn volumes_go_back_to_whole_shares() {
        assert_eq!(shares_as_traded(2_000, ratio(2, 1)), Some(1_000));
        assert_eq!(shares_as_traded(1_000, ratio(1, 10)), Some(10_000));
        assert_eq!(shares_as_traded(1_001, ratio(2, 1)), Some(501));
        assert_eq!(shares_as_traded(i64::MAX, ratio(1, 2)), None);
    }

    proptest! {
        // The last ratio is one of large terms.
        #[test]
        fn every_price_in_cents_survives_yahoo(
            cents in 1..1_000_000_u32,
            (numerator, denominator) in proptest::sample::select(vec![(1, 1), (2, 1), (3, 1), (7, 1), (100, 1), (1, 10), (11, 10), (631_419, 500_000)]),
        ) {
            let quoted = quoted_by_yahoo(cents, numerator, denominator);
            let back = as_traded(quoted, ratio(numerator, denominator)).unwrap();
            prop_assert_eq!(back.unscaled(), i64::from(cents) * 10_000);
        }
    }
}
