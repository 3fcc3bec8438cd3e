//! The indicators of [`indicators`](crate::indicators) and [`rolling`](crate::rolling) over whole tables.

use crate::by_series::{Input, Window, by_series};
use crate::column_unit::Unit;
use crate::error::{Error, Result};
use crate::indicators::{self, MacdOutput, Seed};
use crate::refiner::distinct_windows;
use crate::rolling::{self, Output, Series};
use crate::series_options::{Derived, SeriesOptions};
use crate::table::Table;

/// What to compute.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Indicator {
    /// Exponential average.
    Ema {
        /// What it begins with.
        seed: Seed,
    },
    /// Sum over a window.
    RollingSum,
    /// Lowest price of a window.
    RollingMin,
    /// Highest price of a window.
    RollingMax,
    /// Standard deviation over a window.
    RollingStd {
        /// What the number of bars is reduced by: 0 for the window itself, 1 for a sample.
        ddof: u32,
    },
    /// Volume-weighted average over a window; columns price and volume.
    RollingVwap,
    /// True range; columns high, low and close.
    TrueRange,
    /// Average true range; columns high, low and close.
    Atr,
    /// Relative strength index.
    Rsi,
    /// Average and bands around it.
    BollingerBands {
        /// Standard deviations from the average to a band.
        deviations: f64,
    },
    /// Moving-average convergence and divergence; windows fast, slow and signal.
    Macd,
    /// On-balance volume; columns price and volume.
    Obv,
    /// Logarithm of price over previous price.
    LogReturn,
}

/// The columns of one indicator, row by row of `bars`: one a window (`rsi_14`), three a window for
/// Bollinger bands, or those that the indicator's name says.
///
/// `columns` are the columns read, as many as the indicator wants; `unit` says what the first of them counts, by its name
/// where `None`. `max_span` counts for those that look back over a
/// fixed window; where `None` it is twice the window, and for `log_return` without limit. What carries a state on begins
/// anew at a bar whose previous one is more than `max_span` sessions old. Nulls as in
/// [`indicators`](crate::indicators) and [`rolling`](crate::rolling).
///
/// # Errors
/// A column that is missing or of another type; a null key, a date outside 1986 to 2099; a window that is 0, too long or
/// given twice.
pub fn indicator(
    bars: &Table,
    options: &SeriesOptions,
    indicator: Indicator,
    columns: &[&str],
    unit: Option<Unit>,
    windows: &[u32],
    max_span: Option<u32>,
) -> Result<Derived> {
    let wanted = indicator.inputs();
    if columns.len() != wanted {
        return Err(Error::Option {
            option: "columns",
            found: format!("{columns:?}"),
            expected: "as many columns as the indicator reads",
        });
    }
    match indicator {
        Indicator::Macd => windows.iter().try_for_each(|window| distinct_windows(&[*window]))?,
        _ => distinct_windows(windows)?,
    }
    let names = indicator.names(windows);
    let windows: Vec<Window> = match indicator {
        Indicator::LogReturn => vec![Window::new(2, Some(max_span.unwrap_or(u32::MAX)))],
        _ => windows.iter().map(|bars| Window::new(*bars, max_span)).collect(),
    };
    let (spans, max_age): (&[Window], _) =
        if indicator.is_start_independent() { (&windows, None) } else { (&[], max_span) };
    let inputs: Vec<Input<'_>> =
        columns.iter().zip(indicator.units(unit)).map(|(column, unit)| Input::new(column, unit)).collect();
    by_series(bars, options, &inputs, &names, spans, max_age, |series, outputs| {
        if let Indicator::Macd = indicator {
            macd(series, &windows, outputs);
            return;
        }
        let each = windows.iter().copied().chain([Window::new(1, None)]);
        for (window, outputs) in each.zip(outputs.chunks_mut(indicator.outputs())) {
            indicator.compute(series, window, outputs);
        }
    })
}

impl Indicator {
    fn inputs(self) -> usize {
        match self {
            Self::TrueRange | Self::Atr => 3,
            Self::RollingVwap | Self::Obv => 2,
            _ => 1,
        }
    }

    /// What each column counts, where it is known: the first by `unit`, a second one of two shares.
    fn units(self, unit: Option<Unit>) -> [Option<Unit>; 3] {
        match self {
            Self::RollingVwap | Self::Obv => [unit.or(Some(Unit::Price)), Some(Unit::Shares), None],
            Self::TrueRange | Self::Atr => [unit.or(Some(Unit::Price)); 3],
            _ => [unit, None, None],
        }
    }

    fn outputs(self) -> usize {
        match self {
            Self::BollingerBands { .. } | Self::Macd => 3,
            _ => 1,
        }
    }

    /// Whether it looks back over a fixed number of bars, which may span too many sessions.
    fn is_start_independent(self) -> bool {
        !matches!(self, Self::Ema { .. } | Self::TrueRange | Self::Atr | Self::Rsi | Self::Macd | Self::Obv)
    }

    fn names(self, windows: &[u32]) -> Vec<String> {
        let each = |prefix: &'static str| windows.iter().map(move |window| format!("{prefix}_{window}"));
        match self {
            Self::Ema { .. } => each("ema").collect(),
            Self::RollingSum => each("rolling_sum").collect(),
            Self::RollingMin => each("rolling_min").collect(),
            Self::RollingMax => each("rolling_max").collect(),
            Self::RollingStd { .. } => each("rolling_std").collect(),
            Self::RollingVwap => each("rolling_vwap").collect(),
            Self::Atr => each("atr").collect(),
            Self::Rsi => each("rsi").collect(),
            Self::BollingerBands { .. } => {
                let bands = ["bollinger_upper", "bollinger_middle", "bollinger_lower"];
                windows.iter().flat_map(|window| bands.map(|band| format!("{band}_{window}"))).collect()
            }
            Self::Macd => ["macd", "macd_signal", "macd_histogram"].map(str::to_owned).to_vec(),
            Self::TrueRange => vec!["true_range".to_owned()],
            Self::Obv => vec!["obv".to_owned()],
            Self::LogReturn => vec!["log_return".to_owned()],
        }
    }

    fn compute(self, series: &[Series<'_>], Window { bars, max_span }: Window, outputs: &mut [Output<'_>]) {
        let bars = bars as usize;
        match (self, series, outputs) {
            (Self::Ema { seed }, [price], [out]) => indicators::ema(price, bars, seed, out),
            (Self::RollingSum, [price], [out]) => rolling::rolling_sum(price, bars, max_span, out),
            (Self::RollingMin, [price], [out]) => rolling::rolling_min(price, bars, max_span, out),
            (Self::RollingMax, [price], [out]) => rolling::rolling_max(price, bars, max_span, out),
            (Self::RollingStd { ddof }, [price], [out]) => {
                indicators::rolling_std(price, bars, ddof as usize, max_span, out);
            }
            (Self::RollingVwap, [price, volume], [out]) => rolling::rolling_vwap(price, volume, bars, max_span, out),
            (Self::TrueRange, [high, low, close], [out]) => indicators::true_range(high, low, close, out),
            (Self::Atr, [high, low, close], [out]) => indicators::atr(high, low, close, bars, out),
            (Self::Rsi, [price], [out]) => indicators::rsi(price, bars, out),
            (Self::BollingerBands { deviations }, [price], [upper, middle, lower]) => {
                indicators::bollinger(price, bars, deviations, max_span, upper, middle, lower);
            }
            (Self::Obv, [price, volume], [out]) => indicators::obv(price, volume, out),
            (Self::LogReturn, [price], [out]) => indicators::log_return(price, max_span, out),
            _ => unreachable!("indicator() has counted columns and outputs"),
        }
    }
}

fn macd(series: &[Series<'_>], windows: &[Window], outputs: &mut [Output<'_>]) {
    let ([fast, slow, signal], [line, signal_line, histogram]) = (windows, outputs) else {
        return;
    };
    let mut out =
        MacdOutput { line: reborrowed(line), signal: reborrowed(signal_line), histogram: reborrowed(histogram) };
    indicators::macd(&series[0], fast.bars as usize, slow.bars as usize, signal.bars as usize, &mut out);
}

fn reborrowed<'a>(output: &'a mut Output<'_>) -> Output<'a> {
    Output { values: output.values, valid: output.valid }
}
