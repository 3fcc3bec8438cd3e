//! Exact ratios of splits.

use num_integer::gcd;

/// New shares for old ones, in lowest terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct SplitRatio {
    numerator: u64,
    denominator: u64,
}

impl SplitRatio {
    /// No split.
    pub(super) const ONE: Self = Self { numerator: 1, denominator: 1 };
    /// The limit of both terms; larger ones could overflow the products in
    /// [`super::float32_prices`].
    const LIMIT: u128 = 1 << 48;

    /// This ratio multiplied by another split, or `None` if a term exceeds 2^48 or is zero.
    pub(super) fn times(self, numerator: u32, denominator: u32) -> Option<Self> {
        let numerator = u128::from(self.numerator) * u128::from(numerator);
        let denominator = u128::from(self.denominator) * u128::from(denominator);
        if numerator == 0 || denominator == 0 {
            return None;
        }
        let common = gcd(numerator, denominator);
        let (numerator, denominator) = (numerator / common, denominator / common);
        if numerator > Self::LIMIT || denominator > Self::LIMIT {
            return None;
        }
        Some(Self { numerator: u64::try_from(numerator).ok()?, denominator: u64::try_from(denominator).ok()? })
    }

    /// New shares.
    pub(super) fn numerator(self) -> i128 {
        i128::from(self.numerator)
    }

    /// Old shares.
    pub(super) fn denominator(self) -> i128 {
        i128::from(self.denominator)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_multiply_in_lowest_terms() {
        let ratio = SplitRatio::ONE.times(4, 1).and_then(|ratio| ratio.times(1, 10)).unwrap();
        assert_eq!((ratio.numerator(), ratio.denominator()), (2, 5));
    }

    #[test]
    fn a_term_above_two_to_the_48_or_of_zero_is_refused() {
        let wide = SplitRatio::ONE.times(u32::MAX, 1).unwrap();
        assert_eq!(wide.times(u32::MAX, 1), None);
        assert_eq!(SplitRatio::ONE.times(0, 1), None);
        assert_eq!(SplitRatio::ONE.times(1, 0), None);
    }
}
