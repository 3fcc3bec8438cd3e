//! Tests of the indicators against TA-Lib's reference values, against naive implementations, and
//! with missing prices.

mod oscillators;
mod splits;

use num_rational::BigRational;
use proptest::prelude::*;

use super::*;
use crate::rolling::{Output, Series, Values, lines};

/// The results of a kernel, `None` where null.
fn answers(rows: usize, kernel: impl Fn(&mut Output<'_>)) -> Vec<Option<f64>> {
    let [line] = lines(rows, |[out]| kernel(out));
    line
}

/// The sessions that a window may span; these series have no sessions, so every window counts.
const SPAN: u32 = 9;

fn floats(values: &[f64]) -> Series<'_> {
    Series::new(Values::Float(values))
}

/// A pseudo-random walk of prices.
fn prices(rows: usize) -> Vec<f64> {
    let mut state = 7_u64;
    let mut price = 4_000_i32;
    let walk = (0..rows).map(|_| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        price = (price + i32::try_from(state >> 33 & 127).unwrap() - 63).max(100);
        f64::from(price) / 100.0
    });
    walk.collect()
}

fn assert_near(found: Option<f64>, expected: f64) {
    let found = found.unwrap();
    assert!((found - expected).abs() <= 1e-9 * expected.abs().max(1e-3), "{found} for {expected}");
}

/// High, low, close and volume of 60 bars.
fn bars() -> [Vec<f64>; 4] {
    let close = prices(60);
    let cycle = |count: u32, step: f64, start: f64| (0..60_u32).map(move |row| f64::from(row % count) * step + start);
    let high = close.iter().zip(cycle(5, 0.1, 0.3)).map(|(close, above)| close + above).collect();
    let low = close.iter().zip(cycle(3, 0.1, 0.2)).map(|(close, below)| close - below).collect();
    [high, low, close, cycle(11, 100.0, 100.0).collect()]
}

/// Asserts of each line of 60 rows that its first row with a value, the value in that row and the
/// last value are those of TA-Lib 0.8.2.
fn assert_as_ta_lib<const N: usize>(lines: [(Vec<Option<f64>>, usize, f64, f64); N]) {
    for (place, (found, first, begin, end)) in lines.into_iter().enumerate() {
        assert_eq!(found.iter().position(Option::is_some), Some(first), "line {place}");
        assert_near(found[first], begin);
        assert_near(found[59], end);
    }
}

#[test]
fn each_indicator_begins_and_ends_as_ta_lib_does() {
    let [high, low, close, volume] = bars();
    let [high, low, close, volume] = [&high, &low, &close, &volume].map(|prices| floats(prices));
    let deviation = answers(60, |out| rolling_std(&close, 20, 0, SPAN, out));
    let [upper, _, lower] = lines(60, |out| bollinger(&close, 20, 2.0, SPAN, out));
    let [macd_line, signal, histogram] = lines(60, |out| macd(&close, [12, 26, 9], out));
    assert_as_ta_lib([
        (answers(60, |out| ema(&close, 10, Seed::Sma, out)), 9, 39.974_000_000_000_004, 41.893_733_307_322_23),
        (answers(60, |out| true_range(&high, &low, &close, out)), 1, 0.700_000_000_000_002_8, 1.140_000_000_000_000_6),
        (answers(60, |out| atr(&high, &low, &close, 14, out)), 14, 0.926_428_571_428_572_4, 0.861_557_666_554_136_3),
        (answers(60, |out| rsi(&close, 14, out)), 14, 51.143_451_143_451_124, 55.157_043_534_613_85),
        (deviation, 19, 0.494_520_980_343_605_14, 0.376_288_120_992_411_3),
        (upper, 19, 41.152_041_960_687_21, 42.524_076_241_984_84),
        (lower, 19, 39.173_958_039_312_79, 41.018_923_758_015_2),
        (macd_line, 33, 0.617_007_435_933_224_7, 0.193_768_602_801_306_14),
        (signal, 33, 0.586_952_928_078_612_8, 0.217_633_646_931_838_76),
        (histogram, 33, 0.030_054_507_854_611_945, -0.023_865_044_130_531_45),
        (answers(60, |out| obv(&close, &volume, out)), 0, 100.0, 2100.0),
    ]);
}

#[test]
fn an_average_seeded_by_the_first_price_is_the_recursion_from_it() {
    let (window, close) = (7, prices(200));
    let found = answers(200, |out| ema(&floats(&close), window, Seed::First, out));
    let mut average = close[0];
    for (row, price) in close.iter().enumerate() {
        // The price counts 2 / (window + 1).
        average = if row == 0 { *price } else { 0.25 * price + 0.75 * average };
        if row + 1 < window {
            assert_eq!(found[row], None);
        } else {
            assert_near(found[row], average);
        }
    }
}

#[test]
fn a_recursive_indicator_is_null_where_the_price_is_missing_and_goes_on_as_if_the_row_did_not_exist() {
    let whole = prices(80);
    let mut holed = whole.clone();
    holed.insert(30, f64::NAN);
    holed.insert(50, f64::INFINITY);
    let kernels: [fn(&Series<'_>, &mut Output<'_>); 4] = [
        |series, out| ema(series, 9, Seed::Sma, out),
        |series, out| rsi(series, 9, out),
        |series, out| atr(series, series, series, 9, out),
        |series, out| obv(series, &floats(&[100.0; 82][..series.len()]), out),
    ];
    for kernel in kernels {
        let without = answers(80, |out| kernel(&floats(&whole), out));
        let mut with = answers(82, |out| kernel(&floats(&holed), out));
        assert_eq!((with.remove(50), with.remove(30)), (None, None));
        assert_eq!(with, without);
    }
}

#[test]
fn a_missing_price_makes_null_only_the_rows_that_look_at_it() {
    let (mut close, window, ddof, hole) = (prices(60), 5, 1, 30);
    let deviations = |close: &[f64]| answers(60, |out| rolling_std(&floats(close), window, ddof, SPAN, out));
    let ranges = |close: &[f64]| answers(60, |out| true_range(&floats(close), &floats(close), &floats(close), out));
    let (whole, whole_ranges) = (deviations(&close), ranges(&close));
    close[hole] = f64::NAN;
    let (holed, holed_ranges) = (deviations(&close), ranges(&close));
    for row in 0..60 {
        assert_eq!(holed[row], whole[row].filter(|_| !(hole..hole + window).contains(&row)));
        // A true range is of a bar and the close before it.
        assert_eq!(holed_ranges[row], whole_ranges[row].filter(|_| !(hole..hole + 2).contains(&row)));
    }
}

#[test]
fn the_squares_are_divided_by_the_bars_less_ddof() {
    let close = [1.0, 3.0, 8.0]; // their squares around the mean, 4, sum to 9 + 1 + 16
    let deviation = |ddof| answers(3, |out| rolling_std(&floats(&close), 3, ddof, SPAN, out))[2];
    assert_eq!([0, 1, 2].map(deviation), [26.0_f64 / 3.0, 13.0, 26.0].map(|square| Some(square.sqrt())));
    assert_eq!(deviation(3), None);
}

#[test]
fn returns_are_rounded_once_and_only_between_near_sessions() {
    let closes = [2_000_000, 2_020_000, 0, 5, 5];
    let sessions = [0, 1, 2, 3, 9];
    let decimals = Values::Decimal { unscaled: &closes, scale: 6 };
    let series = Series { sessions: Some(&sessions), ..Series::new(decimals) };
    let found = answers(5, |out| simple_return(&series, 5, out));
    assert_eq!(found, [None, Some(0.01), Some(-1.0), None, None]);
    assert_eq!(answers(5, |out| simple_return(&series, 6, out))[4], Some(0.0));
    let logarithms = answers(5, |out| log_return(&series, 6, out));
    assert_eq!(logarithms, [None, Some((2.02_f64 / 2.0).ln()), None, None, Some(0.0)]);
}

proptest! {
    #[test]
    fn a_return_of_doubles_is_the_double_nearest_to_the_rational(
        price in 1_u32..4_000_000, previous in 1_u32..4_000_000, wide in any::<(f64, f64)>(), cents in any::<bool>(),
    ) {
        let (previous, price) = if cents { (f64::from(previous) / 100.0, f64::from(price) / 100.0) } else { wide };
        let found = answers(2, |out| simple_return(&floats(&[previous, price]), SPAN, out))[1];
        let divisor = BigRational::from_float(previous).filter(|_| previous != 0.0);
        let Some((previous, price)) = divisor.zip(BigRational::from_float(price)) else {
            prop_assert_eq!(found, None);
            return Ok(());
        };
        let exact = price / previous - BigRational::from(num_bigint::BigInt::from(1));
        prop_assert!(crate::rolling::proofs::is_nearest(found.unwrap(), &exact), "{:?} for {}", found, exact);
    }
}
