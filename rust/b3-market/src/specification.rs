//! A paper's share class, ex-flags and listing segment.

use std::borrow::Cow;
use std::str::FromStr;

use crate::inline_text::shown_as_text;

/// The content of COTAHIST's field ESPECI, stored inline: in `ON  EJ NM` the share class ON, the
/// ex-flag EJ (ex interest) and the listing segment NM.
///
/// One to ten Latin-1 characters as written, without the blanks around the text.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Specification {
    // Padded with blanks; no specification ends with one.
    bytes: [u8; Specification::MAX_LEN],
}

/// Text that ESPECI cannot hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("invalid specification '{found}': expected 1 to 10 Latin-1 characters without blanks around them")]
pub struct InvalidSpecification {
    /// The text as found, escaped by `str::escape_debug`.
    pub found: String,
}

impl Specification {
    const MAX_LEN: usize = 10;

    /// The specification in `field`, which is Latin-1; `None` if it is blank or has more than ten
    /// characters.
    #[must_use]
    pub fn of_field(field: &[u8]) -> Option<Self> {
        let text = field.trim_ascii();
        let mut bytes = [b' '; Self::MAX_LEN];
        bytes.get_mut(..text.len())?.copy_from_slice(text);
        (!text.is_empty()).then_some(Self { bytes })
    }

    /// The specification as text; borrowed if it is ASCII, as nearly all are.
    #[must_use]
    pub fn to_text(&self) -> Cow<'_, str> {
        let text = self.bytes.trim_ascii_end();
        match std::str::from_utf8(text) {
            Ok(ascii) if text.is_ascii() => Cow::Borrowed(ascii),
            _ => Cow::Owned(text.iter().copied().map(char::from).collect()),
        }
    }
}

impl FromStr for Specification {
    type Err = InvalidSpecification;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let latin1: Option<Vec<u8>> = text.chars().map(|char| u8::try_from(char).ok()).collect();
        let whole = latin1.filter(|latin1| latin1.len() == latin1.trim_ascii().len());
        let specification = whole.and_then(|latin1| Self::of_field(&latin1));
        specification.ok_or_else(|| InvalidSpecification { found: text.escape_debug().to_string() })
    }
}

shown_as_text!(Specification, to_text);

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn blanks_around_go_and_blanks_within_stay() {
        let text = |field: &[u8]| Specification::of_field(field).map(|found| found.to_text().into_owned());
        assert_eq!(text(b"ON  EJ NM ").as_deref(), Some("ON  EJ NM"));
        assert_eq!(text(b"  PN      ").as_deref(), Some("PN"));
        assert_eq!(text(b"A\xC7\xC3O     ").as_deref(), Some("AÇÃO"));
        assert_eq!(text(b"          "), None);
    }

    #[test]
    fn text_that_the_field_cannot_hold_is_refused_and_named() {
        for text in ["", "ON ", "12345678901", "\u{20ac}"] {
            let message = text.parse::<Specification>().unwrap_err().to_string();
            assert!(message.starts_with(&format!("invalid specification '{text}'")), "{message}");
        }
    }

    proptest! {
        #[test]
        fn what_a_field_holds_survives_its_text(field in prop::array::uniform10(any::<u8>())) {
            if let Some(found) = Specification::of_field(&field) {
                prop_assert_eq!(found.to_text().parse(), Ok(found));
            }
        }
    }
}
