//! The rows of `actions/` as text.

use std::path::Path;

use polars::prelude::{ParquetReader, PlSmallStr, SerReader};
use rust_decimal::Decimal;

/// Each row of an object of `actions/`: `MGLU3 split 1/10 GRUPAMENTO`, `PETR4 dividend 0.50000000`.
pub(crate) fn stored_events(path: &Path) -> Vec<String> {
    let frame = ParquetReader::new(std::fs::File::open(path).unwrap()).finish().unwrap();
    let names: Vec<&str> = frame.schema().iter_names().map(PlSmallStr::as_str).collect();
    assert_eq!(names, ["ticker", "kind", "amount", "numerator", "denominator", "note"]);
    let types: Vec<String> = frame.dtypes().iter().map(ToString::to_string).collect();
    assert_eq!(types, ["str", "str", "decimal[18,8]", "i64", "i64", "str"]);
    let text = |name: &str, row| frame.column(name).unwrap().str().unwrap().get(row).unwrap_or_default().to_owned();
    let long = |name: &str, row| frame.column(name).unwrap().i64().unwrap().get(row);
    let amount = |row| frame.column("amount").unwrap().decimal().unwrap().physical().get(row);
    let size = |row| match (amount(row), long("numerator", row), long("denominator", row)) {
        (Some(amount), None, None) => Decimal::from_i128_with_scale(amount, 8).to_string(),
        (None, Some(numerator), Some(denominator)) => format!("{numerator}/{denominator}"),
        (None, None, None) => "-".to_owned(),
        other => panic!("{other:?}"),
    };
    let event = |row| format!("{} {} {} {}", text("ticker", row), text("kind", row), size(row), text("note", row));
    (0..frame.height()).map(|row| event(row).trim_end().to_owned()).collect()
}
