//! The kinds of corporate actions.

use super::named_enum::named_enum;

named_enum! {
    /// What a company did. Kinds sort as their names do, and so do a ticker's rows in `actions/`.
    enum ActionKind(
        "kind",
        expected "split, bonus, dividend, interest, capital_return, subscription, spin_off, redemption or merger"
    ) {
        /// A distribution of new shares from reserves (bonificação): 10% is 11 new shares for 10
        /// old ones.
        Bonus = "bonus",
        /// A repayment of capital (restituição de capital, amortização) of `amount` a share.
        CapitalReturn = "capital_return",
        /// A dividend of `amount` a share.
        Dividend = "dividend",
        /// Interest on own capital (juros sobre capital próprio) of `amount` a share, before tax.
        Interest = "interest",
        /// The company becomes part of another one; of unknown size.
        Merger = "merger",
        /// Shares are bought back and cancelled; of unknown size.
        Redemption = "redemption",
        /// Shares of another company are distributed; of unknown size.
        SpinOff = "spin_off",
        /// A split or a reverse split (desdobramento, grupamento) of `numerator` new shares for
        /// `denominator` old ones.
        Split = "split",
        /// A right to subscribe shares, of unknown size.
        Subscription = "subscription",
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_in_the_order_of_their_names_and_messages_list_all_names() {
        assert!(ActionKind::ALL.iter().is_sorted_by_key(|kind| kind.as_str()));
        assert!(ActionKind::ALL.iter().all(|kind| ActionKind::EXPECTED.contains(kind.as_str())));
        let error = "capital_gain".parse::<ActionKind>().unwrap_err().to_string();
        assert!(error.starts_with("unknown kind 'capital_gain': expected split, bonus"), "{error}");
    }
}
