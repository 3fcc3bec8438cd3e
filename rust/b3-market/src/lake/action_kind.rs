//! The kinds of corporate actions.

use super::by_name::by_name;

/// What a company did. Kinds sort as their names do, and so do a ticker's rows under `actions/`.
///
/// # Errors
/// Parsing any other text than the nine names fails with [`UnknownActionKind`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ActionKind {
    /// A distribution of new shares from reserves (bonificação): 10% is 11 new shares for 10 old
    /// ones.
    Bonus,
    /// A repayment of capital (restituição de capital, amortização) of `amount` a share.
    CapitalReturn,
    /// A dividend of `amount` a share.
    Dividend,
    /// Interest on own capital (juros sobre capital próprio) of `amount` a share, before tax.
    Interest,
    /// The company becomes part of another one; of unknown size.
    Merger,
    /// Shares are bought back and cancelled; of unknown size.
    Redemption,
    /// Shares of another company are distributed; of unknown size.
    SpinOff,
    /// A split or a reverse split (desdobramento, grupamento) of `numerator` new shares for
    /// `denominator` old ones.
    Split,
    /// A right to subscribe shares, of unknown size.
    Subscription,
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
    /// Every kind, in order.
    pub const ALL: [Self; 9] = [
        Self::Bonus,
        Self::CapitalReturn,
        Self::Dividend,
        Self::Interest,
        Self::Merger,
        Self::Redemption,
        Self::SpinOff,
        Self::Split,
        Self::Subscription,
    ];

    /// The names that [`FromStr`](std::str::FromStr) accepts, as an error message lists them.
    pub const EXPECTED: &'static str =
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
#[error("unknown kind '{found}': expected {}", ActionKind::EXPECTED)]
pub struct UnknownActionKind {
    /// The text as found.
    pub found: String,
}

by_name!(ActionKind, UnknownActionKind);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_parses_from_its_name_and_messages_list_all_names() {
        for kind in ActionKind::ALL {
            assert_eq!(kind.to_string().parse(), Ok(kind));
            assert!(ActionKind::EXPECTED.contains(kind.as_str()));
        }
        assert!(ActionKind::ALL.is_sorted() && ActionKind::ALL.map(ActionKind::as_str).is_sorted());
        let error = "capital_gain".parse::<ActionKind>().unwrap_err().to_string();
        assert!(error.starts_with("unknown kind 'capital_gain': expected split, bonus"), "{error}");
    }
}
