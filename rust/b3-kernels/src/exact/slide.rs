//! Weighted sums of windows, each computed from the one before.

use super::wide::WideInteger;
use crate::simd::{Isa, Vectorised};

/// The weights of the bars in a window.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Weights {
    /// 1 for every bar.
    Equal,
    /// 1 for the oldest bar up to `window` for the newest.
    Linear,
}

impl Weights {
    /// The sum of the weights: a weighted sum is at most that many times the largest number.
    pub(crate) fn total(self, window: usize) -> u128 {
        let window = window as u128;
        match self {
            Self::Equal => window,
            Self::Linear => window * (window + 1) / 2,
        }
    }
}

/// Writes the sum of the first window of `values` to `differences`, which is `window - 1` shorter,
/// and then by how much each window's sum is larger than the one before.
///
/// All sums and differences are integers modulo 2^64, stored as the bits of doubles, so that the
/// result buffer holds them until they are divided.
#[inline(always)]
pub(crate) fn write_differences(values: &[i64], window: usize, differences: &mut [f64]) {
    let Some((first, others)) = differences.split_first_mut() else {
        return;
    };
    *first = held(values[..window].iter().fold(0, |sum: i64, value| sum.wrapping_add(*value)));
    for ((difference, oldest), newest) in others.iter_mut().zip(values).zip(&values[window..]) {
        *difference = held(newest.wrapping_sub(*oldest));
    }
}

/// Replaces the differences that [`write_differences`] wrote by the weighted sum of each window.
///
/// Exact where the true sums fit 64 bits: intermediate sums wrap around and back.
pub(crate) fn slide(isa: Isa, values: &[i64], window: usize, weights: Weights, sums: &mut [f64]) {
    isa.running_sums(sums);
    if weights == Weights::Linear {
        isa.run(WeightedDifferences { values, window, sums });
        isa.running_sums(sums);
    }
}

/// Replaces sums with equal weights by the differences of those with linear weights: the newest
/// number times `window`, less the previous sum, because each older number's weight falls by one.
struct WeightedDifferences<'a> {
    values: &'a [i64],
    window: usize,
    sums: &'a mut [f64],
}

impl Vectorised for WeightedDifferences<'_> {
    type Answer = ();

    #[inline(always)]
    fn run<const _FUSED: bool>(self) {
        let Some((first, others)) = self.sums.split_first_mut() else {
            return;
        };
        let newest_weight = (self.window as u64).cast_signed();
        let weigh = |sum: i64, (weight, value): (i64, &i64)| sum.wrapping_add(value.wrapping_mul(weight));
        let mut previous_sum = integer(*first);
        *first = held((1..=newest_weight).zip(self.values).fold(0, weigh));
        for (held_sum, newest) in others.iter_mut().zip(&self.values[self.window..]) {
            let sum = integer(*held_sum);
            *held_sum = held(newest.wrapping_mul(newest_weight).wrapping_sub(previous_sum));
            previous_sum = sum;
        }
    }
}

fn held(integer: i64) -> f64 {
    f64::from_bits(integer.cast_unsigned())
}

fn integer(held: f64) -> i64 {
    held.to_bits().cast_signed()
}

/// [`slide`] for integers wide enough for [`Weights::total`] times the largest number; `answer`
/// gets each window's place, from 0, and its sum.
///
/// The oldest number is subtracted before the newest is added, so that no intermediate sum is
/// beyond that product.
// Inlined, so that the compiler knows `weights`: 5% fewer instructions for `rolling_vwap`.
#[inline(always)]
pub(crate) fn slide_wide<T>(values: &[T], window: usize, weights: Weights, mut answer: impl FnMut(usize, &T))
where
    T: WideInteger,
{
    let mut sum = T::default();
    let mut weighted = T::default();
    for (row, newest) in values.iter().enumerate() {
        if let Some(oldest) = row.checked_sub(window) {
            if weights == Weights::Linear {
                weighted -= &sum;
            }
            sum -= &values[oldest];
        }
        if weights == Weights::Linear {
            // In the first `window` rows the weight of the newest row is its number, from 1.
            weighted += &(newest.clone() * (row + 1).min(window) as i128);
        }
        sum += newest;
        if let Some(place) = (row + 1).checked_sub(window) {
            answer(place, if weights == Weights::Equal { &sum } else { &weighted });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_that_just_fit_do_not_overflow_on_the_way() {
        let sums = |value: i128, window, weights| {
            let mut sums = Vec::new();
            slide_wide(&[value; 5], window, weights, |_, sum| sums.push(*sum));
            sums
        };
        assert_eq!(sums(i128::MAX, 1, Weights::Equal), [i128::MAX; 5]);
        assert_eq!(sums(i128::MAX / 3, 3, Weights::Equal), [i128::MAX / 3 * 3; 3]);
        assert_eq!(sums(i128::MAX / 3, 2, Weights::Linear), [i128::MAX / 3 * 3; 4]);
    }
}
