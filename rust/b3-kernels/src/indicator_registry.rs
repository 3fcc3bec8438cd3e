//! The table of all indicators, and the kernel that computes one of them over a table of bars.
//!
//! A row of `INDICATORS` joins a function of [`indicators`](crate::indicators) or
//! [`rolling`](crate::rolling) to the columns that it reads and adds. `INDICATORS` is the only list
//! of the indicators in Rust.

#[cfg(test)]
mod laws;

use std::sync::LazyLock;

use crate::by_series::{Input, by_series};
use crate::column_names::SIMPLE_RETURN;
use crate::column_unit::Unit;
use crate::error::{Error, Result};
use crate::indicator_options::{IndicatorOptions, Settings};
use crate::indicators;
use crate::rolling::{self, Output, Series};
use crate::series_options::{Derived, SeriesOptions};
use crate::table::Table;
use crate::window::{Window, require_distinct_windows, require_window};

/// One indicator: the columns that it reads and adds, and the function that computes them.
struct Indicator {
    name: &'static str,
    span: Span,
    /// The unit of each column that it reads; `None` where the caller or the column's name says it.
    inputs: Vec<Option<Unit>>,
    outputs: Vec<&'static str>,
    windows: Windows,
    compute: Box<Compute>,
}

type Compute = dyn Fn(&[Series<'_>], &[Window], &Settings, &mut [Output<'_>]) + Send + Sync;

/// The windows that a caller gives.
#[derive(Clone, Copy, PartialEq)]
enum Windows {
    /// Any number: the indicator is computed for each, in columns named by the window.
    Each,
    /// So many for one call; one that takes none is computed from a window of one bar.
    Exactly(usize),
}

/// How far back a result looks.
#[derive(Clone, Copy)]
enum Span {
    /// Over its window and `before` bars before that; null if they span too many sessions.
    Window { before: u32 },
    /// At most back to the start of the series, or to its last restart.
    Recursive,
}

const WINDOW: Span = Span::Window { before: 0 };
/// A change from bar to bar needs one bar before its window.
const CHANGES: Span = Span::Window { before: 1 };
const RECURSIVE: Span = Span::Recursive;

const COLUMN: [Option<Unit>; 1] = [None];
const HIGH_LOW: [Option<Unit>; 2] = [Some(Unit::Price); 2];
const HIGH_LOW_CLOSE: [Option<Unit>; 3] = [Some(Unit::Price); 3];
const PRICE_VOLUME: [Option<Unit>; 2] = [Some(Unit::Price), Some(Unit::Shares)];
const PRICES_VOLUME: [Option<Unit>; 4] = [Some(Unit::Price), Some(Unit::Price), Some(Unit::Price), Some(Unit::Shares)];
/// A column of the bars, and one that splits do not change, such as the points of an index.
const COLUMN_INDEX: [Option<Unit>; 2] = [None, Some(Unit::Count)];

const BOLLINGER: [&str; 3] = ["bollinger_upper", "bollinger_middle", "bollinger_lower"];
const DONCHIAN: [&str; 3] = ["donchian_upper", "donchian_middle", "donchian_lower"];
const MACD: [&str; 3] = ["macd", "macd_signal", "macd_histogram"];
const KELTNER: [&str; 3] = ["keltner_upper", "keltner_middle", "keltner_lower"];

/// Each indicator: name, span, units of the columns that it reads, columns that it adds, function.
static INDICATORS: LazyLock<Vec<Indicator>> = LazyLock::new(|| {
    vec![
        each("sma", WINDOW, COLUMN, ["sma"], |[price], w, _, [out]| {
            rolling::sma(price, w.len(), w.max_span, out);
        }),
        each("wma", WINDOW, COLUMN, ["wma"], |[price], w, _, [out]| {
            rolling::wma(price, w.len(), w.max_span, out);
        }),
        each("rolling_sum", WINDOW, COLUMN, ["rolling_sum"], |[price], w, _, [out]| {
            rolling::rolling_sum(price, w.len(), w.max_span, out);
        }),
        each("rolling_min", WINDOW, COLUMN, ["rolling_min"], |[price], w, _, [out]| {
            rolling::rolling_min(price, w.len(), w.max_span, out);
        }),
        each("rolling_max", WINDOW, COLUMN, ["rolling_max"], |[price], w, _, [out]| {
            rolling::rolling_max(price, w.len(), w.max_span, out);
        }),
        each("rolling_std", WINDOW, COLUMN, ["rolling_std"], |[price], w, set, [out]| {
            indicators::rolling_std(price, w.len(), set.ddof as usize, w.max_span, out);
        }),
        each("rolling_vwap", WINDOW, PRICE_VOLUME, ["rolling_vwap"], |[price, volume], w, _, [out]| {
            rolling::rolling_vwap(price, volume, w.len(), w.max_span, out);
        }),
        each("bollinger_bands", WINDOW, COLUMN, BOLLINGER, |[price], w, set, out| {
            indicators::bollinger(price, w.len(), set.deviations, w.max_span, out);
        }),
        once("simple_return", CHANGES, COLUMN, [SIMPLE_RETURN], |[price], [w], _, [out]| {
            indicators::simple_return(price, w.max_span, out);
        }),
        once("log_return", CHANGES, COLUMN, ["log_return"], |[price], [w], _, [out]| {
            indicators::log_return(price, w.max_span, out);
        }),
        once("stoch", WINDOW, HIGH_LOW_CLOSE, ["slow_k", "slow_d"], |prices, stages: [_; 3], _, out| {
            indicators::stoch(prices, stages.map(|w| (w.len(), w.max_span)), out);
        }),
        each("cci", WINDOW, HIGH_LOW_CLOSE, ["cci"], |prices, w, _, [out]| {
            indicators::cci(prices, w.len(), w.max_span, out);
        }),
        each("willr", WINDOW, HIGH_LOW_CLOSE, ["willr"], |prices, w, _, [out]| {
            indicators::willr(prices, w.len(), w.max_span, out);
        }),
        each("mfi", CHANGES, PRICES_VOLUME, ["mfi"], |[high, low, close, volume], w, _, [out]| {
            indicators::mfi([high, low, close], volume, w.len(), w.max_span, out);
        }),
        each("roc", CHANGES, COLUMN, ["roc"], |[price], w, _, [out]| {
            indicators::roc(price, w.len(), w.max_span, out);
        }),
        each("donchian_channels", WINDOW, HIGH_LOW, DONCHIAN, |[high, low], w, _, out| {
            indicators::donchian(high, low, w.len(), w.max_span, out);
        }),
        each("beta", CHANGES, COLUMN_INDEX, ["beta"], |[price, market], w, _, [out]| {
            indicators::beta(price, market, w.len(), w.max_span, out);
        }),
        each("correl", WINDOW, COLUMN_INDEX, ["correl"], |[one, other], w, _, [out]| {
            indicators::correl(one, other, w.len(), w.max_span, out);
        }),
        each("ema", RECURSIVE, COLUMN, ["ema"], |[price], w, set, [out]| {
            indicators::ema(price, w.len(), set.seed, out);
        }),
        once("true_range", RECURSIVE, HIGH_LOW_CLOSE, ["true_range"], |[high, low, close], [_], _, [out]| {
            indicators::true_range(high, low, close, out);
        }),
        each("atr", RECURSIVE, HIGH_LOW_CLOSE, ["atr"], |[high, low, close], w, _, [out]| {
            indicators::atr(high, low, close, w.len(), out);
        }),
        each("rsi", RECURSIVE, COLUMN, ["rsi"], |[price], w, _, [out]| {
            indicators::rsi(price, w.len(), out);
        }),
        once("macd", RECURSIVE, COLUMN, MACD, |[price], averages: [_; 3], _, out| {
            indicators::macd(price, averages.map(Window::len), out);
        }),
        once("obv", RECURSIVE, PRICE_VOLUME, ["obv"], |[price, volume], [_], _, [out]| {
            indicators::obv(price, volume, out);
        }),
        each("adx", RECURSIVE, HIGH_LOW_CLOSE, ["adx", "plus_di", "minus_di"], |prices, w, _, out| {
            indicators::adx(prices, w.len(), out);
        }),
        each("keltner_channels", RECURSIVE, HIGH_LOW_CLOSE, KELTNER, |prices, w, set, out| {
            indicators::keltner(prices, w.len(), set.atr_window as usize, set.multiplier, out);
        }),
        once("drawdown", RECURSIVE, COLUMN, ["drawdown"], |[price], [_], _, [out]| {
            indicators::drawdown(price, out);
        }),
    ]
});

impl Indicator {
    fn named(name: &str) -> Result<&'static Self> {
        let found = INDICATORS.iter().find(|indicator| indicator.name == name);
        let names = || INDICATORS.iter().map(|indicator| indicator.name).collect::<Vec<_>>().join(", ");
        found.ok_or_else(|| Error::option("kernel", format!("{name:?}"), &format!("one of {}", names())))
    }

    fn result_columns(&self, windows: &[u32]) -> Vec<String> {
        let outputs = || self.outputs.iter();
        if self.windows != Windows::Each {
            return outputs().map(|name| (*name).to_owned()).collect();
        }
        windows.iter().flat_map(|window| outputs().map(move |name| format!("{name}_{window}"))).collect()
    }
}

/// An indicator that is computed for each window, in columns named by the window.
fn each<const I: usize, const O: usize>(
    name: &'static str,
    span: Span,
    inputs: [Option<Unit>; I],
    outputs: [&'static str; O],
    kernel: impl Fn([&Series<'_>; I], Window, &Settings, [&mut Output<'_>; O]) + Send + Sync + 'static,
) -> Indicator {
    let row = once(name, span, inputs, outputs, move |series, [window], settings, outputs| {
        kernel(series, window, settings, outputs);
    });
    Indicator { windows: Windows::Each, ..row }
}

/// An indicator that is computed once, from all windows; if from one, the caller gives none.
fn once<const W: usize, const I: usize, const O: usize>(
    name: &'static str,
    span: Span,
    inputs: [Option<Unit>; I],
    outputs: [&'static str; O],
    kernel: impl Fn([&Series<'_>; I], [Window; W], &Settings, [&mut Output<'_>; O]) + Send + Sync + 'static,
) -> Indicator {
    let compute: Box<Compute> = Box::new(move |series, windows, settings, outputs| {
        let series: [&Series<'_>; I] = std::array::from_fn(|place| &series[place]);
        let windows = windows.try_into().expect("as many as the row takes");
        let mut outputs = outputs.iter_mut();
        kernel(series, windows, settings, std::array::from_fn(|_| outputs.next().expect("as many as the row names")));
    });
    let windows = Windows::Exactly(if W == 1 { 0 } else { W });
    Indicator { name, span, inputs: inputs.to_vec(), outputs: outputs.to_vec(), windows, compute }
}

/// The columns of the indicator `name`, row by row of `bars`: one or several for each window
/// (`rsi_14`), or those that the indicator names.
///
/// Nulls as in [`indicators`](crate::indicators) and [`rolling`](crate::rolling).
///
/// # Errors
/// A name that no indicator has; more or fewer columns than it reads; a column that is missing or
/// of another type; a null or refused duplicate key, a date outside 1986 to 2099; a window that is
/// 0, too long or (except for `stoch` and `macd`) given twice; more or fewer windows than it takes;
/// a product of share ratios beyond 63 bits.
pub fn indicator(bars: &Table, series: &SeriesOptions, name: &str, options: &IndicatorOptions) -> Result<Derived> {
    let indicator = Indicator::named(name)?;
    let IndicatorOptions { columns, unit, windows, max_span, settings } = options;
    if columns.len() != indicator.inputs.len() {
        return Err(Error::option("columns", format!("{columns:?}"), "as many columns as the indicator reads"));
    }
    let names = indicator.result_columns(windows);
    require_window("atr_window", settings.atr_window)?;
    match indicator.windows {
        Windows::Each => require_distinct_windows(windows)?,
        Windows::Exactly(number) => {
            // Two may be equal, as those of `macd`.
            windows.iter().try_for_each(|window| require_window("windows", *window))?;
            if windows.len() != number {
                return Err(Error::option("windows", format!("{windows:?}"), "as many windows as the indicator takes"));
            }
        }
    }
    let mut windows: Vec<Window> = windows.iter().map(|bars| Window::new(*bars, *max_span)).collect();
    if indicator.windows == Windows::Exactly(0) {
        // A return needs its `max_span`.
        windows.push(Window { bars: 1, max_span: max_span.unwrap_or(u32::MAX) });
    }
    // `max_span` limits what a window spans, or how old the previous bar of a recursion may be.
    // `by_series` counts the sessions of a series only if one of `limited_windows` may be too wide.
    let (limited_windows, max_age) = match indicator.span {
        Span::Window { before } => (
            windows.iter().map(|window| Window { bars: window.bars.saturating_add(before), ..*window }).collect(),
            None,
        ),
        Span::Recursive => (Vec::new(), *max_span),
    };
    let inputs = columns.iter().zip(&indicator.inputs);
    let inputs: Vec<Input<'_>> = inputs.map(|(column, known)| Input::new(column, known.or(*unit))).collect();
    by_series(bars, series, &inputs, &names, &limited_windows, max_age, |series, outputs| match indicator.windows {
        Windows::Each => {
            for (window, outputs) in windows.iter().zip(outputs.chunks_mut(indicator.outputs.len())) {
                (indicator.compute)(series, std::slice::from_ref(window), settings, outputs);
            }
        }
        Windows::Exactly(_) => (indicator.compute)(series, &windows, settings, outputs),
    })
}
