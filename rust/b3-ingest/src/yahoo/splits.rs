//! The splits of a ticker: the factor of earlier prices, and the check whether Yahoo really applied
//! it.

use chrono::NaiveDate;

use super::rows::{Row, shown};
use super::split_ratio::SplitRatio;

/// A split in Yahoo's list: `numerator` new shares for `denominator` old ones, neither zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Split {
    /// The first session at the new price.
    pub ex_date: NaiveDate,
    pub numerator: u32,
    pub denominator: u32,
}

impl std::fmt::Display for Split {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "split {}:{} of {}", self.numerator, self.denominator, self.ex_date)
    }
}

/// All splits of a ticker with the ratios that reverse them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Splits {
    /// Sorted by ex-date, each with the product of itself and all later ones.
    products: Vec<(Split, SplitRatio)>,
}

/// A date before which prices cannot be converted to prices as traded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Untrusted {
    /// The first date with trusted prices.
    pub until: NaiveDate,
    pub reason: String,
}

impl Splits {
    /// The splits, given in any order.
    ///
    /// # Errors
    /// The reason, if their product exceeds exact arithmetic.
    pub(super) fn new(mut splits: Vec<Split>) -> Result<Self, String> {
        splits.sort_by_key(|split| split.ex_date);
        let mut product = SplitRatio::ONE;
        let mut products = Vec::with_capacity(splits.len());
        for split in splits.into_iter().rev() {
            product = product
                .times(split.numerator, split.denominator)
                .ok_or_else(|| format!("the {split} and later ones multiply to more than 48 bits"))?;
            products.push((split, product));
        }
        products.reverse();
        Ok(Self { products })
    }

    /// The ratio that reverses all splits after `date`: adjusted price times ratio is the price as
    /// traded.
    pub(super) fn after(&self, date: NaiveDate) -> SplitRatio {
        let later = self.products.partition_point(|(split, _)| split.ex_date <= date);
        self.products.get(later).map_or(SplitRatio::ONE, |(_, product)| *product)
    }

    /// A split of `today` or later, if no valid bar with trades is of its ex-date or later. Yahoo
    /// lists a split before its ex-date; only a bar of that date shows whether earlier prices are
    /// divided by it. A past split is taken as applied, or else a paper that trades no more would
    /// always fail.
    pub(super) fn unseen(&self, rows: &[Row], today: NaiveDate) -> Option<&Split> {
        let traded = rows.iter().filter(|row| row.prices_unless_problem().is_some() && row.volume > Some(0));
        let last = traded.map(|row| row.trade_date).max();
        self.products.iter().map(|(split, _)| split).find(|split| split.ex_date >= today && Some(split.ex_date) > last)
    }

    /// The pairs of splits of one ratio at most ten days apart, the earlier first: Yahoo lists a
    /// split twice, and prices cannot tell which of the two is real.
    fn doubled(&self) -> impl Iterator<Item = (&Split, &Split)> {
        const DAYS: i64 = 10;
        let ratio = |split: &Split| SplitRatio::ONE.times(split.numerator, split.denominator);
        self.products.iter().enumerate().flat_map(move |(index, (early, _))| {
            let later = self.products[index + 1..].iter().map(|(late, _)| late);
            let near = later.take_while(|late| (late.ex_date - early.ex_date).num_days() <= DAYS);
            near.filter(move |late| ratio(early) == ratio(late)).map(move |late| (early, late))
        })
    }

    /// Whether the split of this date is listed on another date too: then neither is certain.
    pub(super) fn is_doubled(&self, ex_date: NaiveDate) -> bool {
        let dates = self.doubled().map(|(early, late)| [early.ex_date, late.ex_date]);
        dates.filter(|[early, late]| early != late).any(|dates| dates.contains(&ex_date))
    }

    /// The latest date before which Yahoo's prices contradict Yahoo's splits, `None` if they agree;
    /// `rows` must be daily and sorted.
    ///
    /// Yahoo sometimes lists a split that is not in its prices, is in them twice, or is applied on
    /// another day. Then the price jumps by the split's factor near its ex-date. Factors between
    /// two thirds and three halves are trusted, because prices change as much without a split.
    pub(super) fn contradiction(&self, rows: &[Row]) -> Option<Untrusted> {
        let doubled = self.doubled().map(|(early, late)| Untrusted {
            until: late.ex_date,
            reason: format!("yahoo lists the {early} a second time on {}", late.ex_date),
        });
        let unapplied = self.products.iter().filter_map(|(split, _)| jump_near(split, rows));
        doubled.chain(unapplied).max_by_key(|untrusted| untrusted.until)
    }
}

/// The last jump by the split's factor, up or down, within five sessions of its ex-date.
fn jump_near(split: &Split, rows: &[Row]) -> Option<Untrusted> {
    const SESSIONS: usize = 5;
    const SMALLEST_FACTOR: f64 = 1.5;
    // The size of a change: halving is as large as doubling.
    let size = |old: f64, new: f64| (new / old).ln().abs();
    let (smallest, split_size) = (SMALLEST_FACTOR.ln(), size(split.denominator.into(), split.numerator.into()));
    // With a tolerance, so that a split of 3:2 is checked.
    if split_size < smallest - 1e-9 {
        return None;
    }
    let good: Vec<(NaiveDate, [f64; 4])> =
        rows.iter().filter_map(|row| Some((row.trade_date, row.prices_unless_problem()?))).collect();
    let ex = good.partition_point(|(date, _)| *date < split.ex_date);
    // The row of the ex-date, five rows on each side, and one more before them for its close.
    let first = ex.saturating_sub(SESSIONS + 1);
    let end = good.len().min(ex + SESSIONS + 1);
    let jump = good[first..end].array_windows().rfind(|[(_, [.., close]), (_, [open, ..])]| {
        let jump_size = size(*close, *open);
        let distance = (jump_size - split_size).abs();
        // Within a factor of 1.5 of the split's, and nearer to the split's than to no change.
        distance < smallest && distance < jump_size
    });
    let [(date_before, [.., close]), (date, [open, ..])] = jump?;
    let (close, open) = (shown(*close), shown(*open));
    let reason =
        format!("the {split} is not what the prices did: close {close} on {date_before}, open {open} on {date}");
    Some(Untrusted { until: *date, reason })
}

#[cfg(test)]
mod tests {
    use super::super::rows::tests::flat;
    use super::*;

    const EX_DATE: &str = "2024-01-11";

    fn split(ex_date: &str, numerator: u32, denominator: u32) -> Split {
        Split { ex_date: ex_date.parse().unwrap(), numerator, denominator }
    }

    /// Rows of six sessions, of which the fourth is that of `EX_DATE`.
    fn days(prices: [f64; 6]) -> Vec<Row> {
        let dates = ["2024-01-08", "2024-01-09", "2024-01-10", EX_DATE, "2024-01-12", "2024-01-15"];
        dates.iter().zip(prices).map(|(date, price)| flat(date, price)).collect()
    }

    fn untrusted_until(splits: Vec<Split>, prices: [f64; 6]) -> Option<String> {
        Splits::new(splits).unwrap().contradiction(&days(prices)).map(|untrusted| untrusted.until.to_string())
    }

    #[test]
    fn a_split_changes_the_sessions_before_its_ex_date_only() {
        let splits = Splits::new(vec![split("2024-01-11", 2, 1), split("2023-05-02", 1, 10)]).unwrap();
        let after = |date: &str| {
            let ratio = splits.after(date.parse().unwrap());
            (ratio.numerator, ratio.denominator)
        };
        assert_eq!(after("2024-01-11"), (1, 1));
        assert_eq!(after("2024-01-10"), (2, 1));
        assert_eq!(after("2023-05-02"), (2, 1));
        assert_eq!(after("2023-05-01"), (1, 5));
    }

    #[test]
    fn a_smooth_series_around_a_split_and_a_jump_by_a_small_split_are_believed() {
        assert_eq!(untrusted_until(vec![split(EX_DATE, 2, 1)], [10.0, 10.2, 10.1, 9.0, 9.1, 11.0]), None);
        assert_eq!(untrusted_until(vec![split(EX_DATE, 11, 10)], [11.0, 11.0, 11.0, 10.0, 10.0, 10.0]), None);
    }

    #[test]
    fn a_split_not_applied_or_applied_twice_or_on_another_day_is_a_contradiction() {
        for (fault, numerator, denominator, prices, until) in [
            ("not applied", 2, 1, [20.0, 20.2, 20.1, 10.0, 10.1, 9.9], EX_DATE),
            ("applied twice", 2, 1, [5.0, 5.1, 5.05, 10.0, 10.1, 9.9], EX_DATE),
            ("applied a day late", 2, 1, [10.0, 10.2, 10.1, 5.0, 10.1, 9.9], "2024-01-12"),
            ("not applied", 1, 10, [2.0, 2.0, 2.0, 20.0, 20.0, 20.0], EX_DATE),
        ] {
            let found = untrusted_until(vec![split(EX_DATE, numerator, denominator)], prices);
            assert_eq!(found.as_deref(), Some(until), "{numerator}:{denominator} {fault}");
        }
    }

    #[test]
    fn the_contradiction_is_reported_with_its_prices() {
        let splits = Splits::new(vec![split(EX_DATE, 2, 1)]).unwrap();
        let untrusted = splits.contradiction(&days([20.0, 20.2, 20.1, 10.0, 10.1, 9.9])).unwrap();
        let expected =
            "the split 2:1 of 2024-01-11 is not what the prices did: close 20.1 on 2024-01-10, open 10 on 2024-01-11";
        assert_eq!(untrusted.reason, expected);
    }

    #[test]
    fn a_split_listed_twice_is_a_contradiction() {
        let splits = vec![split("2024-01-11", 2, 1), split("2024-01-12", 4, 2)];
        assert_eq!(untrusted_until(splits, [10.0; 6]), Some("2024-01-12".to_owned()));
        let another_between = ["2024-01-11", "2024-01-12", "2024-01-15"].into_iter().zip([2, 3, 2]);
        let splits = another_between.map(|(ex_date, numerator)| split(ex_date, numerator, 1)).collect();
        assert_eq!(untrusted_until(splits, [10.0; 6]), Some("2024-01-15".to_owned()));
        let years_apart = vec![split("2023-01-11", 2, 1), split("2024-01-11", 2, 1)];
        assert_eq!(untrusted_until(years_apart, [10.0; 6]), None);
    }

    #[test]
    fn a_split_from_today_on_is_unseen_until_there_is_a_bar_of_its_ex_date() {
        let (last_bar, next_session) = ("2024-01-15", "2024-01-16");
        for (today, ex_date, unseen) in [
            (last_bar, last_bar, false),
            (last_bar, next_session, true),
            (next_session, next_session, true),
            ("2024-01-17", next_session, false),
        ] {
            let splits = Splits::new(vec![split(ex_date, 2, 1)]).unwrap();
            let found = splits.unseen(&days([10.0; 6]), today.parse().unwrap());
            assert_eq!(found.is_some(), unseen, "{ex_date} on {today}");
        }
        let splits = Splits::new(vec![split(last_bar, 2, 1)]).unwrap();
        let problem = Some("open is null".to_owned());
        let no_bar =
            |row: &Row| [Row { problem: problem.clone(), ..row.clone() }, Row { volume: Some(0), ..row.clone() }];
        let mut rows = days([10.0; 6]);
        for last in no_bar(&rows[5]) {
            rows[5] = last;
            assert!(splits.unseen(&rows, last_bar.parse().unwrap()).is_some(), "{:?}", rows[5]);
        }
    }

    #[test]
    fn splits_beyond_exact_arithmetic_are_an_error() {
        let splits = vec![split("2024-01-10", u32::MAX, 1), split("2024-01-11", u32::MAX, 1)];
        let error = Splits::new(splits).unwrap_err();
        assert_eq!(error, "the split 4294967295:1 of 2024-01-10 and later ones multiply to more than 48 bits");
    }
}
