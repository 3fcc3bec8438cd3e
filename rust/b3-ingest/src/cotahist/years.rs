//! Years and ranges of years on the command line.

use std::ops::RangeInclusive;
use std::str::FromStr;

/// One year, `2024`, or a range, `1986..2024`, both included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Years(RangeInclusive<i32>);

/// Text that is not a year or a range of years.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected a year from 1986 to 2099, or a range such as 1986..2024")]
pub struct InvalidYears;

/// The years of the calendar; COTAHIST files begin in the first.
const KNOWN: RangeInclusive<i32> = 1986..=2099;

impl Years {
    /// Each year, in order.
    pub fn each(&self) -> impl Iterator<Item = i32> + use<> {
        self.0.clone()
    }
}

impl FromStr for Years {
    type Err = InvalidYears;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (first, last) = text.split_once("..").unwrap_or((text, text));
        let year = |text: &str| text.parse().ok().filter(|year| KNOWN.contains(year)).ok_or(InvalidYears);
        let years = year(first)?..=year(last)?;
        if years.is_empty() { Err(InvalidYears) } else { Ok(Self(years)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_year_stands_for_itself_and_a_range_for_all_of_its_years() {
        let each = |text: &str| text.parse::<Years>().unwrap().each().collect::<Vec<_>>();
        assert_eq!(each("2024"), [2024]);
        assert_eq!(each("1986..1989"), [1986, 1987, 1988, 1989]);
        assert_eq!(each("2099..2099"), [2099]);
    }

    #[test]
    fn other_text_is_refused() {
        for text in ["", "..", "1985", "2100", "1985..1990", "2024..", "..2024", "2024..2023", "1986-1990", "24"] {
            assert_eq!(text.parse::<Years>(), Err(InvalidYears), "{text}");
        }
    }
}
