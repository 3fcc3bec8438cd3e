//! Volume-weighted average price over a window.

use num_bigint::{BigInt, Sign};

use super::across_steps::across_steps;
use super::exact_numbers::{ExactNumbers, Integers};
use super::mean::BLOCK_ROWS;
use super::runs::fill_runs;
use super::series::{Output, Series};
use super::steps::aligned_steps;
use crate::exact::slide::slide_wide;
use crate::exact::wide::WideInteger;
use crate::exact::{Weights, big, quotient};

/// The sum of price * volume over the last `window` bars, divided by the sum of their volumes,
/// correctly rounded.
///
/// `volumes` has as many rows as `prices`. A null or non-finite volume counts as a null price does,
/// and the result is null where the volumes of a window sum to 0. The sessions of `prices` count;
/// each series has its own steps: give the volumes the inverse of the prices'. Nulls, warm-up and
/// `max_span` otherwise as for all of [`rolling`](super). Unit: the price's. Costs one division of
/// 128 bits a row.
///
/// # Panics
/// If there are not as many volumes as prices.
///
/// ```
/// use b3_kernels::rolling::{Series, Values, lines, rolling_vwap};
/// let closes = Series::new(Values::Decimal { unscaled: &[100, 200, 400], scale: 2 });
/// let volumes = Series::new(Values::Decimal { unscaled: &[1, 3, 1], scale: 0 });
/// let found = lines(3, |[out]| rolling_vwap(&closes, &volumes, 2, 4, out));
/// assert_eq!(found, [[None, Some(1.75), Some(2.5)]]);
/// ```
pub fn rolling_vwap(prices: &Series<'_>, volumes: &Series<'_>, window: usize, max_span: u32, out: &mut Output<'_>) {
    assert_eq!(prices.len(), volumes.len(), "one volume a price");
    let both: Vec<bool> = (0..prices.len()).map(|row| prices.is_usable(row) && volumes.is_usable(row)).collect();
    let [price_steps, volume_steps] = aligned_steps([prices.steps, volumes.steps]);
    let bars = Series { valid: Some(&both), steps: &price_steps, ..*prices };
    fill_runs(&bars, window, max_span, out, |run, out| {
        let rows = BLOCK_ROWS.max(window); // at least a window, so that a bar is in two blocks at most
        let first_end = run.start + window - 1;
        for start in (first_end..run.end).step_by(rows) {
            let bars = start + 1 - window..run.end.min(start + rows);
            let (price, volume) = (ExactNumbers::of(&prices.values, &bars), ExactNumbers::of(&volumes.values, &bars));
            vwap_block(&price, &volume, window, |place, vwap| out.set(start - first_end + place, vwap));
        }
        let groups = across_steps(&price_steps, run.clone(), window).zip(across_steps(&volume_steps, run, window));
        for (price_group, volume_group) in groups {
            let (price, volume) = (price_group.numbers(&prices.values), volume_group.numbers(&volumes.values));
            let start = price_group.places.start;
            vwap_block(&price, &volume, window, |place, vwap| out.set(start + place, vwap));
        }
    });
}

/// Calls `answer` for each window with its sum of products / sum of volumes, `None` where the
/// volumes sum to 0. The exponent and the divisor of the volumes cancel out. Their sign goes to the
/// turnover, because `quotient` divides by an unsigned number.
fn vwap_block(
    prices: &ExactNumbers,
    volumes: &ExactNumbers,
    window: usize,
    mut answer: impl FnMut(usize, Option<f64>),
) {
    if let (
        Integers::Wide { numbers: price, largest: largest_price },
        Integers::Wide { numbers: volume, largest: largest_volume },
        Ok(divisor),
    ) = (&prices.integers, &volumes.integers, i128::try_from(&prices.divisor))
    {
        // Whether an `i128` holds the sum of a window's volumes, each times `factor`.
        let fits = |factor: u128| {
            let sum = largest_volume.checked_mul(window as u128).and_then(|sum| sum.checked_mul(factor));
            sum.is_some_and(|sum| i128::try_from(sum).is_ok())
        };
        if fits(*largest_price) && fits(divisor.unsigned_abs()) {
            let products: Vec<i128> = price.iter().zip(volume).map(|(price, volume)| price * volume).collect();
            window_sums(&products, volume, window, |place, turnover, shares| {
                let turnover = if shares.is_negative() { -turnover } else { *turnover };
                let shares = (shares * divisor).unsigned_abs();
                answer(place, (shares != 0).then(|| quotient(turnover, shares, prices.exponent)));
            });
            return;
        }
    }
    let (price, volume) = (prices.integers.to_big(), volumes.integers.to_big());
    let products: Vec<BigInt> = price.iter().zip(&volume).map(|(price, volume)| price * volume).collect();
    window_sums(&products, &volume, window, |place, turnover, shares| {
        let turnover = if shares.sign() == Sign::Minus { -turnover } else { turnover.clone() };
        let shares = shares.magnitude() * &prices.divisor;
        answer(place, (shares.bits() != 0).then(|| big::quotient(&turnover, &shares, prices.exponent)));
    });
}

/// Calls `answer` with the sums of products and of volumes of each window.
fn window_sums<T: WideInteger>(products: &[T], volumes: &[T], window: usize, mut answer: impl FnMut(usize, &T, &T)) {
    let mut shares = Vec::with_capacity(products.len());
    slide_wide(volumes, window, Weights::Equal, |_, sum| shares.push(sum.clone()));
    slide_wide(products, window, Weights::Equal, |place, sum| answer(place, sum, &shares[place]));
}
