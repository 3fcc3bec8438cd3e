//! Example tests of what all rolling kernels do with nulls, gaps and unusual windows.

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
fn a_price_that_is_not_finite_counts_as_null() {
    for price in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        assert_eq!(sma_of(&floats(&[1.0, price, 3.0, 5.0]), 2), [None, None, None, Some(4.0)]);
    }
}

#[test]
fn a_window_counts_while_its_ends_are_at_most_max_span_sessions_apart() {
    let series = Series { sessions: Some(&[0, 4, 9]), ..floats(&[1.0, 3.0, 5.0]) };
    let pairs = |max_span| proofs::answers(&series, 2, max_span, sma);
    assert_eq!(pairs(4), [None, Some(2.0), None]);
    assert_eq!(pairs(5), [None, Some(2.0), Some(4.0)]);
}

#[test]
fn a_window_of_no_bars_or_longer_than_the_prices_gives_nulls() {
    for window in [0, 3, usize::MAX] {
        assert_eq!(sma_of(&floats(&[1.0, 2.0]), window), [None, None]);
    }
    assert_eq!(sma_of(&floats(&[]), 2), []);
}

#[test]
fn doubles_are_averaged_by_their_binary_values_and_decimals_by_their_decimal_values() {
    assert_eq!(sma_of(&floats(&[1.1, 2.2]), 2), [None, Some(1.650_000_000_000_000_1)]);
    let decimals = Series::new(Values::Decimal { unscaled: &[11, 22], scale: 1 });
    assert_eq!(sma_of(&decimals, 2), [None, Some(1.65)]);
}

#[test]
fn prices_far_apart_are_summed_exactly() {
    assert_eq!(sma_of(&floats(&[9e13, 1e-5, -9e13]), 3), [None, None, Some(1e-5 / 3.0)]);
    assert_eq!(sma_of(&floats(&[1e300, 5e-324, -1e300]), 3), [None, None, Some(0.0)]);
    assert_eq!(sma_of(&floats(&[1e300, 1e-300, -1e300]), 3), [None, None, Some(1e-300 / 3.0)]);
    assert_eq!(sma_of(&floats(&[f64::MAX, f64::MAX]), 2), [None, Some(f64::MAX)]);
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
fn zeros_of_either_sign_average_to_zero() {
    assert_eq!(sma_of(&floats(&[-0.0, -0.0]), 2)[1].map(f64::to_bits), Some(0));
}

#[test]
fn blocks_give_the_same_bits_as_single_windows() {
    // Prices from 30.00 to 40.12 in no order; of the blocks of 1,024 rows the last is not full.
    let cents: Vec<f64> = (0..4_987_u32).map(|row| f64::from(3_000 + row * 7_919 % 1_013) / 100.0).collect();
    let whole = sma_of(&floats(&cents), 20);
    for (row, found) in whole.iter().enumerate().skip(19) {
        assert_eq!(Some(*found), sma_of(&floats(&cents[row - 19..=row]), 20).pop(), "row {row}");
    }
}

#[test]
fn blocks_of_numbers_far_apart_give_the_same_bits_as_single_windows() {
    // The first block needs more than 63 bits; some halves of it do not.
    let number = |row: u32| f64::from(row % 17 + 1) * if row < 900 { 1e-3 } else { 1e15 };
    let numbers: Vec<f64> = (0..1_500).map(number).collect();
    let whole = sma_of(&floats(&numbers), 5);
    for (row, found) in whole.iter().enumerate().skip(4) {
        assert_eq!(Some(*found), sma_of(&floats(&numbers[row - 4..=row]), 5).pop(), "row {row}");
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
fn older_prices_enter_in_the_shares_of_the_last_bar() {
    let steps = [shares(2, 2, 1)];
    let series = Series { steps: &steps, ..floats(&[40.0, 44.0, 21.0, 23.0]) };
    assert_eq!(sma_of(&series, 3), [None, None, Some(21.0), Some(22.0)]);
    // A window that ends before the split is not affected, and one that begins at it contains no
    // old price.
    assert_eq!(sma_of(&series, 2), [None, Some(42.0), Some(21.5), Some(22.0)]);
}

#[test]
fn several_steps_multiply_and_one_at_the_first_row_or_after_the_last_changes_nothing() {
    let steps = [shares(0, 9, 1), shares(1, 3, 1), shares(2, 7, 11), shares(9, 5, 1)];
    let series = Series { steps: &steps, ..floats(&[21.0, 7.0, 11.0]) };
    assert_eq!(sma_of(&series, 3), [None, None, Some(11.0)]);
    assert_eq!(sma_of(&series, 1), [Some(21.0), Some(7.0), Some(11.0)]);
}

#[test]
fn a_change_of_no_known_size_makes_null_the_windows_that_look_across() {
    let steps = [Step { row: 2, change: Change::Unknown }];
    let series = Series { steps: &steps, ..floats(&[1.0, 3.0, 5.0, 7.0, 9.0]) };
    assert_eq!(sma_of(&series, 2), [None, Some(2.0), None, Some(6.0), Some(8.0)]);
    assert_eq!(sma_of(&series, 1), [1.0, 3.0, 5.0, 7.0, 9.0].map(Some));
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
