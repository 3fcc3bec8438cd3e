//! Property tests of the refiner: any cut of the stream, any start, known and unknown events; then
//! examples of sources, spans, periods and missing factors. A bar by `raw` is of COTAHIST, in BRL,
//! with the distribution number 100; `options` have [`WINDOWS`] and keep rejected rows.

use arrow::array::{Array, RecordBatch, UInt32Array, cast::AsArray};
use arrow::compute::{filter_record_batch, take_record_batch};
use arrow::datatypes::Date32Type;
use proptest::prelude::*;

use super::samples::{
    Action, Raw, WINDOWS, actions, batch, decimals, doubles, integers, one_batch, options, raw, refined,
    refined_in_batches, session, texts,
};
use super::{RefineOptions, refine};
use crate::every::Every;
use crate::table::Table;

/// The refined rows of a range of days.
fn dated(refined: &RecordBatch, days: std::ops::RangeInclusive<i32>) -> RecordBatch {
    let dates = refined.column_by_name("trade_date").unwrap().as_primitive::<Date32Type>();
    let in_range = dates.iter().map(|day| Some(days.contains(&day?))).collect();
    filter_record_batch(refined, &in_range).unwrap()
}

/// Ascending sessions, up to 12 apart; with [`WINDOWS`] a bar is recent up to 10 sessions back.
fn days() -> impl Strategy<Value = Vec<i32>> {
    let distances = prop::collection::vec(prop::sample::select(vec![1, 1, 1, 1, 1, 2, 3, 12]), 1..25);
    distances.prop_map(|distances| {
        let numbers = distances.iter().scan(0, |number, distance| {
            *number += distance;
            Some(*number)
        });
        numbers.map(session).collect()
    })
}

/// Bars of two tickers, not in every session; two sources, two currencies, and distribution numbers
/// that change or are null.
fn rows() -> impl Strategy<Value = Vec<Raw>> {
    let specification = prop::sample::select(vec!["ON", "ON  ED", "ON  EB", "CI  ERA"]);
    let [distribution_changes, has_distribution, also_yahoo] = [0.2, 0.9, 0.1].map(prop::bool::weighted);
    let bar = (1_i128..5_000, distribution_changes, has_distribution, also_yahoo, specification);
    let first_in_reais = prop::option::weighted(0.25, 0..10_usize);
    let series = (days(), prop::collection::vec(bar, 25), first_in_reais);
    prop::collection::vec(series, 2).prop_map(|series| {
        let mut rows = Vec::new();
        for (ticker, (days, bars, first_in_reais)) in ["ABEV3", "PETR4"].into_iter().zip(series) {
            let mut distribution = 100;
            for (place, (day, drawn)) in days.into_iter().zip(bars).enumerate() {
                let (cents, distribution_changes, has_distribution, also_yahoo, specification) = drawn;
                distribution += i16::from(distribution_changes);
                let currency = if first_in_reais.is_some_and(|first| place < first) { "CR$" } else { "BRL" };
                let distribution = has_distribution.then_some(distribution);
                let bar = Raw { distribution, specification: Some(specification), currency, ..raw(ticker, day, cents) };
                if also_yahoo {
                    rows.push(Raw { source: Some("yahoo"), price: Some(1), distribution: None, ..bar.clone() });
                }
                rows.push(bar);
            }
        }
        rows
    })
}

fn events() -> impl Strategy<Value = Vec<(&'static str, i32, Action)>> {
    let action = prop_oneof![
        (0..200_000_000_i128).prop_map(Action::Cash),
        prop::sample::select(vec![(2, 1), (1, 3), (7, 11), (11, 10), (1000, 1), (1, 1)])
            .prop_map(|(new, old)| Action::Shares(new, old)),
    ];
    let ticker = prop::sample::select(vec!["ABEV3", "PETR4"]);
    prop::collection::vec((ticker, (0..60_i32).prop_map(|after| session(0) + after), action), 0..6)
}

fn every() -> impl Strategy<Value = Every> {
    prop::sample::select(vec![Every::Day, Every::Week, Every::Month])
}

proptest! {
    #[test]
    fn batches_may_be_cut_anywhere(
        rows in rows(), events in events(), every in every(), cuts in prop::collection::vec(any::<usize>(), 0..8),
    ) {
        let options = RefineOptions { actions: actions(&events), ..options(every) };
        prop_assert_eq!(refined_in_batches(&rows, &options, &cuts), refined(&rows, &options));
    }

    #[test]
    fn a_table_in_any_order_gives_the_rows_of_the_sorted_one_where_each_stood(
        (rows, shuffled) in rows().prop_flat_map(|rows| {
            let numbers: Vec<usize> = (0..rows.len()).collect();
            (Just(rows), Just(numbers).prop_shuffle())
        }),
        events in events(), every in every(), cut in any::<prop::sample::Index>(),
    ) {
        let options = RefineOptions { actions: actions(&events), ..options(every) };
        let unsorted: Vec<Raw> = shuffled.iter().map(|row| rows[*row].clone()).collect();
        let (first, last) = unsorted.split_at(cut.index(unsorted.len()));
        let batches = vec![batch(first), batch(last)];
        let answer = refine(&Table::try_new(batches[0].schema(), batches).unwrap(), &options).unwrap();
        // The sorted rows that are rejected, or the first of their ticker and period that is not.
        let mut seen = std::collections::HashSet::new();
        let mut is_first = |row: &Raw| row.source == Some("yahoo") || seen.insert((row.ticker, every.number(row.day)));
        let firsts: Vec<usize> = (0..rows.len()).filter(|row| is_first(&rows[*row])).collect();
        let order = shuffled.iter().filter_map(|row| u32::try_from(firsts.binary_search(row).ok()?).ok());
        let expected = take_record_batch(&refined(&rows, &options), &UInt32Array::from_iter_values(order)).unwrap();
        prop_assert_eq!(one_batch(&answer), expected);
    }

    #[test]
    fn a_run_that_begins_twice_the_longest_window_before_a_day_gives_its_rows(
        rows in rows(), events in events(), every in every(), at in any::<prop::sample::Index>(),
    ) {
        let options = RefineOptions { actions: actions(&events), ..options(every) };
        let asked = at.get(&rows).day;
        let lookback = i32::try_from(2 * WINDOWS.iter().max().unwrap()).unwrap();
        let first = every.ordinal(asked) - lookback;
        let late: Vec<Raw> = rows.iter().filter(|row| every.ordinal(row.day) >= first).cloned().collect();
        let of_asked = |rows: &[Raw]| {
            let dated_by = every.first_session(asked);
            dated(&refined(rows, &options), dated_by..=dated_by)
        };
        prop_assert_eq!(of_asked(&late), of_asked(&rows));
    }

    #[test]
    fn an_event_after_a_day_changes_no_row_up_to_it(
        rows in rows(), events in events(), later in events(), at in any::<prop::sample::Index>(),
    ) {
        let day = at.get(&rows).day;
        let later = later.into_iter().map(|(ticker, ex_date, action)| (ticker, ex_date.max(day + 1), action));
        let of = |events: &[(&str, i32, Action)]| {
            let options = RefineOptions { actions: actions(events), ..options(Every::Day) };
            dated(&refined(&rows, &options), 0..=day)
        };
        let all: Vec<_> = events.iter().copied().chain(later).collect();
        prop_assert_eq!(of(&all), of(&events));
    }

    /// The job's `--affected` relies on this: for an event that becomes known later it refines only
    /// the ex-date and the dates that look back over it.
    #[test]
    fn an_event_changes_no_row_further_than_twice_the_longest_window_after_it(
        rows in rows(), events in events(), late in events(), every in every(),
    ) {
        let of = |events: &[(&str, i32, Action)]| {
            refined(&rows, &RefineOptions { actions: actions(events), ..options(every) })
        };
        let all: Vec<_> = events.iter().chain(&late).copied().collect();
        let (before, after) = (of(&events), of(&all));
        let lookback = i32::try_from(2 * WINDOWS.iter().max().unwrap()).unwrap();
        let out_of_reach = |row: &&Raw| late.iter().all(|(_, ex_date, _)| {
            let distance = every.ordinal(row.day) - every.ordinal(*ex_date);
            !(0..=lookback).contains(&distance)
        });
        for row in rows.iter().filter(out_of_reach) {
            let dated_by = every.first_session(row.day);
            prop_assert_eq!(dated(&after, dated_by..=dated_by), dated(&before, dated_by..=dated_by));
        }
    }

    #[test]
    fn total_returns_multiply_to_the_wealth_of_one_who_reinvests(
        closes in prop::collection::vec(100_i32..5_000, 1..25), days in days(), events in events(),
    ) {
        let rows: Vec<Raw> =
            days.iter().zip(&closes).map(|(day, cents)| raw("PETR4", *day, i128::from(*cents))).collect();
        // With a window of 50 no previous bar is too old for a return.
        let options = RefineOptions { actions: actions(&events), windows: vec![50], ..options(Every::Day) };
        let returns = doubles(&refined(&rows, &options), "total_return");
        // One share; every amount of cash buys more shares at the close of the first bar on or
        // after its ex-date.
        let (mut shares, mut cash, mut wealth) = (1.0, 0.0, 1.0);
        let mut pending: Vec<_> = events.iter().filter(|(ticker, ex_date, _)| *ticker == "PETR4" && *ex_date > rows[0].day).collect();
        // On one date a split comes before the cash, which is paid per share of the ex-date.
        pending.sort_by_key(|(_, ex_date, action)| (*ex_date, matches!(action, Action::Cash(_))));
        let mut pending = pending.into_iter().peekable();
        for ((row, cents), total_return) in rows.iter().zip(&closes).zip(returns) {
            let close = f64::from(*cents) / 100.0;
            while let Some((_, _, action)) = pending.next_if(|(_, ex_date, _)| *ex_date <= row.day) {
                match action {
                    Action::Shares(new, old) => shares *= double((*new).into()) / double((*old).into()),
                    Action::Cash(amount) => cash += shares * double(*amount) / 1e8,
                }
            }
            shares += cash / close;
            cash = 0.0;
            wealth *= 1.0 + total_return.unwrap_or(0.0);
            let held = shares * close / (f64::from(closes[0]) / 100.0);
            prop_assert!((wealth / held - 1.0).abs() < 1e-12, "{wealth} {held}");
        }
    }
}

fn double(number: i128) -> f64 {
    i32::try_from(number).unwrap().into()
}

#[test]
fn the_best_source_makes_the_bar_and_the_others_say_which_one_won() {
    let of = |source, cents| Raw { source, ..raw("PETR4", session(0), cents) };
    let rows = [of(None, 1), of(Some("yahoo-5m"), 2), of(Some("yahoo"), 3), of(Some("cotahist"), 4)];
    for (count, winner) in [(4, "cotahist"), (3, "yahoo"), (2, "yahoo-5m")] {
        let answer = refined(&rows[..count], &options(Every::Day));
        let superseded = format!("superseded by {winner}");
        let expected = (0..count).map(|row| (row + 1 < count).then_some(superseded.as_str()));
        assert_eq!(texts(&answer, "rejected"), expected.collect::<Vec<_>>());
        assert_eq!(texts(&answer, "source").last(), Some(&Some(winner)));
    }
}

#[test]
fn a_whole_days_bar_beside_parts_of_that_day_is_rejected() {
    let of = |start, cents| Raw { source: Some("yahoo"), start, ..raw("PETR4", session(0), cents) };
    let answer = refined(&[of(None, 1), of(Some(60), 2), of(Some(30), 3)], &options(Every::Day));
    assert_eq!(texts(&answer, "rejected"), [Some("duplicate key"), None]);
    assert_eq!(decimals(&answer, "open"), [Some(10_000), Some(30_000)]);
    assert_eq!(decimals(&answer, "close"), [Some(10_000), Some(20_000)]);
    assert_eq!(integers(&answer, "bars"), [Some(0), Some(2)]);
    let answer = refined(&[of(None, 1)], &options(Every::Day));
    assert_eq!(texts(&answer, "rejected"), [None]);
}

#[test]
fn a_window_spans_at_most_twice_its_length_and_a_previous_bar_lies_within_the_longest_span() {
    let of = |last| {
        // The split makes the close of 10.00 one of 5.00.
        let rows = [raw("PETR4", session(0), 1000), raw("PETR4", session(last), 1100)];
        let split = actions(&[("PETR4", session(last), Action::Shares(2, 1))]);
        let options = RefineOptions { windows: vec![2, 3], actions: split, ..options(Every::Day) };
        refined(&rows, &options)
    };
    let average = |last| doubles(&of(last), "sma_2").pop().unwrap();
    assert_eq!((average(4), average(5)), (Some(8.0), None));
    let previous = |last| {
        let answer = of(last);
        let adjustment = texts(&answer, "adjustment").pop().unwrap().map(str::to_owned);
        let (mut returns, mut new_shares) = (doubles(&answer, "simple_return"), integers(&answer, "new_shares"));
        let distances = ["days_since_previous", "sessions_since_previous"];
        let has_distance = distances.map(|name| answer.column_by_name(name).unwrap().is_valid(1));
        (returns.pop().unwrap(), new_shares.pop().unwrap(), adjustment, has_distance)
    };
    assert_eq!(previous(6), (Some(1.2), Some(2), Some("aplicado".to_owned()), [true; 2]));
    assert_eq!(previous(7), (None, Some(1), Some("nenhum".to_owned()), [false; 2]));
}

#[test]
fn a_period_is_in_the_units_of_its_last_day() {
    // Monday to Thursday; a split of 3 for 1 on Wednesday.
    let of = |day, cents, volume| Raw { volume, ..raw("PETR4", session(day), cents) };
    let rows = [of(0, 1000, 10), of(1, 1100, 10), of(2, 350, 7), of(3, 340, 7)];
    let split = actions(&[("PETR4", session(2), Action::Shares(3, 1))]);
    let week = refined(&rows, &RefineOptions { actions: split, ..options(Every::Week) });
    let prices = ["open", "high", "low", "close"].map(|name| decimals(&week, name));
    assert_eq!(prices, [[Some(3_333_333)], [Some(3_666_667)], [Some(3_333_333)], [Some(3_400_000)]]);
    assert_eq!(integers(&week, "volume"), [Some((10 + 10) * 3 + 7 + 7)]);
}

#[test]
fn cash_paid_before_a_split_of_the_same_week_counts_in_the_shares_of_its_last_day() {
    // Friday, then Monday, Tuesday with 1.00 of cash, Thursday after a split of 2 for 1.
    let rows: Vec<Raw> =
        [(4, 1000), (5, 1000), (6, 900), (8, 480)].map(|(day, cents)| raw("PETR4", session(day), cents)).into();
    let paid = ("PETR4", session(6), Action::Cash(100_000_000));
    let split = ("PETR4", session(8), Action::Shares(2, 1));
    let weeks = refined(&rows, &RefineOptions { actions: actions(&[paid, split]), ..options(Every::Week) });
    assert_eq!(decimals(&weeks, "distributions"), [Some(0), Some(50_000_000)]);
    // (4.80 + 0.50) / (10.00 / 2) - 1.
    assert_eq!(doubles(&weeks, "total_return"), [None, Some(0.06)]);
}

#[test]
fn what_looks_across_a_missing_factor_or_another_currency_is_null_and_nothing_else_is() {
    let bar = |day, cents| Raw { specification: Some("ON"), ..raw("PETR4", session(day), cents) };
    let bonus = |day, cents| Raw { distribution: Some(101), specification: Some("ON  EB"), ..bar(day, cents) };
    let other = |day, cents| Raw { currency: "CR$", ..bar(day, cents) };
    let bonus = [bar(0, 1000), bar(1, 1010), bonus(2, 250), bonus(3, 260)];
    let other = [bar(0, 1000), bar(1, 1010), other(2, 250), other(3, 260)];
    let results = |rows: &[Raw], options: RefineOptions| {
        let answer = refined(rows, &RefineOptions { windows: vec![2], ..options });
        let changed = 2;
        let adjustment = texts(&answer, "adjustment")[changed].map(str::to_owned).unwrap();
        let has_return = doubles(&answer, "simple_return")[changed].is_some();
        (doubles(&answer, "sma_2"), has_return, adjustment)
    };
    let null = vec![None, Some(10.05), None, Some(2.55)];
    assert_eq!(results(&bonus, options(Every::Day)), (null.clone(), false, "sem_fator".to_owned()));
    let keep = RefineOptions { unknown_actions: super::UnknownActions::Keep, ..options(Every::Day) };
    let kept = vec![None, Some(10.05), Some(6.3), Some(2.55)];
    assert_eq!(results(&bonus, keep.clone()), (kept, true, "sem_fator".to_owned()));
    for options in [options(Every::Day), keep] {
        assert_eq!(results(&other, options), (null.clone(), false, "nenhum".to_owned()));
    }
    let week = refined(&bonus, &options(Every::Week));
    let prices = ["open", "high", "low", "close"].map(|name| decimals(&week, name));
    assert_eq!(prices, [[None], [None], [None], [Some(2_600_000)]]);
    assert_eq!(integers(&week, "volume"), [None]);
    assert_eq!(texts(&week, "adjustment"), [Some("sem_fator")]);
}
