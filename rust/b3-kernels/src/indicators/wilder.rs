//! Wilder's smoothing, which ADX, ATR and RSI share.

use super::convert_state::convert;
use super::ema::as_double;
use crate::rolling::Change;

/// The mean of the first `window` numbers, then `(previous * (window - 1) + number) / window`.
#[derive(Debug, Clone)]
pub(super) struct Wilder {
    window: usize,
    count: usize,
    value: f64,
}

impl Wilder {
    pub(super) fn new(window: usize) -> Self {
        Self { window, count: 0, value: 0.0 }
    }

    /// Converts the state to the new unit, or restarts.
    pub(super) fn convert(&mut self, change: Change) {
        if !convert(change, [&mut self.value]) {
            *self = Self::new(self.window);
        }
    }

    /// Adds the next number; returns the smoothed one, `None` during warm-up.
    pub(super) fn push(&mut self, number: f64) -> Option<f64> {
        self.count = self.count.saturating_add(1);
        let window = as_double(self.window);
        if self.count > self.window {
            self.value = (self.value * (window - 1.0) + number) / window;
        } else {
            self.value += number;
            if self.count == self.window {
                self.value /= window;
            }
        }
        (self.window > 0 && self.count >= self.window).then_some(self.value)
    }
}
