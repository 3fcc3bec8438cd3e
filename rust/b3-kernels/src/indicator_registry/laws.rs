//! Tests of which windows an indicator takes, and of the units of its results.

use std::sync::Arc;

use arrow::array::{Float64Array, cast::AsArray};
use arrow::datatypes::Float64Type;

use super::*;
use crate::refiner::samples::{bar_of, batch, with_column};

#[test]
fn an_indicator_that_is_computed_once_refuses_any_number_of_windows_but_its_own() {
    let bars = Table::from(batch(&[bar_of("PETR4", 0)]));
    let compute = |name, columns: &[&str], windows: &[u32]| {
        let columns = columns.iter().map(ToString::to_string).collect();
        let options = IndicatorOptions { columns, windows: windows.to_vec(), ..IndicatorOptions::default() };
        indicator(&bars, &SeriesOptions::default(), name, &options)
    };
    for (name, columns, number) in [
        ("macd", &["close"][..], 3),
        ("stoch", &["high", "low", "close"], 3),
        ("simple_return", &["close"], 0),
        ("obv", &["close", "volume"], 0),
    ] {
        let windows = [5, 3, 3, 3];
        assert!(compute(name, columns, &windows[..number]).is_ok(), "{name}");
        for windows in (0..=4).filter(|other| *other != number).map(|other| &windows[..other]) {
            let message = compute(name, columns, windows).err().map(|error| error.to_string());
            let expected = format!("windows: found {windows:?}, expected as many windows as the indicator takes");
            assert_eq!(message, Some(expected), "{name}");
        }
    }
}

#[test]
fn a_window_of_the_average_true_range_is_at_least_one_bar() {
    let bars = Table::from(batch(&[bar_of("PETR4", 0)]));
    let columns = ["high", "low", "close"].map(str::to_owned).to_vec();
    let settings = Settings { atr_window: 0, ..Settings::default() };
    let options = IndicatorOptions { columns, windows: vec![2], settings, ..IndicatorOptions::default() };
    let message = indicator(&bars, &SeriesOptions::default(), "keltner_channels", &options).err();
    let expected = "atr_window: found 0, expected windows from 1 to 100000 bars";
    assert_eq!(message.map(|error| error.to_string()), Some(expected.to_owned()));
}

#[test]
fn the_names_of_results_say_whether_they_are_prices() {
    let results_of = |indicator: &Indicator, scale: f64| {
        let mut bars = batch(&(0..60).map(|number| bar_of("PETR4", number)).collect::<Vec<_>>());
        for (name, scale, above) in
            [("high", scale, 2.0), ("low", scale, -2.0), ("close", scale, 0.5), ("market", 1.0, 3.0)]
        {
            let values = (0..60).map(|row| scale * (20.0 + above + f64::from(row * row % 17)));
            bars = with_column(&bars, name, Arc::new(Float64Array::from_iter_values(values)));
        }
        let columns: &[&str] = match indicator.inputs[..] {
            [_] => &["close"],
            [None, Some(Unit::Count)] => &["close", "market"],
            [_, Some(Unit::Shares)] => &["close", "volume"],
            [_, _] => &["high", "low"],
            [_, _, _] => &["high", "low", "close"],
            _ => &["high", "low", "close", "volume"],
        };
        let columns = columns.iter().map(ToString::to_string).collect();
        let windows = match indicator.windows {
            Windows::Each => vec![5],
            Windows::Exactly(number) => [2, 5, 3][..number].to_vec(),
        };
        let options = IndicatorOptions { columns, windows, max_span: Some(400), ..IndicatorOptions::default() };
        super::indicator(&Table::from(bars), &SeriesOptions::default(), indicator.name, &options).unwrap().table
    };
    for indicator in INDICATORS.iter() {
        let (once, four_times) = (results_of(indicator, 1.0), results_of(indicator, 4.0));
        for (place, field) in once.schema().fields().iter().enumerate() {
            let last = |table: &Table| table.batches()[0].column(place).as_primitive::<Float64Type>().value(59);
            let is_price = (last(&four_times) - last(&once)).abs() > 1e-6;
            assert!(last(&once).abs() > 1e-6, "{}", field.name());
            assert_eq!(Unit::of_column(field.name()) == Unit::Price, is_price, "{}", field.name());
        }
    }
}
