//! The kinds of corporate actions.

use std::str::FromStr;

/// What a company did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ActionKind {
    /// A split or a reverse split (desdobramento, grupamento): `numerator` new shares for `denominator` old ones.
    Split,
    /// Shares given away (bonificação): 10% is 11 for 10.
    Bonus,
    /// A dividend, `amount` a share.
    Dividend,
    /// Interest on capital (juros sobre capital próprio), `amount` a share.
    Interest,
    /// Capital paid back, amortisation of a fund included, `amount` a share.
    CapitalReturn,
    /// A right to subscribe shares; of no known size.
    Subscription,
    /// Part of the company split off; of no known size.
    SpinOff,
    /// Shares redeemed; of no known size.
    Redemption,
    /// A merger or an incorporation; of no known size.
    Merger,
}

/// What an action changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ActionClass {
    /// The number of shares.
    Share,
    /// The holder's cash.
    Cash,
    /// Something that has no known size: it is told and never computed with.
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

    /// What [`FromStr`] takes, as a message says it.
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
