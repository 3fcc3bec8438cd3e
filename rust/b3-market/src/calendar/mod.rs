//! The calendar of B3's trading sessions from 1986 to 2099.
//!
//! The sessions follow from the rules in [`holidays`] and are stored in one table, built on first
//! use (about 280 kB, a millisecond); every function is then a look-up. Ash Wednesday is a session,
//! though a short one.
//!
//! The rules agree with the calendar B3 of `bizdays` on every day from 2000 to 2026, and with BVMF
//! of `exchange_calendars` on every day except the holidays of 1986 to 1989 (see [`holidays`]).
//! Before 2000 no record of the exchange confirms the rules: they count as sessions the days on
//! which banks were closed for a change of currency, such as 28 February 1986, 14 to 16 March 1990
//! and 1 July 1994, and the election days of 3 October 1990, 1994 and 1996. Holidays of future
//! years may still be changed by law. If B3's own file holds quotes of a day that is no session by
//! the rules, kernels accept its bars like any other.
//!
//! A session's *index* is its number, 0 for 1986-01-02; any other day has the index of the last
//! session before it. It depends on where the calendar begins, so it must never be stored. For
//! every date `d` and number `n`, `add_sessions(d, n)` is the session of index
//! `session_index(d) + n`, hence `count_sessions(d, add_sessions(d, n)) == n`.

pub mod holidays;
mod table;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use table::TABLE;

/// The first day of the calendar.
pub const FIRST_DATE: NaiveDate = NaiveDate::from_ymd_opt(1986, 1, 1).expect("a date");
/// The last day of the calendar.
pub const LAST_DATE: NaiveDate = NaiveDate::from_ymd_opt(2099, 12, 31).expect("a date");

/// What error messages say was expected in place of a date outside the calendar.
pub const EXPECTED: &str = "a date from 1986-01-01 to 2099-12-31";

/// A date or a session number outside the calendar.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{found} is outside the trading calendar: expected {EXPECTED}")]
pub struct OutOfCalendar {
    /// The date, or the computation that left the calendar.
    pub found: String,
}

/// Whether B3 trades spot shares on `date`.
///
/// # Errors
/// [`OutOfCalendar`] outside 1986 to 2099.
///
/// ```
/// use b3_market::calendar::is_session;
/// use chrono::NaiveDate;
///
/// let ash_wednesday = NaiveDate::from_ymd_opt(2024, 2, 14).unwrap();
/// assert_eq!(is_session(ash_wednesday), Ok(true));
/// assert_eq!(is_session(ash_wednesday.pred_opt().unwrap()), Ok(false));
/// ```
pub fn is_session(date: NaiveDate) -> Result<bool, OutOfCalendar> {
    let index = session_index(date)?;
    Ok(TABLE.session(index) == Some(date))
}

/// The sessions from `from` to `to`, both included; none if `to` is before `from`.
///
/// # Errors
/// [`OutOfCalendar`] if either date is outside 1986 to 2099.
///
/// ```
/// use b3_market::calendar::sessions;
/// use chrono::NaiveDate;
///
/// let day = |d| NaiveDate::from_ymd_opt(2024, 2, d).unwrap();
/// let carnival = sessions(day(8), day(15))?;
/// assert_eq!(carnival.collect::<Vec<_>>(), [day(8), day(9), day(14), day(15)]);
/// # Ok::<(), b3_market::calendar::OutOfCalendar>(())
/// ```
pub fn sessions(
    from: NaiveDate,
    to: NaiveDate,
) -> Result<impl ExactSizeIterator<Item = NaiveDate> + DoubleEndedIterator + Clone, OutOfCalendar> {
    let end = session_index(to)? + 1;
    let start = session_index(from)? + i32::from(!is_session(from)?);
    Ok(TABLE.between(start, end))
}

/// The session `n` sessions after `date`, or before it if `n` is negative.
///
/// Counted from the last session on or before `date`, which is the result for `n == 0`.
///
/// # Errors
/// [`OutOfCalendar`] if `date` or the result is outside 1986 to 2099.
///
/// ```
/// use b3_market::calendar::add_sessions;
/// use chrono::NaiveDate;
///
/// let day = |d| NaiveDate::from_ymd_opt(2024, 11, d).unwrap();
/// assert_eq!(add_sessions(day(14), 1), Ok(day(18))); // the 15th is a holiday, then a weekend
/// assert_eq!(add_sessions(day(17), 0), Ok(day(14)));
/// assert_eq!(add_sessions(day(17), -1), Ok(day(13)));
/// ```
pub fn add_sessions(date: NaiveDate, n: i32) -> Result<NaiveDate, OutOfCalendar> {
    session_index(date)?
        .checked_add(n)
        .and_then(|index| TABLE.session(index))
        .ok_or_else(|| OutOfCalendar { found: format!("{date} {n:+} sessions") })
}

/// The number of sessions after `after` and on or before `until`; 0 or less if `until` is earlier.
///
/// # Errors
/// [`OutOfCalendar`] if either date is outside 1986 to 2099.
///
/// ```
/// use b3_market::calendar::count_sessions;
/// use chrono::NaiveDate;
///
/// let day = |d| NaiveDate::from_ymd_opt(2024, 11, d).unwrap();
/// assert_eq!(count_sessions(day(14), day(18)), Ok(1));
/// assert_eq!(count_sessions(day(18), day(14)), Ok(-1));
/// ```
pub fn count_sessions(after: NaiveDate, until: NaiveDate) -> Result<i32, OutOfCalendar> {
    Ok(session_index(until)? - session_index(after)?)
}

/// The index of the last session on or before `date`; -1 on 1986-01-01, before the first session.
///
/// # Errors
/// [`OutOfCalendar`] outside 1986 to 2099.
pub fn session_index(date: NaiveDate) -> Result<i32, OutOfCalendar> {
    session_index_of_unix_day(date.to_epoch_days())
}

/// [`session_index`] of a day in days since 1970-01-01, as Arrow's `Date32` has it.
///
/// # Errors
/// [`OutOfCalendar`] outside 1986 to 2099.
///
/// ```
/// use b3_market::calendar::session_index_of_unix_day;
///
/// assert_eq!(session_index_of_unix_day(5_845), Ok(0)); // 1986-01-02
/// ```
#[inline]
pub fn session_index_of_unix_day(day: i32) -> Result<i32, OutOfCalendar> {
    TABLE.index(day).ok_or_else(|| outside(day))
}

/// Not inlined, so that the caller's loop over days can inline the look-up.
#[cold]
fn outside(day: i32) -> OutOfCalendar {
    OutOfCalendar { found: day_text(day) }
}

/// A day since 1970-01-01 as text for an error message.
#[must_use]
pub fn day_text(day: i32) -> String {
    NaiveDate::from_epoch_days(day).map_or_else(|| format!("day {day} since 1970-01-01"), |date| date.to_string())
}

/// The session with an index; the inverse of [`session_index`].
///
/// # Errors
/// [`OutOfCalendar`] if there is no such session.
pub fn session_at(index: i32) -> Result<NaiveDate, OutOfCalendar> {
    TABLE.session(index).ok_or_else(|| OutOfCalendar { found: format!("session {index}") })
}

/// The last session whose trading was over at `now`, so that its bars no longer change.
///
/// Trading counts as over from 19:00 in UTC-3, after the after-market of every schedule that B3 has
/// used; in the summer time that Brazil had until 2019 this is 20:00 local time, later than
/// necessary but never too early.
///
/// # Errors
/// [`OutOfCalendar`] before the first session has closed, and from 22:00 UTC of 2100-01-01 on,
/// because nothing says whether that day is a session.
///
/// ```
/// use b3_market::calendar::last_closed_session;
/// use chrono::{DateTime, NaiveDate, Utc};
///
/// let at = |text: &str| last_closed_session(text.parse::<DateTime<Utc>>().unwrap());
/// assert_eq!(at("2024-11-08T21:59:59Z"), Ok(NaiveDate::from_ymd_opt(2024, 11, 7).unwrap()));
/// assert_eq!(at("2024-11-08T22:00:00Z"), Ok(NaiveDate::from_ymd_opt(2024, 11, 8).unwrap()));
/// ```
pub fn last_closed_session(now: DateTime<Utc>) -> Result<NaiveDate, OutOfCalendar> {
    const CLOSE_IN_UTC: TimeDelta = TimeDelta::hours(19 + 3);
    let closed = now.checked_sub_signed(CLOSE_IN_UTC).ok_or_else(|| OutOfCalendar { found: now.to_string() })?;
    add_sessions(closed.date_naive(), 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn any_date() -> impl Strategy<Value = NaiveDate> {
        (FIRST_DATE.to_epoch_days()..=LAST_DATE.to_epoch_days())
            .prop_map(|day| NaiveDate::from_epoch_days(day).unwrap())
    }

    #[test]
    fn a_date_outside_the_calendar_is_refused_and_named() {
        for outside in ["1985-12-31", "2100-01-01"].map(date) {
            let message =
                format!("{outside} is outside the trading calendar: expected a date from 1986-01-01 to 2099-12-31");
            assert_eq!(is_session(outside).unwrap_err().to_string(), message);
            assert_eq!(session_index(outside).unwrap_err().to_string(), message);
            assert!(add_sessions(outside, 0).is_err());
            assert!(sessions(outside, FIRST_DATE).is_err());
            assert!(sessions(FIRST_DATE, outside).is_err());
            assert!(count_sessions(outside, FIRST_DATE).is_err());
        }
        assert!(session_index_of_unix_day(i32::MIN).is_err());
        assert!(session_index_of_unix_day(i32::MAX).is_err());
        assert!(add_sessions(FIRST_DATE, 0).is_err());
        assert!(add_sessions(LAST_DATE, i32::MAX).is_err());
        assert_eq!(
            add_sessions(date("2099-12-30"), 1).unwrap_err().to_string(),
            "2099-12-30 +1 sessions is outside the trading calendar: expected a date from 1986-01-01 to 2099-12-31",
        );
    }

    #[test]
    fn reversed_ends_and_a_weekend_have_no_sessions() {
        assert_eq!(sessions(date("2024-01-05"), date("2024-01-04")).unwrap().len(), 0);
        assert_eq!(sessions(date("2024-01-06"), date("2024-01-07")).unwrap().len(), 0);
        assert_eq!(sessions(LAST_DATE, FIRST_DATE).unwrap().len(), 0);
    }

    #[test]
    fn the_whole_calendar_is_its_sessions() {
        let all: Vec<_> = sessions(FIRST_DATE, LAST_DATE).unwrap().collect();
        let one_by_one: Vec<_> = FIRST_DATE
            .iter_days()
            .take_while(|date| *date <= LAST_DATE)
            .filter(|date| is_session(*date).unwrap())
            .collect();
        assert_eq!(all, one_by_one);
        assert_eq!(all[0], date("1986-01-02"));
    }

    proptest! {
        #[test]
        fn counting_undoes_adding(start in any_date(), n in -30_000..30_000) {
            if let Ok(end) = add_sessions(start, n) { // the calendar has some 28,000 sessions
                prop_assert!(is_session(end).unwrap());
                prop_assert_eq!(count_sessions(start, end), Ok(n));
                prop_assert_eq!(session_at(session_index(start).unwrap() + n), Ok(end));
            }
        }

        #[test]
        fn counting_is_the_number_of_sessions_after_the_first_date(a in any_date(), b in any_date()) {
            let (early, late) = (a.min(b), a.max(b));
            let between = sessions(early, late).unwrap().len() - usize::from(is_session(early).unwrap());
            let count = i32::try_from(between).unwrap();
            prop_assert_eq!(count_sessions(early, late), Ok(count));
            prop_assert_eq!(count_sessions(late, early), Ok(-count));
        }
    }
}
