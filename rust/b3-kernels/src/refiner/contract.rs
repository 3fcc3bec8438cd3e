//! Tests of the refiner as a caller sees it: order, types, options and the names of the columns.
//! The last date of a batch comes out with the next batch or at the end. Session 0 is 2021-01-04;
//! `options` have the windows 1, 2 and 5 and keep rejected rows.

use std::sync::Arc;

use arrow::array::{ArrayRef, Date32Array, Decimal128Array, Float64Array, RecordBatch, StringArray, UInt32Array};
use arrow::buffer::NullBuffer;
use arrow::compute::take_record_batch;
use arrow::datatypes::DataType;

use super::samples::{
    Raw, bar_of, batch, doubles, integers, one_batch, options, raw, refined, refined_table, session, texts, with_column,
};
use super::{Adjust, OnInvalid, RefineOptions, Refiner, UnknownActions, refine};
use crate::error::Result;
use crate::every::Every;
use crate::table::{Table, names_of};

fn message(answer: Result<RecordBatch>) -> String {
    answer.unwrap_err().to_string()
}

#[test]
fn rows_out_of_order_are_refused_with_their_number_in_the_stream() {
    for (keys, row, found, before) in [
        (&[("PETR4", 1), ("PETR4", 0)][..], 1, "PETR4 2021-01-04", "PETR4 2021-01-05"),
        (&[("PETR4", 0), ("ABEV3", 1)], 1, "ABEV3 2021-01-05", "PETR4 2021-01-04"),
        (&[("ABEV3", 0), ("PETR4", 0), ("PETR4", 2), ("PETR4", 1)], 3, "PETR4 2021-01-05", "PETR4 2021-01-06"),
        (&[("PETR4", 1), ("PETR4", 1), ("PETR4", 0)], 2, "PETR4 2021-01-04", "PETR4 2021-01-05"),
    ] {
        let rows: Vec<Raw> = keys.iter().map(|(ticker, number)| bar_of(ticker, *number)).collect();
        let expected =
            format!("row {row}: found {found} after {before}, expected rows sorted by ticker, then trade_date");
        assert_eq!(message(Refiner::new(options(Every::Day)).unwrap().push(&batch(&rows))), expected);
    }
    let mut refiner = Refiner::new(options(Every::Day)).unwrap();
    refiner.push(&batch(&[bar_of("ABEV3", 0), bar_of("PETR4", 1), bar_of("PETR4", 1)])).unwrap();
    for back in [bar_of("PETR4", 0), bar_of("ABEV3", 2)] {
        let refused = message(refiner.push(&batch(&[back])));
        assert!(refused.starts_with("row 3: found ") && refused.contains(" after PETR4 2021-01-05, "), "{refused}");
    }
    refiner.push(&batch(&[])).unwrap();
    refiner.push(&batch(&[bar_of("PETR4", 1), bar_of("PETR4", 2)])).unwrap();
    assert_eq!(texts(&refiner.finish().unwrap(), "ticker"), [Some("PETR4")]);
}

#[test]
fn a_null_key_or_a_date_outside_the_calendar_is_refused_with_its_row() {
    let mut refiner = Refiner::new(options(Every::Day)).unwrap();
    refiner.push(&batch(&[bar_of("ABEV3", 0), bar_of("ABEV3", 1)])).unwrap();
    let rows = batch(&[bar_of("PETR4", 0), bar_of("PETR4", 1), bar_of("PETR4", 2)]);
    let tickers: ArrayRef = Arc::new(StringArray::from(vec![Some("PETR4"), Some("PETR4"), None]));
    let days = |day: Option<i32>| -> ArrayRef { Arc::new(Date32Array::from(vec![Some(session(0)), day, day])) };
    let refused = message(refiner.push(&with_column(&rows, "ticker", tickers)));
    assert_eq!(refused, "column ticker, row 4: found null, expected a ticker");
    let refused = message(refiner.push(&with_column(&rows, "trade_date", days(None))));
    assert!(refused.starts_with("column trade_date, row 3: found null, expected "), "{refused}");
    let refused = message(refiner.push(&with_column(&rows, "trade_date", days(Some(60_000)))));
    assert!(refused.starts_with("column trade_date, row 3: found 2134-04-11, expected "), "{refused}");
    assert_eq!(refiner.push(&rows).unwrap().num_rows(), 3);
}

#[test]
fn the_types_of_the_first_batch_are_those_of_the_stream() {
    let rows = |numbers: [i32; 2]| batch(&numbers.map(|number| bar_of("PETR4", number)));
    let mut floats = rows([2, 3]);
    for name in ["open", "high", "low", "close"] {
        floats = with_column(&floats, name, Arc::new(Float64Array::from(vec![1.0, 2.0])));
    }
    let mut refiner = Refiner::new(options(Every::Day)).unwrap();
    // A first batch that is refused leaves no types.
    let decimals = refiner.output_schema().clone();
    refiner.push(&take_record_batch(&floats, &UInt32Array::from(vec![1, 0])).unwrap()).unwrap_err();
    assert_eq!(refiner.output_schema(), &decimals);
    refiner.push(&rows([0, 1])).unwrap();
    let refused = message(refiner.push(&floats));
    let expected =
        "column open: found Float64 after Decimal128(18, 6) in an earlier batch, expected one type throughout";
    assert_eq!(refused, expected);
    let without_batches = Table::try_new(floats.schema(), Vec::new()).unwrap();
    assert_eq!(message(refiner.push_table(&without_batches)), expected);
    // Another type of the same numbers is converted.
    let volumes: ArrayRef = Arc::new(arrow::array::Int32Array::from(vec![5, 6]));
    assert_eq!(refiner.push(&with_column(&rows([2, 3]), "volume", volumes)).unwrap().num_rows(), 2);
    assert_eq!(integers(&refiner.finish().unwrap(), "volume"), [Some(6)]);
    // After the end another stream may begin, anywhere and of any types.
    let nothing = refiner.push_table(&without_batches).unwrap();
    assert_eq!(nothing.column_by_name("close").unwrap().data_type(), &DataType::Float64);
    assert_eq!(refiner.push(&floats).unwrap().num_rows(), 1);
    assert_eq!(doubles(&refiner.finish().unwrap(), "close"), [Some(2.0)]);
}

#[test]
fn a_close_of_more_than_64_bits_is_refused_by_ticker_and_date_except_under_a_null() {
    let rows = batch(&[bar_of("PETR4", 0), bar_of("PETR4", 1)]);
    // As pyarrow may hand it over: Arrow checks neither a value's digits nor what is under a null.
    let refined = |nulls: Option<NullBuffer>| {
        let closes = Decimal128Array::new(vec![1_000_000, 1 << 70].into(), nulls);
        let closes = Arc::new(closes.with_data_type(DataType::Decimal128(18, 6)));
        let options = RefineOptions { on_invalid: OnInvalid::Accept, ..options(Every::Day) };
        refine(&Table::from(with_column(&rows, "close", closes)), &options)
    };
    let refused = refined(None).unwrap_err().to_string();
    assert_eq!(refused, "column close: the result for PETR4 2021-01-05 does not fit Decimal128(18, 6)");
    let second_is_null = NullBuffer::from(vec![true, false]);
    assert_eq!(doubles(&one_batch(&refined(Some(second_is_null)).unwrap()), "sma_2"), [None, None]);
}

#[test]
fn a_table_is_pushed_whole_or_not_at_all() {
    let rows = |numbers: &[i32]| batch(&numbers.iter().map(|number| bar_of("PETR4", *number)).collect::<Vec<_>>());
    let table = |batches: Vec<RecordBatch>| Table::try_new(batches[0].schema(), batches).unwrap();
    let mut refiner = Refiner::new(options(Every::Day)).unwrap();
    assert!(refiner.push_table(&table(vec![rows(&[3, 4]), rows(&[2])])).is_err());
    let answer = refiner.push_table(&table(vec![rows(&[0, 1]), rows(&[2, 3])])).unwrap();
    assert_eq!(answer.num_rows(), 3);
    assert_eq!(refiner.push_table(&table(vec![rows(&[4])])).unwrap().num_rows(), 1);
}

#[test]
fn between_batches_the_memory_of_the_last_date_alone_is_held() {
    let whole = batch(&(0..1_000).map(|number| bar_of("PETR4", number)).collect::<Vec<_>>());
    let mut refiner = Refiner::new(options(Every::Day)).unwrap();
    refiner.push(&whole).unwrap();
    for held in [&refiner.pending, refiner.last_bar.as_ref().unwrap()] {
        assert!(held.get_array_memory_size() < whole.get_array_memory_size() / 10);
    }
}

#[test]
fn impossible_options_are_refused() {
    let with_windows =
        |windows: &[u32]| Refiner::new(RefineOptions { windows: windows.to_vec(), ..options(Every::Day) }).err();
    for (refused, expected) in [
        ("x".parse::<OnInvalid>().err(), "on_invalid: found \"x\", expected accept, raise or keep"),
        ("x".parse::<Adjust>().err(), "adjust: found \"x\", expected splits or none"),
        ("x".parse::<UnknownActions>().err(), "unknown_actions: found \"x\", expected null or keep"),
        (with_windows(&[]), "windows: found none, expected at least one window"),
        (with_windows(&[5, 0]), "windows: found 0, expected windows from 1 to 100000 bars"),
        (with_windows(&[5, 5]), "windows: found 5, expected each window once"),
    ] {
        assert_eq!(refused.unwrap().to_string(), expected);
    }
}

#[test]
fn the_columns_are_those_of_the_table_under_their_published_names() {
    let columns = |batch: &RecordBatch| names_of(&batch.schema()).join(" ");
    assert_eq!(
        Refiner::input_columns().join(" "),
        "ticker trade_date bar_start open high low close volume turnover trades source currency distribution \
         specification"
    );
    let found =
        refined_table(batch(&[bar_of("PETR4", 0)]), &RefineOptions { windows: vec![7], ..RefineOptions::default() });
    assert_eq!(
        columns(&found),
        "data_pregao ativo abertura maxima minima fechamento quantidade volume_financeiro negocios preco_medio \
         media_movel_7 retorno_diario acoes_novas acoes_antigas proventos retorno_total ajuste moeda \
         dias_desde_anterior pregoes_desde_anterior fonte"
    );
    let kept = refined_table(batch(&[bar_of("PETR4", 0)]), &options(Every::Day));
    assert!(columns(&kept).ends_with(" source bars rejected"));
}

#[test]
fn a_large_table_is_refined_as_its_stream_whatever_its_order() {
    // More rows than are refined at once, and than one batch of the result has.
    let days: Vec<i32> = (0..1_000).map(session).collect();
    let tickers: Vec<&'static str> = (0..35).map(|number| &*format!("T{number:02}").leak()).collect();
    let rows: Vec<Raw> =
        tickers.iter().flat_map(|ticker| days.iter().zip(1..).map(|(day, cents)| raw(ticker, *day, cents))).collect();
    let options = options(Every::Day);
    let expected = refined(&rows, &options);
    let rows = batch(&rows);
    let found = refine(&Table::from(rows.clone()), &options).unwrap();
    assert_eq!(found.batches().iter().map(RecordBatch::num_rows).collect::<Vec<_>>(), [32_768, 2_232]);
    assert!(one_batch(&found) == expected);
    let back: UInt32Array = (0..35_000).rev().collect();
    let turned = take_record_batch(&rows, &back).unwrap();
    assert!(refined_table(turned, &options) == take_record_batch(&expected, &back).unwrap());
    assert_eq!(refined_table(rows.slice(0, 0), &options).num_rows(), 0);
}

#[test]
fn a_number_that_is_no_count_is_named_by_its_row_in_the_table() {
    let rows = batch(&[bar_of("PETR4", 0), bar_of("PETR4", 1)]);
    let with = |volumes: [f64; 2]| with_column(&rows, "volume", Arc::new(Float64Array::from(volumes.to_vec())));
    let table = Table::try_new(with([1.0, 1.0]).schema(), vec![with([1.0, 1.0]), with([0.5, 1.0])]).unwrap();
    let refused = refine(&table, &options(Every::Day)).err().unwrap().to_string();
    assert_eq!(refused, "column volume, row 2: found 0.5, expected a whole number of 64 bits");
}
