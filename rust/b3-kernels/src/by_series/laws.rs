//! Property tests of the loop over series: the order of the rows and the cuts into batches do not
//! matter, and each series is computed by itself.

use arrow::array::cast::AsArray;
use arrow::datatypes::Float64Type;
use proptest::prelude::*;

use super::{Input, by_series};
use crate::indicator_options::IndicatorOptions;
use crate::indicator_registry::indicator;
use crate::refiner::samples::{Raw, batch, raw};
use crate::series_options::SeriesOptions;
use crate::table::Table;

fn table(bars: &[Raw], cut: usize) -> Table {
    let (first, last) = bars.split_at(cut);
    let batches = vec![batch(first), batch(last)];
    Table::try_new(batches[0].schema(), batches).unwrap()
}

/// The running sum of the volumes, a kernel whose results depend on every earlier row.
fn running_sums(table: &Table) -> Vec<Option<f64>> {
    let input = [Input::new("volume", None)];
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
fn bars() -> impl Strategy<Value = (Vec<Raw>, Vec<Raw>)> {
    let volumes_by_day = prop::collection::btree_map(18_700..18_740_i32, 1..900_i64, 0..9);
    prop::collection::vec(volumes_by_day, 3).prop_flat_map(|series| {
        let mut sorted = Vec::new();
        for (ticker, volumes) in ["ABEV3", "PETR4", "VALE3"].into_iter().zip(series) {
            sorted.extend(volumes.into_iter().map(|(day, volume)| Raw { volume, ..raw(ticker, day, 100) }));
        }
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
            let expected = bars.iter().map(|bar| {
                let up_to_bar = bars.iter().filter(|other| other.ticker == bar.ticker && other.day <= bar.day);
                i32::try_from(up_to_bar.map(|other| other.volume).sum::<i64>()).ok().map(f64::from)
            });
            prop_assert_eq!(found, expected.collect::<Vec<_>>());
        }
    }
}

#[test]
fn a_column_that_only_the_width_of_its_windows_makes_null_is_named() {
    // Two Sundays, ten sessions apart.
    let bars = [18_700, 18_714].map(|day| raw("PETR4", day, 100));
    let emptied_by_max_span = |max_span| {
        let columns = vec!["close".to_owned()];
        let options = IndicatorOptions { columns, windows: vec![2, 3], max_span, ..IndicatorOptions::default() };
        indicator(&table(&bars, 0), &SeriesOptions::default(), "sma", &options).unwrap().emptied_by_max_span
    };
    // Two bars make no window of three, however wide.
    assert_eq!(emptied_by_max_span(Some(2)), ["sma_2"]);
    assert!(emptied_by_max_span(Some(99)).is_empty());
}
