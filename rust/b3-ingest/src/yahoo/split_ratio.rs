//! Exact ratios of splits.

use num_integer::gcd;
use rust_decimal::Decimal;

/// New shares for old ones, in lowest terms; neither is zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct SplitRatio {
    pub numerator: i128,
    pub denominator: i128,
}

impl SplitRatio {
    /// No split.
    pub(super) const ONE: Self = Self { numerator: 1, denominator: 1 };
    /// The limit of both terms; larger ones could overflow the products in
    /// [`super::float32_prices`].
    const LIMIT: i128 = 1 << 48;

    /// This ratio multiplied by another split, or `None` if a term exceeds 2^48.
    pub(super) fn times(self, numerator: u32, denominator: u32) -> Option<Self> {
        let numerator = self.numerator * i128::from(numerator);
        let denominator = self.denominator * i128::from(denominator);
        let common = gcd(numerator, denominator);
        let (numerator, denominator) = (numerator / common, denominator / common);
        (numerator.max(denominator) <= Self::LIMIT).then_some(Self { numerator, denominator })
    }

    /// `value` times this ratio in units of 10^-`places`; `None` if it overflows. `value` is first
    /// rounded to `value_places` decimals, more than `places`: the ratio multiplies that error too.
    pub(super) fn multiply(self, value: Decimal, value_places: u32, places: u32) -> Option<i128> {
        let value = value.round_dp(value_places);
        let scaled = value.mantissa().checked_mul(10_i128.pow(value_places - value.scale()))?;
        let divisor = self.denominator * 10_i128.pow(value_places - places);
        Some(nearest(scaled.checked_mul(self.numerator)?, divisor))
    }
}

/// `a / b` rounded to the nearest integer, ties away from zero; `b` is positive.
pub(super) fn nearest(a: i128, b: i128) -> i128 {
    (a.abs() + b / 2) / b * a.signum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_multiply_in_lowest_terms() {
        let ratio = SplitRatio::ONE.times(4, 1).and_then(|ratio| ratio.times(1, 10)).unwrap();
        assert_eq!((ratio.numerator, ratio.denominator), (2, 5));
    }

    #[test]
    fn a_term_above_two_to_the_48_is_refused() {
        let wide = SplitRatio::ONE.times(u32::MAX, 1).unwrap();
        assert_eq!(wide.times(u32::MAX, 1), None);
    }
}
