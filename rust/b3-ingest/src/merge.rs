//! The merge of a session's rows with those stored in its objects.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use b3_market::Ticker;

use crate::bar::{Bar, RejectedBar, by_ticker};
use crate::session::{Policy, Scope, Session};

/// Ticker, start and market of a row in raw, by which rows are replaced and sorted. Forwards of one
/// ticker with different terms share this key: they are replaced together.
pub(crate) type RowKey = (Ticker, Option<i64>, Option<i16>);

/// The key of a row.
pub(crate) fn row_key(bar: &Bar) -> RowKey {
    (bar.ticker, bar.bar_start, bar.market)
}

/// The rows of an object that had `old`, sorted by `row_key`, after `session` was read.
///
/// A run of whole markets replaces their rows and keeps those of other markets; any other run
/// replaces the rows with its keys and keeps the rest; `--replace`, which is refused for an
/// incomplete file, keeps only the rows of the tickers whose request failed.
pub(crate) fn merge(old: &[Bar], session: &Session, policy: &Policy) -> Vec<Bar> {
    let unread = session.failed_tickers();
    // Without old rows no key is looked up.
    let (stored, read) = if old.is_empty() {
        (BTreeMap::new(), BTreeMap::new())
    } else {
        (count_by_key(old), count_by_key(&session.bars))
    };
    // Of the forwards that share a key an incomplete file may have only some: the stored ones stay.
    let lacks_rows =
        |bar: &Bar| policy.scope == Scope::IncompleteFile && read.get(&row_key(bar)) < stored.get(&row_key(bar));
    let kept = |bar: &&Bar| match &policy.scope {
        Scope::IncompleteFile => lacks_rows(bar),
        _ if policy.replace => unread.contains(&bar.ticker),
        Scope::Markets(_) => !policy.scope.covers(bar.ticker, bar.market),
        Scope::Tickers(..) => !read.contains_key(&row_key(bar)),
    };
    let new = session.bars.iter().filter(|bar| !lacks_rows(bar));
    // The term is not a column, so a row that was read back has none.
    let written = |bar: &Bar| Bar { forward_term: None, ..*bar };
    let mut rows: Vec<Bar> = old.iter().filter(kept).chain(new).map(written).collect();
    rows.sort_by_key(row_key);
    rows
}

fn count_by_key(bars: &[Bar]) -> BTreeMap<RowKey, usize> {
    let mut counts = BTreeMap::new();
    for bar in bars {
        *counts.entry(row_key(bar)).or_default() += 1;
    }
    counts
}

/// The rejected rows of a date that had `old`, after `session` was read: those of the session, the
/// old ones of tickers whose request failed, and, without `--replace`, those of tickers and markets
/// outside the run's scope.
pub(crate) fn merge_rejected(old: Vec<RejectedBar>, session: &Session, policy: &Policy) -> Vec<RejectedBar> {
    let unread = session.failed_tickers();
    // The reason may name another line of another file.
    let values = |bar: &RejectedBar| RejectedBar { reason: String::new(), ..bar.clone() };
    // Only the values tell which rows of an incomplete file were read again, rejected or valid.
    let valid = session.bars.iter().map(|bar| RejectedBar::new(bar, ""));
    let read: HashSet<RejectedBar> = session.rejected.iter().map(values).chain(valid).collect();
    let outside = |bar: &RejectedBar| match &policy.scope {
        Scope::IncompleteFile => !read.contains(&values(bar)),
        scope => !policy.replace && !scope.covers(bar.ticker, bar.market),
    };
    let kept = |bar: &RejectedBar| unread.contains(&bar.ticker) || outside(bar);
    let mut rows: Vec<RejectedBar> = old.into_iter().filter(kept).chain(session.rejected.iter().cloned()).collect();
    rows.sort_by_key(|bar| (bar.ticker, bar.bar_start, bar.market));
    rows
}

/// The tickers whose rows differ between two versions of an object, both sorted as [`merge`] sorts.
pub(crate) fn changed_tickers(old: &[Bar], new: &[Bar]) -> BTreeSet<Ticker> {
    let mut old: BTreeMap<Ticker, &[Bar]> = by_ticker(old).collect();
    let differs = |(ticker, rows): &(Ticker, &[Bar])| old.remove(ticker) != Some(*rows);
    let mut changed: BTreeSet<Ticker> = by_ticker(new).filter(differs).map(|(ticker, _)| ticker).collect();
    changed.extend(old.into_keys());
    changed
}

#[cfg(test)]
mod tests {
    use b3_cotahist::Markets;
    use b3_market::lake::Source;
    use chrono::NaiveDate;

    use super::*;
    use crate::bar::tests::bar;
    use crate::outcome::{Outcome, Status};

    /// A session with these rows, in which the requests for the tickers of `unread` failed.
    fn session(bars: &[Bar], rejected: &[RejectedBar], unread: &[Ticker]) -> Session {
        let (trade_date, source, status) = (NaiveDate::default(), Source::Cotahist, Status::Failed);
        let failed = |ticker: &Ticker| Outcome { ticker: *ticker, trade_date, source, status, reason: None, bytes: 0 };
        let outcomes = unread.iter().map(failed).collect();
        Session { trade_date, bars: bars.to_vec(), rejected: rejected.to_vec(), outcomes }
    }

    fn policy(scope: Scope) -> Policy {
        Policy { source: Source::Cotahist, scope, replace: false, force: false }
    }

    fn replacing(scope: Scope) -> Policy {
        Policy { replace: true, ..policy(scope) }
    }

    fn tickers(names: &[&str]) -> Scope {
        Scope::Tickers(names.iter().map(|name| name.parse().unwrap()).collect(), Markets::SPOT)
    }

    fn in_market(market: Option<i16>, bar: Bar) -> Bar {
        Bar { market, ..bar }
    }

    #[test]
    fn a_run_of_whole_markets_replaces_their_rows_and_no_others() {
        let (petr4, vale3) = (bar("PETR4", "1", 1), bar("VALE3", "2", 1));
        let odd_lot = in_market(Some(20), bar("PETR4F", "3", 1));
        let of_no_market = in_market(None, bar("ABEV3", "4", 1));
        let new = bar("PETR4", "9", 1);
        let spot = Scope::Markets(Markets::SPOT);
        let old = [petr4, vale3, odd_lot, of_no_market];
        let merged = |old: &[Bar], new: &[Bar], policy| merge(old, &session(new, &[], &[]), &policy);
        assert_eq!(merged(&old, &[new], policy(spot.clone())), [of_no_market, new, odd_lot]);
        assert_eq!(merged(&[], &[petr4, vale3, odd_lot], policy(spot.clone())), [petr4, odd_lot, vale3]);
        assert_eq!(merged(&old, &[new], replacing(spot)), [new]);
    }

    #[test]
    fn a_run_of_some_tickers_replaces_rows_with_its_keys_and_keeps_the_rest() {
        let intraday = Bar { bar_start: Some(60), ..bar("PETR4", "5", 1) };
        let (odd_lot, vale3) = (in_market(Some(20), bar("PETR4", "2", 1)), bar("VALE3", "3", 1));
        let (petr4, abev3) = (bar("PETR4", "9", 1), bar("ABEV3", "8", 1));
        let old = [bar("PETR4", "1", 1), intraday, odd_lot, vale3];
        // A term is no column, so it is gone once a row is written.
        let new = [Bar { forward_term: Some(30), ..petr4 }, abev3];
        let read = tickers(&["PETR4", "ABEV3", "VALE3"]);
        let merged = |new: &[Bar], policy| merge(&old, &session(new, &[], &[vale3.ticker]), &policy);
        assert_eq!(merged(&new, policy(read.clone())), [abev3, petr4, odd_lot, intraday, vale3]);
        assert_eq!(merged(&[abev3], replacing(read)), [abev3, vale3]);
    }

    #[test]
    fn rejected_rows_stay_as_long_as_their_tickers_are_not_read_again() {
        let rejected = |ticker, reason: &str| RejectedBar::new(&bar(ticker, "1", 1), reason);
        let old = || vec![rejected("PETR4", "old"), rejected("VALE3", "old"), rejected("VALE3", "older")];
        let new = [rejected("ABEV3", "new"), rejected("PETR4", "new")];
        let merged = |policy: Policy, unread: &[Ticker]| -> Vec<String> {
            let rows = merge_rejected(old(), &session(&[], &new, unread), &policy);
            rows.iter().map(|row| format!("{} {}", row.ticker, row.reason)).collect()
        };
        let read = tickers(&["ABEV3", "PETR4"]);
        let with_vale3 = ["ABEV3 new", "PETR4 new", "VALE3 old", "VALE3 older"];
        assert_eq!(merged(policy(read.clone()), &[]), with_vale3);
        assert_eq!(merged(replacing(read.clone()), &[]), with_vale3[..2]);
        assert_eq!(merged(replacing(read), &["VALE3".parse().unwrap()]), with_vale3);
        assert_eq!(merged(policy(Scope::Markets(Markets::SPOT)), &[]), with_vale3[..2]);
        assert_eq!(merged(policy(Scope::IncompleteFile), &[]), with_vale3);
        let valid = ["PETR4", "VALE3"].map(|ticker| bar(ticker, "1", 1));
        assert_eq!(merge_rejected(old(), &session(&valid, &[], &[]), &policy(Scope::IncompleteFile)), []);
    }

    #[test]
    fn rejected_rows_of_a_market_that_is_not_read_stay() {
        let stored = [10, 20].map(|market| RejectedBar::new(&in_market(Some(market), bar("PETR4", "1", 1)), ""));
        for scope in [tickers(&["PETR4"]), Scope::Markets(Markets::SPOT)] {
            let merged = merge_rejected(stored.to_vec(), &session(&[], &[], &[]), &policy(scope));
            assert_eq!(merged, stored[1..]);
        }
    }

    #[test]
    fn tickers_have_changed_if_a_row_of_theirs_came_went_or_differs() {
        let old = ["ABEV3", "ITUB4", "PETR4", "VALE3"].map(|ticker| bar(ticker, "1", 1));
        let [abev3, itub4, petr4, vale3] = old;
        let new_petr4 = Bar { volume: 2, ..petr4 };
        let changed = |old: &[Bar], new: &[Bar]| -> Vec<String> {
            changed_tickers(old, new).iter().map(ToString::to_string).collect()
        };
        assert_eq!(changed(&old, &old), <[&str; 0]>::default());
        assert_eq!(changed(&old, &[itub4, new_petr4, vale3]), ["ABEV3", "PETR4"]);
        assert_eq!(changed(&[abev3, itub4], &[abev3, itub4, new_petr4, vale3]), ["PETR4", "VALE3"]);
        assert_eq!(changed(&old, &[abev3, itub4, itub4, petr4, vale3]), ["ITUB4"]);
    }
}
