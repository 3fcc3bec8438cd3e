//! Conversion of the CSV file's lines to events.
//!
//! | column | holds |
//! | --- | --- |
//! | `ticker` | B3's code |
//! | `ex_date` | `YYYY-MM-DD`, the first session of B3 on which a buyer no longer gets the dividend or the shares |
//! | `kind` | `split`, `bonus`, `dividend`, `interest`, `capital_return`, `subscription`, `spin_off`, `redemption`, `merger` |
//! | `amount` | for `dividend`, `interest` and `capital_return`: cash per share, at most 8 decimals; 0 cancels what other sources say |
//! | `numerator`, `denominator` | for `split` and `bonus`: new shares for old ones; 1 and 1 cancels what other sources say |
//! | `note` | any text |

use std::collections::BTreeMap;
use std::fmt;

use b3_market::lake::{ActionClass, ActionKind, plain_date};
use b3_market::price::unscaled;
use b3_market::{Ticker, calendar};
use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::super::event::{AMOUNT_SCALE, Action, Event};
use super::csv::{Record, records};

const COLUMNS: [&str; 7] = ["ticker", "ex_date", "kind", "amount", "numerator", "denominator", "note"];
const REQUIRED: [&str; 3] = ["ticker", "ex_date", "kind"];

/// A line with an error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct WrongLine {
    line: usize,
    column: Option<&'static str>,
    found: String,
    expected: String,
}

impl WrongLine {
    /// An error of the line as a whole.
    fn whole(line: usize, found: impl Into<String>, expected: impl Into<String>) -> Self {
        Self { line, column: None, found: found.into(), expected: expected.into() }
    }
}

impl fmt::Display for WrongLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}", self.line)?;
        if let Some(column) = self.column {
            write!(f, ", column {column}")?;
        }
        write!(f, ": '{}': expected {}", self.found.escape_debug(), self.expected)
    }
}

/// The events of the file.
///
/// # Errors
/// A record with a misplaced quotation mark, else the header's errors, else every wrong line.
pub(super) fn events(text: &str) -> Result<Vec<Event>, Vec<WrongLine>> {
    let mut records = records(text)
        .map_err(|line| {
            let found = text.lines().nth(line - 1).unwrap_or_default();
            vec![WrongLine::whole(line, found, "quotes around whole fields, closed, and doubled inside them")]
        })?
        .into_iter();
    let header = records.next().ok_or_else(|| vec![WrongLine::whole(1, "", expected_header())])?;
    let positions = positions(&header)?;
    let mut events = Vec::new();
    let mut errors = Vec::new();
    // The line of each event; two that differ only in their note both count.
    let mut lines: BTreeMap<Event, usize> = BTreeMap::new();
    for record in records {
        match event(&record, &positions) {
            Ok(event) => {
                if let Some(earlier) = lines.insert(event.clone(), record.line) {
                    let expected = format!("no repetition of line {earlier}");
                    errors.push(WrongLine::whole(record.line, record.fields.join(","), expected));
                }
                events.push(event);
            }
            Err(error) => errors.push(error),
        }
    }
    if errors.is_empty() { Ok(events) } else { Err(errors) }
}

fn expected_header() -> String {
    format!("a header with the columns {}", COLUMNS.join(","))
}

/// The position of each column.
fn positions(header: &Record) -> Result<BTreeMap<&'static str, usize>, Vec<WrongLine>> {
    let mut positions = BTreeMap::new();
    let mut errors = Vec::new();
    let wrong = |found: &str, expected: String| WrongLine::whole(header.line, found, expected);
    for (position, name) in header.fields.iter().enumerate() {
        match COLUMNS.iter().find(|column| *column == name) {
            None => errors.push(wrong(name, expected_header())),
            Some(column) if positions.insert(*column, position).is_some() => {
                errors.push(wrong(name, "each column once".to_owned()));
            }
            Some(_) => {}
        }
    }
    let missing: Vec<&str> = REQUIRED.into_iter().filter(|column| !positions.contains_key(column)).collect();
    if errors.is_empty() && !missing.is_empty() {
        errors.push(wrong(&header.fields.join(","), format!("the column {} too", missing.join(", "))));
    }
    if errors.is_empty() { Ok(positions) } else { Err(errors) }
}

/// A record with the positions of its columns.
struct Line<'a> {
    record: &'a Record,
    positions: &'a BTreeMap<&'static str, usize>,
}

fn event(record: &Record, positions: &BTreeMap<&'static str, usize>) -> Result<Event, WrongLine> {
    if record.fields.len() != positions.len() {
        let expected = format!("{} fields, found {}", positions.len(), record.fields.len());
        return Err(WrongLine::whole(record.line, record.fields.join(","), expected));
    }
    let line = Line { record, positions };
    let ticker: Ticker = line.parsed("ticker", "1 to 12 upper-case letters and digits, such as PETR4")?;
    let ex_date = line.session("ex_date")?;
    let kind: ActionKind = line.parsed("kind", ActionKind::EXPECTED)?;
    let note = line.text("note");
    let action = Action::new(ticker, kind, (!note.is_empty()).then(|| note.to_owned()));
    let empty: &[&'static str] = match kind.class() {
        ActionClass::Share => &["amount"],
        ActionClass::Cash => &["numerator", "denominator"],
        ActionClass::Unsized => &["amount", "numerator", "denominator"],
    };
    for column in empty {
        if !line.text(column).is_empty() {
            return Err(line.wrong(column, format!("nothing for the kind {kind}")));
        }
    }
    let action = match kind.class() {
        ActionClass::Cash => action.paying(line.amount("amount")?),
        ActionClass::Share => action.giving(line.shares("numerator")?, line.shares("denominator")?),
        ActionClass::Unsized => action,
    };
    Ok(Event { ex_date, action })
}

impl Line<'_> {
    /// The field, or an empty text if the file does not have the column.
    fn text(&self, column: &str) -> &str {
        self.positions.get(column).map_or("", |position| self.record.fields[*position].as_str())
    }

    fn wrong(&self, column: &'static str, expected: impl Into<String>) -> WrongLine {
        let (line, found) = (self.record.line, self.text(column).to_owned());
        WrongLine { line, column: Some(column), found, expected: expected.into() }
    }

    fn parsed<T: std::str::FromStr>(&self, column: &'static str, expected: &str) -> Result<T, WrongLine> {
        self.text(column).parse().map_err(|_| self.wrong(column, expected))
    }

    fn session(&self, column: &'static str) -> Result<NaiveDate, WrongLine> {
        let date = plain_date(self.text(column)).ok_or_else(|| self.wrong(column, "a date YYYY-MM-DD"))?;
        match calendar::is_session(date) {
            Ok(true) => Ok(date),
            Ok(false) => {
                let next = calendar::add_sessions(date, 1).map(|next| format!(", such as the next one, {next}"));
                Err(self.wrong(column, format!("a session of B3{}", next.unwrap_or_default())))
            }
            Err(outside) => Err(self.wrong(column, format!("a date inside the trading calendar: {outside}"))),
        }
    }

    fn amount(&self, column: &'static str) -> Result<i64, WrongLine> {
        let expected =
            "money a share such as 0.47156696, with a point, at most 8 decimals, not negative, below 10000000000";
        let text = self.text(column);
        let is_plain = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
        let amount = if is_plain { Decimal::from_str_exact(text).ok() } else { None };
        let amount = amount.and_then(|amount| unscaled(amount, AMOUNT_SCALE));
        amount.ok_or_else(|| self.wrong(column, expected))
    }

    fn shares(&self, column: &'static str) -> Result<i64, WrongLine> {
        let text = self.text(column);
        let is_plain = text.bytes().all(|byte| byte.is_ascii_digit());
        let shares = if is_plain { text.parse().ok() } else { None };
        shares
            .filter(|shares| *shares > 0)
            .ok_or_else(|| self.wrong(column, format!("a whole number of shares from 1 to {}", i64::MAX)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "ticker,ex_date,kind,amount,numerator,denominator,note\n";

    fn read(lines: &str) -> Result<Vec<String>, Vec<String>> {
        let shown = |event: &Event| format!("{} {}", event.ex_date, event.action);
        match events(&format!("{HEADER}{lines}")) {
            Ok(events) => Ok(events.iter().map(shown).collect()),
            Err(errors) => Err(errors.iter().map(ToString::to_string).collect()),
        }
    }

    #[test]
    fn each_class_of_event_has_its_own_columns_and_cancelling_rows_are_allowed() {
        let lines = "PETR4,2024-04-26,dividend,0.55,,,\"ordinary, final\"\nMGLU3,2024-05-27,split,,1,10,\n\
                     MGLU3,2024-05-27,bonus,,1,1,cancels\nPETR4,2024-04-26,interest,0,,,\nITUB4,2021-10-04,spin_off,,,,XP\n";
        let expected = [
            "2024-04-26 PETR4 dividend 0.55",
            "2024-05-27 MGLU3 split 1 for 10",
            "2024-05-27 MGLU3 bonus 1 for 1",
            "2024-04-26 PETR4 interest 0",
            "2021-10-04 ITUB4 spin_off",
        ];
        assert_eq!(read(lines).unwrap(), expected);
    }

    #[test]
    fn columns_may_stand_in_any_order_and_unused_ones_may_be_left_out() {
        let found = events("kind,ticker,ex_date,amount\ndividend,PETR4,2024-04-26,0.5\n").unwrap();
        assert_eq!(found[0].action.to_string(), "PETR4 dividend 0.5");
        assert_eq!(found[0].action.note, None);
    }

    #[test]
    fn every_error_names_line_column_value_and_what_was_expected() {
        let amount =
            "money a share such as 0.47156696, with a point, at most 8 decimals, not negative, below 10000000000";
        let cases = [
            ("petr4,2024-04-26,dividend,0.5,,,", "column ticker: 'petr4': expected 1 to 12 upper-case letters and digits, such as PETR4".to_owned()),
            ("PETR4,26/04/2024,dividend,0.5,,,", "column ex_date: '26/04/2024': expected a date YYYY-MM-DD".to_owned()),
            ("PETR4,2024-4-\t26,dividend,0.5,,,", "column ex_date: '2024-4-\\t26': expected a date YYYY-MM-DD".to_owned()),
            ("PETR4,2024-04-27,dividend,0.5,,,", "column ex_date: '2024-04-27': expected a session of B3, such as the next one, 2024-04-29".to_owned()),
            ("PETR4,2024-04-26,dividends,0.5,,,", "column kind: 'dividends': expected split, bonus, dividend, interest, capital_return, subscription, spin_off, redemption or merger".to_owned()),
            ("PETR4,2024-04-26,dividend,,,,", format!("column amount: '': expected {amount}")),
            ("PETR4,2024-04-26,dividend,\"0,5\",,,", format!("column amount: '0,5': expected {amount}")),
            ("PETR4,2024-04-26,dividend,0.123456789,,,", format!("column amount: '0.123456789': expected {amount}")),
            ("PETR4,2024-04-26,dividend,-1,,,", format!("column amount: '-1': expected {amount}")),
            ("PETR4,2024-04-26,dividend,10000000000,,,", format!("column amount: '10000000000': expected {amount}")),
            ("PETR4,2024-04-26,dividend,0.5,2,1,", "column numerator: '2': expected nothing for the kind dividend".to_owned()),
            ("PETR4,2024-04-26,split,,0,1,", "column numerator: '0': expected a whole number of shares from 1 to 9223372036854775807".to_owned()),
            ("PETR4,2024-04-26,split,,2,,", "column denominator: '': expected a whole number of shares from 1 to 9223372036854775807".to_owned()),
            ("PETR4,2024-04-26,split,,9223372036854775808,1,", "column numerator: '9223372036854775808': expected a whole number of shares from 1 to 9223372036854775807".to_owned()),
            ("PETR4,2024-04-26,merger,1,,,", "column amount: '1': expected nothing for the kind merger".to_owned()),
        ];
        for (line, expected) in cases {
            assert_eq!(read(line).unwrap_err(), [format!("line 2, {expected}")], "{line}");
        }
        assert_eq!(
            read("PETR4,2024-04-26,dividend,0.5").unwrap_err(),
            ["line 2: 'PETR4,2024-04-26,dividend,0.5': expected 7 fields, found 4"]
        );
    }

    #[test]
    fn a_repeated_event_is_wrong() {
        let errors = read("PETR4,2024-04-26,dividend,0.5,,,\nPETR4,2024-04-26,dividend,0.50,,,\n").unwrap_err();
        assert_eq!(errors, ["line 3: 'PETR4,2024-04-26,dividend,0.50,,,': expected no repetition of line 2"]);
    }

    #[test]
    fn a_missing_or_wrong_header_is_refused() {
        let error = |text: &str| events(text).unwrap_err()[0].to_string();
        let header = "a header with the columns ticker,ex_date,kind,amount,numerator,denominator,note";
        assert_eq!(error(""), format!("line 1: '': expected {header}"));
        assert_eq!(error("ticker;ex_date;kind"), format!("line 1: 'ticker;ex_date;kind': expected {header}"));
        assert_eq!(error("ticker,kind"), "line 1: 'ticker,kind': expected the column ex_date too");
        assert_eq!(error("ticker,ex_date,kind,kind"), "line 1: 'kind': expected each column once");
    }
}
