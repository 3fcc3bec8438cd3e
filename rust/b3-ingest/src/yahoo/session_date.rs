//! The trade date of a Yahoo timestamp.

use chrono::{DateTime, Days, NaiveDate, Timelike, Utc};
use chrono_tz::America::Sao_Paulo;

use super::interval::Interval;

/// The exchange's date of a bar with the timestamp `stamp`.
///
/// The date is that of Sao Paulo, never UTC's. A daily bar has the time of midnight, of the opening
/// or, while it is live, of its last trade, so every hour of the day means that day. There is one
/// exception: Yahoo's clock had summer time in years when Brazil had none (such as 2022), so that
/// midnight became 23:00 of the day before. B3 has no trades between 23:00 and midnight, so a daily
/// bar with that time belongs to the following day. The midnight of 2004-11-02, when the clocks
/// were set to 01:00, becomes 23:00 or 01:00 and gives 2004-11-02 in both cases.
pub(super) fn trade_date(stamp: DateTime<Utc>, interval: Interval) -> NaiveDate {
    const SUMMER_TIME_MIDNIGHT: u32 = 23;
    let local = stamp.with_timezone(&Sao_Paulo).naive_local();
    if interval == Interval::Day && local.hour() == SUMMER_TIME_MIDNIGHT {
        local.date() + Days::new(1)
    } else {
        local.date()
    }
}

/// The exchange's date at `now`, as of an intraday bar: 23:00 is not taken for the next day.
pub(super) fn today(now: DateTime<Utc>) -> NaiveDate {
    trade_date(now, Interval::Minute)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_daily_bar_of_any_hour_is_of_that_day_except_at_23_which_is_the_midnight_after_it() {
        for (stamp, date) in [
            ("2024-01-03T03:00:00Z", "2024-01-03"),
            ("2024-01-03T13:00:00Z", "2024-01-03"),
            ("2024-01-03T21:05:00Z", "2024-01-03"),
            ("2024-01-04T01:59:59Z", "2024-01-03"),
            // Midnight by a summer time that Brazil did not keep.
            ("2024-01-03T02:00:00Z", "2024-01-03"),
            ("2022-11-23T02:00:00Z", "2022-11-23"),
            // Midnight in a summer time that it kept, and the hour before.
            ("2018-12-03T02:00:00Z", "2018-12-03"),
            ("2018-12-03T01:00:00Z", "2018-12-03"),
            // 2004-11-02 had no midnight.
            ("2004-11-01T03:00:00Z", "2004-11-01"),
            ("2004-11-02T02:00:00Z", "2004-11-02"),
            ("2004-11-02T03:00:00Z", "2004-11-02"),
            ("2004-11-02T12:00:00Z", "2004-11-02"),
            ("2004-11-03T02:00:00Z", "2004-11-03"),
        ] {
            assert_eq!(trade_date(stamp.parse().unwrap(), Interval::Day).to_string(), date, "{stamp}");
        }
    }

    #[test]
    fn an_intraday_bar_is_never_moved() {
        let stamp = "2024-01-04T02:30:00Z".parse().unwrap();
        assert_eq!(trade_date(stamp, Interval::Minute).to_string(), "2024-01-03");
    }
}
