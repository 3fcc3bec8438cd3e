//! Joins of frames on columns of the same names, in which null equals null: rows of Yahoo have no
//! market, and daily rows no start.

use polars::prelude::{DataFrame, DataFrameJoinOps, JoinArgs, JoinType, JoinValidation, PolarsResult};

/// Each pair of rows with equal values in `columns`, which neither side may repeat. The other
/// columns of `right` get the suffix `_right` where `left` has the same name.
///
/// # Errors
/// Polars' error if a side repeats the values of a row.
pub(crate) fn inner_join(left: &DataFrame, right: &DataFrame, columns: &[impl AsRef<str>]) -> PolarsResult<DataFrame> {
    let one_to_one = JoinArgs { validation: JoinValidation::OneToOne, ..JoinArgs::new(JoinType::Inner) };
    join(one_to_one, left, right, columns)
}

/// Those of `rows` whose values in `columns` a row of `others` has too, in their order.
pub(crate) fn semi_join(rows: &DataFrame, others: &DataFrame, columns: &[impl AsRef<str>]) -> PolarsResult<DataFrame> {
    join(JoinArgs::new(JoinType::Semi), rows, others, columns)
}

/// The rows without those of [`semi_join`], in their order.
pub(crate) fn anti_join(rows: &DataFrame, others: &DataFrame, columns: &[impl AsRef<str>]) -> PolarsResult<DataFrame> {
    join(JoinArgs::new(JoinType::Anti), rows, others, columns)
}

fn join(args: JoinArgs, left: &DataFrame, right: &DataFrame, columns: &[impl AsRef<str>]) -> PolarsResult<DataFrame> {
    left.join(right, columns, columns, JoinArgs { nulls_equal: true, ..args }, None)
}
