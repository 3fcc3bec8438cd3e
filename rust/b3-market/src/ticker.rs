//! Tickers, B3's negotiation codes.

use std::str::FromStr;

use crate::inline_text::shown_as_text;

/// A ticker of B3 such as `PETR4`, `A1AP34` or `VALEK642W2`, stored inline.
///
/// One to twelve upper-case ASCII letters and digits, the width of COTAHIST's field CODNEG. Tickers
/// sort as their text does. Copying costs 13 bytes; nothing allocates.
///
/// # Errors
/// Parsing any other text fails with [`InvalidTicker`], including Yahoo's suffix `.SA`, which the
/// lake never stores.
///
/// ```
/// use b3_market::Ticker;
///
/// let ticker: Ticker = "PETR4".parse()?;
/// assert_eq!(ticker.as_str(), "PETR4");
/// assert_eq!(
///     "PETR4.SA".parse::<Ticker>().unwrap_err().to_string(),
///     "invalid ticker 'PETR4.SA': expected 1 to 12 upper-case letters and digits, such as PETR4",
/// );
/// # Ok::<(), b3_market::ticker::InvalidTicker>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ticker {
    // Padded with zero bytes, which sort before every letter and digit: the derived order is that
    // of the text.
    bytes: [u8; Ticker::MAX_LEN],
    len: u8,
}

/// Text that is not a ticker.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("invalid ticker '{found}': expected 1 to 12 upper-case letters and digits, such as PETR4")]
pub struct InvalidTicker {
    /// The text as found, escaped by `slice::escape_ascii`.
    pub found: String,
}

impl Ticker {
    /// The longest code that COTAHIST can hold.
    const MAX_LEN: usize = 12;

    /// The ticker in `text`, which must contain nothing else.
    ///
    /// # Errors
    /// [`InvalidTicker`] if `text` is empty, longer than twelve bytes, or has a byte outside `A-Z`
    /// and `0-9`.
    pub fn from_bytes(text: &[u8]) -> Result<Self, InvalidTicker> {
        Self::spelled_by(text).ok_or_else(|| InvalidTicker { found: text.escape_ascii().to_string() })
    }

    fn spelled_by(text: &[u8]) -> Option<Self> {
        let is_code = |byte: &u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
        if text.is_empty() || !text.iter().all(is_code) {
            return None;
        }
        let mut bytes = [0; Self::MAX_LEN];
        bytes.get_mut(..text.len())?.copy_from_slice(text);
        let len = u8::try_from(text.len()).ok()?;
        Some(Self { bytes, len })
    }

    /// The code as text.
    #[must_use]
    #[expect(clippy::missing_panics_doc, reason = "every constructor lets in ASCII only")]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.bytes[..usize::from(self.len)]).expect("only ASCII letters and digits are let in")
    }
}

impl FromStr for Ticker {
    type Err = InvalidTicker;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::from_bytes(text.as_bytes())
    }
}

shown_as_text!(Ticker, as_str);

#[cfg(test)]
mod tests {
    use super::*;

    fn ticker(text: &str) -> Ticker {
        text.parse().unwrap()
    }

    #[test]
    fn a_ticker_prints_what_it_was_parsed_from() {
        for text in ["A", "PETR4", "A1AP34", "EQMA3B", "VALEK642W2", "ABCDEFGHIJKL"] {
            assert_eq!(ticker(text).to_string(), text);
        }
        assert_eq!(format!("{:<7}|", ticker("PETR4")), "PETR4  |");
    }

    #[test]
    fn tickers_sort_like_their_text() {
        let mut codes = ["PETR4", "PETR3", "A1AP34", "PETR", "VALE3", "PETR44", "ABEV3"];
        let mut tickers = codes.map(ticker);
        codes.sort_unstable();
        tickers.sort_unstable();
        assert_eq!(tickers.map(|t| t.to_string()), codes);
    }

    #[test]
    fn what_is_not_a_code_is_refused_and_named() {
        for text in ["", "petr4", "PETR4.SA", "PETR 4", " PETR4", "ABCDEFGHIJKLM", "PETRÓ4", "PETR4\n", "PETR4\0"] {
            let error = text.parse::<Ticker>().unwrap_err();
            assert!(error.to_string().contains(&text.as_bytes().escape_ascii().to_string()));
        }
    }
}
