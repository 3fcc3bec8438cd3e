//! Property tests of the rolling kernels against rational arithmetic, on random and on extreme
//! series.
//!
//! `PROOF=full cargo test --release -p b3-kernels proofs` draws 100,000 cases for each test instead
//! of 500.

mod bars;

use num_bigint::BigInt;
use num_rational::BigRational;
use proptest::prelude::*;
use proptest::test_runner::Config;

use bars::bars;

use super::mean::mean;
use super::{Output, Series, lines, rolling_max, rolling_min, rolling_sum, rolling_vwap, sma, wma};
use crate::exact::Weights;
use crate::exact::narrow::Mean;
use crate::simd::Isa;

fn config() -> Config {
    let full = std::env::var("PROOF").is_ok_and(|proof| proof == "full");
    Config { failure_persistence: None, ..Config::with_cases(if full { 100_000 } else { 500 }) }
}

/// Whether `found` is the double nearest to `exact`, of two the even one; an exact 0 needs +0.0.
pub(crate) fn is_nearest(found: f64, exact: &BigRational) -> bool {
    // The smallest size that rounds to infinity.
    let beyond = BigRational::from_float(f64::MAX).unwrap() + BigRational::from_float(2_f64.powi(970)).unwrap();
    let zero = BigRational::from(BigInt::from(0));
    let size = if *exact < zero { -exact } else { exact.clone() };
    if found.is_infinite() {
        return size >= beyond && (*exact > zero) == (found > 0.0);
    }
    if *exact == zero {
        return found.to_bits() == 0;
    }
    let distance = |value: f64| {
        BigRational::from_float(value).map(|value| if value > *exact { value - exact } else { exact - value })
    };
    let of_found = distance(found).unwrap();
    let even = found.to_bits() & 1 == 0;
    (size < beyond)
        && [found.next_up(), found.next_down()]
            .into_iter()
            .filter_map(distance)
            .all(|other| of_found < other || (of_found == other && even))
}

/// Whether both are null, or `found` is the double nearest to `expected`.
fn agree(found: Option<f64>, expected: Option<&BigRational>) -> bool {
    match (found, expected) {
        (Some(found), Some(expected)) => is_nearest(found, expected),
        _ => found.is_none() && expected.is_none(),
    }
}

/// More sessions than a window has bars, so that only windows with gaps are null for their span.
const MAX_SPAN: u32 = 40;

type Kernel = fn(&Series<'_>, usize, u32, &mut Output<'_>);

/// The results of a kernel, `None` where null.
pub(super) fn answers(
    series: &Series<'_>,
    window: usize,
    max_span: u32,
    kernel: impl Fn(&Series<'_>, usize, u32, &mut Output<'_>),
) -> Vec<Option<f64>> {
    let [line] = lines(series.len(), |[out]| kernel(series, window, max_span, out));
    line
}

fn sum(numbers: &[BigRational]) -> BigRational {
    numbers.iter().sum()
}

fn rational(integer: usize) -> BigRational {
    BigRational::from(BigInt::from(integer))
}

/// A kernel's expected result for the numbers of a window.
type Law = fn(&[BigRational]) -> BigRational;
const LAWS: [(&str, Kernel, Law); 5] = [
    ("sma", sma, |numbers| sum(numbers) / rational(numbers.len())),
    ("wma", wma, |numbers| {
        let weighted: Vec<_> = numbers.iter().enumerate().map(|(place, number)| number * rational(place + 1)).collect();
        sum(&weighted) / rational(numbers.len() * (numbers.len() + 1) / 2)
    }),
    ("rolling_sum", rolling_sum, sum),
    ("rolling_min", rolling_min, |numbers| numbers.iter().min().unwrap().clone()),
    ("rolling_max", rolling_max, |numbers| numbers.iter().max().unwrap().clone()),
];

proptest! {
    #![proptest_config(config())]

    #[test]
    fn every_kernel_gives_the_double_nearest_to_the_rational(bars in bars(), window in 1_usize..32, spare in 0_u32..32) {
        let max_span = u32::try_from(window).unwrap() + spare;
        for (name, kernel, law) in LAWS {
            for (row, found) in answers(&bars.series(), window, max_span, kernel).into_iter().enumerate() {
                let expected = bars.window(row, window, max_span).map(|numbers| law(&numbers));
                // An extreme of -0.0 keeps its sign, which no rational has: adding 0.0 drops it.
                let found = if ["rolling_min", "rolling_max"].contains(&name) { found.map(|found| found + 0.0) } else { found };
                prop_assert!(agree(found, expected.as_ref()), "{}, row {}: {:?} for {:?}", name, row, found, expected);
            }
        }
    }

    #[test]
    fn vwap_gives_the_double_nearest_to_the_rational(
        bars in bars(), volumes in bars(), window in 1_usize..32, spare in 0_u32..32,
    ) {
        let rows = bars.len().min(volumes.len());
        let (bars, volumes) = (bars.part(0, rows), volumes.part(0, rows));
        let max_span = u32::try_from(window).unwrap() + spare;
        let kernel = |series: &Series<'_>, window: usize, max_span: u32, out: &mut Output<'_>| {
            rolling_vwap(series, &volumes.series(), window, max_span, out);
        };
        for (row, found) in answers(&bars.series(), window, max_span, kernel).into_iter().enumerate() {
            let volumes = volumes.window(row, window, u32::MAX); // the sessions of the prices count
            let expected = bars.window(row, window, max_span).zip(volumes).and_then(|(prices, volumes)| {
                let products: Vec<_> = prices.iter().zip(&volumes).map(|(price, volume)| price * volume).collect();
                let shares = sum(&volumes);
                (shares != rational(0)).then(|| sum(&products) / shares)
            });
            prop_assert!(agree(found, expected.as_ref()), "row {}: {:?} for {:?}", row, found, expected);
        }
    }

    #[test]
    fn a_series_started_later_gives_the_same_bits(bars in bars(), window in 1_usize..32, start in 0_usize..60) {
        let start = start.min(bars.len());
        for (_, kernel, _) in LAWS {
            let whole = answers(&bars.series(), window, MAX_SPAN, kernel);
            let late = answers(&bars.part(start, bars.len()).series(), window, MAX_SPAN, kernel);
            for (whole, late) in whole.iter().skip(start).zip(late).skip(window - 1) {
                prop_assert_eq!(whole.map(f64::to_bits), late.map(f64::to_bits));
            }
        }
    }

    #[test]
    fn every_instruction_set_gives_the_same_bits(bars in bars(), window in 1_usize..32, linear in any::<bool>()) {
        let weights = if linear { Weights::Linear } else { Weights::Equal };
        let average = Mean { weights, window, divisor: weights.total(window) };
        let on = |isa: Isa| {
            answers(&bars.series(), window, MAX_SPAN, |series, _, max_span, out| mean(series, max_span, &average, isa, out))
        };
        let best: Vec<_> = on(Isa::best()).iter().map(|value| value.map(f64::to_bits)).collect();
        for isa in Isa::available() {
            let other: Vec<_> = on(isa).iter().map(|value| value.map(f64::to_bits)).collect();
            prop_assert_eq!(&best, &other, "{:?}", isa);
        }
    }
}
