//! Exact kernels over a moving window of bars.
//!
//! Every result is the double nearest to the exact rational one, ties to even, infinite where it
//! overflows: 0 ulp, for decimals and for doubles. So it depends only on the bars of its window:
//! the bits are the same wherever the series, the batch or the run began, and on every processor.
//!
//! A window of `window` bars ends at each row. Its result is null
//! - before `window` bars exist (warm-up; a window of 0 bars never exists),
//! - where one of its bars is null, NaN or infinite,
//! - where its bars span more than `max_span` sessions: `sessions[last] - sessions[first] >
//!   max_span`.
//!
//! Where a [`Step`] lies in a window (`first < row <= last`), its bars before the step are
//! converted to the unit of its last bar: multiplied by `old / new`, the factors of several steps
//! multiplied as rationals. Steps after the last bar do not count, so a later split changes no
//! result. Where the step is [`Change::Unknown`] the window is null. Windows with a step cost about
//! ten times as much as others.
//!
//! An infinite price counts as missing, as in pandas: an average of infinity has no meaning, and
//! later windows must be correct. A kernel panics if its slices differ in length, if steps do not
//! ascend, and if a step has 0 shares.

mod across_steps;
mod blocks;
#[cfg(test)]
mod contract;
mod each_window;
mod exact_numbers;
mod extreme;
mod mean;
#[cfg(test)]
pub(crate) mod proofs;
mod rolling_max;
mod rolling_min;
mod rolling_sum;
mod runs;
mod series;
mod sma;
mod steps;
mod vwap;
mod wma;

pub(crate) use across_steps::across_steps;
pub(crate) use each_window::{each_window, each_window_with_previous};
pub use rolling_max::rolling_max;
pub use rolling_min::rolling_min;
pub use rolling_sum::rolling_sum;
pub(crate) use runs::fill_runs;
pub use series::{Output, Series, Values, lines};
pub use sma::sma;
pub use steps::{Change, Step};
pub(crate) use steps::{StepCursor, steps_within};
pub use vwap::rolling_vwap;
pub use wma::wma;
