//! The kernel `rename_columns`: renames all the given columns or none.

use std::collections::HashSet;
use std::sync::Arc;

use arrow::datatypes::FieldRef;

use crate::error::{Error, Result};
use crate::table::{Table, names_of};

/// `data` with each column `from` of `mapping` renamed to `to`; order, types and values stay.
///
/// All pairs apply at once, so `[("open", "close"), ("close", "open")]` swaps the names. Costs
/// nothing per row.
///
/// # Errors
/// [`Error::Schema`] lists every `from` that is no column, or every name that two columns would
/// have. Nothing is renamed then. Of pairs with the same `from` the first counts.
pub fn rename_columns(data: &Table, mapping: &[(String, String)]) -> Result<Table> {
    require_renaming(&names_of(data.schema()), mapping)?;
    let field = |field: &FieldRef| Arc::new(field.as_ref().clone().with_name(new_name(field.name(), mapping)));
    let fields = data.schema().fields().iter().map(field).collect();
    data.with_fields(fields, |batch| Ok(batch.columns().to_vec()))
}

/// Checks a renaming of a table whose columns have these `names`.
///
/// # Errors
/// As [`rename_columns`].
pub fn require_renaming(names: &[String], mapping: &[(String, String)]) -> Result<()> {
    let unknown: Vec<&String> = mapping.iter().map(|(from, _)| from).filter(|from| !names.contains(from)).collect();
    if !unknown.is_empty() {
        return Err(Error::Schema(format!("columns {unknown:?}: not found, expected some of {names:?}")));
    }
    let mut seen = HashSet::new();
    let new_names = names.iter().map(|name| new_name(name, mapping));
    let mut clashing: Vec<&str> = new_names.filter(|name| !seen.insert(*name)).collect();
    clashing.sort_unstable();
    clashing.dedup();
    if clashing.is_empty() {
        return Ok(());
    }
    let expected = "expected distinct names";
    Err(Error::Schema(format!("columns {clashing:?}: each would name more than one column, {expected}")))
}

fn new_name<'a>(name: &'a str, mapping: &'a [(String, String)]) -> &'a str {
    mapping.iter().find(|(from, _)| from == name).map_or(name, |(_, to)| to)
}

#[cfg(test)]
mod tests {
    use arrow::array::{ArrayRef, Int64Array, RecordBatch};

    use super::*;

    fn renamed_to(mapping: &[(&str, &str)]) -> Result<Vec<String>> {
        let one: ArrayRef = Arc::new(Int64Array::from(vec![1]));
        let columns = ["open", "high", "low", "close"].map(|name| (name, Arc::clone(&one)));
        let table = Table::from(RecordBatch::try_from_iter(columns).unwrap());
        let mapping: Vec<(String, String)> =
            mapping.iter().map(|(from, to)| ((*from).to_owned(), (*to).to_owned())).collect();
        Ok(names_of(rename_columns(&table, &mapping)?.schema()))
    }

    #[test]
    fn two_names_can_be_swapped() {
        assert_eq!(renamed_to(&[("open", "close"), ("close", "open")]).unwrap(), ["close", "high", "low", "open"]);
    }

    #[test]
    fn every_unknown_and_every_clashing_name_is_listed_once() {
        assert_eq!(
            renamed_to(&[("bid", "a"), ("ask", "b")]).unwrap_err().to_string(),
            r#"columns ["bid", "ask"]: not found, expected some of ["open", "high", "low", "close"]"#
        );
        assert_eq!(
            renamed_to(&[("open", "close"), ("high", "close")]).unwrap_err().to_string(),
            r#"columns ["close"]: each would name more than one column, expected distinct names"#
        );
    }
}
