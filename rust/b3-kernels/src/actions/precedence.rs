//! The rule that says which source's rows count where several report on one ticker and ex-date.

use std::collections::HashMap;

use b3_market::lake::{ActionClass, ActionSource};

use super::row::{ActionRow, Size};
use super::share_ratio::ShareRatio;

/// The rows that count, sorted by ticker, ex-date, class, kind, source, size and note.
pub(super) fn counting_rows(rows: &[ActionRow]) -> Vec<&ActionRow> {
    let mut best: HashMap<Key<'_>, Option<ActionSource>> = HashMap::new();
    for row in rows {
        let best = best.entry(key(row)).or_insert(row.source);
        // The smaller source takes precedence; all are `None` in a table without a column `source`.
        *best = row.source.min(*best);
    }
    let counts = |row: &&ActionRow| {
        row.kind.class() == ActionClass::Unsized || (best.get(&key(row)) == Some(&row.source) && !cancels(row))
    };
    let mut counting: Vec<&ActionRow> = rows.iter().filter(counts).collect();
    counting.sort_by(|a, b| order(a).cmp(&order(b)));
    counting
}

/// Ticker, ex-date and class: of each key, rows of known size count from one source only.
type Key<'a> = (&'a str, i32, ActionClass);

fn key(row: &ActionRow) -> Key<'_> {
    (&row.ticker, row.ex_date, row.kind.class())
}

/// Whether a row of the manual source says that nothing happened.
fn cancels(row: &ActionRow) -> bool {
    let nothing = match row.size {
        Size::Shares { ratio, .. } => ratio == ShareRatio::ONE,
        Size::Cash(amount) => amount == 0,
        Size::Unknown => false,
    };
    nothing && row.source == Some(ActionSource::Manual)
}

fn order(row: &ActionRow) -> impl Ord + '_ {
    let size = match row.size {
        Size::Shares { numerator, denominator, .. } => (numerator, denominator),
        Size::Cash(amount) => (amount, 0),
        Size::Unknown => (0, 0),
    };
    (row.ticker.as_str(), row.ex_date, row.kind.class(), row.kind, row.source, size, row.note.as_deref())
}
