//! The periods that bars are aggregated to.

use b3_market::calendar::{OutOfCalendar, add_sessions, session_at, session_index_of_unix_day};
use chrono::{Datelike, NaiveDate};

use crate::named_option::named_option;

/// A period of the calendar.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Every {
    /// One day.
    #[default]
    Day,
    /// One ISO week, Monday to Sunday.
    Week,
    /// One month.
    Month,
    /// One quarter, from January, April, July or October.
    Quarter,
    /// One year.
    Year,
}

/// Monday 1969-12-29, in days since 1970-01-01.
const A_MONDAY: i32 = -3;

impl Every {
    /// The first and the last calendar day of the period that contains `date`. They may be outside
    /// the calendar, as the first day of 1986's first week is.
    ///
    /// # Errors
    /// [`OutOfCalendar`] if `date` is outside 1986 to 2099.
    pub fn days(self, date: NaiveDate) -> Result<(NaiveDate, NaiveDate), OutOfCalendar> {
        let day = date.to_epoch_days();
        session_index_of_unix_day(day)?;
        Ok((self::date(self.first_day(self.number(day))), self::date(self.last_day(day))))
    }

    /// The number of the period that contains a day since 1970-01-01; consecutive periods have
    /// consecutive numbers.
    ///
    /// # Panics
    /// If the day is beyond the years that a date can have; [`crate::column`] has refused such
    /// days.
    pub(crate) fn number(self, day: i32) -> i32 {
        match self {
            Self::Day => day,
            Self::Week => (day - A_MONDAY).div_euclid(7),
            Self::Month => months(day),
            Self::Quarter => months(day).div_euclid(3),
            Self::Year => months(day).div_euclid(12),
        }
    }

    /// The number that spans are measured in: B3 sessions for days, else periods. The day is inside
    /// the calendar.
    pub(crate) fn ordinal(self, day: i32) -> i32 {
        match self {
            Self::Day => session_index_of_unix_day(day).expect("readers of columns refuse days outside the calendar"),
            _ => self.number(day),
        }
    }

    /// The first calendar day of the period with this [`Self::number`].
    fn first_day(self, number: i32) -> i32 {
        match self {
            Self::Day => number,
            Self::Week => number * 7 + A_MONDAY,
            Self::Month => first_of_month(number),
            Self::Quarter => first_of_month(number * 3),
            Self::Year => first_of_month(number * 12),
        }
    }

    /// The last calendar day of the period that contains a day. Panics as [`Self::number`].
    pub(crate) fn last_day(self, day: i32) -> i32 {
        self.first_day(self.number(day) + 1) - 1
    }

    /// The first session of the period that contains a day of the calendar, in days since
    /// 1970-01-01. For `1d` the day itself, a session or not.
    pub(crate) fn first_session(self, day: i32) -> i32 {
        if self == Self::Day {
            return day;
        }
        let eve = date(self.first_day(self.number(day)) - 1);
        // Where the period begins before the calendar or with it, `eve` is outside, and the first
        // session is the calendar's.
        let session = add_sessions(eve, 1).or_else(|_| session_at(0));
        session.expect("the calendar has a first session").to_epoch_days()
    }
}

named_option!("every", Every, "1d" => Day, "1w" => Week, "1mo" => Month, "1q" => Quarter, "1y" => Year);

fn date(day: i32) -> NaiveDate {
    NaiveDate::from_epoch_days(day).expect("chrono's years go far beyond the calendar's")
}

/// Months since January of year 0.
fn months(day: i32) -> i32 {
    let date = date(day);
    date.year() * 12 + date.month0().cast_signed()
}

fn first_of_month(months: i32) -> i32 {
    let month = months.rem_euclid(12).cast_unsigned() + 1;
    let first = NaiveDate::from_ymd_opt(months.div_euclid(12), month, 1);
    first.expect("chrono's years go far beyond the calendar's").to_epoch_days()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(date: &str) -> i32 {
        date.parse::<NaiveDate>().unwrap().to_epoch_days()
    }

    #[test]
    fn a_period_is_dated_by_its_first_session() {
        for (every, date, first) in [
            ("1d", "2024-02-16", "2024-02-16"),
            ("1w", "2024-02-16", "2024-02-14"), // Monday and Tuesday were Carnival
            ("1mo", "2024-05-31", "2024-05-02"),
            ("1q", "2024-06-28", "2024-04-01"),
            ("1y", "2024-12-30", "2024-01-02"),
            ("1w", "1986-01-03", "1986-01-02"), // the week begins before the calendar
            ("1mo", "1986-01-31", "1986-01-02"),
            ("1y", "1986-01-02", "1986-01-02"),
        ] {
            let every: Every = every.parse().unwrap();
            assert_eq!(every.first_session(day(date)), day(first), "{every:?} {date}");
        }
    }

    #[test]
    fn a_period_begins_the_day_after_the_one_before_and_ends_the_day_before_the_next() {
        for (every, date, first, last) in [
            ("1d", "2024-02-16", "2024-02-16", "2024-02-16"),
            ("1w", "2024-02-14", "2024-02-12", "2024-02-18"),
            ("1w", "2024-02-18", "2024-02-12", "2024-02-18"),
            ("1w", "1986-01-01", "1985-12-30", "1986-01-05"),
            ("1mo", "2024-02-01", "2024-02-01", "2024-02-29"),
            ("1mo", "2099-12-01", "2099-12-01", "2099-12-31"),
            ("1q", "2024-05-31", "2024-04-01", "2024-06-30"),
            ("1y", "2024-01-02", "2024-01-01", "2024-12-31"),
        ] {
            let every: Every = every.parse().unwrap();
            let days = [first, last].map(|date| date.parse::<NaiveDate>().unwrap());
            assert_eq!(every.days(date.parse().unwrap()).unwrap(), days.into(), "{every:?} {date}");
        }
        assert!(Every::Week.days(NaiveDate::from_ymd_opt(1985, 12, 31).unwrap()).is_err());
    }

    #[test]
    fn weeks_are_iso_weeks_also_over_the_new_year() {
        let week = |date| Every::Week.number(day(date));
        assert_eq!(week("2024-12-30"), week("2025-01-05"));
        assert_eq!(week("2024-12-29") + 1, week("2024-12-30"));
    }
}
