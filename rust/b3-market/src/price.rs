//! Exact decimal amounts, stored in one `i64`.

use std::fmt;
use std::str::FromStr;

use rust_decimal::Decimal;

/// The largest integer of 18 digits, the precision of the lake's columns of prices and of cash.
pub const LARGEST_UNSCALED: i64 = 10_i64.pow(18) - 1;

/// Money per share with six decimals, as the lake's `DECIMAL(18,6)` columns hold it.
///
/// The conversions to and from [`Decimal`] and text are exact or an error; nothing is rounded.
///
/// ```
/// use b3_market::Price;
///
/// let price: Price = "37.42".parse()?;
/// assert_eq!(price.unscaled(), 37_420_000);
/// assert_eq!(price.to_string(), "37.420000");
/// assert_eq!(
///     "0.1234567".parse::<Price>().unwrap_err().to_string(),
///     "0.1234567 is not an amount with at most 6 decimals below 1000000000000",
/// );
/// # Ok::<(), b3_market::price::InvalidAmount>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Price(i64);

/// An amount of money in whole cents, as the lake's `DECIMAL(20,2)` turnover holds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Money(i64);

/// A text or `Decimal` that is not exactly a `DECIMAL(18,6)`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{found} is not an amount with at most 6 decimals below 1000000000000")]
pub struct InvalidAmount {
    /// The amount as found.
    pub found: String,
}

impl Price {
    /// The number of decimals of a price.
    pub const SCALE: u32 = 6;

    /// The price of `unscaled` millionths of its currency; not checked to have at most 18 digits.
    #[must_use]
    pub const fn from_unscaled(unscaled: i64) -> Self {
        Self(unscaled)
    }

    /// The price in millionths of its currency.
    #[must_use]
    pub const fn unscaled(self) -> i64 {
        self.0
    }

    /// The price of one share if `cents` are the price of `quote_factor` shares; `None` if no
    /// `Price` is exactly that.
    ///
    /// COTAHIST quotes some shares by the thousand (FATCOT 1000).
    ///
    /// ```
    /// use b3_market::Price;
    ///
    /// assert_eq!(Price::from_lot(1_234, 1), "12.34".parse().ok());
    /// assert_eq!(Price::from_lot(1_234, 1_000), "0.01234".parse().ok());
    /// assert_eq!(Price::from_lot(1_234, 1_000_000), None);
    /// ```
    #[must_use]
    pub fn from_lot(cents: i64, quote_factor: i64) -> Option<Self> {
        const PER_CENT: i64 = 10_i64.pow(Price::SCALE - Money::SCALE);
        let unscaled = cents.checked_mul(PER_CENT)?;
        let is_exact = unscaled.checked_rem(quote_factor)? == 0;
        in_18_digits((unscaled / quote_factor).into()).filter(|_| is_exact).map(Self)
    }
}

impl Money {
    /// The number of decimals of an amount of money.
    pub const SCALE: u32 = 2;

    /// The amount of `cents` hundredths of its currency.
    #[must_use]
    pub const fn from_cents(cents: i64) -> Self {
        Self(cents)
    }

    /// The amount in hundredths of its currency.
    #[must_use]
    pub const fn cents(self) -> i64 {
        self.0
    }
}

/// `amount` in units of 10^-`scale`; `None` if that is no integer of at most 18 digits.
#[must_use]
pub fn unscaled(amount: Decimal, scale: u32) -> Option<i64> {
    let amount = amount.normalize();
    let missing = scale.checked_sub(amount.scale())?;
    in_18_digits(amount.mantissa().checked_mul(10_i128.checked_pow(missing)?)?)
}

/// The number, if it has at most 18 digits.
#[must_use]
pub fn in_18_digits(number: i128) -> Option<i64> {
    i64::try_from(number).ok().filter(|number| number.unsigned_abs() <= LARGEST_UNSCALED.unsigned_abs())
}

impl From<Price> for Decimal {
    fn from(price: Price) -> Self {
        Decimal::new(price.0, Price::SCALE)
    }
}

impl TryFrom<Decimal> for Price {
    type Error = InvalidAmount;

    fn try_from(price: Decimal) -> Result<Self, Self::Error> {
        unscaled(price, Self::SCALE).map(Self).ok_or_else(|| InvalidAmount { found: price.to_string() })
    }
}

impl FromStr for Price {
    type Err = InvalidAmount;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Decimal::from_str_exact(text).map_err(|_| InvalidAmount { found: format!("'{text}'") })?.try_into()
    }
}

impl fmt::Display for Price {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Decimal::from(*self).fmt(f)
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Decimal::new(self.0, Self::SCALE).fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn text_that_is_no_exact_amount_is_refused_and_named() {
        for text in ["", "abc", "1,5", "0.1234567", "1000000000000", "99999999999999999999999999999"] {
            let message = text.parse::<Price>().unwrap_err().to_string();
            assert!(message.contains(text) && message.contains("6 decimals"), "{message}");
        }
    }

    #[test]
    fn trailing_zeros_beyond_the_scale_lose_nothing() {
        assert_eq!("1.2300000000".parse::<Price>(), Ok(Price(1_230_000)));
    }

    #[test]
    fn a_quote_factor_divides_exactly_or_not_at_all() {
        let largest_in_cotahist = 9_999_999_999_999; // its fields of prices have 13 digits
        assert_eq!(Price::from_lot(largest_in_cotahist, 1), Some(Price(99_999_999_999_990_000)));
        assert_eq!(Price::from_lot(1, 10_000), Some(Price(1)));
        assert_eq!(Price::from_lot(1, 100_000), None);
        assert_eq!(Price::from_lot(1, 0), None);
        // 10^12 in the currency, the first amount that a `Price` cannot hold.
        let limit_in_cents = 100_000_000_000_000;
        assert_eq!(Price::from_lot(limit_in_cents, 1), None);
        assert_eq!(Price::from_lot(limit_in_cents, 10), Some(Price(100_000_000_000_000_000)));
        assert_eq!(Price::from_lot(i64::MAX, 1), None);
    }

    proptest! {
        #[test]
        fn a_price_survives_decimal_and_text(unscaled in -LARGEST_UNSCALED..=LARGEST_UNSCALED) {
            let price = Price(unscaled);
            prop_assert_eq!(Price::try_from(Decimal::from(price)), Ok(price));
            prop_assert_eq!(price.to_string().parse(), Ok(price));
        }
    }
}
