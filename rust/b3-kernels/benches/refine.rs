//! The speed of refining bars without corporate actions, as one whole table and as a stream in
//! Spark's batches: `cargo bench -p b3-kernels --bench refine`.

mod cases;

use std::hint::black_box;
use std::sync::Arc;

use arrow::array::{
    ArrayRef, Date32Array, Decimal128Array, Int16Array, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray,
};
use b3_kernels::{RefineOptions, Refiner, Table, refine};

const TICKERS: i32 = 50;
const ROWS: i32 = 5_000;
/// Rows of a batch that Spark gives to `mapInArrow`.
const BATCH: usize = 10_000;

/// Bars of many tickers as the lake holds them, sorted by ticker and date: invented prices of 10 to
/// 20 BRL, 5 bars in 7 days.
fn bars() -> RecordBatch {
    let rows = || (0..TICKERS).flat_map(|ticker| (0..ROWS).map(move |row| (ticker, row)));
    let count = rows().count();
    let cents = |(ticker, row): (i32, i32)| i64::from(1_000 + (ticker * 31 + row * 7) % 997);
    let decimals = |unscaled: Vec<i128>, digits, scale| -> ArrayRef {
        Arc::new(Decimal128Array::from(unscaled).with_precision_and_scale(digits, scale).expect("few digits"))
    };
    let prices = decimals(rows().map(|key| i128::from(cents(key)) * 10_000).collect(), 18, 6);
    let volumes: Vec<i64> = rows().map(|key| cents(key) * 97 % 1_003 + 100).collect();
    let money = rows().zip(&volumes).map(|(key, volume)| i128::from(cents(key) * volume)).collect();
    let everywhere = |text: &str| -> ArrayRef { Arc::new(StringArray::from_iter_values((0..count).map(|_| text))) };
    let tickers: Vec<String> = rows().map(|(ticker, _)| format!("T{ticker:04}")).collect();
    let starts = TimestampMicrosecondArray::new_null(count).with_timezone("UTC");
    RecordBatch::try_from_iter([
        ("ticker", Arc::new(StringArray::from_iter_values(tickers)) as ArrayRef),
        ("trade_date", Arc::new(Date32Array::from_iter_values(rows().map(|(_, row)| 11_000 + row * 7 / 5)))),
        ("bar_start", Arc::new(starts)),
        ("open", Arc::clone(&prices)),
        ("high", Arc::clone(&prices)),
        ("low", Arc::clone(&prices)),
        ("close", prices),
        ("turnover", decimals(money, 20, 2)),
        ("trades", Arc::new(Int64Array::from_iter_values(volumes.iter().map(|volume| volume / 100)))),
        ("volume", Arc::new(Int64Array::from(volumes))),
        ("currency", everywhere("BRL")),
        ("distribution", Arc::new(Int16Array::from(vec![100; count]))),
        ("specification", everywhere("ON      NM")),
        ("source", everywhere("cotahist")),
    ])
    .expect("columns of one length")
}

type Case = fn(&RecordBatch);

const CASES: [(&str, Case); 2] = [
    ("refine", |bars| {
        let refined = refine(&Table::from(bars.clone()), &RefineOptions::default()).expect("good bars");
        assert_eq!(black_box(refined).num_rows(), bars.num_rows());
    }),
    ("stream", |bars| {
        let mut refiner = Refiner::new(RefineOptions::default()).expect("good options");
        let starts = (0..bars.num_rows()).step_by(BATCH);
        let batches = starts.map(|start| bars.slice(start, BATCH.min(bars.num_rows() - start)));
        let pushed: usize = batches.map(|batch| black_box(refiner.push(&batch).expect("good bars")).num_rows()).sum();
        assert_eq!(pushed + refiner.finish().expect("good bars").num_rows(), bars.num_rows());
    }),
];

fn main() {
    let bars = bars();
    cases::measure(&CASES, 30, f64::from(TICKERS * ROWS), |case| case(&bars));
}
