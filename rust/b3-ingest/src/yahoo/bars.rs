//! Conversion of Yahoo's rows to bars as traded, or to rejected rows.

use std::collections::BTreeMap;

use b3_market::{Price, calendar};
use chrono::NaiveDate;

use super::float32_prices::{as_traded, shares_as_traded};
use super::interval::Interval;
use super::request::TickerRequest;
use super::rows::Row;
use super::splits::{Splits, Untrusted};
use crate::bar::{Bar, RejectedBar};

/// A row as a bar for raw, or for `raw_rejected/`.
pub(super) type RowOutcome = Result<Bar, Box<RejectedBar>>;

/// The rows within the requested dates, each as a bar or with the reason why it is rejected; every
/// row before `untrusted.until` is rejected.
///
/// Two valid rows of one session and start with equal values count as one; with different values
/// nothing says which is right, and both are rejected.
pub(super) fn row_outcomes(
    request: TickerRequest,
    rows: &[Row],
    splits: &Splits,
    untrusted: Option<&Untrusted>,
) -> Vec<(NaiveDate, RowOutcome)> {
    let mut row_outcomes = Vec::new();
    let mut valid: BTreeMap<(NaiveDate, Option<i64>), Vec<Bar>> = BTreeMap::new();
    for row in rows.iter().filter(|row| (request.from..=request.to).contains(&row.trade_date)) {
        match bar(request, row, splits, untrusted) {
            Ok(bar) => valid.entry((row.trade_date, bar.bar_start)).or_default().push(bar),
            rejected => row_outcomes.push((row.trade_date, rejected)),
        }
    }
    for ((trade_date, _), bars) in valid {
        if bars.iter().all(|bar| *bar == bars[0]) {
            row_outcomes.push((trade_date, Ok(bars[0])));
        } else {
            let unit = if bars[0].bar_start.is_some() { "bar" } else { "session" };
            let reason = format!("{} different rows for one {unit}", bars.len());
            let rejected = |bar| (trade_date, Err(RejectedBar::new(bar, reason.clone()).into()));
            row_outcomes.extend(bars.iter().map(rejected));
        }
    }
    row_outcomes
}

fn bar(request: TickerRequest, row: &Row, splits: &Splits, untrusted: Option<&Untrusted>) -> RowOutcome {
    let ratio = splits.after(row.trade_date);
    let prices = row.prices.map(|price| price.and_then(|price| as_traded(price, ratio)));
    let volume = row.volume.and_then(|volume| shares_as_traded(volume, ratio));
    let bar_start = request.interval.intraday_seconds().map(|_| row.stamp.timestamp_micros());
    let rejected = |reason: String| {
        let [open, high, low, close] = prices;
        let other_fields = RejectedBar::new(&Bar::of_prices(request.ticker, [Price::default(); 4], 0), reason);
        Box::new(RejectedBar { bar_start, open, high, low, close, volume, ..other_fields })
    };
    if let Some(problem) = problem(request.interval, row, untrusted) {
        return Err(rejected(problem));
    }
    let ([Some(open), Some(high), Some(low), Some(close)], Some(volume)) = (prices, volume) else {
        return Err(rejected(format!(
            "a price or the volume as traded, split {}:{}, does not fit raw",
            ratio.numerator, ratio.denominator
        )));
    };
    Ok(Bar { bar_start, ..Bar::of_prices(request.ticker, [open, high, low, close], volume) })
}

/// The reason why a row is rejected; the rules for every source are checked later.
fn problem(interval: Interval, row: &Row, untrusted: Option<&Untrusted>) -> Option<String> {
    const HALF_HOUR: i64 = 1800;
    if !calendar::is_session(row.trade_date).unwrap_or(false) {
        return Some(format!("{} is no session of B3", row.trade_date));
    }
    if let Some(problem) = &row.problem {
        return Some(problem.clone());
    }
    if let Some(untrusted) = untrusted.filter(|untrusted| row.trade_date < untrusted.until) {
        return Some(untrusted.reason.clone());
    }
    // The live row of an intraday response has the time of its last trade; it repeats the last bar.
    // Hourly bars may start on the half hour, in case a session opens then.
    let grid = interval.intraday_seconds()?.min(HALF_HOUR);
    (row.stamp.timestamp() % grid != 0)
        .then(|| format!("a bar that starts at {}, expected a multiple of {grid} s", row.stamp.time()))
}

#[cfg(test)]
mod tests {
    // Four equal prices, 100 shares, at 13:00 UTC.
    use super::super::rows::tests::flat;
    use super::*;

    fn outcomes(interval: Interval, rows: &[Row], untrusted: Option<&Untrusted>) -> Vec<String> {
        let [from, to] = ["2024-01-03", "2024-01-04"].map(|date| date.parse().unwrap());
        let request = TickerRequest { ticker: "PETR4".parse().unwrap(), interval, from, to };
        let show = |(date, outcome): (NaiveDate, RowOutcome)| match outcome {
            Ok(bar) => format!("{date} {} {}", bar.close, bar.volume),
            Err(rejected) => format!("{date} {}", rejected.reason),
        };
        row_outcomes(request, rows, &Splits::default(), untrusted).into_iter().map(show).collect()
    }

    #[test]
    fn a_bad_row_beside_a_good_one_of_its_session_leaves_the_good_one() {
        let mut bad = flat("2024-01-03", 37.4);
        bad.problem = Some("close is null".to_owned());
        let outcomes = outcomes(Interval::Day, &[bad, flat("2024-01-03", 37.4)], None);
        assert_eq!(outcomes, ["2024-01-03 close is null", "2024-01-03 37.400000 100"]);
    }

    #[test]
    fn nothing_is_written_before_a_split_that_contradicts_the_prices() {
        let untrusted = Untrusted { until: "2024-01-04".parse().unwrap(), reason: "the split".to_owned() };
        let rows = [flat("2024-01-03", 18.7), flat("2024-01-04", 18.7)];
        let outcomes = outcomes(Interval::Day, &rows, Some(&untrusted));
        assert_eq!(outcomes, ["2024-01-03 the split", "2024-01-04 18.700000 100"]);
    }

    #[test]
    fn intraday_bars_start_on_their_grid() {
        let mut live = flat("2024-01-03", 37.4);
        live.stamp = "2024-01-03T21:07:52Z".parse().unwrap();
        let rows = [flat("2024-01-03", 37.4), live];
        let outcomes = outcomes(Interval::FiveMinutes, &rows, None);
        let reason = "2024-01-03 a bar that starts at 21:07:52, expected a multiple of 300 s";
        assert_eq!(outcomes, [reason, "2024-01-03 37.400000 100"]);
    }
}
