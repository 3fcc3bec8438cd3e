//! Tests of the calendar against published counts; `tests/market/test_calendar.py` compares every
//! day.

use b3_market::calendar::{is_session, sessions};
use chrono::NaiveDate;

/// Sessions a year from 1986 to 2026 in BVMF of `exchange_calendars`, without 13 May 1988, which is
/// a session there; from 2000 on also in B3 of `bizdays`.
const BY_YEAR: [usize; 41] = [
    251, 248, 248, 247, // 1986
    247, 250, 249, 248, 249, 247, 251, 251, 247, 247, // 1990
    248, 246, 249, 250, 249, 249, 246, 245, 249, 246, // 2000
    247, 249, 246, 248, 248, 246, 249, 246, 245, 248, // 2010
    249, 247, 250, 248, 251, 250, 247, // 2020
];

#[test]
fn every_year_has_as_many_sessions_as_others_count() {
    for (year, count) in (1986..).zip(BY_YEAR) {
        let day = |month, day| NaiveDate::from_ymd_opt(year, month, day).unwrap();
        assert_eq!(sessions(day(1, 1), day(12, 31)).unwrap().len(), count, "{year}");
    }
}

#[test]
fn holidays_of_1986_to_1990_are_where_the_laws_put_them() {
    for (date, open) in [
        ("1986-01-02", true),  // the first session
        ("1986-04-21", false), // Tiradentes, a Monday
        ("1986-05-01", false), // Labour Day, never moved
        ("1986-05-26", false), // Corpus Christi, moved from the Thursday after
        ("1986-05-29", true),  // that Thursday
        ("1987-04-20", false), // Tiradentes, moved
        ("1987-04-21", true),  // the usual date of Tiradentes
        ("1987-10-12", false), // Our Lady of Aparecida, a Monday
        ("1988-05-13", false), // a hundred years since the end of slavery
        ("1988-10-10", false), // Our Lady of Aparecida, moved
        ("1988-10-12", true),  // the usual date of Our Lady of Aparecida
        ("1988-11-14", true),  // the Monday before Republic
        ("1988-11-15", false), // Republic, not moved because of elections
        ("1989-05-22", true),  // the Monday before Corpus Christi
        ("1989-05-25", false), // Corpus Christi, no longer moved
        ("1989-10-09", false), // Our Lady of Aparecida, moved
        ("1989-10-12", true),  // the usual date of Our Lady of Aparecida
        ("1989-11-02", false), // All Souls, never moved
        ("1990-10-12", false), // Our Lady of Aparecida, no longer moved
    ] {
        assert_eq!(is_session(date.parse().unwrap()), Ok(open), "{date}");
    }
}
