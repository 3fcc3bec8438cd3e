//! Sums of squares and products around the means of pairs, which beta and correlation are computed
//! from.

use super::ema::as_double;

/// Sums over the pairs: of the squares of the first and of the second numbers, and of the products
/// of both, each number less its mean.
pub(super) struct Moments {
    pub(super) first_squares: f64,
    pub(super) second_squares: f64,
    pub(super) products: f64,
}

impl Moments {
    /// The sums of `pairs`; `None` if there is no pair. The first pair is subtracted from all, so
    /// that equal numbers give exactly 0, and then the means, so that nothing cancels.
    pub(super) fn of(pairs: impl ExactSizeIterator<Item = (f64, f64)> + Clone) -> Option<Self> {
        let count = as_double(pairs.len());
        let (origin, other_origin) = pairs.clone().next()?;
        let shifted = pairs.map(|(first, second)| (first - origin, second - other_origin));
        let sums = shifted.clone().fold((0.0, 0.0), |sums, pair| (sums.0 + pair.0, sums.1 + pair.1));
        let means = (sums.0 / count, sums.1 / count);
        let mut moments = Self { first_squares: 0.0, second_squares: 0.0, products: 0.0 };
        for (first, second) in shifted.map(|pair| (pair.0 - means.0, pair.1 - means.1)) {
            moments.first_squares += first * first;
            moments.second_squares += second * second;
            moments.products += first * second;
        }
        Some(moments)
    }
}
