//! Tests of `adjust` as a caller sees it: dates, distributions, nulls, names and limits.

use std::sync::Arc;

use arrow::array::{ArrayRef, Date32Array, Decimal128Array, Float64Array, Int64Array, RecordBatch, StringArray};
use arrow::datatypes::DataType;

use super::*;
use crate::refiner::samples::{Action, actions, decimals, doubles, integers, one_batch, session};

/// Bars of PETR4 with these further columns, on session 0 (2021-01-04) and those after it.
fn bars(columns: &[(&str, ArrayRef)]) -> Table {
    let rows = columns[0].1.len();
    let days = Date32Array::from_iter_values((0..).map(session).take(rows));
    let keys: [(&str, ArrayRef); 2] =
        [("ticker", Arc::new(StringArray::from(vec!["PETR4"; rows]))), ("trade_date", Arc::new(days))];
    Table::from(RecordBatch::try_from_iter(keys.into_iter().chain(columns.iter().cloned())).unwrap())
}

fn cents(numbers: &[Option<i128>]) -> ArrayRef {
    let millionths: Decimal128Array = numbers.iter().map(|number| number.map(|cents| cents * 10_000)).collect();
    Arc::new(millionths.with_precision_and_scale(18, 6).unwrap())
}

/// Cash per share of PETR4, with its ex-date on a session. An action holds hundred-millionths.
fn paid(number: i32, cents: i128) -> (&'static str, i32, Action) {
    ("PETR4", session(number), Action::Cash(cents * 1_000_000))
}

/// New shares of PETR4 for old ones, with the ex-date on a session.
fn share_event(number: i32, new: i64, old: i64) -> (&'static str, i32, Action) {
    ("PETR4", session(number), Action::Shares(new, old))
}

fn shares(numbers: &[i64]) -> ArrayRef {
    Arc::new(Int64Array::from(numbers.to_vec()))
}

fn floats(numbers: &[f64]) -> ArrayRef {
    Arc::new(Float64Array::from(numbers.to_vec()))
}

fn date(number: i32) -> NaiveDate {
    NaiveDate::from_epoch_days(session(number)).unwrap()
}

/// Adjusted for splits to a session, or to the last date.
fn adjusted(bars: &Table, actions: &Actions, as_of: Option<i32>) -> Result<RecordBatch> {
    adjust(bars, &Keys::default(), actions, as_of.map(date), false).map(|table| one_batch(&table))
}

/// Adjusted for splits and distributions to the last date.
fn without_distributions(bars: &Table, actions: &Actions) -> Result<RecordBatch> {
    adjust(bars, &Keys::default(), actions, None, true).map(|table| one_batch(&table))
}

/// A column of decimals in cents, as floats.
fn in_cents(found: &RecordBatch, name: &str) -> Vec<Option<f64>> {
    let millionths = decimals(found, name).into_iter();
    millionths.map(|price| price.map(|price| f64::from(i32::try_from(price).unwrap()) / 10_000.0)).collect()
}

#[test]
fn bars_are_in_the_shares_of_the_last_date_or_of_the_one_asked_for() {
    let of_another_ticker = ("VALE3", session(1), Action::Shares(7, 1));
    let splits = actions(&[share_event(1, 2, 1), share_event(3, 1, 10), of_another_ticker]);
    let bars = bars(&[
        ("close", cents(&[Some(4_000), Some(2_000), Some(2_100), Some(20_000)])),
        ("volume", shares(&[10, 20, 25, 7])),
    ]);
    // The closes in cents, in the shares between the two events.
    let in_between = [2_000, 2_000, 2_100, 2_000];
    let (before, after) = (in_between.map(|close| 2 * close), in_between.map(|close| 10 * close));
    for (as_of, closes) in (0..).zip([before, in_between, in_between, after]) {
        let found = adjusted(&bars, &splits, Some(as_of)).unwrap();
        assert_eq!(in_cents(&found, "close"), closes.map(|close| Some(f64::from(close))), "{as_of}");
    }
    let found = adjusted(&bars, &splits, None).unwrap();
    assert_eq!(in_cents(&found, "close")[0], Some(20_000.0));
    // A half goes to the even number.
    assert_eq!(integers(&found, "volume"), [Some(2), Some(2), Some(2), Some(7)]);
    let found = adjusted(&bars, &splits, Some(0)).unwrap();
    assert_eq!(integers(&found, "volume"), [Some(10), Some(10), Some(12), Some(35)]);
    assert_eq!(last_date(&bars, "trade_date").unwrap(), Some(date(3)));
    assert_eq!(last_date(&Table::try_new(Arc::clone(bars.schema()), Vec::new()).unwrap(), "trade_date").unwrap(), None);
}

#[test]
fn cash_is_taken_out_of_earlier_prices_in_the_shares_of_its_ex_date() {
    let events = actions(&[paid(1, 200), paid(3, 75), share_event(3, 2, 1)]);
    let closes = [4_000, 3_900, 4_000, 2_000].map(Some);
    let exact = bars(&[("close", cents(&closes)), ("volume", shares(&[100; 4]))]);
    let found = without_distributions(&exact, &events).unwrap();
    // The factors of the cash are 38 / 40, and 19.25 / 20: in new shares the close of 40 is 20.
    assert_eq!(decimals(&found, "close"), [18_287_500, 18_768_750, 19_250_000, 20_000_000].map(Some));
    assert_eq!(integers(&found, "volume"), [Some(200), Some(200), Some(200), Some(100)]);
    let found = without_distributions(&bars(&[("close", floats(&[40.0, 39.0, 40.0, 20.0]))]), &events).unwrap();
    assert_eq!(doubles(&found, "close"), [18.287_5, 18.768_75, 19.25, 20.0].map(Some));
    assert_eq!(in_cents(&adjusted(&exact, &events, None).unwrap(), "close")[..2], [Some(2_000.0), Some(1_950.0)]);
}

#[test]
fn cash_counts_against_the_last_known_close_and_without_one_earlier_prices_are_null() {
    let events = actions(&[paid(2, 400)]);
    let with_closes = |closes: &[Option<i128>]| {
        let bars = bars(&[("open", cents(&[Some(100); 3])), ("close", cents(closes))]);
        without_distributions(&bars, &events)
    };
    let found = with_closes(&[Some(4_000), None, Some(3_600)]).unwrap();
    assert_eq!(in_cents(&found, "close"), [Some(3_600.0), None, Some(3_600.0)]);
    let found = with_closes(&[None, None, Some(3_600)]).unwrap();
    assert_eq!(in_cents(&found, "open"), [None, None, Some(100.0)]);
    for too_little in [400, 399, 0, -1] {
        let refused = with_closes(&[Some(too_little), None, Some(3_600)]).unwrap_err().to_string();
        assert!(
            refused.starts_with("the distribution of PETR4 on 2021-01-06: found no less than the close"),
            "{refused}"
        );
    }
    assert!(with_closes(&[Some(401), None, Some(3_600)]).is_ok());
}

#[test]
fn cash_counts_against_a_close_in_the_shares_of_the_ex_date_and_against_doubles_of_any_size() {
    // 3 new shares for 2: the close of 30 is 20 in new shares, and 15 is left of 20.
    let of_cash = |amount| {
        let bars = bars(&[("close", cents(&[Some(3_000), Some(1_500)]))]);
        without_distributions(&bars, &actions(&[paid(1, amount), share_event(1, 3, 2)]))
    };
    assert_eq!(in_cents(&of_cash(500).unwrap(), "close"), [Some(1_500.0), Some(1_500.0)]);
    let refused = of_cash(2_500).unwrap_err().to_string();
    assert!(refused.ends_with("the close before it, 20 in that date's shares, expected less"), "{refused}");
    let large = 2.0_f64.powi(60);
    let hundred_millionths = 1 << 59;
    let events = actions(&[("PETR4", session(1), Action::Cash(hundred_millionths))]);
    let found = without_distributions(&bars(&[("close", floats(&[large, large]))]), &events).unwrap();
    assert_eq!(doubles(&found, "close"), [large - 2.0_f64.powi(59) / 1e8, large].map(Some));
}

#[test]
fn cash_on_a_change_of_currency_makes_earlier_prices_null_and_the_cash_before_and_after_it_counts() {
    let currencies: ArrayRef = Arc::new(StringArray::from(vec!["CR$", "CR$", "CR$", "BRL", "BRL"]));
    let closes = cents(&[Some(20_000), Some(25_000), None, Some(90), Some(80)]);
    let bars = bars(&[("close", closes), ("currency", currencies)]);
    let found = |events: &[_]| in_cents(&without_distributions(&bars, &actions(events)).unwrap(), "close");
    // More cash than the close before it is no error, as the two are in different currencies.
    for cash in [10, 30_000] {
        assert_eq!(found(&[paid(3, cash)]), [None, None, None, Some(90.0), Some(80.0)]);
    }
    assert_eq!(found(&[paid(1, 10_000), paid(4, 45)]), [Some(5_000.0), Some(12_500.0), None, Some(45.0), Some(80.0)]);
    // No bar is on or after the ex-date of the last event.
    let later = adjust(&bars, &Keys::default(), &actions(&[paid(9, 40)]), Some(date(9)), true).unwrap();
    assert_eq!(in_cents(&one_batch(&later), "close")[3..], [Some(45.0), Some(40.0)]);
}

#[test]
fn untyped_nulls_stay_null_as_prices_and_as_volumes() {
    let nothing = || arrow::array::new_null_array(&DataType::Null, 2);
    let bars = bars(&[("close", nothing()), ("volume", nothing())]);
    let found = adjusted(&bars, &actions(&[share_event(1, 2, 1)]), None).unwrap();
    assert_eq!((decimals(&found, "close"), integers(&found, "volume")), (vec![None; 2], vec![None; 2]));
}

#[test]
fn doubles_stay_doubles_and_numbers_of_shares_are_whole() {
    let grouping = actions(&[share_event(4, 1, 2)]);
    let bars = bars(&[
        ("close", floats(&[0.1, -0.3, f64::NAN, f64::INFINITY, 7.0])),
        ("volume", floats(&[3.0, 5.0, 1e22, 0.0, 7.0])),
    ]);
    let found = adjusted(&bars, &grouping, None).unwrap();
    let closes = doubles(&found, "close");
    assert!(closes[2].unwrap().is_nan());
    assert_eq!([&closes[..2], &closes[3..]].concat(), [0.2, -0.6, f64::INFINITY, 7.0].map(Some));
    assert_eq!(doubles(&found, "volume"), [2.0, 2.0, 5e21, 0.0, 7.0].map(Some));
    let types: Vec<DataType> = found.schema().fields().iter().map(|field| field.data_type().clone()).collect();
    assert_eq!(types, [DataType::Float64, DataType::Float64]);
}

#[test]
fn the_largest_numbers_are_held_and_what_is_larger_is_refused() {
    let grouping = actions(&[share_event(1, 1, 2)]);
    let doubled = |close: i128| {
        let bars = bars(&[("close", cents(&[Some(close), Some(1)]))]);
        adjusted(&bars, &grouping, Some(1)).map_err(|error| error.to_string())
    };
    // DECIMAL(18,6) holds numbers below 10^12.
    for sign in [1, -1] {
        assert!(doubled(sign * 49_999_999_999_999).is_ok());
        let refused = doubled(sign * 50_000_000_000_000).unwrap_err();
        assert_eq!(refused, "column close: the result for PETR4 does not fit Decimal128(18, 6)");
    }
    let split = actions(&[share_event(1, 2, 1)]);
    let volumes = bars(&[("close", cents(&[Some(1); 2])), ("volume", shares(&[i64::MAX, 1]))]);
    let refused = adjusted(&volumes, &split, Some(1)).unwrap_err().to_string();
    assert_eq!(refused, "column volume: the result for PETR4 does not fit Int64");
}

#[test]
fn columns_have_their_own_or_their_published_names_and_one_of_them_must_be_there() {
    let split = actions(&[share_event(1, 2, 1)]);
    let prices = || cents(&[Some(400), Some(200)]);
    let published =
        bars(&[("fechamento", prices()), ("maxima", prices()), ("quantidade", shares(&[5, 10])), ("x", prices())]);
    let found = without_distributions(&published, &split).unwrap();
    assert_eq!(names_of(&found.schema()), ["maxima", "fechamento", "quantidade"]);
    assert_eq!(integers(&found, "quantidade"), [Some(10), Some(10)]);
    assert_eq!(in_cents(&found, "maxima"), [Some(200.0); 2]);
    let no_close = |found: Result<RecordBatch>| found.unwrap_err().to_string().starts_with("column close: not found");
    assert!(no_close(adjusted(&bars(&[("x", prices())]), &split, None)));
    let opens = bars(&[("open", prices())]);
    assert!(no_close(without_distributions(&opens, &split)));
    assert_eq!(in_cents(&adjusted(&opens, &split, None).unwrap(), "open"), [Some(200.0); 2]);
}
