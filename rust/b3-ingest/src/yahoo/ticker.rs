//! One ticker of a run: its bars, splits and dividends from Yahoo's responses.

use std::collections::BTreeMap;

use b3_market::Ticker;
use b3_market::calendar::add_sessions;
use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};

use super::bars::{RowOutcome, row_outcomes};
use super::events::{Doubts, events, splits};
use super::history::{History, Period, Yahoo};
use super::interval::Interval;
use super::outliers::{far_from_stored, mark_far_from_daily, mark_impossible_levels};
use super::request::TickerRequest;
use super::rows::{Row, rows};
use super::session_date::today;
use super::stored::StoredClose;
use crate::actions::{CompleteDates, TickerEvents};
use crate::web::NoContent;

/// The bars of a ticker in the requested dates, and its events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TickerResult {
    pub ticker: Ticker,
    /// The outcome of every row in these dates, a valid or a rejected bar, with its trade date.
    pub row_outcomes: Vec<(NaiveDate, RowOutcome)>,
    pub events: TickerEvents,
    /// The reason for sessions without a row.
    pub without_row: NoContent,
    pub notes: Vec<String>,
}

impl Yahoo {
    /// Requests one ticker and compares the response with the closes `stored` in raw; errors are
    /// part of the result.
    pub(super) async fn ticker_result(&self, request: TickerRequest, stored: &[StoredClose]) -> TickerResult {
        self.result(request, stored).await.unwrap_or_else(|reason| TickerResult {
            ticker: request.ticker,
            row_outcomes: Vec::new(),
            // No event was read, so the response is complete for no date and removes no event.
            events: TickerEvents::new(request.ticker, Vec::new(), CompleteDates::Nothing),
            without_row: reason,
            notes: Vec::new(),
        })
    }

    async fn result(&self, request: TickerRequest, stored: &[StoredClose]) -> Result<TickerResult, NoContent> {
        let deadline = self.client.deadline();
        let daily = self.history(request.ticker, Interval::Day, self.daily_period(request), deadline).await?;
        let mut intraday = Vec::new();
        if request.interval != Interval::Day {
            for period in intraday_periods(request) {
                match self.history(request.ticker, request.interval, period, deadline).await {
                    Ok(history) => intraday.push(history),
                    Err(NoContent::NoData(_)) => {}
                    Err(failed) => return Err(failed),
                }
            }
        }
        result_of(request, stored, &daily, &intraday, self.now).map_err(NoContent::Failed)
    }

    /// Until the end of the next session: Yahoo's prices are adjusted for every split until now,
    /// and perhaps for one of that session.
    fn daily_period(&self, request: TickerRequest) -> Period {
        let today = today(self.now);
        let next_session = add_sessions(today, 1).unwrap_or(today);
        Period { from: at_hour(first_daily_date(request), 0), until: at_hour(next_session + Days::new(1), 0) }
    }
}

/// The first date of the request for daily bars: some sessions before the requested ones, whose
/// prices show which level to expect. `request.to` is before `request.from` if no requested session
/// has closed yet.
fn first_daily_date(request: TickerRequest) -> NaiveDate {
    const CONTEXT: Days = Days::new(21);
    request.from.min(request.to) - CONTEXT
}

/// The requested dates in periods that Yahoo accepts. A period begins at 06:00 UTC, in Sao Paulo's
/// night, so that no session is divided; the last one ends at that time on the day after the last
/// date, because Yahoo's end is exclusive.
fn intraday_periods(request: TickerRequest) -> Vec<Period> {
    const NIGHT: u32 = 6;
    let after = request.to + Days::new(1);
    let mut periods = Vec::new();
    let mut from = request.from;
    while from < after {
        let until = after.min(from + Days::new(request.interval.days_a_request()));
        periods.push(Period { from: at_hour(from, NIGHT), until: at_hour(until, NIGHT) });
        from = until;
    }
    periods
}

fn at_hour(date: NaiveDate, hour: u32) -> DateTime<Utc> {
    date.and_time(NaiveTime::from_hms_opt(hour, 0, 0).unwrap_or_default()).and_utc()
}

/// Converts the responses to bars, events and notes. `intraday` is empty if the bars are daily.
///
/// # Errors
/// The reason why no row of the ticker can be used.
fn result_of(
    request: TickerRequest,
    stored: &[StoredClose],
    daily: &History,
    intraday: &[History],
    now: DateTime<Utc>,
) -> Result<TickerResult, String> {
    if let Some((_, reason)) = daily.unread.iter().find(|(kind, _)| *kind == "split") {
        return Err(format!("a split cannot be read, so earlier prices cannot be restored: {reason}"));
    }
    let splits = splits(&daily.actions)?;
    let mut daily_rows = rows(&daily.chart, &daily.candles, Interval::Day)?;
    if let Some(split) = splits.unseen(&daily_rows, today(now)) {
        return Err(format!("no bar of its ex-date shows yet whether yahoo has divided earlier prices by the {split}"));
    }
    let mut unread: Vec<String> = daily.unread.iter().map(|(_, reason)| reason.clone()).collect();
    let events = events(request.ticker, &daily.actions, &splits, &mut unread);
    // Splits are checked before prices of a wrong size are marked, because an unapplied split of
    // 100 for 1 looks like prices in cents; and after, because a row in cents hides a split's jump.
    let (before_marking, closes_before_marking) = (splits.contradiction(&daily_rows), closes(&daily_rows));
    mark_impossible_levels(&mut daily_rows);
    let (after_marking, daily_closes) = (splits.contradiction(&daily_rows), closes(&daily_rows));
    let untrusted = before_marking.into_iter().chain(after_marking).max_by_key(|untrusted| untrusted.until);
    let is_marked = |date: &NaiveDate| !daily_closes.contains_key(date);
    let wrong_level = closes_before_marking.into_keys().filter(is_marked).collect();
    let far_reason = far_from_stored(stored, &daily_rows, &splits);
    let doubts =
        Doubts { splits: &splits, far_reason: far_reason.as_deref(), untrusted: untrusted.as_ref(), wrong_level };
    let events = doubts.believed(events, &mut unread);
    let complete = if unread.is_empty() { complete_dates(request, &daily_rows, now) } else { CompleteDates::Nothing };
    let events = TickerEvents::new(request.ticker, events, complete);
    let mut requested_rows = Vec::new();
    if request.interval == Interval::Day {
        requested_rows = daily_rows;
    } else {
        for history in intraday {
            requested_rows.extend(rows(&history.chart, &history.candles, request.interval)?);
        }
        mark_far_from_daily(&mut requested_rows, &daily_closes);
        mark_impossible_levels(&mut requested_rows);
    }
    if let Some(reason) = far_reason {
        for row in &mut requested_rows {
            row.problem.get_or_insert_with(|| reason.clone());
        }
    }
    let undated = std::iter::once(daily).chain(intraday).flat_map(|history| &history.chart.undated);
    let notes = undated.chain(&unread);
    Ok(TickerResult {
        ticker: request.ticker,
        row_outcomes: row_outcomes(request, &requested_rows, &splits, untrusted.as_ref()),
        events,
        without_row: NoContent::NoData("yahoo has no row".to_owned()),
        notes: notes.map(|note| format!("{}: {note}", request.ticker)).collect(),
    })
}

/// The ex-dates for which a response without unreadable events lists every event: from its first
/// row until today, but not before the requested period; none without a row.
fn complete_dates(request: TickerRequest, rows: &[Row], now: DateTime<Utc>) -> CompleteDates {
    let first = rows.iter().map(|row| row.trade_date).min();
    first.map_or(CompleteDates::Nothing, |first| {
        CompleteDates::Between(first.max(first_daily_date(request)), today(now))
    })
}

fn closes(rows: &[Row]) -> BTreeMap<NaiveDate, f64> {
    rows.iter().filter_map(|row| row.prices_unless_problem().map(|[.., close]| (row.trade_date, close))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(interval: Interval, from: &str, to: &str) -> TickerRequest {
        TickerRequest {
            ticker: "PETR4".parse().unwrap(),
            interval,
            from: from.parse().unwrap(),
            to: to.parse().unwrap(),
        }
    }

    #[test]
    fn the_last_wanted_date_lies_inside_the_period_though_yahoos_end_is_exclusive() {
        let periods = intraday_periods(request(Interval::Hour, "2024-01-02", "2024-01-02"));
        let evening = "2024-01-02T21:00:00Z".parse::<DateTime<Utc>>().unwrap();
        assert_eq!(periods.len(), 1);
        assert!(periods[0].from < evening && evening < periods[0].until);
    }

    #[test]
    fn in_the_evening_of_sao_paulo_a_response_is_not_yet_complete_for_the_next_day() {
        let trade_date = "2024-01-02".parse().unwrap();
        let row = Row { stamp: DateTime::default(), trade_date, prices: [None; 4], volume: None, problem: None };
        let evening = "2024-01-03T01:00:00Z".parse().unwrap(); // 22:00 in Sao Paulo
        let complete = complete_dates(request(Interval::Day, "2024-01-02", "2024-01-02"), &[row], evening);
        assert!(complete.contains(trade_date) && !complete.contains("2024-01-03".parse().unwrap()));
    }

    #[test]
    fn pieces_of_a_long_period_touch_and_none_is_longer_than_yahoo_answers() {
        let periods = intraday_periods(request(Interval::Minute, "2024-01-02", "2024-01-20"));
        assert_eq!(periods.len(), 3);
        assert!(periods.windows(2).all(|pair| pair[0].until == pair[1].from));
        assert!(periods.iter().all(|period| period.until - period.from <= chrono::TimeDelta::days(7)));
        assert_eq!(periods[2].until.to_string(), "2024-01-21 06:00:00 UTC");
    }
}
