//! What an object holds after a run: the new rows, and those of the old that the run may not forget.

use std::collections::BTreeSet;

use b3_market::Ticker;

use crate::bar::{Bar, RejectedBar};
use crate::session::{Policy, Scope};

/// What tells a row of raw from another. Forwards of one ticker with different terms share it: they come and go together.
type RowKey = (Ticker, Option<i64>, Option<i16>);

fn row_key(bar: &Bar) -> RowKey {
    (bar.ticker, bar.bar_start, bar.market)
}

/// The rows of an object after a run that found `new` where the object held `old`, sorted by ticker.
///
/// A run of whole markets replaces their rows and keeps those of other markets; any other run replaces the rows whose key it has and
/// keeps the rest; `--replace` keeps nothing.
#[must_use]
pub fn merge(old: &[Bar], new: &[Bar], policy: &Policy) -> Vec<Bar> {
    let keys: BTreeSet<RowKey> = new.iter().map(row_key).collect();
    let kept = |bar: &&Bar| {
        !policy.replace
            && match &policy.scope {
                Scope::Markets(_) => !policy.scope.covers(bar.ticker, bar.market),
                Scope::Tickers(_) => !keys.contains(&row_key(bar)),
            }
    };
    let mut rows: Vec<Bar> = old.iter().filter(kept).chain(new).copied().collect();
    rows.sort_by_key(row_key);
    rows
}

/// The rejected rows of a session after a run: the run's own, and the old ones of what the run did not read.
#[must_use]
pub fn merge_rejected(old: Vec<RejectedBar>, new: &[RejectedBar], policy: &Policy) -> Vec<RejectedBar> {
    let kept = |bar: &RejectedBar| !policy.replace && !policy.scope.covers(bar.ticker, bar.market);
    let mut rows: Vec<RejectedBar> = old.into_iter().filter(kept).chain(new.iter().cloned()).collect();
    rows.sort_by_key(|bar| (bar.ticker, bar.bar_start, bar.market));
    rows
}

/// The tickers whose rows differ between two states of an object.
#[must_use]
pub fn changed_tickers(old: &[Bar], new: &[Bar]) -> BTreeSet<Ticker> {
    let (old, new) = (by_ticker(old), by_ticker(new));
    let differs = |ticker: &&Ticker| old.get(ticker) != new.get(ticker);
    old.keys().chain(new.keys()).filter(differs).copied().collect()
}

fn by_ticker(bars: &[Bar]) -> std::collections::BTreeMap<Ticker, Vec<Bar>> {
    let mut rows = std::collections::BTreeMap::<Ticker, Vec<Bar>>::new();
    for bar in bars {
        // The term is not a column: a row read back has none.
        rows.entry(bar.ticker).or_default().push(Bar { forward_term: None, ..*bar });
    }
    rows
}
