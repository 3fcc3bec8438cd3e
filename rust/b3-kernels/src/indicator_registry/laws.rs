//! Tests of which windows an indicator takes.

use super::*;
use crate::refiner::samples::{bar_of, batch};

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
    let expected = "windows: found 0, expected windows from 1 to 100000 bars";
    assert_eq!(message.map(|error| error.to_string()), Some(expected.to_owned()));
}
