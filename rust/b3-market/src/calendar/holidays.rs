//! The rules for the days on which B3 does not trade.
//!
//! The exchange is closed on national holidays and at Carnival; on the holidays of São Paulo, city
//! and state, in the years in which it kept them; and on Christmas Eve and the year's last weekday,
//! when banks do not settle.
//!
//! # The holidays of 1986 to 1989
//!
//! Laws 662 of 1949, 1,266 of 1950 and 6,802 of 1980 set the national holidays. Law 7,320 of 1985
//! put those of Tuesday to Friday on the Monday of their week, except 1 January, 7 September,
//! 25 December and Good Friday; law 7,466 of 1986 also excepted 1 May; law 7,765 of May 1989 also
//! excepted Corpus Christi. So Tiradentes, Our Lady of Aparecida and Corpus Christi often have
//! other dates in these years. 15 November was an election day in 1988 and 1989, and was not moved.
//! Law 7,658 of 1988 made 13 May of that year a holiday, a hundred years after the end of slavery.
//! Holidays that are not in national law (All Souls, São Paulo's anniversary, Carnival) are assumed
//! to have had their usual dates. From 1990 on the rules are those of every later year, although
//! law 7,320 was in force until October 1990.

use std::ops::RangeInclusive;

use chrono::{Datelike, Days, NaiveDate, Weekday};

/// A holiday on the same day of the year, in the years in which the exchange kept it.
struct Fixed {
    month: u32,
    day: u32,
    years: &'static [RangeInclusive<i32>],
}

const ALWAYS: &[RangeInclusive<i32>] = &[i32::MIN..=i32::MAX];

const FIXED: &[Fixed] = &[
    // New Year.
    Fixed { month: 1, day: 1, years: ALWAYS },
    // São Paulo's anniversary; since 2022 the exchange trades on holidays of the city or the state.
    Fixed { month: 1, day: 25, years: &[i32::MIN..=2021] },
    // Tiradentes; the years left out are in `ONE_OFF`.
    Fixed { month: 4, day: 21, years: &[i32::MIN..=1986, 1990..=i32::MAX] },
    // Labour Day.
    Fixed { month: 5, day: 1, years: ALWAYS },
    // Constitutionalist Revolution of São Paulo; in 2020 the state moved it to May and the exchange
    // traded on both days.
    Fixed { month: 7, day: 9, years: &[1998..=2019, 2021..=2021] },
    // Independence.
    Fixed { month: 9, day: 7, years: ALWAYS },
    // Our Lady of Aparecida; the years left out are in `ONE_OFF`.
    Fixed { month: 10, day: 12, years: &[i32::MIN..=1987, 1990..=i32::MAX] },
    // All Souls.
    Fixed { month: 11, day: 2, years: ALWAYS },
    // Republic.
    Fixed { month: 11, day: 15, years: ALWAYS },
    // Black Awareness: São Paulo's from 2004, moved to May in 2020 and no longer kept; the nation's
    // from 2024.
    Fixed { month: 11, day: 20, years: &[2004..=2019, 2024..=i32::MAX] },
    // Christmas Eve and Christmas.
    Fixed { month: 12, day: 24, years: ALWAYS },
    Fixed { month: 12, day: 25, years: ALWAYS },
];

/// Days from Easter Sunday to Carnival Monday and Tuesday and to Good Friday.
const FROM_EASTER: [i32; 3] = [-48, -47, -2];
/// Days from Easter Sunday to Corpus Christi, a Thursday.
const CORPUS_CHRISTI: i32 = 60;
/// The years in which Corpus Christi was kept on the Monday before.
const CORPUS_CHRISTI_ON_MONDAY: RangeInclusive<i32> = 1986..=1988;

/// Closings that the rules above do not give.
const ONE_OFF: &[(i32, u32, u32)] = &[
    // Tiradentes, moved to the Monday of its week by law 7,320 of 1985.
    (1987, 4, 20),
    (1988, 4, 18),
    (1989, 4, 17),
    // A hundred years since the end of slavery.
    (1988, 5, 13),
    // Our Lady of Aparecida, moved likewise.
    (1988, 10, 10),
    (1989, 10, 9),
    // The opening match of the World Cup in São Paulo.
    (2014, 6, 12),
];

/// Whether `date` is a day on which the exchange does not trade: a weekend, a holiday, the last
/// weekday of the year, or a one-off closing.
///
/// ```
/// use b3_market::calendar::holidays::closes;
/// use chrono::NaiveDate;
///
/// assert!(closes(NaiveDate::from_ymd_opt(2021, 1, 25).unwrap())); // São Paulo's anniversary ...
/// assert!(!closes(NaiveDate::from_ymd_opt(2022, 1, 25).unwrap())); // ... is a session since 2022
/// ```
#[must_use]
pub fn closes(date: NaiveDate) -> bool {
    is_weekend(date)
        || FIXED.iter().any(|holiday| holiday.falls_on(date))
        || is_movable_feast(date)
        || is_last_weekday_of_year(date)
        || ONE_OFF.contains(&(date.year(), date.month(), date.day()))
}

impl Fixed {
    fn falls_on(&self, date: NaiveDate) -> bool {
        (self.month, self.day) == (date.month(), date.day())
            && self.years.iter().any(|years| years.contains(&date.year()))
    }
}

fn is_weekend(date: NaiveDate) -> bool {
    matches!(date.weekday(), Weekday::Sat | Weekday::Sun)
}

/// Whether no other weekday of the year follows: on 31 December, or on the Friday before
/// it if it is on a weekend.
fn is_last_weekday_of_year(date: NaiveDate) -> bool {
    let next_weekday = date.checked_add_days(Days::new(if date.weekday() == Weekday::Fri { 3 } else { 1 }));
    !is_weekend(date) && next_weekday.is_none_or(|next| next.year() != date.year())
}

fn is_movable_feast(date: NaiveDate) -> bool {
    let on_monday = CORPUS_CHRISTI_ON_MONDAY.contains(&date.year());
    let corpus_christi = if on_monday { CORPUS_CHRISTI - 3 } else { CORPUS_CHRISTI };
    let days = days_from_easter(date);
    FROM_EASTER.contains(&days) || days == corpus_christi
}

fn days_from_easter(date: NaiveDate) -> i32 {
    let first_of_march = 60 + i32::from(date.leap_year());
    date.ordinal().cast_signed() - first_of_march - easter_from_first_of_march(date.year())
}

/// Days from 1 March to Easter Sunday in the Gregorian calendar, by the anonymous algorithm (Meeus,
/// Jones, Butcher).
fn easter_from_first_of_march(year: i32) -> i32 {
    let (golden, century, in_century) = (year % 19, year / 100, year % 100);
    let moon_shift = (8 * century + 13) / 25;
    let epact = (19 * golden + century - century / 4 - moon_shift + 15) % 30;
    let to_sunday = (32 + 2 * (century % 4) + 2 * (in_century / 4) - epact - in_century % 4) % 7;
    let late = (golden + 11 * epact + 22 * to_sunday) / 451;
    epact + to_sunday - 7 * late + 21
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Easter by Oudin's algorithm of 1940 (Seidelmann, "Explanatory Supplement to the Astronomical
    /// Almanac", 1992, 9.7).
    fn easter_by_oudin(year: i32) -> NaiveDate {
        let (golden, century) = (year % 19, year / 100);
        let epact = (century - century / 4 - (8 * century + 13) / 25 + 19 * golden + 15) % 30;
        let full_moon = epact - (epact / 28) * (1 - (epact / 28) * (29 / (epact + 1)) * ((21 - golden) / 11));
        let weekday = (year + year / 4 + full_moon + 2 - century + century / 4) % 7;
        let offset = full_moon - weekday;
        let month = 3 + (offset + 40) / 44;
        let day = offset + 28 - 31 * (month / 4);
        NaiveDate::from_ymd_opt(year, month.cast_unsigned(), day.cast_unsigned()).unwrap()
    }

    #[test]
    fn easter_is_that_of_another_algorithm_in_every_year_of_the_gregorian_calendar() {
        for year in 1583..=9999 {
            let easter = easter_by_oudin(year);
            assert_eq!(days_from_easter(easter), 0, "{easter}");
        }
    }
}
