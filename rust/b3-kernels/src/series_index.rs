//! The series of a table: the rows of each ticker in time order. A run is neighbouring rows of one
//! ticker; a series may be in several runs.

use std::collections::HashMap;
use std::ops::Range;

use b3_market::calendar::day_text;

use crate::column::{Texts, Times};
use crate::composite_key::without_separators;
use crate::error::{Error, Result};
use crate::keys::{Keys, OnDuplicate};
use crate::table::Table;

/// The rows of one series in time order.
#[derive(Debug, Clone)]
pub(crate) enum Rows<'a> {
    /// Neighbouring rows in order.
    Range(Range<usize>),
    /// Rows at these numbers.
    Listed(&'a [u32]),
}

impl Rows<'_> {
    /// The number of rows.
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Range(range) => range.len(),
            Self::Listed(rows) => rows.len(),
        }
    }

    /// The row number of the first one.
    pub(crate) fn first(&self) -> Option<usize> {
        self.iter().next()
    }

    /// The row numbers, in time order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = usize> {
        let (range, listed): (Range<usize>, &[u32]) = match self {
            Self::Range(range) => (range.clone(), &[]),
            Self::Listed(rows) => (0..0, rows),
        };
        range.chain(listed.iter().map(|row| *row as usize))
    }

    /// Replaces what `to` holds by the rows' values in `from`.
    pub(crate) fn copy<T: Copy>(&self, from: &[T], to: &mut Vec<T>) {
        to.clear();
        match self {
            Self::Range(range) => to.extend_from_slice(&from[range.clone()]),
            Self::Listed(rows) => to.extend(rows.iter().map(|row| from[*row as usize])),
        }
    }

    /// The rows' values in `from`: a part of it if the rows are neighbours, else gathered in
    /// `gathered`.
    pub(crate) fn values<'a, T: Copy>(&self, from: &'a [T], gathered: &'a mut Vec<T>) -> &'a [T] {
        match self {
            Self::Range(range) => &from[range.clone()],
            Self::Listed(_) => {
                self.copy(from, gathered);
                gathered
            }
        }
    }

    /// Writes `values`, one for each row, to the rows' places in `to`.
    pub(crate) fn scatter<T: Copy>(&self, values: &[T], to: &mut [T]) {
        match self {
            Self::Range(range) => to[range.clone()].copy_from_slice(values),
            Self::Listed(rows) => {
                for (row, value) in rows.iter().zip(values) {
                    to[*row as usize] = *value;
                }
            }
        }
    }
}

/// All series of a table, found in one pass over its keys.
///
/// Besides the times it holds 8 bytes a series, and 4 bytes a row unless each ticker's rows are
/// neighbours in time order.
pub(crate) struct SeriesIndex {
    /// The place of each series' first row in `order`, then the number of rows.
    bounds: Vec<usize>,
    /// The rows by series and time; `None` where the table has that order already.
    order: Option<Vec<u32>>,
    times: Times,
}

impl SeriesIndex {
    /// Groups and sorts by `keys`. Of rows of one ticker and time the index holds those that
    /// `on_duplicate` takes, in the table's order.
    pub(crate) fn new(table: &Table, keys: &Keys) -> Result<Self> {
        Self::inspecting(table, keys, |_| ())
    }

    /// [`Self::new`] that also calls `inspect` with the days of each series, in order; if rows must
    /// be sorted, at most with those of the series before the first unsorted one.
    pub(crate) fn inspecting(table: &Table, keys: &Keys, mut inspect: impl FnMut(&[i32])) -> Result<Self> {
        let texts = Texts::read(table, &keys.by)?;
        let times = Times::read(table, &keys.time)?;
        let strictly = keys.on_duplicate != OnDuplicate::Keep;
        let runs = table.known_runs(&keys.by).map_or_else(|| texts.run_bounds(), <[usize]>::to_vec);
        let (codes, tickers) = codes(&texts, &runs);
        let mut in_order = tickers == codes.len(); // otherwise a ticker has several runs
        for &[start, end] in runs.array_windows() {
            in_order = in_order && times.is_sorted(start..end, strictly);
            if !in_order {
                break;
            }
            inspect(&times.days()[start..end]);
        }
        // Of a sorted run of dates only the first and last are checked.
        times.require_calendar(&keys.time, in_order.then_some(&runs))?;
        if in_order {
            return Ok(Self { bounds: runs, order: None, times });
        }
        drop(texts); // its memory is free again while the rows are sorted
        let (bounds, mut order) = counting_sort(&runs, &codes, tickers)?;
        for &[start, end] in bounds.array_windows() {
            let rows = &mut order[start..end];
            if !rows.is_sorted_by_key(|row| times.key(*row as usize)) {
                rows.sort_by_key(|row| times.key(*row as usize));
            }
        }
        let index = Self { bounds, order: Some(order), times };
        if strictly { index.without_duplicates(table, keys) } else { Ok(index) }
    }

    /// Of rows of one series and time drops those that `on_duplicate` does not take, or fails.
    fn without_duplicates(self, table: &Table, keys: &Keys) -> Result<Self> {
        let same = |a: u32, b: u32| self.times.key(a as usize) == self.times.key(b as usize);
        let (mut bounds, mut order) = (vec![0], Vec::new());
        for series in self.iter() {
            let Rows::Listed(rows) = series else { continue };
            let by_time = || rows.chunk_by(|a, b| same(*a, *b));
            let duplicate = rows.array_windows().find(|[row, next]| same(*row, *next));
            match (keys.on_duplicate, duplicate) {
                (OnDuplicate::Raise, Some([_, second])) => return Err(self.duplicate(table, keys, *second as usize)),
                (OnDuplicate::First, Some(_)) => order.extend(by_time().map(|rows| rows[0])),
                (OnDuplicate::Last, Some(_)) => order.extend(by_time().map(|rows| rows[rows.len() - 1])),
                _ => order.extend_from_slice(rows),
            }
            bounds.push(order.len());
        }
        Ok(Self { bounds, order: Some(order), times: self.times })
    }

    /// The error for a row that is the second one of its series and time. A key of several columns
    /// is one text with separators.
    pub(crate) fn duplicate(&self, table: &Table, keys: &Keys, row: usize) -> Error {
        let ticker = Texts::read(table, &keys.by).map(|texts| texts.at_ascending(&[row]).collect::<String>());
        let key = without_separators(&format!("{} {}", ticker.unwrap_or_default(), day_text(self.days()[row])));
        let each = without_separators(&format!("{} and {}", keys.by, keys.time));
        let accepted = "(on_duplicate: first, last or keep takes more)";
        Error::Value(format!("row {row} ({key}): duplicate key, expected one bar for each {each} {accepted}"))
    }

    /// Whether two rows have the same time.
    pub(crate) fn is_same_time(&self, row: usize, other: usize) -> bool {
        self.times.key(row) == self.times.key(other)
    }

    /// The series, in the order in which their tickers first appear.
    pub(crate) fn iter(&self) -> impl Iterator<Item = Rows<'_>> {
        self.bounds.array_windows().map(|&[start, end]| match &self.order {
            None => Rows::Range(start..end),
            Some(order) => Rows::Listed(&order[start..end]),
        })
    }

    /// Blocks of whole series, as places in `order`, each but the last with at least `rows` rows.
    pub(crate) fn blocks(&self, rows: usize) -> impl Iterator<Item = Range<usize>> {
        let mut start = 0;
        self.bounds.iter().filter_map(move |end| {
            let block = start..*end;
            let is_last = Some(end) == self.bounds.last();
            if block.is_empty() || (block.len() < rows && !is_last) {
                return None;
            }
            start = block.end;
            Some(block)
        })
    }

    /// The day of each row of the table.
    pub(crate) fn days(&self) -> &[i32] {
        self.times.days()
    }

    /// The rows that count, series by series; `None` where the table has that order already.
    pub(crate) fn order(&self) -> Option<&[u32]> {
        self.order.as_deref()
    }
}

/// For each run the code of its ticker, from 0 by first appearance, and the number of tickers.
fn codes(texts: &Texts, runs: &[usize]) -> (Vec<u32>, usize) {
    let mut numbers: HashMap<&str, u32> = HashMap::new();
    let codes = texts
        .at_ascending(runs)
        .map(|text| {
            let next = u32::try_from(numbers.len()).unwrap_or(u32::MAX);
            *numbers.entry(text).or_insert(next)
        })
        .collect();
    (codes, numbers.len())
}

/// The place of each code's first row in the sorted rows, then the number of rows; and the rows
/// sorted by the code of their run (a stable sort).
fn counting_sort(runs: &[usize], codes: &[u32], tickers: usize) -> Result<(Vec<usize>, Vec<u32>)> {
    let rows = runs.last().copied().unwrap_or_default();
    let expected = "at most 4294967295 rows, or rows sorted by series and time";
    u32::try_from(rows).map_err(|_| Error::option("bars", format!("{rows} rows out of order"), expected))?;
    let mut bounds = vec![0; tickers + 1];
    for ([start, end], code) in runs.array_windows().zip(codes) {
        bounds[*code as usize + 1] += end - start;
    }
    for code in 0..tickers {
        bounds[code + 1] += bounds[code];
    }
    let mut next = bounds.clone();
    let mut order = vec![0; rows];
    for ([start, end], code) in runs.array_windows().zip(codes) {
        let place = &mut next[*code as usize];
        for row in *start..*end {
            order[*place] = u32::try_from(row).expect("the number of rows fits, so each row does");
            *place += 1;
        }
    }
    Ok((bounds, order))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::refiner::samples::{Raw, bar_of, batch};

    /// The index of rows with these tickers and sessions after 2021-01-04, in two batches.
    fn index(rows: &[(&'static str, i32)]) -> SeriesIndex {
        try_index(rows, OnDuplicate::Keep).unwrap()
    }

    fn try_index(rows: &[(&'static str, i32)], on_duplicate: OnDuplicate) -> Result<SeriesIndex> {
        let rows: Vec<Raw> = rows.iter().map(|(ticker, session)| bar_of(ticker, *session)).collect();
        let (first, second) = rows.split_at(rows.len() / 2);
        let batches = vec![batch(first), batch(second)];
        let table = Table::try_new(batches[0].schema(), batches).unwrap();
        SeriesIndex::new(&table, &Keys { on_duplicate, ..Keys::default() })
    }

    fn rows(index: &SeriesIndex) -> Vec<Vec<usize>> {
        index.iter().map(|rows| rows.iter().collect()).collect()
    }

    #[test]
    fn series_that_stand_together_in_time_order_are_not_sorted() {
        let bars = [("VALE3", 0), ("VALE3", 1), ("VALE3", 1), ("ABEV3", 0)];
        let index = index(&bars);
        assert_eq!(rows(&index), [vec![0, 1, 2], vec![3]]);
        assert!(index.order().is_none());
        assert!(try_index(&bars[2..], OnDuplicate::Raise).unwrap().order().is_none());
    }

    #[test]
    fn scattered_series_are_sorted_by_time_and_rows_of_one_time_keep_their_order() {
        let index = index(&[("VALE3", 2), ("ABEV3", 5), ("VALE3", 0), ("ABEV3", 5), ("VALE3", 2)]);
        assert_eq!(rows(&index), [vec![2, 0, 4], vec![1, 3]]);
    }

    #[test]
    fn of_rows_of_one_series_and_time_the_first_or_the_last_counts_or_they_are_refused() {
        for bars in [
            [("VALE3", 0), ("VALE3", 1), ("VALE3", 1), ("ABEV3", 1)],
            [("VALE3", 1), ("ABEV3", 1), ("VALE3", 1), ("VALE3", 0)],
        ] {
            let rows_of_vale3 = |on_duplicate| rows(&try_index(&bars, on_duplicate).unwrap()).swap_remove(0);
            let [earlier, first, last] = rows_of_vale3(OnDuplicate::Keep).try_into().unwrap();
            assert_eq!(rows_of_vale3(OnDuplicate::First), [earlier, first]);
            assert_eq!(rows_of_vale3(OnDuplicate::Last), [earlier, last]);
            assert_eq!(
                try_index(&bars, OnDuplicate::Raise).err().unwrap().to_string(),
                format!(
                    "row {last} (VALE3 2021-01-05): duplicate key, expected one bar for each ticker and trade_date \
                     (on_duplicate: first, last or keep takes more)"
                )
            );
        }
    }

    #[test]
    fn blocks_end_where_series_end() {
        let index = index(&[("A", 0), ("B", 0), ("B", 1), ("A", 1), ("C", 0), ("D", 0)]);
        assert_eq!(index.blocks(3).collect::<Vec<_>>(), [0..4, 4..6]);
        assert_eq!(index.blocks(100).map(|rows| rows.len()).collect::<Vec<_>>(), [6]);
    }
}
