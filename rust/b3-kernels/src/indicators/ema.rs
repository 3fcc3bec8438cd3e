//! Exponential moving average.

use super::convert_state::convert;
use crate::rolling::{Change, Output, Series, StepCursor};

/// The first value of an exponential average.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Seed {
    /// The simple average of the first `window` prices: TA-Lib's default.
    #[default]
    Sma,
    /// The first price: TA-Lib's Metastock mode, pandas' `adjust=False`.
    First,
}

/// The exponential moving average with the factor 2 / (`window` + 1).
///
/// Null in the first `window - 1` rows with a price, whatever the seed, and where the price is
/// missing; a missing price does not change the average. A step converts the average, or restarts
/// it (see [`indicators`](super)). Depends on where the series began. Unit: the price's. Costs one
/// multiplication a row.
///
/// ```
/// use b3_kernels::indicators::{Seed, ema};
/// use b3_kernels::rolling::{Series, Values, lines};
/// let closes = Series::new(Values::Float(&[1.0, 2.0, 3.0]));
/// let found = lines(3, |[out]| ema(&closes, 2, Seed::Sma, out));
/// assert_eq!(found, [[None, Some(1.5), Some(2.5)]]);
/// ```
pub fn ema(series: &Series<'_>, window: usize, seed: Seed, out: &mut Output<'_>) {
    let mut average = Average::new(window, seed);
    let mut steps = StepCursor::new(series.steps);
    for row in 0..series.len() {
        if let Some(change) = steps.at(row) {
            average.convert(change);
        }
        out.set(row, series.at(row).and_then(|price| average.push(price)));
    }
}

/// The state of an exponential average.
#[derive(Debug, Clone)]
pub(super) struct Average {
    seed: Seed,
    window: usize,
    factor: f64,
    count: usize,
    value: f64,
}

impl Average {
    pub(super) fn new(window: usize, seed: Seed) -> Self {
        Self { seed, window, factor: 2.0 / (as_double(window) + 1.0), count: 0, value: 0.0 }
    }

    /// Converts the state to the new unit, or restarts.
    pub(super) fn convert(&mut self, change: Change) {
        if !convert(change, [&mut self.value]) {
            *self = Self::new(self.window, self.seed);
        }
    }

    /// Adds the next price; returns the average, `None` during warm-up.
    pub(super) fn push(&mut self, price: f64) -> Option<f64> {
        self.count = self.count.saturating_add(1);
        match self.seed {
            Seed::First if self.count == 1 => self.value = price,
            Seed::Sma if self.count <= self.window => {
                // The sum until the window is full, then the average.
                self.value += price;
                if self.count == self.window {
                    self.value /= as_double(self.window);
                }
            }
            _ => self.value += self.factor * (price - self.value),
        }
        (self.window > 0 && self.count >= self.window).then_some(self.value)
    }
}

#[expect(clippy::cast_precision_loss, reason = "a window of 2^53 bars does not fit any memory")]
pub(super) fn as_double(window: usize) -> f64 {
    window as f64
}
