//! The sessions that raw lacks, which `cotahist --missing` downloads.

use std::collections::BTreeSet;

use b3_market::calendar::{FIRST_DATE, OutOfCalendar, add_sessions, last_closed_session, sessions};
use chrono::{DateTime, NaiveDate, Utc};

use crate::error::IngestError;
use crate::sink::Lake;
use crate::stored::cotahist_dates_from;

/// The number of latest sessions that are always checked.
const LATEST: i32 = 10;

/// The closed sessions without a COTAHIST object in raw: those after the newest stored one, and
/// those of the last ten.
///
/// # Errors
/// Those of listing raw; [`IngestError::Argument`] if `now` is outside the calendar.
pub(super) async fn missing_sessions(lake: &Lake, now: DateTime<Utc>) -> Result<Vec<NaiveDate>, IngestError> {
    let outside = |error: OutOfCalendar| IngestError::Argument(error.to_string());
    let last = last_closed_session(now).map_err(outside)?;
    let first = add_sessions(last, 1 - LATEST).map_err(outside)?;
    let mut stored = cotahist_dates_from(lake, first).await?;
    if stored.is_empty() {
        // Rare: raw is new, or two weeks behind. Only then all of it is listed.
        stored = cotahist_dates_from(lake, FIRST_DATE).await?;
    }
    lacking(&stored, first, last).map_err(outside)
}

/// The sessions up to `last` that are not `stored`, from `first` or from the newest stored one,
/// whichever is earlier.
fn lacking(stored: &BTreeSet<NaiveDate>, first: NaiveDate, last: NaiveDate) -> Result<Vec<NaiveDate>, OutOfCalendar> {
    let from = stored.last().map_or(first, |newest| first.min(*newest));
    Ok(sessions(from, last)?.filter(|session| !stored.contains(session)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn lacking_of(stored: &[NaiveDate]) -> Vec<NaiveDate> {
        // The last ten sessions, from a Monday to the Friday of the next week.
        lacking(&stored.iter().copied().collect(), day("2024-10-28"), day("2024-11-08")).unwrap()
    }

    #[test]
    fn every_session_since_the_newest_is_lacking_however_long_ago_that_was() {
        let found = lacking_of(&["2023-01-02", "2024-03-28"].map(day));
        // The session after Thursday 2024-03-28 is Monday 2024-04-01: between them was Good Friday.
        assert_eq!(found, sessions(day("2024-04-01"), day("2024-11-08")).unwrap().collect::<Vec<_>>());
    }

    #[test]
    fn a_stored_day_that_is_no_session_by_the_calendar_changes_nothing() {
        // A Saturday, which is in raw because B3's file has it.
        assert_eq!(lacking_of(&[day("2024-11-09")]), lacking_of(&[]));
    }
}
