//! Tests of aggregation as a caller sees it: order, columns, duplicates, share events, currencies.
//! Session 0 is Monday, 2021-01-04; a bar by `raw` is in BRL and has 100 shares.

use arrow::array::{Array, ArrayRef, Decimal128Array, Float64Array, Int64Array};
use arrow::datatypes::{DataType, Date32Type};

use super::*;
use crate::refiner::samples::{
    Action, Raw, actions, batch, decimals, doubles, integers, one_batch, options, raw, refined_table, session, texts,
    with_column as with,
};
use crate::table::names_of;

/// The bars of the periods, in one batch.
fn aggregated(rows: RecordBatch, every: Every, actions: Option<&Actions>) -> RecordBatch {
    with_keys(rows, &Keys::default(), every, actions).unwrap()
}

fn with_keys(rows: RecordBatch, keys: &Keys, every: Every, actions: Option<&Actions>) -> Result<RecordBatch> {
    Ok(one_batch(&aggregate_ohlcv(&Table::from(rows), keys, every, actions)?))
}

#[test]
fn a_period_stands_where_its_first_bar_by_time_stood_and_is_dated_by_its_first_session() {
    let of = |ticker, number, cents| raw(ticker, session(number), cents);
    // The days of January stand after those of March, and not in order.
    let rows = [
        of("VALE3", 40, 600),
        of("ABEV3", 40, 160),
        of("VALE3", 1, 500),
        of("ABEV3", 0, 150),
        of("VALE3", 0, 700),
        of("VALE3", 2, 650),
    ];
    let months = aggregated(batch(&rows), Every::Month, None);
    assert_eq!(texts(&months, "ticker"), [Some("VALE3"), Some("ABEV3"), Some("ABEV3"), Some("VALE3")]);
    let march = chrono::NaiveDate::from_ymd_opt(2021, 3, 1).unwrap().to_epoch_days();
    let days = months.column_by_name("trade_date").unwrap().as_primitive::<Date32Type>().values();
    assert_eq!(**days, [march, march, session(0), session(0)]);
    let cents = |name| decimals(&months, name).into_iter().map(|price| price.unwrap() / 10_000).collect::<Vec<_>>();
    assert_eq!(cents("open"), [600, 160, 150, 700]);
    assert_eq!(cents("high"), [600, 160, 150, 700]);
    assert_eq!(cents("low"), [600, 160, 150, 500]);
    assert_eq!(cents("close"), [600, 160, 150, 650]);
    assert_eq!(integers(&months, "volume"), [Some(100), Some(100), Some(100), Some(300)]);
}

#[test]
fn aggregate_ohlcv_and_refine_put_days_and_weeks_in_one_order() {
    let of = |ticker, number, start| Raw { start, ..raw(ticker, session(number), 100) };
    let rows = batch(&[
        of("VALE3", 1, Some(60)),
        of("ABEV3", 1, None),
        of("VALE3", 1, Some(30)),
        of("ABEV3", 0, None),
        of("VALE3", 0, None),
    ]);
    let (abev, vale) = (Some("ABEV3"), Some("VALE3"));
    for (every, expected) in [(Every::Day, vec![abev, vale, abev, vale]), (Every::Week, vec![abev, vale])] {
        for found in [aggregated(rows.clone(), every, None), refined_table(rows.clone(), &options(every))] {
            assert_eq!(texts(&found, "ticker"), expected);
        }
    }
}

#[test]
fn the_callers_columns_stay_under_their_names_in_their_order_and_a_distribution_in_its_type() {
    let rows = batch(&[raw("PETR4", session(0), 100), raw("PETR4", session(1), 200)]);
    let names = |batch: &RecordBatch| names_of(&batch.schema());
    let mut expected = names(&rows);
    expected.retain(|name| name != "bar_start");
    let week = aggregated(rows.clone(), Every::Week, None);
    assert_eq!(names(&week), expected);
    assert_eq!(*week.column_by_name("distribution").unwrap().data_type(), DataType::Int16);

    let long = with(&rows, "distribution", Arc::new(Int64Array::from(vec![100, 100])));
    let week = aggregated(long, Every::Week, None);
    assert_eq!(integers(&week, "distribution"), [Some(100)]);

    // A column `ticker` or `trade_date` that is not a key is left out.
    let renamed = with(&with(&rows, "ativo", Arc::clone(rows.column(0))), "dia", Arc::clone(rows.column(1)));
    let keys = Keys { by: "ativo".to_owned(), time: "dia".to_owned(), ..Keys::default() };
    let week = with_keys(renamed, &keys, Every::Week, None).unwrap();
    expected.retain(|name| name != "ticker" && name != "trade_date");
    expected.extend(["ativo".to_owned(), "dia".to_owned()]);
    assert_eq!(names(&week), expected);
    assert_eq!(texts(&week, "ativo"), [Some("PETR4")]);
}

#[test]
fn of_two_bars_of_one_time_and_start_the_first_or_the_last_counts_or_they_are_refused() {
    let of = |start, cents| Raw { start: Some(start), ..raw("PETR4", session(0), cents) };
    let open_and_close = |rows: &[Raw], on_duplicate| {
        let keys = Keys { on_duplicate, ..Keys::default() };
        let bar = with_keys(batch(rows), &keys, Every::Week, None).map_err(|error| error.to_string())?;
        Ok(["open", "close"].map(|name| decimals(&bar, name)[0].unwrap() / 10_000))
    };
    let rows = [of(60, 300), of(30, 200), of(60, 500), of(90, 400)];
    assert_eq!(open_and_close(&rows, OnDuplicate::Keep), Ok([200, 400]));
    assert_eq!(open_and_close(&rows[..3], OnDuplicate::First), Ok([200, 300]));
    assert_eq!(open_and_close(&rows[..3], OnDuplicate::Last), Ok([200, 500]));
    let refused: std::result::Result<[i128; 2], String> = open_and_close(&rows, OnDuplicate::Raise);
    assert!(refused.unwrap_err().starts_with("row 2 (PETR4 2021-01-04): duplicate key"));
    // Parts of a day that begin at other times are not duplicates.
    assert_eq!(open_and_close(&rows[..2], OnDuplicate::Raise), Ok([200, 300]));
    // A bar of the whole day is a duplicate of its parts: its volume is the sum of theirs.
    let whole_day = Raw { start: None, ..of(0, 900) };
    for (rows, first, last) in [
        ([whole_day.clone(), rows[0].clone(), rows[1].clone()], [900, 900], [200, 300]),
        ([rows[0].clone(), rows[1].clone(), whole_day], [200, 300], [900, 900]),
    ] {
        assert_eq!(open_and_close(&rows, OnDuplicate::First), Ok(first));
        assert_eq!(open_and_close(&rows, OnDuplicate::Last), Ok(last));
        let refused: std::result::Result<[i128; 2], String> = open_and_close(&rows, OnDuplicate::Raise);
        assert!(refused.unwrap_err().contains("(PETR4 2021-01-04): duplicate key"));
    }
    let next_day = Raw { start: Some(30), ..raw("PETR4", session(1), 700) };
    assert_eq!(open_and_close(&[of(30, 200), next_day], OnDuplicate::Raise), Ok([200, 700]));
}

#[test]
fn with_actions_a_period_is_in_the_units_of_its_last_day_and_without_them_as_traded() {
    let of = |ticker, day, cents, volume| Raw { volume, ..raw(ticker, session(day), cents) };
    let rows = [
        of("ABEV3", 0, 500, 3),
        of("ABEV3", 2, 510, 3),
        of("PETR4", 0, 1000, 10),
        of("PETR4", 1, 1100, 10),
        of("PETR4", 2, 350, 7),
        of("PETR4", 5, 400, 7),
    ];
    let split = actions(&[("PETR4", session(2), Action::Shares(3, 1))]);
    let weeks = aggregated(batch(&rows), Every::Week, Some(&split));
    assert_eq!(decimals(&weeks, "open"), [Some(5_000_000), Some(3_333_333), Some(4_000_000)]);
    assert_eq!(decimals(&weeks, "high"), [Some(5_100_000), Some(3_666_667), Some(4_000_000)]);
    assert_eq!(integers(&weeks, "volume"), [Some(6), Some(67), Some(7)]);
    // The close is of the last bar that has one.
    let closes = vec![Some(5_000_000), Some(5_100_000), Some(10_000_000), Some(11_000_000), None, None];
    let closes = Decimal128Array::from(closes).with_precision_and_scale(18, 6).unwrap();
    let without_last = aggregated(with(&batch(&rows), "close", Arc::new(closes)), Every::Week, Some(&split));
    assert_eq!(decimals(&without_last, "close"), [Some(5_100_000), Some(3_666_667), None]);
    let plain = aggregated(batch(&rows), Every::Week, None);
    assert_eq!(decimals(&plain, "high"), [Some(5_100_000), Some(11_000_000), Some(4_000_000)]);
    assert_eq!(integers(&plain, "volume"), [Some(6), Some(27), Some(7)]);
}

#[test]
fn across_a_missing_factor_or_another_currency_a_period_has_no_prices_but_the_last() {
    let of =
        |day, cents| Raw { distribution: Some(100), specification: Some("ON"), ..raw("PETR4", session(day), cents) };
    let (before, after) = (of(0, 1000), of(1, 250));
    let bonus = Raw { distribution: Some(101), specification: Some("ON  EB"), ..after.clone() };
    let two_currencies = [Raw { currency: "CR$", ..before.clone() }, after.clone()];
    // Whether open, high, low and volume are null, and the turnover, which is 1.0 a bar.
    let nulls_and_turnover = |rows: &[Raw], actions: Option<&Actions>| {
        let turnover: ArrayRef = Arc::new(Float64Array::from(vec![1.0; rows.len()]));
        let bar = aggregated(with(&batch(rows), "turnover", turnover), Every::Week, actions);
        let is_null = |name: &str| bar.column_by_name(name).unwrap().is_null(0);
        assert_eq!(decimals(&bar, "close"), [Some(2_500_000)]);
        (["open", "high", "low", "volume"].map(is_null), doubles(&bar, "turnover")[0])
    };
    let no_events = actions(&[]);
    assert_eq!(nulls_and_turnover(&[before.clone(), bonus.clone()], Some(&no_events)), ([true; 4], Some(2.0)));
    assert_eq!(nulls_and_turnover(&[before.clone(), bonus], None), ([false; 4], Some(2.0)));
    assert_eq!(nulls_and_turnover(&two_currencies, Some(&no_events)), ([true; 4], None));
    assert_eq!(nulls_and_turnover(&two_currencies, None), ([true; 4], None));
    assert_eq!(nulls_and_turnover(&[before, after], Some(&no_events)), ([false; 4], Some(2.0)));
    assert_eq!(nulls_and_turnover(&two_currencies[1..], None), ([false; 4], Some(1.0)));
}
