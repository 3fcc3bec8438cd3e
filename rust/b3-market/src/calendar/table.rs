//! The table of sessions that the calendar's functions look up.

use std::sync::LazyLock;

use chrono::NaiveDate;

use super::holidays::closes;
use super::{FIRST_DATE, LAST_DATE};

/// [`FIRST_DATE`] in days since 1970-01-01.
const UNIX_DAY_OF_FIRST: i32 = FIRST_DATE.to_epoch_days();

pub(super) static TABLE: LazyLock<Table> = LazyLock::new(Table::by_rule);

/// The index of each day's session, and the session of each index.
pub(super) struct Table {
    /// For each day from [`FIRST_DATE`] on, the index of the last session on or before it.
    index_by_day: Vec<i32>,
    sessions: Vec<NaiveDate>,
}

impl Table {
    fn by_rule() -> Self {
        let mut sessions = Vec::new();
        let mut index_by_day = Vec::new();
        let mut last = -1;
        for date in FIRST_DATE.iter_days().take_while(|date| *date <= LAST_DATE) {
            if !closes(date) {
                sessions.push(date);
                last += 1;
            }
            index_by_day.push(last);
        }
        Self { index_by_day, sessions }
    }

    /// The index of the last session on or before a day since 1970-01-01, -1 before the first one;
    /// `None` outside the calendar.
    #[inline]
    pub(super) fn index(&self, unix_day: i32) -> Option<i32> {
        let day = usize::try_from(unix_day.checked_sub(UNIX_DAY_OF_FIRST)?).ok()?;
        self.index_by_day.get(day).copied()
    }

    /// The session with an index.
    pub(super) fn session(&self, index: i32) -> Option<NaiveDate> {
        self.sessions.get(usize::try_from(index).ok()?).copied()
    }

    /// The sessions from index `start` to before `end`, both 0 or more; none if `end` is smaller.
    pub(super) fn between(&self, start: i32, end: i32) -> std::iter::Copied<std::slice::Iter<'_, NaiveDate>> {
        let ordinal = |index: i32| usize::try_from(index).unwrap_or(0);
        self.sessions.get(ordinal(start)..ordinal(end)).unwrap_or_default().iter().copied()
    }
}
