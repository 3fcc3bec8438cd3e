//! Currency labels of prices, as the exchange writes them.

use std::str::FromStr;

use chrono::NaiveDate;

use crate::inline_text::shown_as_text;

/// The currency label of a price: `BRL`, or the exchange's label of an older currency such as
/// `CR$`.
///
/// Prices are never converted between labels, and prices under two labels are never compared: the
/// prices in the exchange's old files are not in the money that their labels name, and `CR$` names
/// both cruzeiro and cruzeiro real. One to four printable ASCII characters without blanks, stored
/// inline.
///
/// # Errors
/// Parsing a value of raw's column `currency` fails with [`InvalidCurrency`] for other text, and
/// for `R$`, which raw calls `BRL`.
///
/// ```
/// use b3_market::Currency;
///
/// assert_eq!("BRL".parse(), Ok(Currency::BRL));
/// assert_eq!("NCZ$".parse::<Currency>()?.to_string(), "NCZ$");
/// assert!("R$".parse::<Currency>().is_err());
/// # Ok::<(), b3_market::currency::InvalidCurrency>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency {
    // Padded with zero bytes, which no label contains.
    bytes: [u8; Currency::MAX_LEN],
}

/// Text that is no currency label, or a label that contradicts the date of its session.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("found '{found}', expected {expected}")]
pub struct InvalidCurrency {
    /// The label as found, escaped.
    pub found: String,
    /// What was expected.
    pub expected: String,
}

/// The first day of the real.
const FIRST_REAL: NaiveDate = NaiveDate::from_ymd_opt(1994, 7, 1).expect("a date");
/// The last day on which the exchange may have used another label.
const LAST_OTHER: NaiveDate = NaiveDate::from_ymd_opt(1994, 7, 31).expect("a date");

impl Currency {
    const MAX_LEN: usize = 4;

    /// The real.
    pub const BRL: Self = Self { bytes: *b"BRL\0" };

    /// The currency of the exchange's label (MODREF) in a session of `trade_date`.
    ///
    /// `R$` becomes `BRL`; any other label is kept, without the blanks around it.
    ///
    /// # Errors
    /// [`InvalidCurrency`] for an empty label, or one that is not one to four printable ASCII
    /// characters without blanks; for `R$` before 1994-07-01, when the real was introduced; for any
    /// other label after 1994-07-31; for the text `BRL`.
    ///
    /// ```
    /// use b3_market::Currency;
    /// use chrono::NaiveDate;
    ///
    /// let day = |year, month, day| NaiveDate::from_ymd_opt(year, month, day).unwrap();
    /// assert_eq!(Currency::of_label(b"R$  ", day(1994, 7, 4)), Ok(Currency::BRL));
    /// assert_eq!(Currency::of_label(b"CR$ ", day(1993, 8, 2)).unwrap().to_string(), "CR$");
    /// assert_eq!(
    ///     Currency::of_label(b"R$  ", day(1993, 8, 2)).unwrap_err().to_string(),
    ///     "found 'R$', expected another label on 1993-08-02: the real came on 1994-07-01",
    /// );
    /// ```
    pub fn of_label(label: &[u8], trade_date: NaiveDate) -> Result<Self, InvalidCurrency> {
        let label = label.trim_ascii();
        let expected = match label {
            b"R$" if trade_date >= FIRST_REAL => return Ok(Self::BRL),
            b"R$" => format!("another label on {trade_date}: the real came on {FIRST_REAL}"),
            b"" => "a label of money, such as R$".to_owned(),
            _ if trade_date > LAST_OTHER => format!("R$ on {trade_date}: no other label was used after {LAST_OTHER}"),
            b"BRL" => "R$, the only label of the real, or one of older money".to_owned(),
            _ => match Self::spelled_by(label) {
                Some(currency) => return Ok(currency),
                None => "1 to 4 printable ASCII characters without blanks, such as CR$".to_owned(),
            },
        };
        Err(InvalidCurrency { found: label.escape_ascii().to_string(), expected })
    }

    fn spelled_by(text: &[u8]) -> Option<Self> {
        if text.is_empty() || !text.iter().all(u8::is_ascii_graphic) {
            return None;
        }
        let mut bytes = [0; Self::MAX_LEN];
        bytes.get_mut(..text.len())?.copy_from_slice(text);
        Some(Self { bytes })
    }

    /// The label as text.
    #[must_use]
    #[expect(clippy::missing_panics_doc, reason = "every constructor lets in ASCII only")]
    pub fn as_str(&self) -> &str {
        let len = self.bytes.iter().position(|byte| *byte == 0).unwrap_or(Self::MAX_LEN);
        std::str::from_utf8(&self.bytes[..len]).expect("only printable ASCII is let in")
    }
}

impl FromStr for Currency {
    type Err = InvalidCurrency;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let currency = Self::spelled_by(text.as_bytes()).filter(|currency| currency.as_str() != "R$");
        currency.ok_or_else(|| InvalidCurrency {
            found: text.as_bytes().escape_ascii().to_string(),
            expected: "BRL or a label of older money such as CR$".to_owned(),
        })
    }
}

shown_as_text!(Currency, as_str);

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(label: &str, date: &str) -> Result<String, String> {
        let found = Currency::of_label(label.as_bytes(), date.parse().unwrap());
        found.map(|currency| currency.to_string()).map_err(|error| error.to_string())
    }

    #[test]
    fn a_label_is_the_real_or_stands_for_itself() {
        for (label, date, expected) in [
            ("R$  ", "2024-11-08", "BRL"),
            ("R$  ", "1994-07-01", "BRL"),
            (" R$ ", "1994-07-04", "BRL"),
            ("CR$ ", "1994-07-31", "CR$"),
            ("CR$ ", "1986-01-02", "CR$"),
            ("CZ$ ", "1986-03-03", "CZ$"),
            ("NCZ$", "1989-01-16", "NCZ$"),
        ] {
            assert_eq!(of(label, date).as_deref(), Ok(expected), "{label} {date}");
        }
    }

    #[test]
    fn a_label_that_is_none_or_contradicts_its_date_is_refused_and_named() {
        for (label, date, expected) in [
            ("R$", "1994-06-30", "found 'R$', expected another label on 1994-06-30: the real came on 1994-07-01"),
            ("CR$", "1994-08-01", "found 'CR$', expected R$ on 1994-08-01: no other label was used after 1994-07-31"),
            ("BRL", "2024-11-08", "found 'BRL', expected R$ on 2024-11-08: no other label was used after 1994-07-31"),
            ("BRL", "1993-08-02", "found 'BRL', expected R$, the only label of the real, or one of older money"),
            ("    ", "2024-11-08", "found '', expected a label of money, such as R$"),
            (
                "C\u{1}$",
                "1986-01-02",
                "found 'C\\x01$', expected 1 to 4 printable ASCII characters without blanks, such as CR$",
            ),
            (
                "C $",
                "1986-01-02",
                "found 'C $', expected 1 to 4 printable ASCII characters without blanks, such as CR$",
            ),
        ] {
            assert_eq!(of(label, date).unwrap_err(), expected);
        }
    }

    #[test]
    fn text_that_raw_never_holds_is_refused() {
        for text in ["", "R$", "CRUZ$", "C R", "R\u{e9}"] {
            let message = text.parse::<Currency>().unwrap_err().to_string();
            assert!(message.ends_with("expected BRL or a label of older money such as CR$"), "{message}");
        }
    }

    proptest! {
        #[test]
        fn only_the_label_of_the_real_is_ever_called_brl(label in "R[$] {0,2}|[ -~]{1,4}", days in -3_000..3_000) {
            let date = NaiveDate::from_epoch_days(FIRST_REAL.to_epoch_days() + days).unwrap();
            if let Ok(currency) = Currency::of_label(label.as_bytes(), date) {
                prop_assert_eq!(currency == Currency::BRL, label.trim() == "R$");
                prop_assert_eq!(currency.to_string().parse(), Ok(currency));
            }
        }
    }
}
