//! The speed of the rolling kernels without tables and Python, and of a plain loop with rounding
//! errors: `cargo bench -p b3-kernels --bench rolling`.

mod cases;

use std::hint::black_box;

use b3_kernels::rolling::{Output, Series, Values, rolling_max, rolling_min, rolling_sum, rolling_vwap, sma, wma};

const SERIES: usize = 50;
const ROWS: usize = 5_000;
const WINDOW: usize = 20;
/// The sessions that a window may span: twice its length.
const SPAN: u32 = 40;

/// Closes of many tickers, each a walk of whole cents.
struct Bars {
    /// Millionths of a real.
    unscaled: Vec<i64>,
    doubles: Vec<f64>,
    volumes: Vec<i64>,
    sessions: Vec<i32>,
}

/// The buffers that the kernels fill, for all series.
struct Answers {
    values: Vec<f64>,
    valid: Vec<bool>,
}

type Kernel = fn(&Bars, std::ops::Range<usize>, &mut Output<'_>);

const KERNELS: [(&str, Kernel); 9] = [
    ("sma_decimal", |bars, rows, out| sma(&bars.decimals(rows), WINDOW, SPAN, out)),
    ("sma_double", |bars, rows, out| sma(&bars.doubles(rows), WINDOW, SPAN, out)),
    ("wma_decimal", |bars, rows, out| wma(&bars.decimals(rows), WINDOW, SPAN, out)),
    ("wma_double", |bars, rows, out| wma(&bars.doubles(rows), WINDOW, SPAN, out)),
    ("rolling_sum_double", |bars, rows, out| rolling_sum(&bars.doubles(rows), WINDOW, SPAN, out)),
    ("rolling_min_double", |bars, rows, out| rolling_min(&bars.doubles(rows), WINDOW, SPAN, out)),
    ("rolling_max_decimal", |bars, rows, out| rolling_max(&bars.decimals(rows), WINDOW, SPAN, out)),
    ("rolling_vwap_decimal", |bars, rows, out| {
        let volumes = Series::new(Values::Decimal { unscaled: &bars.volumes[rows.clone()], scale: 0 });
        rolling_vwap(&bars.decimals(rows), &volumes, WINDOW, SPAN, out);
    }),
    ("plain_loop", |bars, rows, out| plain(&bars.doubles[rows], out.values)),
];

impl Bars {
    fn new() -> Self {
        // Xorshift, whose numbers look random and are the same in each run.
        let mut state = 88_172_645_463_325_252_u64;
        let mut below = |limit: i64| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 1).cast_signed() % limit
        };
        let mut price = 0;
        let mut cents = |row: usize| {
            price = if row.is_multiple_of(ROWS) { 1_000 + below(9_000) } else { (price + below(121) - 60).max(100) };
            price
        };
        let cents: Vec<i64> = (0..SERIES * ROWS).map(&mut cents).collect();
        Self {
            unscaled: cents.iter().map(|cents| cents * 10_000).collect(),
            doubles: cents.iter().map(|cents| f64::from(i32::try_from(*cents).unwrap_or(i32::MAX)) / 100.0).collect(),
            volumes: cents.iter().map(|cents| cents * 97 % 1_000_003).collect(),
            sessions: (0..SERIES).flat_map(|_| (0..).take(ROWS)).collect(),
        }
    }

    fn decimals(&self, rows: std::ops::Range<usize>) -> Series<'_> {
        let values = Values::Decimal { unscaled: &self.unscaled[rows.clone()], scale: 6 };
        Series { sessions: Some(&self.sessions[rows]), ..Series::new(values) }
    }

    fn doubles(&self, rows: std::ops::Range<usize>) -> Series<'_> {
        Series { sessions: Some(&self.sessions[rows.clone()]), ..Series::new(Values::Float(&self.doubles[rows])) }
    }
}

/// Means from a running sum that keeps its rounding errors, as TA-Lib computes them.
#[expect(clippy::cast_precision_loss, reason = "a window of 20")]
fn plain(prices: &[f64], answers: &mut [f64]) {
    let mut sum: f64 = prices[..WINDOW - 1].iter().sum();
    for ((newest, oldest), answer) in prices[WINDOW - 1..].iter().zip(prices).zip(&mut answers[WINDOW - 1..]) {
        sum += newest;
        *answer = sum / WINDOW as f64;
        sum -= oldest;
    }
}

fn run(bars: &Bars, kernel: Kernel, answers: &mut Answers) {
    for first in (0..SERIES * ROWS).step_by(ROWS) {
        let rows = first..first + ROWS;
        let (values, valid) = (&mut answers.values[rows.clone()], &mut answers.valid[rows.clone()]);
        kernel(bars, rows, &mut Output { values, valid });
    }
    black_box(&answers.values);
}

/// Compares the mean of the first window with the sum of its 20 prices in cents / 2,000.
fn check(bars: &Bars, answers: &mut Answers) {
    let sum: i64 = bars.unscaled[..WINDOW].iter().sum();
    let [(_, sma_decimal), ..] = KERNELS;
    run(bars, sma_decimal, answers);
    assert!(!answers.valid[WINDOW - 2] && answers.valid[WINDOW - 1]);
    let mean = f64::from(u32::try_from(sum / 10_000).unwrap_or_default()) / 2_000.0;
    assert_eq!(answers.values[WINDOW - 1].to_bits(), mean.to_bits());
}

fn main() {
    let bars = Bars::new();
    let mut answers = Answers { values: vec![0.0; SERIES * ROWS], valid: vec![false; SERIES * ROWS] };
    check(&bars, &mut answers);
    let rows = u32::try_from(answers.values.len()).expect("the bench has few rows");
    cases::measure(&KERNELS, 50, f64::from(rows), |kernel| run(&bars, kernel, &mut answers));
}
