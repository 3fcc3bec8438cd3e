//! Joins several key columns, or none, to the one column of tickers that the kernels expect.

use std::sync::Arc;

use arrow::array::{ArrayRef, StringArray, StringBuilder, cast::AsArray};
use arrow::datatypes::{DataType, FieldRef};

use crate::column::as_utf8;
use crate::error::{Error, Result};
use crate::table::{Table, index_of, names_of, nullable};

/// The separator in a joined name: a control character, which no ticker contains.
const SEPARATOR: char = '\u{1f}';

/// `table` with a column `joint` instead of the columns `by`; two rows have equal names in it
/// exactly if they are equal in all of `by`.
///
/// Without any column all rows are one series. Costs one text a row.
///
/// # Errors
/// A column that is missing, is not text, or holds a null or a text with the separator, U+001F.
pub fn join_names(table: &Table, by: &[String], joint: &str) -> Result<Table> {
    let mut names = StringBuilder::new();
    let mut start = 0;
    for batch in table.batches() {
        let columns = by.iter().map(|name| {
            let texts = as_utf8(name, batch.column(index_of(table.schema(), name)?))?;
            for (row, text) in texts.iter().enumerate() {
                let text = text.ok_or_else(|| Error::value(name, start + row, "null", "text"))?;
                if text.contains(SEPARATOR) {
                    return Err(Error::value(name, start + row, format!("{text:?}"), "text without U+001F"));
                }
            }
            Ok(texts)
        });
        let columns = columns.collect::<Result<Vec<StringArray>>>()?;
        for row in 0..batch.num_rows() {
            let parts: Vec<&str> = columns.iter().map(|column| column.value(row)).collect();
            names.append_value(parts.join(&SEPARATOR.to_string()));
        }
        start += batch.num_rows();
    }
    let table = table.with_columns(&[(nullable(joint, DataType::Utf8), Arc::new(names.finish()))])?;
    let kept: Vec<String> = names_of(table.schema()).into_iter().filter(|name| !by.contains(name)).collect();
    table.select(&kept)
}

/// The ticker in a name that [`join_names`] made: its first part, so the column of tickers must
/// come first.
pub(crate) fn ticker_of(joint: &str) -> &str {
    joint.split(SEPARATOR).next().unwrap_or_default()
}

/// Replaces the separators of joined names in `text` by spaces, for error messages.
pub(crate) fn without_separators(text: &str) -> String {
    text.replace(SEPARATOR, " ").trim().to_owned()
}

/// `table` with the columns `by` in place of the column `joint` that [`join_names`] made of them.
///
/// # Errors
/// No column `joint`.
pub fn split_names(table: &Table, by: &[String], joint: &str) -> Result<Table> {
    let place = index_of(table.schema(), joint)?;
    let mut fields: Vec<FieldRef> = table.schema().fields().iter().cloned().collect();
    fields.splice(place..=place, by.iter().map(|name| nullable(name, DataType::Utf8)));
    table.with_fields(fields, |batch| {
        let names: &StringArray = batch.column(place).as_string();
        let part = |number: usize| -> ArrayRef {
            let parts = names.iter().map(|name| name?.split(SEPARATOR).nth(number));
            Arc::new(parts.collect::<StringArray>())
        };
        let mut columns = batch.columns().to_vec();
        columns.splice(place..=place, (0..by.len()).map(part));
        Ok(columns)
    })
}

#[cfg(test)]
mod tests {
    use arrow::array::RecordBatch;

    use super::*;

    fn table() -> Table {
        let column = |texts: [&str; 3]| -> ArrayRef { Arc::new(StringArray::from(texts.to_vec())) };
        let columns = [("ticker", column(["a", "a", "ab"])), ("source", column(["bc", "c", "c"]))];
        Table::from(
            RecordBatch::try_from_iter_with_nullable(columns.map(|(name, column)| (name, column, true))).unwrap(),
        )
    }

    fn names(table: &Table, column: &str) -> Vec<String> {
        let chunks = table.column(column).unwrap();
        chunks[0].as_string::<i32>().iter().map(|name| name.unwrap().to_owned()).collect()
    }

    #[test]
    fn names_that_differ_in_any_column_differ_together_and_come_apart_again() {
        let by = ["ticker".to_owned(), "source".to_owned()];
        let joint = join_names(&table(), &by, "series").unwrap();
        assert_eq!(names(&joint, "series"), ["a\u{1f}bc", "a\u{1f}c", "ab\u{1f}c"]);
        let apart = split_names(&joint, &by, "series").unwrap();
        assert_eq!(names(&apart, "ticker"), ["a", "a", "ab"]);
        assert_eq!(names(&apart, "source"), ["bc", "c", "c"]);
    }

    #[test]
    fn without_key_columns_all_rows_are_one_series() {
        let joint = join_names(&table(), &[], "series").unwrap();
        assert_eq!(names(&joint, "series"), ["", "", ""]);
        assert_eq!(split_names(&joint, &[], "series").unwrap().schema(), table().schema());
    }
}
