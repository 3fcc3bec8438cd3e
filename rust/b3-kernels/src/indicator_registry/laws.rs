//! Tests of how many windows an indicator takes.

use super::*;
use crate::refiner::samples::{bar_of, batch};

#[test]
fn macd_and_stoch_refuse_any_number_of_windows_but_three() {
    let bars = Table::from(batch(&[bar_of("PETR4", 0)]));
    let compute = |name, columns: &[&str], windows: &[u32]| {
        let columns = columns.iter().map(ToString::to_string).collect();
        let options = IndicatorOptions { columns, windows: windows.to_vec(), ..IndicatorOptions::default() };
        indicator(&bars, &SeriesOptions::default(), name, &options)
    };
    for (name, columns) in [("macd", &["close"][..]), ("stoch", &["high", "low", "close"])] {
        assert!(compute(name, columns, &[5, 3, 3]).is_ok(), "{name}");
        for windows in [&[][..], &[5, 3], &[5, 3, 3, 3]] {
            let message = compute(name, columns, windows).err().map(|error| error.to_string());
            let expected = format!("windows: found {windows:?}, expected as many windows as the indicator takes");
            assert_eq!(message, Some(expected), "{name}");
        }
    }
}
