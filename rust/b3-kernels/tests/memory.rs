//! The memory that kernels take: for sorted bars at most 6/5 of the size of the new columns, for
//! bars in any order 6/5 of the size of bars and new columns, for aggregation less than the bars'.
#![expect(unsafe_code, reason = "an allocator that counts what it hands out")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, Date32Array, Decimal128Array, Int64Array, RecordBatch, StringArray, UInt32Array};
use arrow::compute::take_record_batch;
use b3_kernels::{
    Every, IndicatorOptions, Keys, RefineOptions, Result, SeriesOptions, Table, aggregate_ohlcv, date_differences,
    indicator, refine,
};

struct Counting;

thread_local! {
    static HELD: Cell<usize> = const { Cell::new(0) };
    static MOST: Cell<usize> = const { Cell::new(0) };
}

/// Memory may be freed by another thread than allocated it, so the counts wrap.
fn count(more: usize, less: usize) {
    HELD.set(HELD.get().wrapping_add(more).wrapping_sub(less));
    MOST.set(MOST.get().max(HELD.get()));
}

// SAFETY: every call is forwarded to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size(), 0);
        // SAFETY: the caller keeps the contract, which is the same.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        count(0, layout.size());
        // SAFETY: as above.
        unsafe { System.dealloc(memory, layout) }
    }

    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(size, layout.size());
        // SAFETY: as above.
        unsafe { System.realloc(memory, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// The result of `work`, and the largest growth in bytes of the allocated memory while it ran.
fn growth(work: impl FnOnce() -> Result<Table>) -> (Table, usize) {
    let before = HELD.get();
    MOST.set(before);
    let answer = work().unwrap();
    (answer, MOST.get() - before)
}

/// The bytes of the columns of `answer` that it does not share with `bars`.
fn new_bytes(answer: &Table, bars: &Table) -> usize {
    let memory = |column: &ArrayRef| column.to_data().buffers()[0].as_ptr();
    let own = |column: &&ArrayRef| !bars.batches()[0].columns().iter().any(|other| memory(other) == memory(column));
    answer.batches()[0].columns().iter().filter(own).map(Array::get_buffer_memory_size).sum()
}

/// Bars of 40 tickers, one a day from 1997-05-19 on, sorted by ticker and date.
fn bars() -> RecordBatch {
    const TICKERS: i32 = 40;
    const ROWS: i32 = 4_987; // some 20 years of sessions
    let rows: Vec<(i32, i32)> = (0..TICKERS).flat_map(|ticker| (0..ROWS).map(move |row| (ticker, row))).collect();
    let rows = || rows.iter().copied();
    let prices = |cents_above_low: i32| -> ArrayRef {
        let cents = |(ticker, row)| 1_000 + cents_above_low + (ticker + row * 7) % 997;
        let unscaled = rows().map(|bar| i128::from(cents(bar)) * 10_000);
        Arc::new(Decimal128Array::from_iter_values(unscaled).with_precision_and_scale(18, 6).unwrap())
    };
    let tickers: ArrayRef = Arc::new(StringArray::from_iter_values(rows().map(|(ticker, _)| format!("T{ticker:04}"))));
    let money = rows().map(|(_, row)| i128::from(row) * 1_000);
    let volume: ArrayRef = Arc::new(Int64Array::from_iter_values(rows().map(|(_, row)| i64::from(row))));
    RecordBatch::try_from_iter([
        ("ticker", tickers),
        ("trade_date", Arc::new(Date32Array::from_iter_values(rows().map(|(_, row)| 10_000 + row)))),
        ("open", prices(1)),
        ("high", prices(3)),
        ("low", prices(0)),
        ("close", prices(2)),
        ("volume", Arc::clone(&volume)),
        ("turnover", Arc::new(Decimal128Array::from_iter_values(money).with_precision_and_scale(20, 2).unwrap())),
        ("trades", volume),
        ("source", Arc::new(StringArray::from_iter_values(rows().map(|_| "cotahist")))),
    ])
    .unwrap()
}

fn shuffled(bars: &RecordBatch) -> RecordBatch {
    let rows = u32::try_from(bars.num_rows()).unwrap();
    // The factor is coprime to the number of rows, so each row appears once.
    let order: UInt32Array = (0..rows).map(|row| Some(row * 7_919 % rows)).collect();
    take_record_batch(bars, &order).unwrap()
}

type Kernel = fn(&Table) -> Result<Table>;

const ANY_SPAN: Option<u32> = None;

const KERNELS: [(&str, Kernel); 5] = [
    ("sma", |bars| of_indicator(bars, "sma", &["close"], &[20])),
    ("simple_return", |bars| of_indicator(bars, "simple_return", &["close"], &[])),
    ("date_differences", |bars| date_differences(bars, &Keys::default(), ANY_SPAN)),
    ("rolling_vwap", |bars| of_indicator(bars, "rolling_vwap", &["close", "volume"], &[20])),
    ("refine", |bars| refine(bars, &RefineOptions::default())),
];

fn of_indicator(bars: &Table, name: &str, columns: &[&str], windows: &[u32]) -> Result<Table> {
    let columns = columns.iter().map(|column| (*column).to_owned()).collect();
    let options = IndicatorOptions { columns, windows: windows.to_vec(), ..IndicatorOptions::default() };
    Ok(indicator(bars, &SeriesOptions::default(), name, &options)?.table)
}

#[test]
fn sorted_bars_take_the_new_columns_and_a_fifth() {
    let bars = Table::from(bars());
    for (name, kernel) in KERNELS {
        let (answer, growth) = growth(|| kernel(&bars));
        let new = new_bytes(&answer, &bars);
        assert!(growth * 5 <= new * 6, "{name}: {growth} bytes for {new}");
    }
}

#[test]
fn bars_in_any_order_take_the_bars_with_the_new_columns_and_a_fifth() {
    let bars = Table::from(shuffled(&bars()));
    for (name, kernel) in KERNELS {
        let (answer, growth) = growth(|| kernel(&bars));
        // The bars' columns are sorted into new ones before a kernel reads them. `refine` returns
        // whole rows; the others new columns alone.
        let answer = if name == "refine" { answer } else { bars.with_columns_of(&answer).unwrap() };
        let whole = answer.batches()[0].get_array_memory_size();
        assert!(growth * 5 <= whole * 6, "{name}: {growth} bytes for {whole}");
    }
}

#[test]
fn aggregation_takes_no_more_than_its_bars() {
    let bars = Table::from(bars());
    let actions = None;
    let (_, growth) = growth(|| aggregate_ohlcv(&bars, &Keys::default(), Every::Week, actions));
    let whole = bars.batches()[0].get_array_memory_size();
    assert!(growth < whole, "{growth} bytes for {whole}");
}
