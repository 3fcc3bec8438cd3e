//! Example tests of all rolling kernels: nulls, unusual windows, and sums around the limits of each
//! way to compute them.

use super::*;

fn sma_of(series: &Series<'_>, window: usize) -> Vec<Option<f64>> {
    proofs::answers(series, window, u32::MAX, sma)
}

fn floats(values: &[f64]) -> Series<'_> {
    Series::new(Values::Float(values))
}

#[test]
fn a_null_price_makes_null_only_its_own_windows() {
    let valid = [true, true, false, true, true, true];
    let series = Series { valid: Some(&valid), ..floats(&[1.0, 2.0, 3.0, 4.0, 6.0, 8.0]) };
    assert_eq!(sma_of(&series, 2), [None, Some(1.5), None, None, Some(5.0), Some(7.0)]);
}

#[test]
fn a_window_of_no_bars_or_longer_than_the_prices_gives_nulls() {
    for window in [0, 3, usize::MAX] {
        assert_eq!(sma_of(&floats(&[1.0, 2.0]), window), [None, None]);
    }
    assert_eq!(sma_of(&floats(&[]), 2), []);
}

/// Of decimals the small division takes sums up to 2^51, and larger ones are divided in 128 bits.
#[test]
fn sums_around_the_limits_of_each_division_are_exact() {
    for (limit, window) in
        [50_u32, 51, 52, 53, 62].into_iter().flat_map(|bits| [1, 2, 3].map(|window| (1_i64 << bits, window)))
    {
        for sum in [limit - 3, limit - 1, limit, limit + 1, limit + 3].into_iter().flat_map(|sum| [sum, -sum]) {
            let part = sum / 3;
            let unscaled = match window {
                1 => vec![sum],
                2 => vec![part, sum - part],
                _ => vec![part, part, sum - 2 * part],
            };
            for scale in [0, 6] {
                let series = Series::new(Values::Decimal { unscaled: &unscaled, scale });
                let found = sma_of(&series, window)[window - 1].unwrap();
                let divisor = num_bigint::BigInt::from(window) * num_bigint::BigInt::from(10).pow(scale.into());
                let exact = num_rational::BigRational::new(sum.into(), divisor);
                assert!(proofs::is_nearest(found, &exact), "{unscaled:?}, scale {scale}: {found:e} for {exact}");
            }
        }
    }
}

#[test]
fn blocks_give_the_same_bits_as_single_windows() {
    // Prices from 30.00 to 40.12 in no order; of the blocks of 1,024 rows the last is not full.
    let cents = (0..4_987_u32).map(|row| f64::from(3_000 + row * 7_919 % 1_013) / 100.0).collect();
    // The first block needs more than 63 bits; some halves of it do not.
    let far_apart = (0..1_500).map(|row| f64::from(row % 17 + 1) * if row < 900 { 1e-3 } else { 1e15 }).collect();
    for (numbers, window) in [(cents, 20), (far_apart, 5)] {
        let numbers: Vec<f64> = numbers;
        for (row, found) in sma_of(&floats(&numbers), window).iter().enumerate().skip(window - 1) {
            let alone = sma_of(&floats(&numbers[row + 1 - window..=row]), window).pop();
            assert_eq!(Some(*found), alone, "window {window}, row {row}");
        }
    }
}

#[test]
fn sums_around_the_limit_of_128_bits_are_exact() {
    // In units of the least number's last place the large one is 2^125.
    let (least, large) = (1.0, 2.0_f64.powi(73));
    for window in [1, 3, 4, 5, 9] {
        let numbers: Vec<f64> = std::iter::once(least).chain(std::iter::repeat_n(large, window)).collect();
        assert_eq!(sma_of(&floats(&numbers), window)[window], Some(large), "{window}");
    }
}

fn shares(row: usize, new: u64, old: u64) -> Step {
    Step { row, change: Change::Shares { new, old } }
}

#[test]
#[should_panic(expected = "one step a row, ascending")]
fn steps_out_of_order_panic() {
    let steps = [shares(2, 2, 1), shares(1, 2, 1)];
    sma_of(&Series { steps: &steps, ..floats(&[1.0, 2.0, 3.0]) }, 2);
}

#[test]
#[should_panic(expected = "shares above 0")]
fn a_step_of_volumes_without_shares_panics() {
    let (steps, series) = ([shares(1, 1, 0)], floats(&[1.0, 2.0]));
    lines(2, |[out]| rolling_vwap(&series, &Series { steps: &steps, ..series }, 1, 4, out));
}
