//! Tests of the columns of refined bars: vwap, events, returns and differences. Session 0 is
//! Monday, 2021-01-04; a bar has 100 shares and the distribution number 100, and costs 1.00 BRL if
//! by `bar_of`; `options` have the windows 1, 2 and 5 and keep rejected rows.

use std::sync::Arc;

use arrow::array::cast::AsArray;
use arrow::array::{ArrayRef, Decimal128Array, Float64Array, Int64Array, RecordBatch};
use arrow::datatypes::Int32Type;

use super::samples::{
    Action, Raw, actions, bar_of, batch, decimals, doubles, integers, options, raw, refined, refined_table, session,
    texts, with_column,
};
use super::{Adjust, OnInvalid, RefineOptions};
use crate::actions::Actions;
use crate::every::Every;

/// The vwap of bars with these turnovers in cents and these volumes, negative ones too, which a
/// refiner accepts by default.
fn vwap(turnovers: &[Option<i128>], volumes: &[Option<i64>]) -> Vec<Option<f64>> {
    let rows: Vec<Raw> = (0..).map(|number| bar_of("PETR4", number)).take(turnovers.len()).collect();
    let cents: Decimal128Array = turnovers.iter().copied().collect();
    let rows = with_column(&batch(&rows), "turnover", Arc::new(cents.with_precision_and_scale(20, 2).unwrap()));
    let rows = with_column(&rows, "volume", Arc::new(volumes.iter().copied().collect::<Int64Array>()));
    doubles(&refined_table(rows, &RefineOptions { rename: false, ..RefineOptions::default() }), "vwap")
}

#[test]
fn the_vwap_is_turnover_over_volume_rounded_once() {
    let (turnovers, volumes) =
        ([Some(12_345), None, Some(100), Some(700), Some(1_000)], [Some(100), Some(5), None, Some(0), Some(-200)]);
    assert_eq!(vwap(&turnovers, &volumes), [Some(1.234_5), None, None, None, Some(-0.05)]);
    // A turnover, then a volume, of more than the 51 bits of the quick division.
    let huge = 20_000_000_000_000_000_000;
    assert_eq!(
        vwap(&[Some(huge), Some(12_345), None, Some(5)], &[Some(10_000_000), Some(100), Some(3), Some(0)]),
        [Some(2e10), Some(1.234_5), None, None]
    );
    assert_eq!(
        vwap(&[Some(12_345), Some(huge)], &[Some(100), Some(1 << 62)]),
        [Some(1.234_5), Some(2e17 / 4_611_686_018_427_387_904.0)]
    );
}

#[test]
fn the_vwap_of_many_rows_is_null_in_the_rows_without_turnover() {
    // More than two of the blocks of 1,024 rows in which `output::vwap` divides.
    let turnovers: Vec<Option<i128>> = (0..2_500).map(|row| (row % 7 != 0).then_some(100 * row)).collect();
    let found = vwap(&turnovers, &vec![Some(100); 2_500]);
    let expected: Vec<Option<f64>> =
        (0..2_500_i32).map(|row| (row % 7 != 0).then_some(f64::from(row) / 100.0)).collect();
    assert_eq!(found, expected);
}

#[test]
fn the_vwap_of_floats_is_their_quotient() {
    let rows = batch(&[bar_of("PETR4", 0), bar_of("PETR4", 1), bar_of("PETR4", 2)]);
    let rows = with_column(&rows, "turnover", Arc::new(Float64Array::from(vec![Some(30.0), None, Some(1.0)])));
    let rows = with_column(&rows, "volume", Arc::new(Int64Array::from(vec![4, 4, 0])));
    assert_eq!(doubles(&refined_table(rows, &options(Every::Day)), "vwap"), [Some(7.5), None, None]);
}

#[test]
fn without_adjustment_prices_are_as_traded_and_events_are_still_reported() {
    let split = actions(&[("PETR4", session(1), Action::Shares(2, 1))]);
    let rows = [raw("PETR4", session(0), 1_000), raw("PETR4", session(1), 600)];
    let of = |adjust| {
        let options = RefineOptions { adjust, windows: vec![2], actions: split.clone(), ..options(Every::Day) };
        let found = refined(&rows, &options);
        assert_eq!(texts(&found, "adjustment"), [Some("nenhum"), Some("aplicado")]);
        let shares = ["new_shares", "old_shares"].map(|name| integers(&found, name));
        assert_eq!(shares, [[Some(1), Some(2)], [Some(1), Some(1)]]);
        ["sma_2", "simple_return", "total_return"].map(|name| doubles(&found, name).pop().unwrap())
    };
    assert_eq!(of(Adjust::Splits), [5.5, 0.2, 0.2].map(Some));
    assert_eq!(of(Adjust::None), [8.0, -0.4, -0.4].map(Some));
}

#[test]
fn the_adjustment_is_known_only_between_two_distribution_numbers() {
    let of = |numbers: &[Option<i16>]| {
        let rows: Vec<Raw> = numbers
            .iter()
            .zip(0..)
            .map(|(distribution, number)| Raw { distribution: *distribution, ..bar_of("PETR4", number) })
            .collect();
        let found = refined(&rows, &options(Every::Day));
        texts(&found, "adjustment").into_iter().map(|text| text.unwrap() == "nenhum").collect::<Vec<_>>()
    };
    assert_eq!(of(&[Some(1), Some(1), None, None, Some(1), Some(1)]), [true, true, false, false, false, true]);
    assert_eq!(of(&[None, None]), [true, false]);
    let mut without = batch(&[bar_of("PETR4", 0), bar_of("PETR4", 1)]);
    without.remove_column(without.schema().index_of("distribution").unwrap());
    let found = refined_table(without, &options(Every::Day));
    assert_eq!(texts(&found, "adjustment"), [Some("nenhum"), Some("nao_verificavel")]);
}

#[test]
fn of_a_week_too_long_after_the_one_before_only_a_missing_factor_within_it_is_reported() {
    // The windows reach back two weeks; the week of the other two bars is seven weeks later. What
    // happens on its Monday lies before the week, what happens on its Tuesday within it.
    let bonus = |number| Raw { distribution: Some(101), specification: Some("ON  EB"), ..bar_of("PETR4", number) };
    let plain = |number| Raw { specification: Some("ON"), ..bar_of("PETR4", number) };
    let (monday, tuesday, after_all_bars) = (32, 33, 200); // 2021-02-22, 02-23 and a later session
    for (first, second, paid_on, expected) in [
        (plain(monday), bonus(tuesday), after_all_bars, "sem_fator"), // a bonus without a factor
        (plain(monday), bonus(tuesday), monday, "sem_fator"),         // cash before the week explains nothing
        (bonus(monday), bonus(tuesday), after_all_bars, "nenhum"),    // a bonus before the week
        (plain(monday), plain(tuesday), tuesday, "nenhum"),           // cash needs no factor
        (plain(monday), plain(tuesday), monday, "nenhum"),
    ] {
        let paid = actions(&[("PETR4", session(paid_on), Action::Cash(1))]);
        let options = RefineOptions { windows: vec![1], actions: paid, ..options(Every::Week) };
        let found = refined(&[plain(0), first, second], &options);
        assert_eq!(texts(&found, "adjustment"), [Some("nenhum"), Some(expected)]);
    }
}

#[test]
fn a_bar_without_a_close_has_no_return_though_cash_was_paid() {
    let half_a_real = 50_000_000;
    let paid = actions(&[1, 3].map(|number| ("PETR4", session(number), Action::Cash(half_a_real))));
    let without_close = Raw { price: None, ..bar_of("PETR4", 1) };
    let rows = [bar_of("PETR4", 0), without_close, bar_of("PETR4", 2), bar_of("PETR4", 3)];
    let options = RefineOptions { actions: paid, on_invalid: OnInvalid::Accept, ..options(Every::Day) };
    let found = refined(&rows, &options);
    assert_eq!(doubles(&found, "total_return"), [None, None, None, Some(0.5)]);
    assert_eq!(doubles(&found, "simple_return"), [None, None, None, Some(0.0)]);
    assert_eq!(decimals(&found, "distributions"), [Some(0), Some(half_a_real), Some(0), Some(half_a_real)]);
}

#[test]
fn differences_are_in_days_and_in_sessions_also_for_weeks() {
    // A Friday, the Monday after it, and the Wednesday of the next week.
    let rows = [bar_of("PETR4", 4), bar_of("PETR4", 5), bar_of("PETR4", 12), bar_of("VALE3", 12)];
    let column = |batch: &RecordBatch, name: &str| -> Vec<Option<i32>> {
        batch.column_by_name(name).unwrap().as_primitive::<Int32Type>().iter().collect()
    };
    let found = refined(&rows, &options(Every::Day));
    assert_eq!(column(&found, "days_since_previous"), [None, Some(3), Some(9), None]);
    assert_eq!(column(&found, "sessions_since_previous"), [None, Some(1), Some(7), None]);
    let weeks = refined(&rows, &options(Every::Week));
    assert_eq!(column(&weeks, "days_since_previous"), [None, Some(7), Some(7), None]);
    assert_eq!(column(&weeks, "sessions_since_previous"), [None, Some(5), Some(5), None]);
    assert_eq!(integers(&weeks, "bars"), [Some(1); 4]);
}

#[test]
fn the_bars_of_a_week_are_counted_without_rejected_ones() {
    let [monday, tuesday, wednesday] = [0, 1, 2].map(|number| bar_of("PETR4", number));
    // Two bars of one source and date are both rejected.
    let found = refined(&[monday.clone(), monday, tuesday, wednesday], &options(Every::Week));
    assert_eq!(integers(&found, "bars"), [Some(0), Some(0), Some(2)]);
}

#[test]
fn a_week_after_a_change_of_currency_has_all_its_prices() {
    // A Friday, and the Monday and the Tuesday after it.
    let rows = [Raw { currency: "CR$", ..bar_of("PETR4", 4) }, bar_of("PETR4", 5), bar_of("PETR4", 6)];
    let weeks = refined(&rows, &options(Every::Week));
    for name in ["open", "high", "low", "close"] {
        assert_eq!(decimals(&weeks, name), [Some(1_000_000); 2], "{name}");
    }
    assert_eq!(integers(&weeks, "volume"), [Some(100), Some(200)]);
    assert_eq!(doubles(&weeks, "simple_return"), [None, None]);
}

#[test]
fn an_infinite_price_counts_in_a_week_with_a_split_as_in_any_other() {
    const PRICES: [&str; 4] = ["open", "high", "low", "close"];
    let prices: ArrayRef = Arc::new(Float64Array::from(vec![f64::INFINITY, 8.0]));
    let rows = batch(&[bar_of("PETR4", 0), bar_of("PETR4", 1)]);
    let rows = PRICES.into_iter().fold(rows, |rows, name| with_column(&rows, name, Arc::clone(&prices)));
    let split = actions(&[("PETR4", session(1), Action::Shares(2, 1))]);
    for actions in [Actions::default(), split] {
        let options = RefineOptions { actions, on_invalid: OnInvalid::Accept, ..options(Every::Week) };
        let week = refined_table(rows.clone(), &options);
        assert_eq!(PRICES.map(|name| doubles(&week, name)[0]), [f64::INFINITY, f64::INFINITY, 8.0, 8.0].map(Some));
    }
}

#[test]
fn a_step_without_a_letter_of_shares_is_explained_by_cash_as_far_as_the_closes_allow() {
    let adjustment = |[before, now]: [i128; 2], paid: Option<i128>| {
        let close = |number: i32, cents| Raw { specification: Some("ON"), ..raw("PETR4", session(number), cents) };
        let rows = [close(0, before), Raw { distribution: Some(101), ..close(1, now) }];
        let paid: Vec<_> = paid.map(|amount| ("PETR4", session(1), Action::Cash(amount))).into_iter().collect();
        let options = RefineOptions { actions: actions(&paid), ..options(Every::Day) };
        texts(&refined(&rows, &options), "adjustment").pop().unwrap().map(str::to_owned).unwrap()
    };
    assert_eq!(adjustment([1_000, 950], None), "nenhum");
    assert_eq!(adjustment([1_000, 500], None), "sem_fator");
    assert_eq!(adjustment([1_000, 2_000], None), "sem_fator");
    // Cash of 4.00 explains a close of 5.00 after 10.00, cash of 0.50 does not.
    assert_eq!(adjustment([1_000, 500], Some(400_000_000)), "aplicado");
    assert_eq!(adjustment([1_000, 500], Some(50_000_000)), "sem_fator");
}
