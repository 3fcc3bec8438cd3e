//! The parameters of an indicator.

use crate::column_unit::Unit;
use crate::indicators::Seed;
use crate::named_option::named_option;

/// What an indicator reads, its windows and its own parameters.
#[derive(Debug, Clone, Default)]
pub struct IndicatorOptions {
    /// The columns to read, as many as the indicator needs.
    pub columns: Vec<String>,
    /// What the first column counts if the indicator leaves it open; `None`: what its name says.
    pub unit: Option<Unit>,
    /// Windows in bars; each once, except in `stoch` and `macd`.
    pub windows: Vec<u32>,
    /// The sessions (or weeks, or months) that a window may span; `None` means twice the window,
    /// and no limit for an indicator without windows. Recursive indicators limit no window: they
    /// restart where the previous bar is older than this; `None` means nowhere.
    pub max_span: Option<u32>,
    /// Parameters besides these.
    pub settings: Settings,
}

/// The parameters that only some indicators have.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settings {
    /// The first value of an exponential average.
    pub seed: Seed,
    /// A standard deviation divides by the number of bars less this: 0 for the population, 1 for a
    /// sample.
    pub ddof: u32,
    /// The distance of the Bollinger bands from their average, in standard deviations.
    pub deviations: f64,
    /// The distance of the Keltner channels from their average, in average true ranges.
    pub multiplier: f64,
    /// The window of that average true range, in bars.
    pub atr_window: u32,
}

impl Default for Settings {
    /// TA-Lib's seed and standard deviation, and the usual bands and channels.
    fn default() -> Self {
        Self { seed: Seed::Sma, ddof: 0, deviations: 2.0, multiplier: 2.0, atr_window: 10 }
    }
}

named_option!("seed", Seed, "sma" => Sma, "first" => First);
