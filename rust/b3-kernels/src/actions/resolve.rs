//! The kernel that reduces a table of actions from several sources to the rows that count.

use std::sync::Arc;

use arrow::array::{ArrayRef, Date32Array, Decimal128Array, Int64Array, StringArray};

use b3_market::lake::ActionSource;

use super::precedence::counting_rows;
use super::row::{ActionRow, Size, read};
use crate::column_names::{AMOUNT, DENOMINATOR, EX_DATE, KIND, NOTE, NUMERATOR, SOURCE, TICKER};
use crate::error::Result;
use crate::lake_columns::CASH;
use crate::table::{Table, nullable};

/// The rows that count: all of unknown size, and one source's for each ticker, ex-date and class.
///
/// The columns are `ticker`, `ex_date`, `kind`, `amount` DECIMAL(18,8), `numerator`, `denominator`,
/// and `source` and `note` where the table has them, sorted by ticker, ex-date, class and kind.
/// Only cash has an `amount`, only share events have `numerator` and `denominator`. Events that a
/// manual row cancels are left out, and so is that row. Costs a sort. Resolving the result again
/// changes nothing.
///
/// # Errors
/// As [`Actions::read`](super::Actions::read), except products and sums that do not fit.
pub fn resolve_actions(table: &Table) -> Result<Table> {
    let rows = read(table)?;
    let rows = counting_rows(&rows);
    let text = |of: fn(&ActionRow) -> Option<&str>| -> ArrayRef {
        Arc::new(rows.iter().map(|row| of(row)).collect::<StringArray>())
    };
    let amounts: Decimal128Array = rows.iter().map(|row| cash(row)).collect();
    let count = |of: fn(&ActionRow) -> Option<i64>| -> ArrayRef {
        Arc::new(rows.iter().map(|row| of(row)).collect::<Int64Array>())
    };
    let dates: Date32Array = rows.iter().map(|row| Some(row.ex_date)).collect();
    let mut columns: Vec<(&str, ArrayRef)> = vec![
        (TICKER, text(|row| Some(&row.ticker))),
        (EX_DATE, Arc::new(dates)),
        (KIND, text(|row| Some(row.kind.as_str()))),
        (AMOUNT, Arc::new(amounts.with_data_type(CASH))),
        (NUMERATOR, count(|row| shares(row).map(|(numerator, _)| numerator))),
        (DENOMINATOR, count(|row| shares(row).map(|(_, denominator)| denominator))),
    ];
    if table.schema().index_of(SOURCE).is_ok() {
        columns.push((SOURCE, text(|row| row.source.map(ActionSource::as_str))));
    }
    if table.schema().index_of(NOTE).is_ok() {
        columns.push((NOTE, text(|row| row.note.as_deref())));
    }
    let columns = columns.into_iter().map(|(name, column)| (nullable(name, column.data_type().clone()), column));
    Table::of_columns(columns.collect(), rows.len())
}

fn cash(row: &ActionRow) -> Option<i128> {
    match row.size {
        Size::Cash(amount) => Some(amount.into()),
        _ => None,
    }
}

/// Both numbers of a share event, as the row has them.
fn shares(row: &ActionRow) -> Option<(i64, i64)> {
    match row.size {
        Size::Shares { numerator, denominator, .. } => Some((numerator, denominator)),
        _ => None,
    }
}
