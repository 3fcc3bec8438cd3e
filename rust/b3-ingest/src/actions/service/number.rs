//! Numbers and dates in the formats of B3's service: `300,00000000000`, `1.000,00`, `17/12/2021`.

use b3_market::calendar;
use b3_market::price::in_18_digits;
use chrono::NaiveDate;
use num_integer::gcd;
use rust_decimal::Decimal;
use serde_json::Value;

use super::super::event::AMOUNT_SCALE;

/// The number in a field: exactly that of a text with a decimal comma and points between thousands,
/// or a JSON number, which is exact up to 15 digits. The service sends texts.
pub(super) fn number(value: &Value) -> Result<Decimal, String> {
    let exact = match value {
        Value::String(text) => plain(text.trim()).and_then(|text| Decimal::from_str_exact(&text).ok()),
        Value::Number(number) => Decimal::from_str_exact(&number.to_string()).ok(),
        _ => None,
    };
    exact.ok_or_else(|| format!("{value}, expected a number such as \"0,47156696\""))
}

/// The number as text with a decimal point and without separators of thousands; `None` if `text`
/// is not in the service's format.
fn plain(text: &str) -> Option<String> {
    let (whole, decimals) = text.split_once(',').map_or((text, None), |(whole, decimals)| (whole, Some(decimals)));
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let groups: Vec<&str> = whole.strip_prefix('-').unwrap_or(whole).split('.').collect();
    let are_thousands = groups[0].len() <= 3 && groups[1..].iter().all(|group| group.len() == 3);
    let is_number = groups.iter().copied().chain(decimals).all(is_digits) && (groups.len() == 1 || are_thousands);
    is_number.then(|| match decimals {
        Some(decimals) => format!("{}.{decimals}", whole.replace('.', "")),
        None => whole.replace('.', ""),
    })
}

/// Shares after an event and shares before it, in lowest terms.
pub(super) type Ratio = (i64, i64);

/// The ratio for `factor` additional shares for each hundred: `300` is 4 for 1.
///
/// # Errors
/// The factor and what was expected, if it is not above 0 or a term needs more than 63 bits.
pub(super) fn ratio_of_percentage(factor: Decimal) -> Result<Ratio, String> {
    if factor <= Decimal::ZERO {
        return Err(format!("factor {factor}, expected a percentage of new shares above 0"));
    }
    let hundred = 100 * 10_i128.pow(factor.scale());
    reduced(factor, factor.mantissa() + hundred, hundred)
}

/// The ratio that equals `factor`: `0.1` is 1 for 10.
///
/// # Errors
/// The factor and what was expected, if it is not between 0 and 1 or a term needs more than 63
/// bits.
pub(super) fn ratio_below_one(factor: Decimal) -> Result<Ratio, String> {
    if factor <= Decimal::ZERO || factor >= Decimal::ONE {
        return Err(format!("factor {factor}, expected shares after for one share before, between 0 and 1"));
    }
    reduced(factor, factor.mantissa(), 10_i128.pow(factor.scale()))
}

/// `after` for `before` in lowest terms, the ratio of `factor`.
fn reduced(factor: Decimal, after: i128, before: i128) -> Result<Ratio, String> {
    let common = gcd(after, before);
    let term = |shares: i128| i64::try_from(shares / common);
    match (term(after), term(before)) {
        (Ok(after), Ok(before)) => Ok((after, before)),
        _ => Err(format!("factor {factor}, expected one whose ratio of shares fits 63 bits")),
    }
}

/// Cash per share in hundred-millionths, and whether it is exact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Amount {
    /// The amount, rounded half to even if it is not exact.
    pub unscaled: i64,
    pub exact: bool,
}

/// The cash per share if `value` is paid for `shares` shares.
///
/// # Errors
/// The value and what was expected, if the cash per share is negative, above 0 but rounded to 0, or
/// too large for `DECIMAL(18,8)`, or if `shares` is not above 0.
pub(super) fn amount_a_share(value: Decimal, shares: Decimal) -> Result<Amount, String> {
    if shares <= Decimal::ZERO {
        return Err(format!("quoted per {shares} shares, expected a number above 0"));
    }
    let unfit =
        || format!("{} for {} shares, expected money that decimal(18,8) holds", value.normalize(), shares.normalize());
    let scaled = |number: Decimal, exponent| number.mantissa().checked_mul(10_i128.checked_pow(exponent)?);
    // The cash per share in hundred-millionths is `numerator / denominator`.
    let numerator = scaled(value, shares.scale() + AMOUNT_SCALE).ok_or_else(unfit)?;
    let denominator = scaled(shares, value.scale()).ok_or_else(unfit)?;
    let (quotient, rest) = (numerator.div_euclid(denominator), numerator.rem_euclid(denominator));
    let up = match rest.cmp(&(denominator - rest)) {
        std::cmp::Ordering::Less => 0,
        std::cmp::Ordering::Equal => quotient % 2,
        std::cmp::Ordering::Greater => 1,
    };
    let is_fit = |unscaled: &i64| *unscaled > 0 || (*unscaled == 0 && rest == 0);
    let unscaled = in_18_digits(quotient + up).filter(is_fit).ok_or_else(unfit)?;
    Ok(Amount { unscaled, exact: rest == 0 })
}

/// The ex-date of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ExDate {
    /// From this session on a buyer does not get the event.
    On(NaiveDate),
    /// B3 has not set it yet: `31/12/9999`, or any other date after the calendar.
    NotFixed,
    /// It is before the calendar, and so before every COTAHIST file.
    TooOld,
}

/// The session after `last`, the last date on which a buyer gets the event, `dd/mm/yyyy`.
pub(super) fn ex_date(last: &str) -> Result<ExDate, String> {
    let date =
        NaiveDate::parse_from_str(last.trim(), "%d/%m/%Y").ok().filter(|_| last.trim().len() == "dd/mm/yyyy".len());
    let date = date.ok_or_else(|| format!("'{last}', expected a date dd/mm/yyyy"))?;
    Ok(match calendar::add_sessions(date, 1) {
        Ok(ex_date) => ExDate::On(ex_date),
        Err(_) if date < calendar::FIRST_DATE => ExDate::TooOld,
        Err(_) => ExDate::NotFixed,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn read(text: &str) -> Option<String> {
        number(&json!(text)).ok().map(|number| number.to_string())
    }

    #[test]
    fn a_number_is_read_with_its_decimal_comma_and_its_points_between_thousands() {
        let cases = [
            ("300,00000000000", "300.00000000000"),
            ("1.000,00", "1000.00"),
            ("58.130.517.165,22", "58130517165.22"),
            ("1000", "1000"),
            (" 0,17 ", "0.17"),
            ("-300.000,5", "-300000.5"),
        ];
        for (text, expected) in cases {
            assert_eq!(read(text).as_deref(), Some(expected), "{text}");
        }
        assert_eq!(number(&json!(0.17)).unwrap().to_string(), "0.17");
        for text in ["", "n/d", "1,2,3", "1.00", "0.17", "1000.000,0", "1,", ",5", "1e3", "+1", "1 000"] {
            assert_eq!(read(text), None, "{text}");
        }
        assert_eq!(number(&json!(null)).unwrap_err(), "null, expected a number such as \"0,47156696\"");
    }

    fn decimal(text: &str) -> Decimal {
        Decimal::from_str_exact(text).unwrap()
    }

    #[test]
    fn known_events_have_their_known_ratios() {
        // MGLU3 on 2020-10-14, 2025-12-30 and 2024-05-27.
        assert_eq!(ratio_of_percentage(decimal("300.00000000000")), Ok((4, 1)));
        assert_eq!(ratio_of_percentage(decimal("5.00000000000")), Ok((21, 20)));
        assert_eq!(ratio_below_one(decimal("0.10000000000")), Ok((1, 10)));
        // Both events of VIVT3 on 2025-04-15.
        assert_eq!(ratio_of_percentage(decimal("7900.00000000000")), Ok((80, 1)));
        assert_eq!(ratio_below_one(decimal("0.02500000000")), Ok((1, 40)));
        // SBSP3 on 2025-12-26.
        assert_eq!(ratio_of_percentage(decimal("2.96469750000")), Ok((41_185_879, 40_000_000)));
        // A larger ratio than those of the events above.
        assert_eq!(ratio_of_percentage(decimal("149900.00000000000")), Ok((1500, 1)));
    }

    #[test]
    fn a_factor_out_of_its_range_is_refused() {
        for factor in ["0", "-5"] {
            assert!(ratio_of_percentage(decimal(factor)).is_err(), "{factor}");
        }
        for factor in ["0", "-0.1", "1", "10"] {
            assert!(ratio_below_one(decimal(factor)).is_err(), "{factor}");
        }
        assert_eq!(
            ratio_below_one(decimal("10")).unwrap_err(),
            "factor 10, expected shares after for one share before, between 0 and 1"
        );
        for ratio in [ratio_of_percentage, ratio_below_one] {
            assert_eq!(
                ratio(decimal("0.00000000000000000000000001")).unwrap_err(),
                "factor 0.00000000000000000000000001, expected one whose ratio of shares fits 63 bits"
            );
        }
    }

    #[test]
    fn money_is_for_one_share_whatever_lot_it_is_quoted_for() {
        let amount = |value, shares| amount_a_share(decimal(value), decimal(shares));
        assert_eq!(amount("0.17", "1000"), Ok(Amount { unscaled: 17_000, exact: true }));
        assert_eq!(amount("0.35048636", "1"), Ok(Amount { unscaled: 35_048_636, exact: true }));
        assert_eq!(amount("0.315359035", "1"), Ok(Amount { unscaled: 31_535_904, exact: false }));
        assert_eq!(amount("0.000000025", "1"), Ok(Amount { unscaled: 2, exact: false }));
        assert_eq!(amount("0", "1"), Ok(Amount { unscaled: 0, exact: true }));
        // Twice the remainder of this division does not fit 128 bits.
        let long = amount("1.0000000000000000000000000001", "110000000.00");
        assert_eq!(long, Ok(Amount { unscaled: 1, exact: false }));
        for (value, shares) in [("0.000000001", "1"), ("-1", "1"), ("10000000000", "1"), ("1", "0"), ("1", "-1")] {
            assert!(amount(value, shares).is_err(), "{value} for {shares}");
        }
    }

    #[test]
    fn the_ex_date_is_the_session_after_the_last_one_with_the_right() {
        let on = |text: &str| ExDate::On(text.parse().unwrap());
        assert_eq!(ex_date("13/10/2020"), Ok(on("2020-10-14")));
        assert_eq!(ex_date("24/05/2024"), Ok(on("2024-05-27")));
        // A Saturday, and the day before a holiday that precedes a weekend.
        assert_eq!(ex_date("16/11/2024"), Ok(on("2024-11-18")));
        assert_eq!(ex_date("14/11/2024"), Ok(on("2024-11-18")));
        assert_eq!(ex_date("31/12/9999"), Ok(ExDate::NotFixed));
        assert_eq!(ex_date("09/03/1979"), Ok(ExDate::TooOld));
        for text in ["", "2024-05-24", "31/02/2024", "1/5/2024", "24/05/24"] {
            assert!(ex_date(text).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_ratio_is_the_text_exactly_and_in_lowest_terms(whole in 0_i64..200_000, decimals in 0_i64..100_000_000_000) {
            prop_assume!(whole > 0 || decimals > 0);
            let text = format!("{whole},{decimals:011}");
            let factor = number(&json!(text)).unwrap();
            let (after, before) = ratio_of_percentage(factor).unwrap();
            let scaled = (i128::from(whole) + 100) * 10_i128.pow(11) + i128::from(decimals);
            prop_assert_eq!(i128::from(after) * 100 * 10_i128.pow(11), scaled * i128::from(before));
            // `before` divides 10^13, so that a common factor would contain 2 or 5.
            prop_assert!(after > before && (2..100).all(|divisor| after % divisor != 0 || before % divisor != 0));
        }

        #[test]
        fn a_ratio_below_one_is_the_text_exactly(decimals in 1_i64..100_000_000_000) {
            let factor = number(&json!(format!("0,{decimals:011}"))).unwrap();
            let (after, before) = ratio_below_one(factor).unwrap();
            prop_assert_eq!(i128::from(after) * 10_i128.pow(11), i128::from(decimals) * i128::from(before));
            prop_assert!(after < before);
        }
    }
}
