//! The ISIN, a paper's international code.

use std::str::FromStr;

use crate::inline_text::shown_as_text;

/// The content of COTAHIST's field CODISI, stored inline: the ISIN, or before 1995-05-15 a code of
/// the exchange's own.
///
/// Up to twelve printable ASCII characters, as written, without trailing white space.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Isin {
    // Padded with blanks; no code ends with one.
    bytes: [u8; Isin::MAX_LEN],
}

impl Isin {
    /// The length of an ISIN.
    pub const MAX_LEN: usize = 12;

    /// The code in `field`; `None` if it is blank.
    ///
    /// # Errors
    /// [`InvalidIsin`] if the code is not printable ASCII or longer than twelve characters.
    pub fn of_field(field: &[u8]) -> Result<Option<Self>, InvalidIsin> {
        let invalid = || InvalidIsin { found: String::from_utf8_lossy(field).escape_debug().to_string() };
        let text = field.trim_ascii_end();
        if !text.iter().all(|byte| matches!(byte, b' '..=b'~')) {
            return Err(invalid());
        }
        let mut bytes = [b' '; Self::MAX_LEN];
        bytes.get_mut(..text.len()).ok_or_else(invalid)?.copy_from_slice(text);
        Ok((!text.is_empty()).then_some(Self { bytes }))
    }

    /// The code as text.
    #[must_use]
    #[expect(clippy::missing_panics_doc, reason = "the only constructor lets in ASCII only")]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(self.bytes.trim_ascii_end()).expect("only printable ASCII is let in")
    }
}

/// Text that is no code of CODISI.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("invalid ISIN '{found}': expected 1 to 12 printable ASCII characters, such as BRPETRACNPR6")]
pub struct InvalidIsin {
    /// The text as found, with control characters escaped and what is not UTF-8 replaced.
    pub found: String,
}

impl FromStr for Isin {
    type Err = InvalidIsin;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::of_field(text.as_bytes())?.ok_or_else(|| InvalidIsin { found: text.escape_debug().to_string() })
    }
}

shown_as_text!(Isin, as_str);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_isin_is_its_text_and_an_older_code_of_the_exchange_is_kept_as_it_is() {
        // After the two ISINs: a wrong check digit, lower case, and codes of other lengths.
        for text in ["BRPETRACNPR6", "BRVALEACNOR0", "BRPETRACNPR5", "brpetracnpr6", "PETACNPR", "1"] {
            let isin: Isin = text.parse().unwrap();
            assert_eq!(
                (isin.as_str(), isin.to_string(), format!("{isin:?}")),
                (text, text.into(), format!("Isin({text})"))
            );
        }
        assert_eq!(Isin::of_field(b"PETACNPR    "), Ok("PETACNPR".parse().ok()));
        assert_eq!(Isin::of_field(b"            "), Ok(None));
    }

    #[test]
    fn a_code_that_is_blank_too_long_or_no_printable_ascii_is_refused_and_shown() {
        for (text, shown) in
            [("", ""), ("BRPETRACNPR60", "BRPETRACNPR60"), ("BRPETRAÇNPR6", "BRPETRAÇNPR6"), ("A\0", "A\\0")]
        {
            let expected = "expected 1 to 12 printable ASCII characters, such as BRPETRACNPR6";
            assert_eq!(text.parse::<Isin>().unwrap_err().to_string(), format!("invalid ISIN '{shown}': {expected}"));
        }
        assert_eq!(Isin::of_field(b"\xc7").unwrap_err().found, "\u{fffd}");
    }
}
