//! The kinds of corporate actions.

use std::str::FromStr;

/// What a company did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ActionKind {
    /// A split or a reverse split (desdobramento, grupamento) of `numerator` new shares for
    /// `denominator` old ones.
    Split,
    /// A distribution of new shares (bonificação): 10% is 11 new shares for 10 old ones.
    Bonus,
    /// A dividend of `amount` a share.
    Dividend,
    /// Interest on capital (juros sobre capital próprio) of `amount` a share.
    Interest,
    /// A repayment of capital, including a fund's amortisation, of `amount` a share.
    CapitalReturn,
    /// A right to subscribe shares, of unknown size.
    Subscription,
    /// A part of the company split off, of unknown size.
    SpinOff,
    /// A redemption of shares, of unknown size.
    Redemption,
    /// A merger or an incorporation, of unknown size.
    Merger,
}

/// What an action changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ActionClass {
    /// The number of shares.
    Share,
    /// The holder's cash.
    Cash,
    /// Something of unknown size: it is kept but never used in a computation.
    Unsized,
}

impl ActionKind {
    /// Every kind.
    pub const ALL: [Self; 9] = [
        Self::Split,
        Self::Bonus,
        Self::Dividend,
        Self::Interest,
        Self::CapitalReturn,
        Self::Subscription,
        Self::SpinOff,
        Self::Redemption,
        Self::Merger,
    ];

    /// The names that [`FromStr`] accepts, as an error message lists them.
    pub(crate) const EXPECTED: &'static str =
        "split, bonus, dividend, interest, capital_return, subscription, spin_off, redemption or merger";

    /// The name in the column `kind`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Split => "split",
            Self::Bonus => "bonus",
            Self::Dividend => "dividend",
            Self::Interest => "interest",
            Self::CapitalReturn => "capital_return",
            Self::Subscription => "subscription",
            Self::SpinOff => "spin_off",
            Self::Redemption => "redemption",
            Self::Merger => "merger",
        }
    }

    /// What actions of this kind change.
    #[must_use]
    pub const fn class(self) -> ActionClass {
        match self {
            Self::Split | Self::Bonus => ActionClass::Share,
            Self::Dividend | Self::Interest | Self::CapitalReturn => ActionClass::Cash,
            Self::Subscription | Self::SpinOff | Self::Redemption | Self::Merger => ActionClass::Unsized,
        }
    }
}

/// Text that is no kind of action.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown kind of action '{found}': expected {}", ActionKind::EXPECTED)]
pub struct UnknownActionKind {
    /// The text as found.
    pub found: String,
}

impl FromStr for ActionKind {
    type Err = UnknownActionKind;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let named = Self::ALL.into_iter().find(|kind| kind.as_str() == name);
        named.ok_or_else(|| UnknownActionKind { found: name.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_survives_its_name_and_messages_list_them_all() {
        for kind in ActionKind::ALL {
            assert_eq!(kind.as_str().parse(), Ok(kind));
            assert!(ActionKind::EXPECTED.contains(kind.as_str()));
        }
        assert!("capital_gain".parse::<ActionKind>().unwrap_err().to_string().contains("'capital_gain'"));
    }
}
