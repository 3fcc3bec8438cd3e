//! Weighted sums of windows, each computed from the one before.

use super::wide::WideInteger;

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

/// Writes the weighted sum of each window of `values` to `sums`, which is `window - 1` shorter.
/// Each sum is stored as the bits of a double, so that the result buffer holds the sums until they
/// are divided.
///
/// Exact where the true sums fit 64 bits: intermediate sums wrap around and back.
#[inline(always)]
pub(crate) fn slide(values: &[i64], window: usize, weights: Weights, sums: &mut [f64]) {
    let Some((first, others)) = sums.split_first_mut() else {
        return;
    };
    let mut sum = values[..window].iter().fold(0, |sum: i64, value| sum.wrapping_add(*value));
    let steps = others.iter_mut().zip(values).zip(&values[window..]);
    match weights {
        Weights::Equal => {
            *first = hold(sum);
            for ((held, oldest), newest) in steps {
                sum = sum.wrapping_add(newest.wrapping_sub(*oldest));
                *held = hold(sum);
            }
        }
        Weights::Linear => {
            let newest_weight = (window as u64).cast_signed();
            let weigh = |sum: i64, (weight, value): (i64, &i64)| sum.wrapping_add(value.wrapping_mul(weight));
            let mut weighted = (1..=newest_weight).zip(values).fold(0, weigh);
            *first = hold(weighted);
            for ((held, oldest), newest) in steps {
                weighted = weighted.wrapping_add(newest.wrapping_mul(newest_weight).wrapping_sub(sum));
                sum = sum.wrapping_add(newest.wrapping_sub(*oldest));
                *held = hold(weighted);
            }
        }
    }
}

fn hold(sum: i64) -> f64 {
    f64::from_bits(sum.cast_unsigned())
}

/// [`slide`] for integers wide enough for the sum of every window, one result at a time.
///
/// The oldest number is subtracted before the newest is added, so that no intermediate sum is
/// larger than a window.
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
            // In the first `window` rows the weight of the newest row is its number.
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
