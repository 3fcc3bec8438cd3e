//! Windows of bars: their length, the sessions that they may span, and the check of given lengths.

use crate::error::{Error, Result};
use crate::simd::{Isa, Vectorised};

/// The longest window in bars: some 400 years of sessions, more than the calendar has.
pub const LONGEST_WINDOW: u32 = 100_000;

/// The sessions (or weeks, or months) that a window of so many bars may span by default: twice as
/// many.
pub(crate) fn default_span(bars: u32) -> u32 {
    bars.saturating_mul(2)
}

/// Whether a distance in sessions (or weeks, or months) is at most `max_span`.
pub(crate) fn within(distance: i32, max_span: u32) -> bool {
    i64::from(distance) <= i64::from(max_span)
}

/// A window of bars and the sessions that it may span.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Window {
    /// Its length in bars.
    pub(crate) bars: u32,
    /// The largest distance from its first to its last bar, in sessions (or weeks, or months).
    pub(crate) max_span: u32,
}

impl Window {
    /// A window with the default span if `max_span` is `None`.
    pub(crate) fn new(bars: u32, max_span: Option<u32>) -> Self {
        Self { bars, max_span: max_span.unwrap_or_else(|| default_span(bars)) }
    }

    pub(crate) fn len(self) -> usize {
        self.bars as usize
    }

    /// Whether every such window over the dates `days` spans at most `max_span` calendar days. Then
    /// it spans no more sessions, which need not be counted.
    pub(crate) fn fits(self, days: &[i32]) -> bool {
        let Some(rows_apart) = self.len().checked_sub(1) else {
            return true;
        };
        within(Isa::best().run(WidestSpan { days, rows_apart }), self.max_span)
    }
}

/// The largest number of calendar days between a row and the one `rows_apart` rows after it.
struct WidestSpan<'a> {
    days: &'a [i32],
    rows_apart: usize,
}

impl Vectorised for WidestSpan<'_> {
    type Answer = i32;

    /// Calendar days cannot overflow; the loop vectorises because the subtraction is unchecked.
    #[inline(always)]
    fn run<const _FUSED: bool>(self) -> i32 {
        let ends = self.days.get(self.rows_apart..).unwrap_or_default();
        self.days.iter().zip(ends).fold(0, |widest, (first, last)| widest.max(last.wrapping_sub(*first)))
    }
}

/// Refuses a window, given by `option`, that is 0 or too long.
pub(crate) fn require_window(option: &str, window: u32) -> Result<()> {
    if (1..=LONGEST_WINDOW).contains(&window) {
        return Ok(());
    }
    Err(Error::option(option, window, &format!("windows from 1 to {LONGEST_WINDOW} bars")))
}

/// Refuses windows that are 0 or too long, and windows given twice.
pub(crate) fn require_distinct_windows(windows: &[u32]) -> Result<()> {
    for (place, window) in windows.iter().enumerate() {
        require_window("windows", *window)?;
        if windows[..place].contains(window) {
            return Err(Error::option("windows", window, "each window once"));
        }
    }
    Ok(())
}
