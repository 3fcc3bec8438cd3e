//! Average directional index, with the two directional indicators that it is computed from.

use super::convert_state::{CarriedPrice, convert, convert_price};
use super::ema::as_double;
use super::true_range::range;
use super::wilder::Wilder;
use crate::rolling::{Change, Output, Series, StepCursor};

/// Wilder's average directional index and its +DI and -DI, each from 0 to 100.
///
/// `prices` are high, low and close; `out` receives the index, +DI and -DI. A bar's upward move is
/// the rise of its high over the previous high, its downward move the fall of its low; only the
/// larger one counts. Moves and true ranges are summed with Wilder's smoothing over `window` bars,
/// and 100 * moves / ranges is a directional indicator, from row `window` on. The index is Wilder's
/// average of 100 * |+DI - -DI| / (+DI + -DI), from row `2 * window - 1` on. Where nothing moved
/// the indicators are 0 and the index keeps its value; 0 is averaged where it has none yet.
///
/// A row without high, low or close is skipped: it is null, and the next row's previous bar is the
/// last complete one. Where the unit of `close` changes (a step), the previous bar and the sums
/// are converted, or the indicator restarts if the factor is unknown; the steps of `high` and `low`
/// are ignored. Depends on where the series began. No unit. Costs seven divisions a row. Wilder,
/// New Concepts in Technical Trading Systems (1978); TA-Lib's `ADX`, `PLUS_DI` and `MINUS_DI`.
///
/// ```
/// use b3_kernels::indicators::adx;
/// use b3_kernels::rolling::{Series, Values, lines};
/// let [high, low, close] = [[3.0, 4.0, 6.0], [1.0, 2.0, 4.0], [2.0, 3.0, 5.0]];
/// let [high, low, close] = [&high, &low, &close].map(|prices| Series::new(Values::Float(prices)));
/// let [index, up, down] = lines(3, |out| adx([&high, &low, &close], 1, out));
/// assert_eq!(index, [None, Some(100.0), Some(100.0)]);
/// assert_eq!(up, [None, Some(50.0), Some(100.0 * (2.0 / 3.0))]);
/// assert_eq!(down, [None, Some(0.0), Some(0.0)]);
/// ```
pub fn adx(prices: [&Series<'_>; 3], window: usize, mut out: [&mut Output<'_>; 3]) {
    let close = prices[2];
    let prices = prices.map(|series| Series { steps: close.steps, ..*series });
    let mut state = Directional::new(window);
    let mut previous: [CarriedPrice; 3] = [None; 3];
    let mut steps = StepCursor::new(close.steps);
    for row in 0..close.len() {
        if let Some(change) = steps.at(row) {
            state.convert(change);
            previous = std::array::from_fn(|place| convert_price(&prices[place], previous[place], row));
        }
        let mut lines = [None; 3];
        if let [Some(high), Some(low), Some(close)] = prices.each_ref().map(|series| series.at(row)) {
            if let [Some((_, previous_high)), Some((_, previous_low)), Some((_, previous_close))] = previous {
                lines = state.push([high, low], [previous_high, previous_low, previous_close]);
            }
            previous = [high, low, close].map(|price| Some((row, price)));
        }
        for (output, line) in out.iter_mut().zip(lines) {
            output.set(row, line);
        }
    }
}

/// The state of the directional indicators.
struct Directional {
    window: usize,
    up: SmoothedSum,
    down: SmoothedSum,
    ranges: SmoothedSum,
    average: Wilder,
    index: Option<f64>,
}

impl Directional {
    fn new(window: usize) -> Self {
        let [up, down, ranges] = std::array::from_fn(|_| SmoothedSum { window, count: 0, value: 0.0 });
        Self { window, up, down, ranges, average: Wilder::new(window), index: None }
    }

    /// Converts the state to the new unit, or restarts.
    fn convert(&mut self, change: Change) {
        let sums = [&mut self.up.value, &mut self.down.value, &mut self.ranges.value];
        if !convert(change, sums) {
            *self = Self::new(self.window);
        }
    }

    /// Adds the next bar; `previous` are the high, low and close before it. Returns the index, +DI
    /// and -DI.
    fn push(&mut self, [high, low]: [f64; 2], previous: [f64; 3]) -> [Option<f64>; 3] {
        let [previous_high, previous_low, previous_close] = previous;
        let (rise, fall) = (high - previous_high, previous_low - low);
        let up = if rise > fall { rise.max(0.0) } else { 0.0 };
        let down = if fall > rise { fall.max(0.0) } else { 0.0 };
        let (up, down) = (self.up.push(up), self.down.push(down));
        let range = self.ranges.push(range(high, low, previous_close));
        let (Some(up), Some(down), Some(range)) = (up, down, range) else {
            return [None; 3];
        };
        let percent = |part: f64, whole: f64| if whole > 0.0 { 100.0 * (part / whole) } else { 0.0 };
        let (plus, minus) = (percent(up, range), percent(down, range));
        let directional = (plus + minus > 0.0).then(|| percent((plus - minus).abs(), plus + minus));
        self.index = self.average.push(directional.or(self.index).unwrap_or(0.0));
        [self.index, Some(plus), Some(minus)]
    }
}

/// Wilder's smoothed sum: the sum of the first `window - 1` numbers, then `previous - previous /
/// window + number`.
struct SmoothedSum {
    window: usize,
    count: usize,
    value: f64,
}

impl SmoothedSum {
    fn push(&mut self, number: f64) -> Option<f64> {
        self.count = self.count.saturating_add(1);
        if self.window == 0 || self.count < self.window {
            self.value += number;
            return None;
        }
        self.value = self.value - self.value / as_double(self.window) + number;
        Some(self.value)
    }
}
