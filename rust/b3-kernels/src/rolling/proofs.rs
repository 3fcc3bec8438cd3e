//! The rolling kernels against rational arithmetic, on random and on hostile series.
//!
//! `PROOF=full cargo test --release -p b3-kernels proofs` takes 100,000 series a law instead of 500.

use num_bigint::BigInt;
use num_rational::BigRational;
use proptest::prelude::*;
use proptest::test_runner::Config;

use super::mean::mean;
use super::{Output, Series, Values, rolling_max, rolling_min, rolling_sum, rolling_vwap, sma, wma};
use crate::exact::Weights;
use crate::exact::narrow::Mean;
use crate::paths::Path;

fn config() -> Config {
    let full = std::env::var("PROOF").is_ok_and(|proof| proof == "full");
    Config { failure_persistence: None, ..Config::with_cases(if full { 100_000 } else { 500 }) }
}

/// A series that owns its rows.
#[derive(Debug, Clone)]
struct Bars {
    numbers: Numbers,
    valid: Option<Vec<bool>>,
    sessions: Option<Vec<i32>>,
}

#[derive(Debug, Clone)]
enum Numbers {
    Decimal(Vec<i64>, u8),
    Float(Vec<f64>),
}

impl Bars {
    fn len(&self) -> usize {
        match &self.numbers {
            Numbers::Decimal(unscaled, _) => unscaled.len(),
            Numbers::Float(floats) => floats.len(),
        }
    }

    fn series(&self, from: usize, to: usize) -> Series<'_> {
        let values = match &self.numbers {
            Numbers::Decimal(unscaled, scale) => Values::Decimal { unscaled: &unscaled[from..to], scale: *scale },
            Numbers::Float(floats) => Values::Float(&floats[from..to]),
        };
        Series {
            valid: self.valid.as_ref().map(|valid| &valid[from..to]),
            sessions: self.sessions.as_ref().map(|sessions| &sessions[from..to]),
            ..Series::new(values)
        }
    }

    /// The numbers of a window as rationals, `None` if one is missing or they span too many sessions.
    fn window(&self, last: usize, window: usize, max_span: u32) -> Option<Vec<BigRational>> {
        let first = (last + 1).checked_sub(window)?;
        let span = self.sessions.as_ref().map_or(0, |sessions| i64::from(sessions[last]) - i64::from(sessions[first]));
        let present = |row: usize| self.valid.as_ref().is_none_or(|valid| valid[row]);
        (span <= i64::from(max_span)).then_some(())?;
        (first..=last).map(|row| if present(row) { self.rational(row) } else { None }).collect()
    }

    fn rational(&self, row: usize) -> Option<BigRational> {
        match &self.numbers {
            Numbers::Decimal(unscaled, scale) => {
                Some(BigRational::new(unscaled[row].into(), BigInt::from(10).pow(u32::from(*scale))))
            }
            Numbers::Float(floats) => BigRational::from_float(floats[row]),
        }
    }
}

/// Whether no double is nearer to `exact`, nor as near and even where `found` is odd.
pub(crate) fn is_nearest(found: f64, exact: &BigRational) -> bool {
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
    let own = distance(found).unwrap();
    let even = found.to_bits() & 1 == 0;
    (size < beyond)
        && [found.next_up(), found.next_down()]
            .into_iter()
            .filter_map(distance)
            .all(|other| own < other || (own == other && even))
}

/// Small steps of cents, as prices are.
fn cents() -> impl Strategy<Value = Vec<f64>> {
    (1_i32..40_000, prop::collection::vec(-60_i32..61, 1..90)).prop_map(|(start, steps)| {
        let walk = steps.iter().scan(start, |price, step| {
            *price = (*price + step).max(1);
            Some(f64::from(*price) / 100.0)
        });
        walk.collect()
    })
}

/// Anything a double can be, and the kinds that break sums.
fn hostile() -> impl Strategy<Value = Vec<f64>> {
    let number = prop_oneof![
        4 => (1_i32..10_000).prop_map(|cents| f64::from(cents) / 100.0),
        2 => prop::sample::select(vec![1e-5, 9e13, -9e13, 0.0, -0.0, 0.1, 1.0, -1.0, f64::EPSILON, 4_503_599_627_370_497.0]),
        1 => prop::sample::select(vec![f64::MIN_POSITIVE, 5e-324, -5e-324, 1e-310, f64::MAX, f64::MIN]),
        1 => any::<u64>().prop_map(f64::from_bits),
    ];
    let extremes = prop_oneof![Just(f64::NAN), Just(f64::INFINITY), Just(f64::NEG_INFINITY)];
    let rare = prop_oneof![20 => number, 1 => extremes];
    prop::collection::vec(rare, 1..60)
}

/// Doubles of one sign and nearly one size whose quotients are often ties.
fn ties() -> impl Strategy<Value = Vec<f64>> {
    prop::collection::vec((1_i64 << 52..1 << 53, 0_i32..3), 1..60).prop_map(|numbers| {
        #[expect(clippy::cast_precision_loss, reason = "below 2^53")]
        let double = |(mantissa, exponent): (i64, i32)| mantissa as f64 * 2_f64.powi(exponent);
        numbers.into_iter().map(double).collect()
    })
}

fn decimals() -> impl Strategy<Value = (Vec<i64>, u8)> {
    let price = prop::collection::vec(1_i64..90_000_000_000, 1..90);
    let wide = prop::collection::vec((any::<i64>(), 0_u32..63).prop_map(|(unscaled, shift)| unscaled >> shift), 1..60);
    (prop_oneof![2 => price, 1 => wide], prop_oneof![3 => Just(6_u8), 1 => 0_u8..19])
}

fn bars() -> impl Strategy<Value = Bars> {
    let numbers = prop_oneof![
        decimals().prop_map(|(unscaled, scale)| Numbers::Decimal(unscaled, scale)),
        cents().prop_map(Numbers::Float),
        hostile().prop_map(Numbers::Float),
        ties().prop_map(Numbers::Float),
    ];
    let nulls = prop_oneof![3 => Just(0_u32), 1 => Just(1), 1 => Just(20)];
    (numbers, nulls, any::<u64>(), any::<bool>()).prop_map(|(numbers, nulls, seed, gaps)| {
        let mut bars = Bars { numbers, valid: None, sessions: None };
        let mut state = seed | 1;
        let mut below = |limit: u64| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state % limit
        };
        let rows = bars.len();
        bars.valid = (nulls > 0).then(|| (0..rows).map(|_| below(21) >= u64::from(nulls)).collect());
        bars.sessions = gaps.then(|| {
            let mut session = 0;
            (0..rows)
                .map(|_| {
                    session += if below(12) == 0 { 9 } else { 1 };
                    session
                })
                .collect()
        });
        bars
    })
}

type Kernel = fn(&Series<'_>, usize, u32, &mut Output<'_>);

/// The answers of a kernel, `None` where null.
fn answers(
    series: &Series<'_>,
    window: usize,
    max_span: u32,
    kernel: impl Fn(&Series<'_>, usize, u32, &mut Output<'_>),
) -> Vec<Option<f64>> {
    let (mut values, mut valid) = (vec![f64::NAN; series.len()], vec![true; series.len()]);
    kernel(series, window, max_span, &mut Output { values: &mut values, valid: &mut valid });
    values.iter().zip(valid).map(|(value, valid)| valid.then_some(*value)).collect()
}

fn sum(numbers: &[BigRational]) -> BigRational {
    numbers.iter().sum()
}

fn rational(integer: usize) -> BigRational {
    BigRational::from(BigInt::from(integer))
}

/// Each kernel and what it should give for the numbers of a window.
type Law = fn(&[BigRational]) -> BigRational;
const LAWS: [(Kernel, Law); 5] = [
    (sma, |numbers| sum(numbers) / rational(numbers.len())),
    (wma, |numbers| {
        let weighted: Vec<_> = numbers.iter().enumerate().map(|(place, number)| number * rational(place + 1)).collect();
        sum(&weighted) / rational(numbers.len() * (numbers.len() + 1) / 2)
    }),
    (rolling_sum, sum),
    (rolling_min, |numbers| numbers.iter().min().unwrap().clone()),
    (rolling_max, |numbers| numbers.iter().max().unwrap().clone()),
];

proptest! {
    #![proptest_config(config())]

    #[test]
    fn every_kernel_gives_the_double_nearest_to_the_rational(bars in bars(), window in 1_usize..32, spare in 0_u32..32) {
        let max_span = u32::try_from(window).unwrap() + spare;
        for (number, (kernel, law)) in LAWS.into_iter().enumerate() {
            for (row, found) in answers(&bars.series(0, bars.len()), window, max_span, kernel).into_iter().enumerate() {
                let wanted = bars.window(row, window, max_span).map(|numbers| law(&numbers));
                match (found, &wanted) {
                    (None, None) => {}
                    // A smallest number of zero keeps its sign.
                    (Some(found), Some(wanted)) if found == 0.0 && number > 2 => prop_assert_eq!(wanted, &rational(0)),
                    (Some(found), Some(wanted)) => {
                        prop_assert!(is_nearest(found, wanted), "kernel {}, row {}: {:e} for {}", number, row, found, wanted);
                    }
                    _ => prop_assert!(false, "kernel {}, row {}: {:?} for {:?}", number, row, found, wanted),
                }
            }
        }
    }

    #[test]
    fn vwap_gives_the_double_nearest_to_the_rational(
        bars in bars(), volumes in bars(), window in 1_usize..32, spare in 0_u32..32,
    ) {
        let rows = bars.len().min(volumes.len());
        let max_span = u32::try_from(window).unwrap() + spare;
        let kernel = |series: &Series<'_>, window: usize, max_span: u32, out: &mut Output<'_>| {
            rolling_vwap(series, &volumes.series(0, rows), window, max_span, out);
        };
        for (row, found) in answers(&bars.series(0, rows), window, max_span, kernel).into_iter().enumerate() {
            let volumes = volumes.window(row, window, u32::MAX);
            let wanted = bars.window(row, window, max_span).zip(volumes).and_then(|(prices, volumes)| {
                let products: Vec<_> = prices.iter().zip(&volumes).map(|(price, volume)| price * volume).collect();
                let shares = sum(&volumes);
                (shares != rational(0)).then(|| sum(&products) / shares)
            });
            match (found, &wanted) {
                (None, None) => {}
                (Some(found), Some(wanted)) => prop_assert!(is_nearest(found, wanted), "row {}: {:e} for {}", row, found, wanted),
                _ => prop_assert!(false, "row {}: {:?} for {:?}", row, found, wanted),
            }
        }
    }

    #[test]
    fn a_series_started_later_gives_the_same_bits(bars in bars(), window in 1_usize..32, start in 0_usize..60) {
        let start = start.min(bars.len());
        for (kernel, _) in LAWS {
            let whole = answers(&bars.series(0, bars.len()), window, 40, kernel);
            let late = answers(&bars.series(start, bars.len()), window, 40, kernel);
            for (whole, late) in whole.iter().skip(start).zip(late).skip(window - 1) {
                prop_assert_eq!(whole.map(f64::to_bits), late.map(f64::to_bits));
            }
        }
    }

    #[test]
    fn every_path_gives_the_same_bits(bars in bars(), window in 1_usize..32, linear in any::<bool>()) {
        let weights = if linear { Weights::Linear } else { Weights::Equal };
        let average = Mean { weights, window, divisor: weights.total(window) };
        let on = |path: Path| {
            answers(&bars.series(0, bars.len()), window, 40, |series, _, max_span, out| mean(series, max_span, &average, path, out))
        };
        let best: Vec<_> = on(Path::best()).iter().map(|value| value.map(f64::to_bits)).collect();
        for path in Path::available() {
            let other: Vec<_> = on(path).iter().map(|value| value.map(f64::to_bits)).collect();
            prop_assert_eq!(&best, &other, "{:?}", path);
        }
    }
}
