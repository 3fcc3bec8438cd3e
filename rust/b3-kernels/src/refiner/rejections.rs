//! Tests of the rules for raw bars: what is rejected or refused, by which name, in which row. A bar
//! by `raw` is of COTAHIST, in BRL, with 100 shares; `options` have the windows 1, 2 and 5.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, Decimal128Array, Float64Array, Int64Array, RecordBatch, StringArray};

use super::samples::{
    Raw, bar_of, batch, decimals, doubles, integers, one_batch, options, raw, session, texts, with_column,
};
use super::{OnInvalid, RefineOptions, Refiner, refine};
use crate::every::Every;
use crate::table::Table;

/// Open, high, low and close in cents, and the volume.
type Amounts = ([f64; 4], Option<i64>);

const GOOD_PRICES: [f64; 4] = [10.0, 11.0, 9.0, 10.0];
const GOOD: Amounts = (GOOD_PRICES, Some(0));

/// Bars of PETR4 on the sessions from 2021-01-04 on; among decimals a price that is not finite is
/// null.
fn bars(rows: &[Amounts], of_floats: bool) -> RecordBatch {
    let days: Vec<Raw> = (0..).map(|number| bar_of("PETR4", number)).take(rows.len()).collect();
    let column = |which: usize| -> ArrayRef {
        let cents = rows.iter().map(|(prices, _)| prices[which]);
        if of_floats {
            return Arc::new(cents.map(|cents| cents / 100.0).collect::<Float64Array>());
        }
        #[expect(clippy::cast_possible_truncation, reason = "small whole numbers")]
        let millionths = cents.map(|cents| cents.is_finite().then(|| cents as i128 * 10_000));
        Arc::new(millionths.collect::<Decimal128Array>().with_precision_and_scale(18, 6).unwrap())
    };
    let prices = ["open", "high", "low", "close"].into_iter().zip(0..);
    let whole = prices.fold(batch(&days), |batch, (name, which)| with_column(&batch, name, column(which)));
    with_column(&whole, "volume", Arc::new(rows.iter().map(|(_, volume)| *volume).collect::<Int64Array>()))
}

fn answer(bars: &RecordBatch, on_invalid: OnInvalid) -> Result<RecordBatch, String> {
    let options = RefineOptions { on_invalid, ..options(Every::Day) };
    let found = refine(&Table::from(bars.clone()), &options).map_err(|error| error.to_string())?;
    Ok(one_batch(&found))
}

#[test]
fn a_bar_is_good_up_to_the_limits_of_each_rule() {
    for of_floats in [false, true] {
        for prices in [[10.0; 4], [9.0, 11.0, 9.0, 11.0], [11.0, 11.0, 9.0, 9.0], [1.0, 1.0, 1.0, 1.0]] {
            for volume in [None, Some(0), Some(1)] {
                let found = answer(&bars(&[(prices, volume); 2], of_floats), OnInvalid::Keep).unwrap();
                assert_eq!(texts(&found, "rejected"), [None, None], "{prices:?} {volume:?}");
                assert_eq!(integers(&found, "bars"), [Some(1), Some(1)]);
            }
        }
    }
}

#[test]
fn each_broken_rule_is_named_in_its_row_and_the_others_stay() {
    let null = ("null price", "open, high, low and close");
    let sign = ("price not positive", "prices above 0");
    let open = ("open outside low to high", "open from low to high");
    let close = ("close outside low to high", "close from low to high");
    let volume = Some(1);
    for ((prices, volume), (reason, expected)) in [
        (([f64::NAN, 11.0, 9.0, 10.0], volume), null),
        (([10.0, f64::NAN, 9.0, 10.0], volume), null),
        (([10.0, 11.0, f64::NAN, 10.0], volume), null),
        (([10.0, 11.0, 9.0, f64::NAN], volume), null),
        (([10.0, f64::INFINITY, 9.0, 10.0], volume), null),
        (([0.0, 11.0, 9.0, 10.0], volume), sign),
        (([10.0, 11.0, 0.0, 10.0], volume), sign),
        (([10.0, 11.0, -9.0, 10.0], volume), sign),
        (([10.0, -11.0, 9.0, 10.0], volume), sign),
        (([10.0, 11.0, 9.0, -10.0], volume), sign),
        (([10.0, 9.0, 11.0, 10.0], volume), ("high below low", "high at or above low")),
        (([12.0, 11.0, 9.0, 10.0], volume), open),
        (([8.0, 11.0, 9.0, 10.0], volume), open),
        (([10.0, 11.0, 9.0, 12.0], volume), close),
        (([10.0, 11.0, 9.0, 8.0], volume), close),
        ((GOOD_PRICES, Some(-1)), ("negative volume", "volume 0 or more, or null")),
    ] {
        for of_floats in [false, true] {
            let rows = bars(&[GOOD, (prices, volume), GOOD], of_floats);
            let found = answer(&rows, OnInvalid::Keep).unwrap();
            assert_eq!(texts(&found, "rejected"), [None, Some(reason), None], "{prices:?}");
            assert_eq!(integers(&found, "bars"), [Some(1), Some(0), Some(1)]);
            let refused = format!("row 1 (PETR4 2021-01-05): {reason}, expected {expected}");
            assert_eq!(answer(&rows, OnInvalid::Raise), Err(refused));
            assert_eq!(answer(&rows, OnInvalid::Accept).unwrap().num_rows(), 3);
        }
    }
}

#[test]
fn an_unknown_source_and_a_duplicate_are_refused_even_where_other_bars_are_accepted() {
    let of = |number, source| Raw { source, ..bar_of("PETR4", number) };
    let known = "cotahist, yahoo, yahoo-1h, yahoo-5m, yahoo-1m or null";
    // `Rules::all_kept` looks at a source once for each run of equal ones.
    for rows in [
        vec![of(0, Some("yahoo")), of(1, Some("abacus"))],
        vec![of(0, None), of(1, Some("abacus"))],
        vec![of(0, None), of(1, Some("abacus")), of(2, Some("abacus")), of(3, Some("yahoo"))],
    ] {
        let found = answer(&batch(&rows), OnInvalid::Keep).unwrap();
        assert_eq!(texts(&found, "rejected")[..2], [None, Some("unknown source")]);
        for on_invalid in [OnInvalid::Accept, OnInvalid::Raise] {
            let refused = format!("row 1 (PETR4 2021-01-05): unknown source, expected {known}");
            assert_eq!(answer(&batch(&rows), on_invalid), Err(refused));
        }
    }
    for sources in [[None, None, None], [None, Some("yahoo"), None], [Some("yahoo-1h"), Some("yahoo-1m"), None]] {
        let rows: Vec<Raw> = sources.into_iter().zip(0..).map(|(source, number)| of(number, source)).collect();
        assert_eq!(texts(&answer(&batch(&rows), OnInvalid::Keep).unwrap(), "rejected"), [None; 3]);
    }
    let twice = batch(&[of(0, Some("yahoo")), of(1, Some("yahoo")), of(1, Some("yahoo"))]);
    let refused = "row 1 (PETR4 2021-01-05): duplicate key, expected one bar for each ticker, trade_date, source and \
                   bar_start, and no daily bar beside intraday ones";
    assert_eq!(answer(&twice, OnInvalid::Accept), Err(refused.to_owned()));
    assert_eq!(
        texts(&answer(&twice, OnInvalid::Keep).unwrap(), "rejected"),
        [None, Some("duplicate key"), Some("duplicate key")]
    );
    // A less trusted source is no error.
    let both = batch(&[of(0, Some("cotahist")), of(0, Some("yahoo"))]);
    assert_eq!(answer(&both, OnInvalid::Raise).unwrap().num_rows(), 1);
}

#[test]
fn a_refused_bar_is_named_by_its_row_in_the_stream_or_in_the_table() {
    let bad = |number| Raw { price: Some(0), ..bar_of("PETR4", number) };
    let good = |number| bar_of("PETR4", number);
    let options = RefineOptions { on_invalid: OnInvalid::Raise, ..options(Every::Day) };
    let mut refiner = Refiner::new(options).unwrap();
    // The last date of a batch may go on in the next one.
    assert_eq!(refiner.push(&batch(&[good(0), good(1), good(2)])).unwrap().num_rows(), 2);
    let refused = refiner.push(&batch(&[good(3), bad(4), good(5)])).unwrap_err().to_string();
    assert!(refused.starts_with("row 4 (PETR4 2021-01-08): price not positive"), "{refused}");
    // The refiner is as it was before.
    assert_eq!(refiner.push(&batch(&[good(3), bad(4)])).unwrap().num_rows(), 2);
    let refused = refiner.finish().unwrap_err().to_string();
    assert!(refused.starts_with("row 4 (PETR4 2021-01-08): price not positive"), "{refused}");

    let refused = answer(&batch(&[good(5), bad(4), good(0), good(1)]), OnInvalid::Raise).unwrap_err();
    assert!(refused.starts_with("row 1 (PETR4 2021-01-08): price not positive"), "{refused}");
}

#[test]
fn a_rejected_row_has_its_own_values_and_nothing_that_is_derived() {
    let rows = [
        raw("ABEV3", session(0), 100),
        Raw { volume: -7, currency: "CR$", source: Some("yahoo"), ..raw("ABEV3", session(1), 250) },
        raw("ABEV3", session(2), 110),
    ];
    let cents = Decimal128Array::from(vec![10_000; 3]).with_precision_and_scale(20, 2).unwrap();
    let mut rows = with_column(&batch(&rows), "turnover", Arc::new(cents));
    let found = answer(&rows, OnInvalid::Keep).unwrap();
    assert_eq!(decimals(&found, "close"), [Some(1_000_000), Some(2_500_000), Some(1_100_000)]);
    assert_eq!(integers(&found, "volume"), [Some(100), Some(-7), Some(100)]);
    assert_eq!(texts(&found, "currency"), [Some("BRL"), Some("CR$"), Some("BRL")]);
    assert_eq!(texts(&found, "source"), [Some("cotahist"), Some("yahoo"), Some("cotahist")]);
    assert_eq!(texts(&found, "adjustment"), [Some("nenhum"), None, Some("nenhum")]);
    assert_eq!(doubles(&found, "sma_1"), [Some(1.0), None, Some(1.1)]);
    for name in ["simple_return", "total_return", "new_shares", "old_shares", "distributions", "vwap"] {
        let column = found.column_by_name(name).unwrap();
        assert!(column.is_null(1) && column.is_valid(2), "{name}");
    }
    rows.remove_column(rows.schema().index_of("currency").unwrap());
    let without = answer(&rows, OnInvalid::Keep).unwrap();
    assert_eq!(texts(&without, "currency"), [Some("BRL"); 3]);
    assert_eq!(texts(&without, "rejected"), [None, Some("negative volume"), None]);
}

#[test]
fn two_bars_of_one_date_are_found_wherever_they_stand() {
    // `RowKeys::all_distinct` compares dates in blocks of 1024 rows.
    let days: Vec<i32> = (0..2_100).map(session).collect();
    for twice in [0, 1, 1_022, 1_023, 1_024, 1_025, 2_047, 2_048, 2_049, 2_099] {
        let rows: Vec<Raw> = (0..2_100)
            .flat_map(|row| std::iter::repeat_n(row, if row == twice { 2 } else { 1 }))
            .map(|row| raw("PETR4", days[row], 100))
            .collect();
        let found = answer(&batch(&rows), OnInvalid::Keep).unwrap();
        let reasons = texts(&found, "rejected");
        let rejected: Vec<usize> = (0..rows.len()).filter(|row| reasons[*row].is_some()).collect();
        assert_eq!(rejected, [twice, twice + 1]);
    }
    // Bars of one date of two tickers are no duplicates, with sources or without.
    let tickers = batch(&[raw("ABEV3", days[0], 100), raw("PETR4", days[0], 100)]);
    assert_eq!(texts(&answer(&tickers, OnInvalid::Keep).unwrap(), "rejected"), [None, None]);
    let null: ArrayRef = Arc::new(StringArray::from(vec![None::<&str>, None]));
    let nulls = with_column(&tickers, "source", null);
    assert_eq!(texts(&answer(&nulls, OnInvalid::Keep).unwrap(), "rejected"), [None, None]);
}
