//! The ratio of new shares to old shares of a split or bonus.

use num_integer::gcd;

/// New shares for old ones, in lowest terms, both above 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct ShareRatio {
    new: u64,
    old: u64,
}

impl ShareRatio {
    /// One share for one.
    pub(crate) const ONE: Self = Self { new: 1, old: 1 };

    /// `new` shares for `old` ones; `None` if either is 0.
    pub(crate) fn new(new: u64, old: u64) -> Option<Self> {
        if new == 0 || old == 0 {
            return None;
        }
        let common = gcd(new, old);
        Some(Self { new: new / common, old: old / common })
    }

    /// The number of shares after the event.
    pub(crate) fn new_shares(self) -> u64 {
        self.new
    }

    /// The number of shares before the event.
    pub(crate) fn old_shares(self) -> u64 {
        self.old
    }

    /// This event followed by `next`; `None` if the product in lowest terms needs more than 63
    /// bits: the tables hold ratios in `Int64` columns.
    pub(crate) fn then(self, next: Self) -> Option<Self> {
        let first = gcd(self.new, next.old);
        let second = gcd(next.new, self.old);
        let new = (self.new / first).checked_mul(next.new / second)?;
        let old = (self.old / second).checked_mul(next.old / first)?;
        let held = |shares: u64| i64::try_from(shares).is_ok();
        (held(new) && held(old)).then_some(Self { new, old })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn new_shares_and_old_shares_are_multiplied_and_reduced_to_lowest_terms(
            // Two such numbers have a product of at most 62 bits.
            [a, b, c, d] in prop::array::uniform4(1_u64..1 << 31),
        ) {
            let ratio = ShareRatio::new(a, b).unwrap().then(ShareRatio::new(c, d).unwrap()).unwrap();
            let (new, old) = (u128::from(a) * u128::from(c), u128::from(b) * u128::from(d));
            prop_assert_eq!(u128::from(ratio.new_shares()) * old, u128::from(ratio.old_shares()) * new);
            prop_assert_eq!(gcd(ratio.new_shares(), ratio.old_shares()), 1);
        }
    }

    #[test]
    fn a_product_is_reduced_before_it_is_formed_and_no_ratio_holds_a_zero() {
        let huge = ShareRatio::new(i64::MAX as u64, 2).unwrap();
        let back = ShareRatio::new(2, i64::MAX as u64).unwrap();
        assert_eq!(huge.then(back), Some(ShareRatio::ONE));
        assert_eq!(huge.then(ShareRatio::new(3, 1).unwrap()), None);
        assert_eq!(ShareRatio::new(0, 1), None);
    }
}
