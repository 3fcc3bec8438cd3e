//! Renaming columns, all or none.

use std::collections::HashSet;
use std::sync::Arc;

use arrow::datatypes::{FieldRef, Schema};

use crate::error::{Error, Result};
use crate::table::{Table, batch_of, names};

/// `data` with each column `from` of `mapping` called `to`; order, types and values stay.
///
/// All pairs apply at once, so `[("open", "close"), ("close", "open")]` swaps the names. Costs nothing per row.
///
/// # Errors
/// [`Error::UnknownColumns`] lists every `from` that is no column, [`Error::ClashingColumns`] every name that two
/// columns would have or that is mapped twice. Nothing is renamed then.
pub fn rename_columns(data: &Table, mapping: &[(String, String)]) -> Result<Table> {
    let schema = data.schema();
    let unknown: Vec<String> =
        mapping.iter().filter(|(from, _)| schema.index_of(from).is_err()).map(|(from, _)| from.clone()).collect();
    if !unknown.is_empty() {
        return Err(Error::UnknownColumns { unknown, found: names(schema) });
    }
    let renamed: Vec<FieldRef> = schema.fields().iter().map(|field| renamed(field, mapping)).collect();
    let mut seen = HashSet::new();
    let clashing: Vec<String> =
        renamed.iter().filter(|field| !seen.insert(field.name().clone())).map(|field| field.name().clone()).collect();
    if !clashing.is_empty() {
        return Err(Error::ClashingColumns { clashing });
    }
    let schema = Arc::new(Schema::new_with_metadata(renamed, schema.metadata().clone()));
    let batches = data
        .batches()
        .iter()
        .map(|batch| batch_of(&schema, batch.columns().to_vec(), batch.num_rows()))
        .collect::<Result<_>>()?;
    Table::try_new(schema, batches)
}

fn renamed(field: &FieldRef, mapping: &[(String, String)]) -> FieldRef {
    match mapping.iter().find(|(from, _)| from == field.name()) {
        Some((_, to)) => Arc::new(field.as_ref().clone().with_name(to)),
        None => Arc::clone(field),
    }
}

#[cfg(test)]
mod tests {
    use arrow::array::{ArrayRef, Int64Array, RecordBatch};

    use super::*;

    fn renamed_to(mapping: &[(&str, &str)]) -> Result<Vec<String>> {
        let one: ArrayRef = Arc::new(Int64Array::from(vec![1]));
        let columns = ["open", "close"].map(|name| (name, Arc::clone(&one)));
        let table = Table::from(RecordBatch::try_from_iter(columns).unwrap());
        let mapping: Vec<(String, String)> =
            mapping.iter().map(|(from, to)| ((*from).to_owned(), (*to).to_owned())).collect();
        Ok(names(rename_columns(&table, &mapping)?.schema()))
    }

    #[test]
    fn two_names_can_be_swapped() {
        assert_eq!(renamed_to(&[("open", "close"), ("close", "open")]).unwrap(), ["close", "open"]);
    }

    #[test]
    fn every_unknown_and_every_clashing_name_is_listed() {
        assert_eq!(
            renamed_to(&[("high", "a"), ("low", "b")]).unwrap_err().to_string(),
            r#"columns ["high", "low"]: not found, expected some of ["open", "close"]"#
        );
        assert_eq!(
            renamed_to(&[("open", "close")]).unwrap_err().to_string(),
            r#"columns ["close"]: each would name more than one column, expected distinct names"#
        );
    }
}
