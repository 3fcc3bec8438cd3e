//! Cutting a table into parts that hold whole series, and joining the results of the parts.
//!
//! A kernel computes each series by itself, so the parts can be computed at the same time. This
//! module starts no thread; that is left to the caller.

use std::collections::HashSet;
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};

use arrow::array::Array;

use crate::column::{Texts, as_utf8};
use crate::error::Result;
use crate::series_options::Derived;
use crate::table::{Table, index_of, names_of};

/// At most `parts` tables of consecutive rows of `bars`, of similar length, cut where the value of
/// the column `by` changes.
///
/// [`SeriesPart::are_disjoint`] says whether they hold whole series. Without a place to cut the
/// result is one table, `bars`. Rows are shared, not copied; the search for a cut reads few rows.
///
/// # Errors
/// A column that is missing or is not text.
pub fn cut_between_series(bars: &Table, by: &str, parts: usize) -> Result<Vec<Table>> {
    let names = Names { bars, by, column: index_of(bars.schema(), by)? };
    let rows = bars.num_rows();
    let mut bounds = vec![0];
    for part in 1..parts {
        let start = bounds[bounds.len() - 1];
        if let Some(cut) = names.change_near(rows * part / parts, start, rows)? {
            bounds.push(cut);
        }
    }
    bounds.push(rows);
    Ok(bounds.array_windows().map(|[start, end]| bars.slice(*start, end - start)).collect())
}

/// The column of the series' names, read one row at a time.
struct Names<'a> {
    bars: &'a Table,
    by: &'a str,
    column: usize,
}

impl Names<'_> {
    /// A row after `start` whose name is not that of the row before it, as near to `target` as
    /// bisection finds one.
    fn change_near(&self, target: usize, start: usize, end: usize) -> Result<Option<usize>> {
        if target <= start || target >= end {
            return Ok(None);
        }
        let name = self.at(target)?;
        let after = Self::bisect(target, end - 1, |row| Ok(self.at(row)? != name))?;
        let before = Self::bisect(start, target, |row| Ok(self.at(row)? == name))?;
        Ok(match (before, after) {
            (Some(before), Some(after)) => Some(if target - before <= after - target { before } else { after }),
            (before, after) => before.or(after),
        })
    }

    /// A row after `low`, up to `high`, that passes although the one before it does not; `None` if
    /// `low` passes or `high` does not.
    fn bisect(mut low: usize, mut high: usize, passes: impl Fn(usize) -> Result<bool>) -> Result<Option<usize>> {
        if passes(low)? || !passes(high)? {
            return Ok(None);
        }
        while high - low > 1 {
            let middle = low + (high - low) / 2;
            if passes(middle)? {
                high = middle;
            } else {
                low = middle;
            }
        }
        Ok(Some(high))
    }

    fn at(&self, row: usize) -> Result<Option<String>> {
        let row = self.bars.slice(row, 1);
        let Some(batch) = row.batches().first() else { return Ok(None) };
        let name = as_utf8(self.by, batch.column(self.column))?;
        Ok(name.is_valid(0).then(|| name.value(0).to_owned()))
    }
}

/// Hashes of names, made alike in every set, so that sets can be compared.
type Hashes = HashSet<u64, BuildHasherDefault<DefaultHasher>>;

/// A part in which each series' rows are neighbours, with the hashes of its series' names. If two
/// names have one hash, the parts count as not holding whole series, which costs only time.
pub struct SeriesPart {
    bars: Table,
    names: Hashes,
}

impl SeriesPart {
    /// Finds the series of `part`, so that kernels need not find them again; `None` if the rows of
    /// one series are not neighbours.
    ///
    /// # Errors
    /// A column that is missing or is not text, or a null in it.
    pub fn read(part: &Table, by: &str) -> Result<Option<Self>> {
        let texts = Texts::read(part, by)?;
        let mut names = Hashes::default();
        let bounds = texts.run_bounds();
        let all_new = texts.at_ascending(&bounds).all(|name| {
            let hash = names.hasher().hash_one(name);
            names.insert(hash)
        });
        Ok(all_new.then(|| Self { bars: part.clone().with_runs(by, bounds), names }))
    }

    /// The rows of the part.
    #[must_use]
    pub fn bars(&self) -> &Table {
        &self.bars
    }

    /// Whether no series is in two of `parts`, so that each part holds whole series.
    #[must_use]
    pub fn are_disjoint(parts: &[Self]) -> bool {
        let mut all = Hashes::default();
        parts.iter().flat_map(|part| &part.names).all(|name| all.insert(*name))
    }
}

impl Derived {
    /// Joins the results for the parts of a table, in order.
    ///
    /// # Errors
    /// Never, if one kernel computed all parts.
    pub fn joined(parts: Vec<Self>) -> Result<Self> {
        let reported: Vec<String> = parts.iter().flat_map(|part| part.emptied_by_max_span.iter().cloned()).collect();
        let table = Table::joined(parts.into_iter().map(|part| part.table).collect())?;
        let is_all_null = |name: &str| {
            table.column(name).is_ok_and(|chunks| chunks.iter().all(|chunk| chunk.null_count() == chunk.len()))
        };
        // A column counts as emptied if it is null in all parts and `max_span` emptied one of them.
        let columns = names_of(table.schema()).into_iter();
        let emptied_by_max_span = columns.filter(|name| reported.contains(name) && is_all_null(name)).collect();
        Ok(Self { table, emptied_by_max_span })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{ArrayRef, RecordBatch, StringArray, cast::AsArray};
    use proptest::prelude::*;

    use super::*;

    /// A column `ticker` in batches of `rows`.
    fn bars(tickers: &[&str], rows: usize) -> Table {
        let batch = |part: &[&str]| {
            let column: ArrayRef = Arc::new(StringArray::from(part.to_vec()));
            RecordBatch::try_from_iter([("ticker", column)]).unwrap()
        };
        let batches: Vec<_> = tickers.chunks(rows).map(batch).collect();
        Table::try_new(batches[0].schema(), batches).unwrap()
    }

    fn tickers(part: &Table) -> Vec<String> {
        let chunks = part.column("ticker").unwrap();
        chunks.iter().flat_map(|chunk| chunk.as_string::<i32>().iter().map(|name| name.unwrap().to_owned())).collect()
    }

    fn lengths(tickers: &[&str], parts: usize) -> Vec<usize> {
        cut_between_series(&bars(tickers, 3), "ticker", parts).unwrap().iter().map(Table::num_rows).collect()
    }

    fn are_disjoint(tickers: &[&str], parts: usize) -> bool {
        let parts = cut_between_series(&bars(tickers, 3), "ticker", parts).unwrap();
        let parts: Option<Vec<_>> = parts.iter().map(|part| SeriesPart::read(part, "ticker").unwrap()).collect();
        parts.is_some_and(|parts| SeriesPart::are_disjoint(&parts))
    }

    #[test]
    fn a_cut_is_at_the_nearer_end_of_the_series_that_would_be_cut() {
        assert_eq!(lengths(&["A", "A", "A", "A", "A", "B", "C", "C"], 2), [5, 3]);
        assert_eq!(lengths(&["A", "B", "B", "B", "B", "B", "C", "C"], 2), [6, 2]);
        assert_eq!(lengths(&["A", "A", "A", "B", "B", "B", "B", "B"], 2), [3, 5]);
    }

    #[test]
    fn one_series_is_one_part() {
        assert_eq!(lengths(&["A"; 8], 3), [8]);
        assert_eq!(lengths(&["A", "B"], 7), [1, 1]);
    }

    #[test]
    fn a_series_in_two_places_is_not_whole_in_a_part() {
        assert!(are_disjoint(&["A", "A", "A", "B", "C", "C"], 2));
        assert!(!are_disjoint(&["A", "A", "B", "C", "C", "A"], 2));
        assert!(!are_disjoint(&["A", "B", "A", "C", "C", "D"], 2));
    }

    proptest! {
        #[test]
        fn parts_together_are_the_table(
            runs in proptest::collection::vec(("[A-C]{0,2}", 1_usize..9), 1..9), parts in 1_usize..9, rows in 1_usize..9,
        ) {
            let names: Vec<&str> = runs.iter().flat_map(|(name, rows)| std::iter::repeat_n(name.as_str(), *rows)).collect();
            let cut = cut_between_series(&bars(&names, rows), "ticker", parts).unwrap();
            prop_assert!(cut.len() <= parts);
            prop_assert!(cut.iter().all(|part| part.num_rows() > 0));
            let found: Vec<Vec<String>> = cut.iter().map(tickers).collect();
            prop_assert!(found.array_windows().all(|[part, next]| part.last() != next.first()));
            prop_assert_eq!(found.concat(), names);
        }
    }
}
