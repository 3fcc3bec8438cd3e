//! The registry of indicators by name, and the kernel that computes one over a whole table.
//!
//! [`Indicator::named`] holds one row per indicator: the columns that it reads, the columns that it
//! adds and the function of [`indicators`](crate::indicators) or [`rolling`](crate::rolling) that
//! computes them.

use std::str::FromStr;

use crate::by_series::{Input, by_series};
use crate::column_unit::Unit;
use crate::error::{Error, Result};
use crate::indicators::{self, MacdOutput, Seed};
use crate::rolling::{self, Output, Series};
use crate::series_options::{Derived, SeriesOptions};
use crate::table::Table;
use crate::window::{Window, distinct_windows};

/// The parameters of some indicators besides their windows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settings {
    /// The first value of an exponential average.
    pub seed: Seed,
    /// The reduction of the number of bars in a standard deviation: 0 for the population, 1 for a
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
    /// TA-Lib's first average and standard deviation, and the usual bands and channels.
    fn default() -> Self {
        Self { seed: Seed::Sma, ddof: 0, deviations: 2.0, multiplier: 2.0, atr_window: 10 }
    }
}

impl FromStr for Seed {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match text {
            "sma" => Ok(Self::Sma),
            "first" => Ok(Self::First),
            _ => Err(Error::Option { option: "seed", found: format!("{text:?}"), expected: "sma or first" }),
        }
    }
}

/// One indicator: the columns that it reads, the columns that it adds and the function that
/// computes them.
pub struct Indicator {
    /// The unit of each column that it reads; `None` where the caller or the column's name says it.
    inputs: Vec<Option<Unit>>,
    outputs: Vec<&'static str>,
    span: Span,
    /// Whether each window has columns of its own, named by it; otherwise one call takes all
    /// windows.
    is_each_window: bool,
    compute: Box<Compute>,
}

type Compute = dyn Fn(&[Series<'_>], &[Window], &mut [Output<'_>]);

/// How far back a result looks.
#[derive(Clone, Copy)]
enum Span {
    /// To `before` bars before its window; the bars may span too many sessions.
    Window { before: u32 },
    /// To the start of the series, or to its last restart.
    Recursive,
}

const WINDOW: Span = Span::Window { before: 0 };
/// A change from bar to bar needs one bar before its window.
const CHANGES: Span = Span::Window { before: 1 };

const COLUMN: [Option<Unit>; 1] = [None];
const HIGH_LOW: [Option<Unit>; 2] = [Some(Unit::Price); 2];
const HIGH_LOW_CLOSE: [Option<Unit>; 3] = [Some(Unit::Price); 3];
const PRICE_VOLUME: [Option<Unit>; 2] = [Some(Unit::Price), Some(Unit::Shares)];
const PRICES_VOLUME: [Option<Unit>; 4] = [Some(Unit::Price), Some(Unit::Price), Some(Unit::Price), Some(Unit::Shares)];
/// A column of the bars, and one that splits do not change, such as the points of an index.
const COLUMN_INDEX: [Option<Unit>; 2] = [None, Some(Unit::Count)];

impl Indicator {
    /// The indicator of this name.
    ///
    /// # Errors
    /// A name that no indicator has.
    pub fn named(name: &str, settings: Settings) -> Result<Self> {
        let found = Self::over_a_window(name, settings).or_else(|| Self::recursive(name, settings));
        found.ok_or_else(|| Error::Option {
            option: "kernel",
            found: format!("{name:?}"),
            expected: "the name of an indicator",
        })
    }

    /// The indicators that look back over a fixed number of bars.
    fn over_a_window(name: &str, settings: Settings) -> Option<Self> {
        let Settings { ddof, deviations, .. } = settings;
        Some(match name {
            "rolling_sum" => each(WINDOW, COLUMN, ["rolling_sum"], |[price], w, [out]| {
                rolling::rolling_sum(price, w.len(), w.max_span, out);
            }),
            "rolling_min" => each(WINDOW, COLUMN, ["rolling_min"], |[price], w, [out]| {
                rolling::rolling_min(price, w.len(), w.max_span, out);
            }),
            "rolling_max" => each(WINDOW, COLUMN, ["rolling_max"], |[price], w, [out]| {
                rolling::rolling_max(price, w.len(), w.max_span, out);
            }),
            "rolling_std" => each(WINDOW, COLUMN, ["rolling_std"], move |[price], w, [out]| {
                indicators::rolling_std(price, w.len(), ddof as usize, w.max_span, out);
            }),
            "rolling_vwap" => each(WINDOW, PRICE_VOLUME, ["rolling_vwap"], |[price, volume], w, [out]| {
                rolling::rolling_vwap(price, volume, w.len(), w.max_span, out);
            }),
            "bollinger_bands" => {
                let bands = ["bollinger_upper", "bollinger_middle", "bollinger_lower"];
                each(WINDOW, COLUMN, bands, move |[price], w, [upper, middle, lower]| {
                    indicators::bollinger(price, w.len(), deviations, w.max_span, upper, middle, lower);
                })
            }
            "log_return" => once(CHANGES, COLUMN, ["log_return"], |[price], w, [out]| {
                indicators::log_return(price, w[0].max_span, out);
            }),
            "stoch" => once(WINDOW, HIGH_LOW_CLOSE, ["slow_k", "slow_d"], |prices, w, out| {
                indicators::stoch(prices, [0, 1, 2].map(|stage| (w[stage].len(), w[stage].max_span)), out);
            }),
            "cci" => each(WINDOW, HIGH_LOW_CLOSE, ["cci"], |prices, w, [out]| {
                indicators::cci(prices, w.len(), w.max_span, out);
            }),
            "willr" => each(WINDOW, HIGH_LOW_CLOSE, ["willr"], |prices, w, [out]| {
                indicators::willr(prices, w.len(), w.max_span, out);
            }),
            "mfi" => each(CHANGES, PRICES_VOLUME, ["mfi"], |[high, low, close, volume], w, [out]| {
                indicators::mfi([high, low, close], volume, w.len(), w.max_span, out);
            }),
            "roc" => each(CHANGES, COLUMN, ["roc"], |[price], w, [out]| {
                indicators::roc(price, w.len(), w.max_span, out);
            }),
            "donchian_channels" => {
                let lines = ["donchian_upper", "donchian_middle", "donchian_lower"];
                each(WINDOW, HIGH_LOW, lines, |[high, low], w, out| {
                    indicators::donchian(high, low, w.len(), w.max_span, out);
                })
            }
            "beta" => each(CHANGES, COLUMN_INDEX, ["beta"], |[price, market], w, [out]| {
                indicators::beta(price, market, w.len(), w.max_span, out);
            }),
            "correl" => each(WINDOW, COLUMN_INDEX, ["correl"], |[one, other], w, [out]| {
                indicators::correl(one, other, w.len(), w.max_span, out);
            }),
            _ => return None,
        })
    }

    /// The recursive indicators, which carry a state from bar to bar.
    fn recursive(name: &str, settings: Settings) -> Option<Self> {
        let Settings { seed, multiplier, atr_window, .. } = settings;
        Some(match name {
            "ema" => each(Span::Recursive, COLUMN, ["ema"], move |[price], w, [out]| {
                indicators::ema(price, w.len(), seed, out);
            }),
            "true_range" => once(Span::Recursive, HIGH_LOW_CLOSE, ["true_range"], |[high, low, close], _, [out]| {
                indicators::true_range(high, low, close, out);
            }),
            "atr" => each(Span::Recursive, HIGH_LOW_CLOSE, ["atr"], |[high, low, close], w, [out]| {
                indicators::atr(high, low, close, w.len(), out);
            }),
            "rsi" => each(Span::Recursive, COLUMN, ["rsi"], |[price], w, [out]| {
                indicators::rsi(price, w.len(), out);
            }),
            "macd" => once(Span::Recursive, COLUMN, ["macd", "macd_signal", "macd_histogram"], |[price], w, out| {
                let [line, signal, histogram] = out.map(reborrowed);
                let mut out = MacdOutput { line, signal, histogram };
                indicators::macd(price, w[0].len(), w[1].len(), w[2].len(), &mut out);
            }),
            "obv" => once(Span::Recursive, PRICE_VOLUME, ["obv"], |[price, volume], _, [out]| {
                indicators::obv(price, volume, out);
            }),
            "adx" => {
                let lines = ["adx", "plus_di", "minus_di"];
                each(Span::Recursive, HIGH_LOW_CLOSE, lines, |prices, w, out| {
                    indicators::adx(prices, w.len(), out);
                })
            }
            "keltner_channels" => {
                let lines = ["keltner_upper", "keltner_middle", "keltner_lower"];
                each(Span::Recursive, HIGH_LOW_CLOSE, lines, move |prices, w, out| {
                    indicators::keltner(prices, w.len(), atr_window as usize, multiplier, out);
                })
            }
            "drawdown" => once(Span::Recursive, COLUMN, ["drawdown"], |[price], _, [out]| {
                indicators::drawdown(price, out);
            }),
            _ => return None,
        })
    }

    fn columns(&self, windows: &[u32]) -> Vec<String> {
        let outputs = || self.outputs.iter();
        if !self.is_each_window {
            return outputs().map(|name| (*name).to_owned()).collect();
        }
        windows.iter().flat_map(|window| outputs().map(move |name| format!("{name}_{window}"))).collect()
    }
}

/// An indicator that is computed for each window, whose columns are named by the window.
fn each<const I: usize, const O: usize>(
    span: Span,
    inputs: [Option<Unit>; I],
    outputs: [&'static str; O],
    kernel: impl Fn([&Series<'_>; I], Window, [&mut Output<'_>; O]) + 'static,
) -> Indicator {
    let row = once(span, inputs, outputs, move |series, windows, outputs| kernel(series, windows[0], outputs));
    Indicator { is_each_window: true, ..row }
}

/// An indicator that is computed once, from all windows.
fn once<const I: usize, const O: usize>(
    span: Span,
    inputs: [Option<Unit>; I],
    outputs: [&'static str; O],
    kernel: impl Fn([&Series<'_>; I], &[Window], [&mut Output<'_>; O]) + 'static,
) -> Indicator {
    let compute: Box<Compute> = Box::new(move |series, windows, outputs| {
        let series: [&Series<'_>; I] = std::array::from_fn(|place| &series[place]);
        let mut outputs = outputs.iter_mut();
        kernel(series, windows, std::array::from_fn(|_| outputs.next().expect("as many as the row names")));
    });
    Indicator { inputs: inputs.to_vec(), outputs: outputs.to_vec(), span, is_each_window: false, compute }
}

/// The columns of one indicator, row by row of `bars`: one or several for each window (`rsi_14`),
/// or those that the indicator names.
///
/// `columns` are the columns to read, as many as the indicator needs; `unit` says what the first of
/// them counts, or its name where `None`. `max_span` limits the windows of indicators that look
/// back over a fixed number of bars; `None` means twice the window, and no limit without a window.
/// A recursive indicator restarts at a bar whose previous bar is more than `max_span`
/// sessions old. Nulls as in [`indicators`](crate::indicators) and [`rolling`](crate::rolling).
///
/// # Errors
/// A column that is missing or of another type; a null key, a date outside 1986 to 2099; a window
/// that is 0, too long or given twice.
pub fn indicator(
    bars: &Table,
    options: &SeriesOptions,
    indicator: &Indicator,
    columns: &[&str],
    unit: Option<Unit>,
    windows: &[u32],
    max_span: Option<u32>,
) -> Result<Derived> {
    if columns.len() != indicator.inputs.len() {
        return Err(Error::Option {
            option: "columns",
            found: format!("{columns:?}"),
            expected: "as many columns as the indicator reads",
        });
    }
    let names = indicator.columns(windows);
    if indicator.is_each_window {
        distinct_windows(windows)?;
    } else {
        windows.iter().try_for_each(|window| distinct_windows(&[*window]))?;
    }
    let mut windows: Vec<Window> = windows.iter().map(|bars| Window::new(*bars, max_span)).collect();
    if windows.is_empty() && !indicator.is_each_window {
        windows.push(Window { bars: 1, max_span: max_span.unwrap_or(u32::MAX) });
    }
    let (spans, max_age) = match indicator.span {
        Span::Window { before } => (
            windows.iter().map(|window| Window { bars: window.bars.saturating_add(before), ..*window }).collect(),
            None,
        ),
        Span::Recursive => (Vec::new(), max_span),
    };
    let inputs = columns.iter().zip(&indicator.inputs);
    let inputs: Vec<Input<'_>> = inputs.map(|(column, known)| Input::new(column, known.or(unit))).collect();
    by_series(bars, options, &inputs, &names, &spans, max_age, |series, outputs| {
        if indicator.is_each_window {
            for (window, outputs) in windows.iter().zip(outputs.chunks_mut(indicator.outputs.len())) {
                (indicator.compute)(series, std::slice::from_ref(window), outputs);
            }
        } else {
            (indicator.compute)(series, &windows, outputs);
        }
    })
}

fn reborrowed<'a>(output: &'a mut Output<'_>) -> Output<'a> {
    Output { values: output.values, valid: output.valid }
}
