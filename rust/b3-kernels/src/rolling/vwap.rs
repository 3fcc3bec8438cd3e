//! Volume-weighted average price over a window.

use std::ops::Range;

use num_bigint::{BigInt, Sign};

use super::runs::fill_runs;
use super::series::{Output, Series, Values};
use crate::exact::fixed::{self, Spread};
use crate::exact::slide::slide_wide;
use crate::exact::{Weights, big, ratio};

/// Rows that are computed at once, in as many bits as their numbers need.
const BLOCK_ROWS: usize = 1024;

/// The sum of price * volume over the last `window` bars, divided by the sum of their volumes, correctly rounded.
///
/// `volumes` gives as many rows as `prices`; a null or non-finite volume counts as a null price does, and the answer is
/// null where the volumes of a window sum to 0. `sessions` are those of `prices`. Else nulls, warm-up and `max_span` as
/// for all of [`rolling`](super). Unit: the price's. Costs one division of 128 bits a row.
///
/// # Panics
/// If there are not as many volumes as prices.
///
/// ```
/// use b3_kernels::rolling::{Output, Series, Values, rolling_vwap};
/// let closes = Series::new(Values::Decimal { unscaled: &[100, 200, 400], scale: 2 });
/// let volumes = Series::new(Values::Decimal { unscaled: &[1, 3, 1], scale: 0 });
/// let (mut values, mut valid) = ([0.0; 3], [false; 3]);
/// rolling_vwap(&closes, &volumes, 2, 4, &mut Output { values: &mut values, valid: &mut valid });
/// assert_eq!(values, [0.0, 1.75, 2.5]);
/// ```
pub fn rolling_vwap(prices: &Series<'_>, volumes: &Series<'_>, window: usize, max_span: u32, out: &mut Output<'_>) {
    assert_eq!(prices.len(), volumes.len(), "one volume a price");
    let both: Vec<bool> = (0..prices.len()).map(|row| prices.is_usable(row) && volumes.is_usable(row)).collect();
    let bars = Series { valid: Some(&both), ..*prices };
    fill_runs(&bars, window, max_span, out, |run, answers, valid| {
        let rows = BLOCK_ROWS.max(window);
        for (block, (answers, valid)) in answers.chunks_mut(rows).zip(valid.chunks_mut(rows)).enumerate() {
            let first = run.start + block * rows;
            let bars = first..first + answers.len() + window - 1;
            vwap_block(
                &Operand::of(&prices.values, &bars),
                &Operand::of(&volumes.values, &bars),
                window,
                |place, vwap| {
                    answers[place] = vwap.unwrap_or(0.0);
                    valid[place] = vwap.is_some();
                },
            );
        }
    });
}

/// Integers and what one of them counts: 2^exponent / 10^scale.
struct Operand {
    integers: Integers,
    exponent: i32,
    scale: u8,
}

enum Integers {
    /// No larger than the number beside them.
    Wide(Vec<i128>, u128),
    Any(Vec<BigInt>),
}

impl Operand {
    fn of(values: &Values<'_>, rows: &Range<usize>) -> Self {
        match *values {
            Values::Decimal { unscaled, scale } => {
                let unscaled = &unscaled[rows.clone()];
                let largest = unscaled.iter().fold(0, |largest, value| value.unsigned_abs().max(largest));
                let wide = unscaled.iter().copied().map(i128::from).collect();
                Self { integers: Integers::Wide(wide, largest.into()), exponent: 0, scale }
            }
            Values::Float(floats) => {
                let floats = &floats[rows.clone()];
                let spread = Spread::of(floats);
                let (integers, exponent) = match spread.largest {
                    Some(largest) => {
                        let wide = floats.iter().map(|value| fixed::integer(*value, spread.exponent)).collect();
                        (Integers::Wide(wide, largest), spread.exponent)
                    }
                    None => (
                        Integers::Any(floats.iter().map(|value| big::integer(*value)).collect()),
                        fixed::LEAST_EXPONENT,
                    ),
                };
                Self { integers, exponent, scale: 0 }
            }
        }
    }

    /// The integers in any size.
    fn any(&self) -> Vec<BigInt> {
        match &self.integers {
            Integers::Wide(wide, _) => wide.iter().copied().map(BigInt::from).collect(),
            Integers::Any(any) => any.clone(),
        }
    }
}

fn vwap_block(prices: &Operand, volumes: &Operand, window: usize, mut answer: impl FnMut(usize, Option<f64>)) {
    let tenths = 10_i128.pow(u32::from(prices.scale));
    if let (Integers::Wide(price, highest), Integers::Wide(volume, most)) = (&prices.integers, &volumes.integers) {
        let fits = |factor: u128| {
            let sum = most.checked_mul(window as u128).and_then(|sum| sum.checked_mul(factor));
            sum.is_some_and(|sum| sum < 1 << 127)
        };
        if fits(*highest) && fits(tenths.unsigned_abs()) {
            let products: Vec<i128> = price.iter().zip(volume).map(|(price, volume)| price * volume).collect();
            quotients(&products, volume, window, |place, turnover, shares| {
                let turnover = if *shares < 0 { -turnover } else { *turnover };
                let shares = (shares * tenths).unsigned_abs();
                answer(place, (shares != 0).then(|| ratio(turnover, shares, prices.exponent)));
            });
            return;
        }
    }
    let (price, volume) = (prices.any(), volumes.any());
    let products: Vec<BigInt> = price.iter().zip(&volume).map(|(price, volume)| price * volume).collect();
    quotients(&products, &volume, window, |place, turnover, shares| {
        let turnover = if shares.sign() == Sign::Minus { -turnover } else { turnover.clone() };
        let shares = (shares * tenths).into_parts().1;
        answer(place, (shares.bits() != 0).then(|| big::ratio(&turnover, &shares, prices.exponent)));
    });
}

/// The sums of products and of volumes of each window.
fn quotients<T>(products: &[T], volumes: &[T], window: usize, mut answer: impl FnMut(usize, &T, &T))
where
    T: Clone + Default + for<'a> std::ops::AddAssign<&'a T> + for<'a> std::ops::SubAssign<&'a T>,
    T: std::ops::Mul<i128, Output = T>,
{
    let mut shares = Vec::with_capacity(products.len());
    slide_wide(volumes, window, Weights::Equal, |_, sum| shares.push(sum.clone()));
    slide_wide(products, window, Weights::Equal, |place, sum| answer(place, sum, &shares[place]));
}
