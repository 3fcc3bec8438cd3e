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
fn the_sessions_of_january_2021_are_those_in_b3s_cotahist_file() {
    let day = |day| NaiveDate::from_ymd_opt(2021, 1, day).unwrap();
    let held = [4, 5, 6, 7, 8, 11, 12, 13, 14, 15, 18, 19, 20, 21, 22, 26].map(day);
    assert_eq!(sessions(day(1), day(26)).unwrap().collect::<Vec<_>>(), held);
}

#[test]
fn holidays_that_the_law_moved_close_their_mondays() {
    for (date, open) in [
        ("1986-01-02", true),
        ("1986-04-21", false), // Tiradentes on a Monday
        ("1986-05-01", false), // Labour Day never moved
        ("1986-05-26", false), // Corpus Christi, for the Thursday after
        ("1986-05-29", true),
        ("1987-04-20", false),
        ("1987-04-21", true),
        ("1987-10-12", false),
        ("1988-05-13", false), // a hundred years since the end of slavery
        ("1988-10-10", false),
        ("1988-10-12", true),
        ("1988-11-14", true),
        ("1988-11-15", false), // elections
        ("1989-05-22", true),
        ("1989-05-25", false), // Corpus Christi, no longer moved
        ("1989-10-09", false),
        ("1989-10-12", true),
        ("1989-11-02", false),
        ("1990-10-12", false),
    ] {
        assert_eq!(is_session(date.parse().unwrap()), Ok(open), "{date}");
    }
}

#[test]
fn holidays_of_sao_paulo_close_in_their_years_only() {
    for (date, open) in [
        ("1997-07-09", true),
        ("1998-07-09", false),
        ("2003-11-20", true),
        ("2008-11-20", false),
        ("2020-07-09", true),
        ("2020-11-20", true),
        ("2021-01-25", false),
        ("2021-07-09", false),
        ("2022-01-25", true),
        ("2023-11-20", true),
        ("2024-11-20", false),
        ("2014-06-12", false), // opening match of the World Cup
    ] {
        assert_eq!(is_session(date.parse().unwrap()), Ok(open), "{date}");
    }
}
