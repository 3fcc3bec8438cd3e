use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use chrono::NaiveDate;

use super::key::plain_date;
use crate::calendar;

/// A set of trade dates, written as the smallest list of dates and ranges.
///
/// `2024-01-02,2024-01-05..2024-02-01`: a range stands for the B3 sessions from one date to the other, both included,
/// so weekends and holidays do not cut it. A date that the calendar calls no session stands for itself alone. The items
/// are in order of their first dates, and reading the text back gives the same set.
///
/// # Errors
/// Parsing is [`InvalidTradeDates`] for an empty list or item, for text that is no date, for a range that ends before it
/// begins or holds no session, and for a range beyond the calendar.
///
/// ```
/// use b3_market::lake::TradeDates;
///
/// let dates: TradeDates = "2024-02-09,2024-02-08,2024-02-14,2024-01-02".parse()?;
/// assert_eq!(dates.to_string(), "2024-01-02,2024-02-08..2024-02-14");
/// assert_eq!(dates.len(), 4);
/// # Ok::<(), b3_market::lake::InvalidTradeDates>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TradeDates {
    dates: BTreeSet<NaiveDate>,
}

/// Text that is no list of trade dates.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("invalid trade dates '{found}': expected {expected}")]
pub struct InvalidTradeDates {
    /// The item at fault.
    pub found: String,
    /// What should stand there.
    pub expected: &'static str,
}

impl TradeDates {
    /// No dates.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds `date`; false if it was there.
    pub fn insert(&mut self, date: NaiveDate) -> bool {
        self.dates.insert(date)
    }

    /// Whether `date` is in the set.
    #[must_use]
    pub fn contains(&self, date: NaiveDate) -> bool {
        self.dates.contains(&date)
    }

    /// How many dates there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.dates.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.dates.is_empty()
    }

    /// The dates in order.
    #[must_use]
    pub fn iter(&self) -> impl ExactSizeIterator<Item = NaiveDate> + DoubleEndedIterator + '_ {
        self.dates.iter().copied()
    }

    /// The first and last date of each item of the list, in order.
    fn items(&self) -> Vec<(NaiveDate, NaiveDate)> {
        let (sessions, alone): (Vec<_>, Vec<_>) = self.iter().partition(|date| calendar::is_session(*date) == Ok(true));
        let ranges = sessions
            .chunk_by(|before, date| calendar::add_sessions(*before, 1).as_ref() == Ok(date))
            .map(|run| (run[0], run[run.len() - 1]));
        let mut items: Vec<_> = ranges.chain(alone.iter().map(|date| (*date, *date))).collect();
        items.sort_unstable();
        items
    }
}

impl fmt::Display for TradeDates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, (first, last)) in self.items().into_iter().enumerate() {
            let comma = if position == 0 { "" } else { "," };
            write!(f, "{comma}{}", first.format("%Y-%m-%d"))?;
            if first != last {
                write!(f, "..{}", last.format("%Y-%m-%d"))?;
            }
        }
        Ok(())
    }
}

impl FromStr for TradeDates {
    type Err = InvalidTradeDates;

    fn from_str(list: &str) -> Result<Self, Self::Err> {
        let mut dates = Self::new();
        for item in list.split(',').map(str::trim) {
            match item.split_once("..") {
                Some((from, to)) => {
                    dates.extend(sessions_of_range(item, date_of(from)?, date_of(to)?)?);
                }
                None => dates.extend([date_of(item)?]),
            }
        }
        Ok(dates)
    }
}

fn date_of(text: &str) -> Result<NaiveDate, InvalidTradeDates> {
    plain_date(text)
        .ok_or_else(|| invalid(text, "dates YYYY-MM-DD and ranges YYYY-MM-DD..YYYY-MM-DD, separated by commas"))
}

fn sessions_of_range(
    item: &str,
    from: NaiveDate,
    to: NaiveDate,
) -> Result<impl Iterator<Item = NaiveDate>, InvalidTradeDates> {
    if to < from {
        return Err(invalid(item, "a range that ends on or after its first date"));
    }
    let sessions = calendar::sessions(from, to).map_err(|outside| invalid(&outside.found, calendar::SPAN))?;
    if sessions.len() == 0 {
        return Err(invalid(item, "a range that holds a session of B3"));
    }
    Ok(sessions)
}

fn invalid(found: &str, expected: &'static str) -> InvalidTradeDates {
    InvalidTradeDates { found: found.to_owned(), expected }
}

impl Extend<NaiveDate> for TradeDates {
    fn extend<I: IntoIterator<Item = NaiveDate>>(&mut self, dates: I) {
        self.dates.extend(dates);
    }
}

impl FromIterator<NaiveDate> for TradeDates {
    fn from_iter<I: IntoIterator<Item = NaiveDate>>(dates: I) -> Self {
        Self { dates: dates.into_iter().collect() }
    }
}

impl IntoIterator for TradeDates {
    type Item = NaiveDate;
    type IntoIter = std::collections::btree_set::IntoIter<NaiveDate>;

    fn into_iter(self) -> Self::IntoIter {
        self.dates.into_iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn written(list: &str) -> String {
        list.parse::<TradeDates>().unwrap().to_string()
    }

    #[test]
    fn a_range_joins_sessions_over_weekends_and_holidays() {
        assert_eq!(written("2024-02-08,2024-02-09,2024-02-14,2024-02-15"), "2024-02-08..2024-02-15");
        assert_eq!(written("2023-12-28,2024-01-02"), "2023-12-28..2024-01-02");
        assert_eq!(written("2024-02-08,2024-02-14"), "2024-02-08,2024-02-14");
        assert_eq!(written("2024-01-02..2024-01-02, 2024-01-02"), "2024-01-02");
    }

    #[test]
    fn a_date_without_a_session_stands_alone_and_cuts_no_range() {
        assert_eq!(written("2024-02-09,2024-02-12,2024-02-14"), "2024-02-09..2024-02-14,2024-02-12");
        assert_eq!(written("1985-01-02,2101-01-02"), "1985-01-02,2101-01-02");
    }

    #[test]
    fn whatever_is_no_list_is_refused_and_names_its_item() {
        for (list, item, expected) in [
            ("", "", "dates YYYY-MM-DD and ranges"),
            ("2024-01-02,", "", "dates YYYY-MM-DD and ranges"),
            ("2024-01-02,all", "all", "dates YYYY-MM-DD and ranges"),
            ("2024-1-2", "2024-1-2", "dates YYYY-MM-DD and ranges"),
            ("2024-01-02..", "", "dates YYYY-MM-DD and ranges"),
            ("2024-01-05..2024-01-02", "2024-01-05..2024-01-02", "ends on or after"),
            ("2024-01-06..2024-01-07", "2024-01-06..2024-01-07", "holds a session"),
            ("1985-01-02..2024-01-02", "1985-01-02", "a date from 1986-01-01 to 2099-12-31"),
        ] {
            let message = list.parse::<TradeDates>().unwrap_err().to_string();
            assert!(message.starts_with(&format!("invalid trade dates '{item}': expected ")), "{message}");
            assert!(message.contains(expected), "{message}");
        }
    }

    proptest! {
        #[test]
        fn a_set_survives_its_text(days in prop::collection::btree_set(19_000..19_200, 1..150)) {
            let dates: TradeDates = days.into_iter().filter_map(NaiveDate::from_epoch_days).collect();
            prop_assert_eq!(dates.to_string().parse(), Ok(dates));
        }

        #[test]
        fn sessions_in_a_row_are_one_range(start in 6_000..40_000, count in 2..300) {
            let first = calendar::add_sessions(NaiveDate::from_epoch_days(start).unwrap(), 0).unwrap();
            let last = calendar::add_sessions(first, count).unwrap();
            let dates: TradeDates = calendar::sessions(first, last).unwrap().collect();
            prop_assert_eq!(dates.to_string(), format!("{first}..{last}"));
        }
    }
}
