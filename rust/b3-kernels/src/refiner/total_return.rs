//! The total return from one close to the next: price, cash and new shares.

use num_bigint::{BigInt, BigUint, Sign};

use crate::actions::{Cash, ShareRatio};
use crate::exact::big;
use crate::exact::rounding::LEAST_EXPONENT;

/// A close in the type of its column.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Close {
    /// Millionths.
    Decimal(i128),
    /// A finite double.
    Float(f64),
}

/// Two closes, and the cash and share events between them.
pub(crate) struct TotalReturn<'a> {
    pub(crate) before: Close,
    pub(crate) now: Close,
    /// Per share of the later close.
    pub(crate) cash: Option<&'a Cash>,
    pub(crate) ratio: ShareRatio,
}

impl TotalReturn<'_> {
    /// (Close + cash) / previous close - 1, in the shares of the later close, correctly rounded;
    /// `None` where [`Self::received_and_paid`] has none.
    pub(crate) fn value(&self) -> Option<f64> {
        let (received, paid) = self.received_and_paid()?;
        let gain = received - BigInt::from(paid.clone());
        Some(big::nearest_double(&gain, &paid))
    }

    /// For shares bought at the earlier close: their value at the later one, with the cash that
    /// they paid, and their price then. Both are whole numbers of one unit. `None` if the price is
    /// not above 0, or if the closes have different types.
    pub(crate) fn received_and_paid(&self) -> Option<(BigInt, BigUint)> {
        // Cash counts hundred-millionths, decimal prices millionths, doubles ones.
        const IN_A_MILLIONTH: u32 = 100;
        const IN_ONE: u32 = 100_000_000;
        let (cash, denominator) = match self.cash {
            Some(cash) => (cash.numerator.clone(), BigInt::from(cash.denominator.clone())),
            None => (BigInt::ZERO, BigInt::from(1)),
        };
        let (before, now, cash) = match (self.before, self.now) {
            (Close::Decimal(before), Close::Decimal(now)) => {
                (BigInt::from(before) * IN_A_MILLIONTH, BigInt::from(now) * IN_A_MILLIONTH, cash)
            }
            // Doubles become integers in units of 2^-1074.
            (Close::Float(before), Close::Float(now)) => {
                (big::integer(before) * IN_ONE, big::integer(now) * IN_ONE, cash << LEAST_EXPONENT.unsigned_abs())
            }
            _ => return None,
        };
        if before.sign() != Sign::Plus {
            return None;
        }
        let received = (now * &denominator + cash) * self.ratio.new_shares();
        let paid = before * denominator * self.ratio.old_shares();
        Some((received, paid.magnitude().clone()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cash(hundred_millionths: i64, shares: u32) -> Cash {
        Cash { numerator: BigInt::from(hundred_millionths), denominator: BigUint::from(shares) }
    }

    #[test]
    fn a_total_return_is_that_of_the_shares_and_the_cash_together() {
        let two_for_one = ShareRatio::new(2, 1).unwrap();
        let (half, third) = (cash(50_000_000, 1), cash(100_000_000, 3));
        let of = |before, now, cash, ratio| TotalReturn { before, now, cash, ratio }.value();
        let (ten, five) = (Close::Decimal(10_000_000), Close::Decimal(5_000_000));
        assert_eq!(of(ten, five, None, two_for_one), Some(0.0));
        assert_eq!(of(ten, five, Some(&half), two_for_one), Some(0.1));
        assert_eq!(of(Close::Float(10.0), Close::Float(5.0), Some(&half), two_for_one), Some(0.1));
        assert_eq!(of(ten, five, None, ShareRatio::ONE), Some(-0.5));
        assert_eq!(of(ten, ten, Some(&third), ShareRatio::ONE), Some(1.0 / 30.0));
        assert_eq!(of(Close::Decimal(0), five, None, ShareRatio::ONE), None);
    }
}
