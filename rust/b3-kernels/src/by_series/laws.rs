//! Property tests of the loop over series: the order of the rows and the cuts into batches do not
//! matter, and each series is computed by itself.

use std::sync::Arc;

use arrow::array::{ArrayRef, Date32Array, Float64Array, RecordBatch, StringArray, cast::AsArray};
use arrow::datatypes::Float64Type;
use proptest::prelude::*;

use super::{Input, by_series};
use crate::indicator_options::IndicatorOptions;
use crate::indicator_registry::indicator;
use crate::series_options::SeriesOptions;
use crate::table::Table;

/// Ticker, day and price of a bar.
type Bar = (&'static str, i32, f64);

fn table(bars: &[Bar], cut: usize) -> Table {
    let batch = |bars: &[Bar]| {
        RecordBatch::try_from_iter([
            ("ticker", Arc::new(StringArray::from_iter_values(bars.iter().map(|(ticker, ..)| ticker))) as ArrayRef),
            ("trade_date", Arc::new(Date32Array::from_iter_values(bars.iter().map(|(_, day, _)| *day)))),
            ("close", Arc::new(Float64Array::from_iter_values(bars.iter().map(|(.., close)| *close)))),
        ])
        .unwrap()
    };
    let (first, last) = bars.split_at(cut);
    let batches = vec![batch(first), batch(last)];
    Table::try_new(batches[0].schema(), batches).unwrap()
}

/// The running sum of the closes, a kernel whose results depend on every earlier row of the series.
fn running_sums(table: &Table) -> Vec<Option<f64>> {
    let input = [Input::new("close", None)];
    let (names, windows, max_age) = (["sum".to_owned()], [], None);
    let derived = by_series(table, &SeriesOptions::default(), &input, &names, &windows, max_age, |series, out| {
        let mut sum = 0.0;
        for row in 0..series[0].len() {
            sum += series[0].at(row).unwrap();
            out[0].set(row, Some(sum));
        }
    });
    let column = derived.unwrap().table.column("sum").unwrap();
    column.iter().flat_map(|chunk| chunk.as_primitive::<Float64Type>().iter()).collect()
}

/// Sorted bars of three tickers on days that the calendar covers, and the same bars shuffled.
fn bars() -> impl Strategy<Value = (Vec<Bar>, Vec<Bar>)> {
    let days = prop::collection::btree_map(18_700..18_740_i32, (1..900_u32).prop_map(f64::from), 0..9);
    prop::collection::vec(days, 3).prop_flat_map(|series| {
        let series = ["ABEV3", "PETR4", "VALE3"].into_iter().zip(series);
        let sorted: Vec<Bar> =
            series.flat_map(|(ticker, days)| days.into_iter().map(move |(day, close)| (ticker, day, close))).collect();
        (Just(sorted.clone()), Just(sorted).prop_shuffle())
    })
}

proptest! {
    #[test]
    fn rows_in_any_order_and_any_batches_get_the_results_of_their_series(
        (sorted, shuffled) in bars(), cut in any::<prop::sample::Index>(),
    ) {
        for bars in [sorted, shuffled] {
            let found = running_sums(&table(&bars, cut.index(bars.len() + 1)));
            let expected = bars.iter().map(|(ticker, day, _)| {
                let own = bars.iter().filter(|(other, earlier, _)| other == ticker && earlier <= day);
                Some(own.map(|(.., close)| close).sum::<f64>())
            });
            prop_assert_eq!(found, expected.collect::<Vec<_>>());
        }
    }
}

#[test]
fn a_column_that_only_the_width_of_its_windows_makes_null_is_named() {
    // Two Sundays, ten sessions apart.
    let bars = [("PETR4", 18_700, 1.0), ("PETR4", 18_714, 2.0)];
    let emptied_by_max_span = |max_span| {
        let columns = vec!["close".to_owned()];
        let options = IndicatorOptions { columns, windows: vec![2, 3], max_span, ..IndicatorOptions::default() };
        indicator(&table(&bars, 0), &SeriesOptions::default(), "sma", &options).unwrap().emptied_by_max_span
    };
    // Two bars make no window of three, however wide.
    assert_eq!(emptied_by_max_span(Some(2)), ["sma_2"]);
    assert!(emptied_by_max_span(Some(99)).is_empty());
}
