//! The rows of the service's lists: access to their fields, and the events and errors found in
//! them.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde_json::Value;

use super::super::merge::SourceEvent;
use super::label::meaning;
use super::number::{ExDate, ex_date, number};
use super::paper::Paper;

/// The events and errors found in the responses for one paper.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct PaperEvents {
    pub events: Vec<SourceEvent>,
    pub problems: Vec<UnreadableRow>,
    /// Messages for the user, such as rows that are left out or counted once.
    pub remarks: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct UnreadableRow {
    /// The ex-date; `None` if it is not known whether and when the row would be an event of the
    /// paper: its date is unreadable, or its ISIN or class is missing.
    pub ex_date: Option<NaiveDate>,
    /// The row, what was found and what was expected.
    pub reason: String,
}

/// A row of `list`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ListRow<'a> {
    list: &'static str,
    value: &'a Value,
}

impl<'a> ListRow<'a> {
    /// The different rows of a list, each with how often it occurs.
    fn distinct(list: &'static str, values: &'a [Value]) -> Vec<(Self, usize)> {
        let mut rows: Vec<(Self, usize)> = Vec::new();
        for value in values {
            match rows.iter_mut().find(|(row, _)| row.value == value) {
                Some((_, times)) => *times += 1,
                None => rows.push((Self { list, value }, 1)),
            }
        }
        rows
    }

    /// A text field, without blanks around it; empty if it is no text.
    pub(super) fn text(self, field: &str) -> &'a str {
        self.value.get(field).and_then(Value::as_str).unwrap_or_default().trim()
    }

    /// A text field that must not be empty.
    pub(super) fn required(self, field: &str) -> Result<&'a str, String> {
        let text = self.text(field);
        if text.is_empty() { Err(self.wrong(field, "is missing, expected text")) } else { Ok(text) }
    }

    /// A label, and its meaning among `labels`.
    pub(super) fn label<T: Copy>(self, field: &str, labels: &[(&str, T)]) -> Result<(&'a str, T), String> {
        let label = self.required(field)?;
        Ok((label, meaning(label, labels).map_err(|reason| self.wrong(field, &reason))?))
    }

    /// A numeric field.
    pub(super) fn number(self, field: &str) -> Result<Decimal, String> {
        match self.value.get(field) {
            Some(value) => number(value).map_err(|reason| self.wrong(field, &format!("is {reason}"))),
            None => Err(self.wrong(field, "is missing, expected a number")),
        }
    }

    /// The row's name in reports: `stockDividends, GRUPAMENTO of 24/05/2024`. The history of cash
    /// names label and date differently.
    pub(super) fn name(self) -> String {
        let first = |fields: [&str; 2]| fields.map(|field| self.text(field)).into_iter().find(|text| !text.is_empty());
        let label = first(["label", "corporateAction"]).unwrap_or("a row without a label");
        let date = first(["lastDatePrior", "lastDatePriorEx"]).unwrap_or("no date");
        format!("{}, {label} of {date}", self.list)
    }

    /// The error message for a field of this row.
    pub(super) fn wrong(self, field: &str, what: &str) -> String {
        format!("{}: {field} {what}", self.name())
    }
}

impl PaperEvents {
    /// The ex-date of a row, from the field with the last day on which a buyer still gets the
    /// event. `None`, with a problem, if the date is unreadable, and with a remark if it is not
    /// fixed or too old.
    pub(super) fn ex_date(&mut self, row: ListRow<'_>, field: &str) -> Option<NaiveDate> {
        let wrong = |reason| row.wrong(field, &format!("is {reason}"));
        match row.required(field).and_then(|last_day| ex_date(last_day).map_err(wrong)) {
            Ok(ExDate::On(ex_date)) => return Some(ex_date),
            Ok(ExDate::NotFixed) => self.remarks.push(format!("{}: left out, its date is not fixed yet", row.name())),
            Ok(ExDate::TooOld) => {
                self.remarks.push(format!("{}: left out, it is older than the trading calendar", row.name()));
            }
            Err(reason) => self.problems.push(UnreadableRow { ex_date: None, reason }),
        }
        None
    }

    /// Adds the event of a row, or its error.
    pub(super) fn add(&mut self, ex_date: NaiveDate, event: Result<SourceEvent, String>) {
        match event {
            Ok(event) => self.events.push(event),
            Err(reason) => self.problems.push(UnreadableRow { ex_date: Some(ex_date), reason }),
        }
    }

    /// The rows of `list` with the paper's ISIN, equal ones once, each with how often it occurs.
    pub(super) fn rows_of<'a>(
        &mut self,
        list: &'static str,
        paper: Paper,
        values: &'a [Value],
    ) -> Vec<(ListRow<'a>, usize)> {
        self.rows_with("isinCode", Some(paper.isin.as_str()), list, values)
    }

    /// The rows of `list` whose `field` is `expected` (none if that is `None`), equal ones once,
    /// each with how often it occurs. A row without the field is an error of the paper, because the
    /// row could be about this paper.
    pub(super) fn rows_with<'a>(
        &mut self,
        field: &str,
        expected: Option<&str>,
        list: &'static str,
        values: &'a [Value],
    ) -> Vec<(ListRow<'a>, usize)> {
        let mut rows = ListRow::distinct(list, values);
        rows.retain(|(row, _copies)| match row.required(field) {
            Ok(found) => expected == Some(found),
            Err(reason) => {
                self.problems.push(UnreadableRow { ex_date: None, reason });
                false
            }
        });
        rows
    }
}
