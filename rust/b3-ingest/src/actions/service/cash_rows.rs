//! Rows of cash grouped by kind, date, value and shares: rows of the history of cash
//! (`GetListedCashDividends`) or of the last year's list (`cashDividends`).

use b3_market::lake::ActionKind;
use b3_market::price::in_18_digits;
use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::super::event::{AMOUNT_SCALE, Action, Event};
use super::label::CASH_LABELS;
use super::number::{Amount, amount_a_share};
use super::paper::Paper;
use super::row::{ListRow, PaperEvents};

/// Rows of equal kind, date, value and shares, `row` the first of them: one payment, or several, as
/// `cash.rs` decides from the counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct CashRows<'a> {
    pub(super) row: ListRow<'a>,
    pub(super) kind: ActionKind,
    pub(super) label: &'a str,
    pub(super) ex_date: NaiveDate,
    /// Cash for `shares` shares.
    pub(super) value: Decimal,
    shares: Decimal,
    /// Cash for one share.
    amount: Amount,
    /// The number of different rows; they differ in other fields, such as the date of payment.
    pub(super) distinct_rows: usize,
    /// The number of all rows, repeated ones included.
    pub(super) all_rows: usize,
}

/// A list's names of its fields.
pub(super) struct CashFields {
    pub(super) label: &'static str,
    /// The last day with the right to the cash.
    pub(super) last_day: &'static str,
    pub(super) value: &'static str,
    /// The number of shares that the value is for; `None` if it is for one.
    pub(super) shares: Option<&'static str>,
}

/// A list's rows in groups, in the order of the response, without those whose date or amount is not
/// fixed. `rows` are different rows, each with the number of times that it occurs.
pub(super) fn grouped<'a>(
    rows: Vec<(ListRow<'a>, usize)>,
    fields: &CashFields,
    reading: &mut PaperEvents,
) -> Vec<CashRows<'a>> {
    let mut groups: Vec<CashRows<'a>> = Vec::new();
    for (row, copies) in rows {
        let Some(ex_date) = reading.ex_date(row, fields.last_day) else { continue };
        match group_of(row, copies, ex_date, fields) {
            Err(reason) => reading.add(ex_date, Err(reason)),
            Ok(group) if group.value.is_zero() => {
                reading.remarks.push(format!("{}: left out, its amount is 0, not fixed yet", row.name()));
            }
            Ok(group) => match groups.iter_mut().find(|other| other.has_equal_fields(&group)) {
                Some(other) => {
                    other.distinct_rows += 1;
                    other.all_rows += copies;
                }
                None => groups.push(group),
            },
        }
    }
    groups
}

fn group_of<'a>(
    row: ListRow<'a>,
    copies: usize,
    ex_date: NaiveDate,
    fields: &CashFields,
) -> Result<CashRows<'a>, String> {
    let (label, kind) = row.label(fields.label, &CASH_LABELS)?;
    let value = row.number(fields.value)?;
    let shares = fields.shares.map_or(Ok(Decimal::ONE), |field| row.number(field))?;
    let amount = amount_a_share(value, shares).map_err(|reason| format!("{}: {reason}", row.name()))?;
    Ok(CashRows { row, kind, label, ex_date, value, shares, amount, distinct_rows: 1, all_rows: copies })
}

impl CashRows<'_> {
    fn has_equal_fields(&self, other: &Self) -> bool {
        let key = |rows: &Self| (rows.kind, rows.ex_date, rows.value, rows.shares);
        key(self) == key(other)
    }

    pub(super) fn is_of_same_event(&self, other: &Self) -> bool {
        (self.kind, self.ex_date) == (other.kind, other.ex_date)
    }

    /// The rows of the same cash in `history`, which may print fewer decimals than the last year's
    /// list: the amounts per share may differ by up to 0.000001. Of several such groups it is the
    /// nearest in amount.
    pub(super) fn same_in<'h>(&self, history: &'h [Self]) -> Option<&'h Self> {
        const TOLERANCE: i64 = 10_i64.pow(AMOUNT_SCALE - 6);
        let difference = |other: &&Self| (self.amount.unscaled - other.amount.unscaled).abs();
        let of_same_event = history.iter().filter(|other| self.is_of_same_event(other));
        of_same_event.filter(|other| difference(other) <= TOLERANCE).min_by_key(difference)
    }

    /// One event with the amount of `times` payments; the note calls them `unit`.
    pub(super) fn event(&self, paper: Paper, times: usize, unit: &str) -> Result<Event, String> {
        let Amount { unscaled, exact } = self.amount;
        let total = in_18_digits(i128::from(unscaled) * times as i128);
        let total = total.ok_or_else(|| format!("{}: {times} {unit} do not fit decimal(18,8)", self.row.name()))?;
        let mut note = self.label.to_owned();
        if times > 1 {
            let each = Decimal::new(unscaled, AMOUNT_SCALE).normalize();
            note = format!("{note}, {times} {unit} of {each}");
        }
        if !exact {
            let shares =
                if self.shares == Decimal::ONE { String::new() } else { format!(" for {}", self.shares.normalize()) };
            note = format!("{note}, told as {}{shares}", self.value.normalize());
        }
        Ok(Event { ex_date: self.ex_date, action: Action::new(paper.ticker, self.kind, Some(note)).paying(total) })
    }
}
