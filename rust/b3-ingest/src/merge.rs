//! The merge of a run's rows with those stored in an object of raw.

use std::collections::{BTreeMap, BTreeSet};

use b3_market::Ticker;

use crate::bar::{Bar, RejectedBar, by_ticker};
use crate::session::{Policy, Scope};

/// The key of a row in raw, by which rows are replaced and sorted. Forwards of one ticker with
/// different terms share it: they are replaced together.
pub type RowKey = (Ticker, Option<i64>, Option<i16>);

/// The key of a bar; see [`RowKey`].
#[must_use]
pub fn row_key(bar: &Bar) -> RowKey {
    (bar.ticker, bar.bar_start, bar.market)
}

/// The rows of an object, sorted by ticker, after a run that found `new` where the object had
/// `old`.
///
/// A run of whole markets replaces their rows and keeps those of other markets; any other run
/// replaces the rows with its keys and keeps the rest; `--replace` keeps nothing.
#[must_use]
pub fn merge(old: &[Bar], new: &[Bar], policy: &Policy) -> Vec<Bar> {
    let rivals = if old.is_empty() { &[] } else { new };
    let keys: BTreeSet<RowKey> = rivals.iter().map(row_key).collect();
    let kept = |bar: &&Bar| {
        !policy.replace
            && match &policy.scope {
                Scope::Markets(_) => !policy.scope.covers(bar.ticker, bar.market),
                Scope::Tickers(_) => !keys.contains(&row_key(bar)),
            }
    };
    // The term is not a column, so a row that was read back has none.
    let written = |bar: &Bar| Bar { forward_term: None, ..*bar };
    let mut rows: Vec<Bar> = old.iter().filter(kept).chain(new).map(written).collect();
    rows.sort_by_key(row_key);
    rows
}

/// The rejected rows of a session after a run: those of the run, and the old ones of tickers that
/// the run did not read.
#[must_use]
pub fn merge_rejected(old: Vec<RejectedBar>, new: &[RejectedBar], policy: &Policy) -> Vec<RejectedBar> {
    let kept = |bar: &RejectedBar| !policy.replace && !policy.scope.covers(bar.ticker, bar.market);
    let mut rows: Vec<RejectedBar> = old.into_iter().filter(kept).chain(new.iter().cloned()).collect();
    rows.sort_by_key(|bar| (bar.ticker, bar.bar_start, bar.market));
    rows
}

/// The tickers whose rows differ between two versions of an object, both sorted as [`merge`] sorts.
#[must_use]
pub fn changed_tickers(old: &[Bar], new: &[Bar]) -> BTreeSet<Ticker> {
    let mut old: BTreeMap<Ticker, &[Bar]> = by_ticker(old).collect();
    let differs = |(ticker, rows): &(Ticker, &[Bar])| old.remove(ticker) != Some(*rows);
    let mut changed: BTreeSet<Ticker> = by_ticker(new).filter(differs).map(|(ticker, _)| ticker).collect();
    changed.extend(old.into_keys());
    changed
}
