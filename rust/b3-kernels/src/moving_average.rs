//! The kernel `moving_average`: simple, exponential and weighted averages over a table of bars.

use std::str::FromStr;

use crate::by_series::{Input, by_series};
use crate::column_unit::Unit;
use crate::error::{Error, Result};
use crate::indicators::{Seed, ema};
use crate::rolling::{sma, wma};
use crate::series_options::{Derived, SeriesOptions};
use crate::table::Table;
use crate::window::{Window, distinct_windows};

/// The weights of the prices in a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AverageKind {
    /// Equal weights.
    Simple,
    /// Weights that fall exponentially with age.
    Exponential,
    /// Weights that fall linearly with age: `window` for the last price, 1 for the first.
    Weighted,
}

/// The options of [`moving_average`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MovingAverage {
    /// Window lengths in bars, distinct.
    pub windows: Vec<u32>,
    /// How prices are weighted.
    pub kind: AverageKind,
    /// The column of prices.
    pub column: String,
    /// What that column counts; `None` means what its name says.
    pub unit: Option<Unit>,
    /// The sessions (or weeks, or months) that the bars of a window may span; `None` means twice
    /// its length.
    pub max_span: Option<u32>,
}

impl AverageKind {
    fn name(self) -> &'static str {
        match self {
            Self::Simple => "sma",
            Self::Exponential => "ema",
            Self::Weighted => "wma",
        }
    }
}

impl FromStr for AverageKind {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let kinds = [Self::Simple, Self::Exponential, Self::Weighted];
        kinds.into_iter().find(|kind| kind.name() == text).ok_or_else(|| Error::Option {
            option: "kind",
            found: format!("{text:?}"),
            expected: "sma, ema or wma",
        })
    }
}

/// One column a window, `sma_20` and the like, row by row of `bars`.
///
/// Null in the first `window - 1` bars of a ticker, where a price in the window is null or NaN,
/// where the window spans more than `max_span` sessions, and across a change of currency. Prices
/// before a share event are converted to the shares of the window's last bar. `sma` and `wma` are
/// correctly rounded. An exponential average has no fixed window: it begins with the simple average
/// of the first window, skips a null, and restarts at a bar whose previous bar is more than
/// `max_span` sessions old (`None`: never). Costs one pass a window.
///
/// # Errors
/// A column that is missing or of another type; a null key, a date outside 1986 to 2099; a window
/// that is 0, too long or given twice.
pub fn moving_average(bars: &Table, series: &SeriesOptions, options: &MovingAverage) -> Result<Derived> {
    distinct_windows(&options.windows)?;
    let windows: Vec<Window> = options.windows.iter().map(|bars| Window::new(*bars, options.max_span)).collect();
    let names: Vec<String> = options.windows.iter().map(|window| format!("{}_{window}", options.kind.name())).collect();
    let input = Input::new(&options.column, options.unit);
    // An exponential average has no window that could be too wide, but a previous bar that may be
    // too old.
    let (spans, max_age): (&[Window], _) = match options.kind {
        AverageKind::Exponential => (&[], options.max_span),
        _ => (&windows, None),
    };
    by_series(bars, series, &[input], &names, spans, max_age, |series, outputs| {
        for (window, out) in windows.iter().zip(outputs) {
            let bars = window.bars as usize;
            match options.kind {
                AverageKind::Simple => sma(&series[0], bars, window.max_span, out),
                AverageKind::Weighted => wma(&series[0], bars, window.max_span, out),
                AverageKind::Exponential => ema(&series[0], bars, Seed::Sma, out),
            }
        }
    })
}
