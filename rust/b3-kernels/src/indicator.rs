//! The indicators of [`indicators`](crate::indicators) and [`rolling`](crate::rolling) over whole tables.
//!
//! [`Indicator::named`] is the table of them: a row an indicator says what it reads, what columns it adds and which
//! function computes them.

use crate::by_series::{Input, Window, by_series};
use crate::column_unit::Unit;
use crate::error::{Error, Result};
use crate::indicators::{self, MacdOutput, Seed};
use crate::refiner::distinct_windows;
use crate::rolling::{self, Output, Series};
use crate::series_options::{Derived, SeriesOptions};
use crate::table::Table;

/// The numbers that some indicators take besides their windows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settings {
    /// What an exponential average begins with.
    pub seed: Seed,
    /// What the number of bars is reduced by in a standard deviation: 0 for the window itself, 1 for a sample.
    pub ddof: u32,
    /// Standard deviations from an average to its Bollinger bands.
    pub deviations: f64,
    /// Average true ranges from an average to its Keltner channels.
    pub multiplier: f64,
    /// The bars over which that true range is averaged.
    pub atr_window: u32,
}

impl Default for Settings {
    /// The average as TA-Lib begins it, the deviation as TA-Lib takes it, the bands and channels as they are usually drawn.
    fn default() -> Self {
        Self { seed: Seed::Sma, ddof: 0, deviations: 2.0, multiplier: 2.0, atr_window: 10 }
    }
}

/// One indicator: what it reads, what it adds and how that is computed.
pub struct Indicator {
    /// What each column that it reads counts; what the caller or the column's name says where `None`.
    inputs: Vec<Option<Unit>>,
    outputs: Vec<&'static str>,
    span: Span,
    /// Whether each window has columns of its own, named by it; else all windows are given at once.
    is_each_window: bool,
    compute: Box<Compute>,
}

type Compute = dyn Fn(&[Series<'_>], &[Window], &mut [Output<'_>]);

/// How far back an answer looks.
#[derive(Clone, Copy)]
enum Span {
    /// Over its window and so many bars before it, which may span too many sessions.
    Window { before: u32 },
    /// To where the series began, or began anew.
    Carried,
}

const WINDOW: Span = Span::Window { before: 0 };
/// What looks at changes from bar to bar needs one bar before its window.
const CHANGES: Span = Span::Window { before: 1 };

const COLUMN: [Option<Unit>; 1] = [None];
const HIGH_LOW: [Option<Unit>; 2] = [Some(Unit::Price); 2];
const HIGH_LOW_CLOSE: [Option<Unit>; 3] = [Some(Unit::Price); 3];
const PRICE_VOLUME: [Option<Unit>; 2] = [Some(Unit::Price), Some(Unit::Shares)];
const PRICES_VOLUME: [Option<Unit>; 4] = [Some(Unit::Price), Some(Unit::Price), Some(Unit::Price), Some(Unit::Shares)];
/// A column of the bars, and one that no split changes, such as the points of an index.
const COLUMN_INDEX: [Option<Unit>; 2] = [None, Some(Unit::Count)];

impl Indicator {
    /// The indicator of this name.
    ///
    /// # Errors
    /// A name that no indicator has.
    pub fn named(name: &str, settings: Settings) -> Result<Self> {
        let found = Self::over_a_window(name, settings).or_else(|| Self::carried_on(name, settings));
        found.ok_or_else(|| Error::Option {
            option: "kernel",
            found: format!("{name:?}"),
            expected: "the name of an indicator",
        })
    }

    /// Those that look back over a fixed number of bars.
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

    /// Those that carry a state on from bar to bar.
    fn carried_on(name: &str, settings: Settings) -> Option<Self> {
        let Settings { seed, multiplier, atr_window, .. } = settings;
        Some(match name {
            "ema" => each(Span::Carried, COLUMN, ["ema"], move |[price], w, [out]| {
                indicators::ema(price, w.len(), seed, out);
            }),
            "true_range" => once(Span::Carried, HIGH_LOW_CLOSE, ["true_range"], |[high, low, close], _, [out]| {
                indicators::true_range(high, low, close, out);
            }),
            "atr" => each(Span::Carried, HIGH_LOW_CLOSE, ["atr"], |[high, low, close], w, [out]| {
                indicators::atr(high, low, close, w.len(), out);
            }),
            "rsi" => each(Span::Carried, COLUMN, ["rsi"], |[price], w, [out]| {
                indicators::rsi(price, w.len(), out);
            }),
            "macd" => once(Span::Carried, COLUMN, ["macd", "macd_signal", "macd_histogram"], |[price], w, out| {
                let [line, signal, histogram] = out.map(reborrowed);
                let mut out = MacdOutput { line, signal, histogram };
                indicators::macd(price, w[0].len(), w[1].len(), w[2].len(), &mut out);
            }),
            "obv" => once(Span::Carried, PRICE_VOLUME, ["obv"], |[price, volume], _, [out]| {
                indicators::obv(price, volume, out);
            }),
            "adx" => {
                let lines = ["adx", "plus_di", "minus_di"];
                each(Span::Carried, HIGH_LOW_CLOSE, lines, |prices, w, out| {
                    indicators::adx(prices, w.len(), out);
                })
            }
            "keltner_channels" => {
                let lines = ["keltner_upper", "keltner_middle", "keltner_lower"];
                each(Span::Carried, HIGH_LOW_CLOSE, lines, move |prices, w, out| {
                    indicators::keltner(prices, w.len(), atr_window as usize, multiplier, out);
                })
            }
            "drawdown" => once(Span::Carried, COLUMN, ["drawdown"], |[price], _, [out]| {
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

/// A row of the table: an indicator that is computed for each window, and whose columns are named by it.
fn each<const I: usize, const O: usize>(
    span: Span,
    inputs: [Option<Unit>; I],
    outputs: [&'static str; O],
    kernel: impl Fn([&Series<'_>; I], Window, [&mut Output<'_>; O]) + 'static,
) -> Indicator {
    let row = once(span, inputs, outputs, move |series, windows, outputs| kernel(series, windows[0], outputs));
    Indicator { is_each_window: true, ..row }
}

/// A row of the table: an indicator that is computed once, of all windows.
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

/// The columns of one indicator, row by row of `bars`: one or several a window (`rsi_14`), or those that the indicator's
/// name says.
///
/// `columns` are the columns read, as many as the indicator wants; `unit` says what the first of them counts, by its name
/// where `None`. `max_span` counts for those that look back over a fixed window; where `None` it is twice the window, and
/// for what has no window without limit. What carries a state on begins anew at a bar whose previous one is more than
/// `max_span` sessions old. Nulls as in [`indicators`](crate::indicators) and [`rolling`](crate::rolling).
///
/// # Errors
/// A column that is missing or of another type; a null key, a date outside 1986 to 2099; a window that is 0, too long or
/// given twice.
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
        Span::Carried => (Vec::new(), max_span),
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
