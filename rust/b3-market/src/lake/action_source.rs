//! The sources of corporate actions, in order of precedence.

use super::by_name::by_name;

/// The source of corporate actions. Where several sources know the size of an event (one ticker,
/// ex-date and [class](super::ActionClass)), manual entries count before B3's own list, and that
/// before Yahoo's.
///
/// # Errors
/// Parsing any other text than the three names fails with [`UnknownActionSource`].
///
/// ```
/// use b3_market::lake::ActionSource;
///
/// assert_eq!("b3".parse(), Ok(ActionSource::B3));
/// assert!(ActionSource::Manual < ActionSource::B3 && ActionSource::B3 < ActionSource::Yahoo);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ActionSource {
    /// A file written by hand.
    Manual,
    /// B3's listed-company service.
    B3,
    /// Yahoo Finance.
    Yahoo,
}

/// A name that is not a source of corporate actions.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown source of actions '{found}': expected manual, b3 or yahoo")]
pub struct UnknownActionSource {
    /// The name as found.
    pub found: String,
}

impl ActionSource {
    /// Every source, the most trusted first.
    pub const ALL: [Self; 3] = [Self::Manual, Self::B3, Self::Yahoo];

    /// The name in object keys, and in the column `source` that `read_actions` adds.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Manual => "manual",
            Self::B3 => "b3",
            Self::Yahoo => "yahoo",
        }
    }
}

by_name!(ActionSource, UnknownActionSource);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_of_actions_parses_from_its_name_and_all_are_in_order_of_precedence() {
        for source in ActionSource::ALL {
            assert_eq!(source.to_string().parse(), Ok(source));
        }
        assert!(ActionSource::ALL.is_sorted());
    }

    #[test]
    fn a_source_of_bars_is_no_source_of_actions() {
        let message = "unknown source of actions 'cotahist': expected manual, b3 or yahoo";
        assert_eq!("cotahist".parse::<ActionSource>().unwrap_err().to_string(), message);
    }
}
