//! The comparison of a run's lake and report with the emulated market.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde_json::Value;

use crate::lake::{RunReport, TestLake};
use crate::market::{RowFault, Share, ShareFault, price_of};

/// The dates of a run, and the last session that has closed.
#[derive(Debug, Clone)]
pub(crate) struct RequestedDates {
    pub(crate) from: NaiveDate,
    pub(crate) to: NaiveDate,
    pub(crate) closed: NaiveDate,
}

/// The expected status of each ticker and date.
type Statuses = BTreeMap<(String, String), &'static str>;

/// Compares every ticker and session with the expected outcome, and every row of raw with the
/// trades; only sessions have rows.
pub(crate) fn check(shares: &[Share], requested: &RequestedDates, lake: &TestLake, report: &RunReport) {
    let outcomes = report.outcomes();
    let sessions: Vec<NaiveDate> = b3_market::calendar::sessions(requested.from, requested.to).unwrap().collect();
    let mut expected = Statuses::new();
    for share in shares {
        for date in &sessions {
            expected.insert((share.ticker.clone(), date.to_string()), expected_status(share, *date, requested));
        }
        let has_rows = !share.fault.is_some_and(|fault| fault == ShareFault::NoRows || is_fatal(fault));
        let last = requested.to.min(requested.closed);
        for date in &share.holidays_with_bar {
            if has_rows && (requested.from..=last).contains(date) {
                expected.insert((share.ticker.clone(), date.to_string()), "rejected");
            }
        }
    }
    let found: BTreeMap<_, _> = outcomes.iter().map(|(key, (status, _))| (key.clone(), status.as_str())).collect();
    for (key @ (ticker, _date), status) in &expected {
        let share = shares.iter().find(|share| share.ticker == *ticker).unwrap();
        let faults = (share.fault, &share.row_faults, &share.splits);
        assert_eq!(found.get(key), Some(status), "{key:?}: {:?} {faults:?}", outcomes.get(key));
    }
    assert_eq!(found.len(), expected.len(), "outcomes that were not requested");
    assert_eq!(report.succeeded(), !expected.values().any(|status| *status == "failed"));
    for date in sessions {
        check_session(shares, date, &expected, lake);
    }
    let holidays = shares.iter().flat_map(|share| &share.holidays_with_bar);
    holidays.for_each(|date| assert_eq!(lake.bars(*date, "yahoo"), [], "{date} is no session"));
    for date in lake.dates() {
        assert!(expected.keys().any(|(_ticker, day)| *day == date), "an object of {date}");
    }
    check_counts(&report.json, &expected);
}

fn check_session(shares: &[Share], date: NaiveDate, expected: &Statuses, lake: &TestLake) {
    let bars = lake.bars(date, "yahoo");
    let rejected = lake.rejected(date);
    let mut written = 0;
    for share in shares {
        let of_share = |ticker: &b3_market::Ticker| ticker.as_str() == share.ticker;
        let found: Vec<_> = bars.iter().filter(|bar| of_share(&bar.ticker)).collect();
        match expected[&(share.ticker.clone(), date.to_string())] {
            "written" => {
                let traded = share.bars.iter().find(|bar| bar.date == date).unwrap();
                let [bar] = found[..] else { panic!("{} of {date}: {found:?}", share.ticker) };
                let prices = [bar.open, bar.high, bar.low, bar.close];
                let paid = [traded.open, traded.high, traded.low, traded.close].map(price_of);
                assert_eq!((prices, bar.volume), (paid, traded.volume), "{} of {date}", share.ticker);
                assert_eq!(bar.bar_start, None);
                written += 1;
            }
            status => {
                assert!(found.is_empty(), "{} of {date} is {status} and in raw", share.ticker);
                let is_rejected = rejected.iter().any(|bar| of_share(&bar.ticker));
                assert_eq!(status == "rejected", is_rejected, "{} of {date}", share.ticker);
            }
        }
    }
    assert_eq!(bars.len(), written);
}

fn check_counts(report: &Value, expected: &Statuses) {
    for status in ["written", "empty", "rejected", "failed"] {
        let number = expected.values().filter(|expected| **expected == status).count();
        assert_eq!(report["totals"][status].as_u64().unwrap_or(0), number as u64, "{status}");
    }
}

fn is_fatal(fault: ShareFault) -> bool {
    matches!(fault, ShareFault::Unknown | ShareFault::Dead | ShareFault::AlwaysCut | ShareFault::Dollars)
}

/// The expected status of `share` on the session `date`, with any fault that `randomized.rs` draws.
fn expected_status(share: &Share, date: NaiveDate, requested: &RequestedDates) -> &'static str {
    if share.fault.is_some_and(is_fatal) {
        return "failed";
    }
    let traded = share.bars.iter().any(|bar| bar.date == date);
    if !traded || date > requested.closed || share.fault == Some(ShareFault::NoRows) {
        return "empty";
    }
    match (share.row_faults.get(&date), share.fault) {
        (Some(RowFault::Missing), _) => "empty",
        (Some(fault), _) if !fault.is_harmless() => "rejected",
        (_, Some(ShareFault::SplitNotApplied(index))) if date < share.splits[index].date => "rejected",
        _ => "written",
    }
}
