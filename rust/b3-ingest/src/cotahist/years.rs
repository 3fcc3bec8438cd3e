//! Years and ranges of years on the command line.

use std::ops::RangeInclusive;

/// The years of the calendar; COTAHIST files begin in the first.
const KNOWN: RangeInclusive<i32> = 1986..=2099;

/// One year, `2024`, or a range, `1986..2024`, both included.
pub(crate) fn years(text: &str) -> Result<RangeInclusive<i32>, &'static str> {
    let (first, last) = text.split_once("..").unwrap_or((text, text));
    let year = |text: &str| text.parse().ok().filter(|year| KNOWN.contains(year));
    let years = year(first).zip(year(last)).map(|(first, last)| first..=last);
    years.filter(|years| !years.is_empty()).ok_or("expected a year from 1986 to 2099, or a range such as 1986..2024")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_year_stands_for_itself_and_a_range_for_all_of_its_years() {
        for (text, range) in [("2024", 2024..=2024), ("1986..1989", 1986..=1989), ("2099..2099", 2099..=2099)] {
            assert_eq!(years(text), Ok(range));
        }
    }

    #[test]
    fn other_text_is_refused() {
        for text in ["", "..", "1985", "2100", "1985..1990", "2024..", "..2024", "2024..2023", "1986-1990", "24"] {
            assert!(years(text).is_err(), "{text}");
        }
    }
}
