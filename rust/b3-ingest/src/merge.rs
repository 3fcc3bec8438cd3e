//! The merge of a session's rows with those stored in its objects.

use std::collections::BTreeSet;

use b3_market::Ticker;
use polars::prelude::{
    BooleanChunked, ChunkCompareEq, ChunkCompareIneq, ChunkFull, DataFrame, PolarsResult, SortMultipleOptions,
};

use crate::frame::{anti_join, frame_of_bars, frame_of_rejected, frame_of_tickers, inner_join, semi_join};
use crate::session::{Policy, Scope, Session};

/// The columns by which rows are replaced and sorted. Forwards of one ticker with different terms
/// have equal values there: they are replaced together.
const KEY: [&str; 3] = ["ticker", "bar_start", "market"];

/// The rows of an object of raw after a run.
pub(crate) struct Merged {
    pub(crate) rows: DataFrame,
    /// The tickers of which a row came, went or differs.
    pub(crate) changed: BTreeSet<Ticker>,
}

/// The rows of an object of raw that had the rows `stored`, after `session` was read.
///
/// A run of whole markets replaces their rows and keeps those of other markets; any other run
/// replaces the rows with its keys and keeps the rest; `--replace`, which is refused for an
/// incomplete file, keeps only the rows of the tickers whose request failed.
pub(crate) fn merge(stored: &DataFrame, session: &Session, policy: &Policy) -> PolarsResult<Merged> {
    let read = frame_of_bars(&session.bars, policy.source)?;
    if stored.height() == 0 {
        return Ok(Merged { changed: tickers_of(&read)?, rows: sorted(&read)? });
    }
    let kept = match &policy.scope {
        // Of the forwards that share a key an incomplete file may have only some: then the stored
        // rows stay, and those read are left out.
        Scope::IncompleteFile => anti_join(stored, &keys_with_all_rows(stored, &read)?, &KEY)?,
        _ if policy.replace => semi_join(stored, &frame_of_tickers(&session.failed_tickers())?, &["ticker"])?,
        Scope::Markets(_) => stored.filter(&!covered(stored, &policy.scope)?)?,
        Scope::Tickers(..) => anti_join(stored, &read, &KEY)?,
    };
    // Of each key either the stored rows stay or those read come.
    let (replaced, new) = (anti_join(stored, &kept, &KEY)?, anti_join(&read, &kept, &KEY)?);
    Ok(Merged { changed: changed_tickers(&replaced, &new)?, rows: sorted(&kept.vstack(&new)?)? })
}

/// The rejected rows of a date that had the rows `stored`, after `session` was read: those of the
/// session, the stored ones of tickers whose request failed, and, without `--replace`, those of
/// tickers and markets outside the run's scope.
pub(crate) fn merge_rejected(stored: &DataFrame, session: &Session, policy: &Policy) -> PolarsResult<DataFrame> {
    let rejected = frame_of_rejected(&session.rejected, policy.source)?;
    let failed = frame_of_tickers(&session.failed_tickers())?;
    let of_failed = semi_join(stored, &failed, &["ticker"])?;
    let others = anti_join(stored, &failed, &["ticker"])?;
    let outside = match &policy.scope {
        // A stored row stays unless a row with its values was read, rejected or by now valid. The
        // reason is not compared, because it names a line of its file.
        Scope::IncompleteFile => {
            let valid = frame_of_bars(&session.bars, policy.source)?;
            let read = rejected.drop("reason")?.vstack(&valid)?;
            anti_join(&others, &read, &read.get_column_names())?
        }
        _ if policy.replace => others.clear(),
        scope => others.filter(&!covered(&others, scope)?)?,
    };
    sorted(&of_failed.vstack(&outside)?.vstack(&rejected)?)
}

/// The tickers whose rows differ, whatever their order.
fn changed_tickers(old: &DataFrame, new: &DataFrame) -> PolarsResult<BTreeSet<Ticker>> {
    let (old, new) = without_equal_pairs(old, new)?;
    // Forwards with different terms may be equal in all columns: their number counts too.
    let (old, new) = (counted(&old, &old.get_column_names())?, counted(&new, &new.get_column_names())?);
    let columns = old.get_column_names();
    tickers_of(&anti_join(&old, &new, &columns)?.vstack(&anti_join(&new, &old, &columns)?)?)
}

/// The rows without those that are equal at one place in both: most rows are read again as they are
/// stored, and the search for a row's equal takes long.
fn without_equal_pairs(old: &DataFrame, new: &DataFrame) -> PolarsResult<(DataFrame, DataFrame)> {
    let pairs = Some(old.height().min(new.height()));
    let (old_pairs, new_pairs) = (old.head(pairs), new.head(pairs));
    let mut differ = BooleanChunked::full("".into(), false, old_pairs.height());
    for (old, new) in old_pairs.columns().iter().zip(new_pairs.columns()) {
        differ = differ | old.not_equal_missing(new)?;
    }
    let rest = |rows: &DataFrame| rows.tail(Some(rows.height() - differ.len()));
    Ok((old_pairs.filter(&differ)?.vstack(&rest(old))?, new_pairs.filter(&differ)?.vstack(&rest(new))?))
}

fn tickers_of(rows: &DataFrame) -> PolarsResult<BTreeSet<Ticker>> {
    let tickers = rows.column("ticker")?.str()?;
    Ok(tickers.iter().flatten().filter_map(|ticker| ticker.parse().ok()).collect())
}

/// The keys of stored rows of which the run read as many rows as are stored, or more.
fn keys_with_all_rows(stored: &DataFrame, read: &DataFrame) -> PolarsResult<DataFrame> {
    let in_both = inner_join(&counted(stored, &KEY)?, &counted(read, &KEY)?, &KEY)?;
    let (of_stored, of_read) = (in_both.column("source_count")?.u32()?, in_both.column("source_count_right")?.u32()?);
    in_both.filter(&of_read.gt_eq(of_stored))
}

/// The different values of `columns`, with the number of their rows in the column `source_count`.
fn counted(rows: &DataFrame, columns: &[impl AsRef<str>]) -> PolarsResult<DataFrame> {
    rows.group_by(columns)?.select(["source"]).count()
}

/// Whether the run read all rows of each row's ticker and market.
fn covered(rows: &DataFrame, scope: &Scope) -> PolarsResult<BooleanChunked> {
    let tickers = rows.column("ticker")?.str()?.iter().map(|ticker| ticker.and_then(|text| text.parse().ok()));
    let markets = rows.column("market")?.i16()?.iter();
    let covers = |(ticker, market): (Option<Ticker>, _)| ticker.is_some_and(|ticker| scope.covers(ticker, market));
    Ok(tickers.zip(markets).map(covers).collect())
}

/// The rows by key, nulls first; rows that share a key stay in their order.
fn sorted(rows: &DataFrame) -> PolarsResult<DataFrame> {
    rows.sort(KEY, SortMultipleOptions::default().with_maintain_order(true).with_multithreaded(false))
}

#[cfg(test)]
mod tests {
    use b3_cotahist::Markets;
    use b3_market::lake::Source;
    use chrono::NaiveDate;

    use super::*;
    use crate::bar::tests::bar;
    use crate::bar::{Bar, RejectedBar};
    use crate::frame::tests::lines;
    use crate::outcome::{Outcome, Status};

    /// A session with these rows, in which the requests for the tickers of `unread` failed.
    fn session(bars: &[Bar], rejected: &[RejectedBar], unread: &[Ticker]) -> Session {
        let (trade_date, source, status) = (NaiveDate::default(), Source::Cotahist, Status::Failed);
        let failed = |ticker: &Ticker| Outcome { ticker: *ticker, trade_date, source, status, reason: None, bytes: 0 };
        let outcomes = unread.iter().map(failed).collect();
        Session { trade_date, bars: bars.to_vec(), rejected: rejected.to_vec(), outcomes }
    }

    fn stored(bars: &[Bar]) -> DataFrame {
        frame_of_bars(bars, Source::Cotahist).unwrap()
    }

    fn rows(bars: &[Bar]) -> Vec<String> {
        lines(&stored(bars))
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
        let merged = |old: &[Bar], new: &[Bar], policy| {
            lines(&merge(&stored(old), &session(new, &[], &[]), &policy).unwrap().rows)
        };
        assert_eq!(merged(&old, &[new], policy(spot.clone())), rows(&[of_no_market, new, odd_lot]));
        assert_eq!(merged(&[], &[petr4, vale3, odd_lot], policy(spot.clone())), rows(&[petr4, odd_lot, vale3]));
        assert_eq!(merged(&old, &[new], replacing(spot)), rows(&[new]));
    }

    #[test]
    fn a_run_of_some_tickers_replaces_rows_with_its_keys_and_keeps_the_rest() {
        let intraday = Bar { bar_start: Some(60), ..bar("PETR4", "5", 1) };
        let (odd_lot, vale3) = (in_market(Some(20), bar("PETR4", "2", 1)), bar("VALE3", "3", 1));
        let (petr4, abev3) = (bar("PETR4", "9", 1), bar("ABEV3", "8", 1));
        let old = [bar("PETR4", "1", 1), intraday, odd_lot, vale3];
        let read = tickers(&["PETR4", "ABEV3", "VALE3"]);
        let new = session(&[petr4, abev3], &[], &[vale3.ticker]);
        let merged = |policy| lines(&merge(&stored(&old), &new, &policy).unwrap().rows);
        assert_eq!(merged(policy(read.clone())), rows(&[abev3, petr4, odd_lot, intraday, vale3]));
        assert_eq!(merged(replacing(read)), rows(&[abev3, petr4, vale3]));
    }

    #[test]
    fn an_incomplete_file_replaces_the_rows_of_a_key_if_it_has_as_many_as_are_stored() {
        let [old, new] = ["1", "2"].map(|price| in_market(Some(30), bar("PETR4T", price, 1)));
        let merged = |stored_rows: &[Bar], read: &[Bar]| {
            lines(&merge(&stored(stored_rows), &session(read, &[], &[]), &policy(Scope::IncompleteFile)).unwrap().rows)
        };
        assert_eq!(merged(&[old], &[new]), rows(&[new]));
        assert_eq!(merged(&[old], &[new, new]), rows(&[new, new]));
        assert_eq!(merged(&[old, old], &[new]), rows(&[old, old]));
        let vale3 = bar("VALE3", "3", 1);
        assert_eq!(merged(&[old], &[vale3]), rows(&[old, vale3]));
    }

    #[test]
    fn rejected_rows_stay_as_long_as_their_tickers_are_not_read_again() {
        let rejected = |ticker, reason: &str| RejectedBar::new(&bar(ticker, "1", 1), reason);
        let old = [rejected("PETR4", "old"), rejected("VALE3", "old"), rejected("VALE3", "older")];
        let old = frame_of_rejected(&old, Source::Cotahist).unwrap();
        let new = [rejected("ABEV3", "new"), rejected("PETR4", "new")];
        let merged = |policy: Policy, unread: &[Ticker]| -> Vec<String> {
            let rows = merge_rejected(&old, &session(&[], &new, unread), &policy).unwrap();
            let texts = |name| rows.column(name).unwrap().str().unwrap().iter().flatten();
            texts("ticker").zip(texts("reason")).map(|(ticker, reason)| format!("{ticker} {reason}")).collect()
        };
        let read = tickers(&["ABEV3", "PETR4"]);
        let with_vale3 = ["ABEV3 new", "PETR4 new", "VALE3 old", "VALE3 older"];
        assert_eq!(merged(policy(read.clone()), &[]), with_vale3);
        assert_eq!(merged(replacing(read.clone()), &[]), with_vale3[..2]);
        assert_eq!(merged(replacing(read), &["VALE3".parse().unwrap()]), with_vale3);
        assert_eq!(merged(policy(Scope::Markets(Markets::SPOT)), &[]), with_vale3[..2]);
        assert_eq!(merged(policy(Scope::IncompleteFile), &[]), with_vale3);
        let valid = ["PETR4", "VALE3"].map(|ticker| bar(ticker, "1", 1));
        let left = merge_rejected(&old, &session(&valid, &[], &[]), &policy(Scope::IncompleteFile)).unwrap();
        assert_eq!(left.height(), 0);
    }

    #[test]
    fn rejected_rows_of_a_market_that_is_not_read_stay() {
        let stored = [10, 20].map(|market| RejectedBar::new(&in_market(Some(market), bar("PETR4", "1", 1)), ""));
        let stored = frame_of_rejected(&stored, Source::Cotahist).unwrap();
        for scope in [tickers(&["PETR4"]), Scope::Markets(Markets::SPOT)] {
            let merged = merge_rejected(&stored, &session(&[], &[], &[]), &policy(scope)).unwrap();
            assert_eq!(lines(&merged), lines(&stored.slice(1, 1)));
        }
    }

    #[test]
    fn tickers_have_changed_if_a_row_of_theirs_came_went_or_differs() {
        let old = ["ABEV3", "ITUB4", "PETR4", "VALE3"].map(|ticker| bar(ticker, "1", 1));
        let [abev3, itub4, petr4, vale3] = old;
        let new_petr4 = Bar { volume: 2, ..petr4 };
        let changed = |old: &[Bar], new: &[Bar]| -> Vec<String> {
            changed_tickers(&stored(old), &stored(new)).unwrap().iter().map(ToString::to_string).collect()
        };
        assert_eq!(changed(&old, &old), <[&str; 0]>::default());
        assert_eq!(changed(&old, &[vale3, petr4, itub4, abev3]), <[&str; 0]>::default());
        assert_eq!(changed(&old, &[vale3, itub4, new_petr4, abev3]), ["PETR4"]);
        assert_eq!(changed(&old, &[itub4, new_petr4, vale3]), ["ABEV3", "PETR4"]);
        assert_eq!(changed(&[abev3, itub4], &[abev3, itub4, new_petr4, vale3]), ["PETR4", "VALE3"]);
        assert_eq!(changed(&old, &[abev3, itub4, itub4, petr4, vale3]), ["ITUB4"]);
    }
}
