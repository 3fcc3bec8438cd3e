//! Exact kernels over a moving window of bars.
//!
//! Every answer is the double nearest to the exact rational result, ties to even: 0 ulp, for decimals and for doubles
//! alike. So it depends on the bars of its window only: the same bits wherever the series, the batch or the run began,
//! and on every processor.
//!
//! A window of `window` bars ends at each row. Its answer is null
//! - before `window` bars exist (warm-up; a window of 0 bars never exists),
//! - where one of its bars is null, NaN or infinite, and only there,
//! - where its bars span more than `max_span` sessions: `sessions[last] - sessions[first] > max_span`.
//!
//! Where a [`Step`] lies in a window (`first < row <= last`), its bars before the step enter in the unit of its last bar:
//! times `old / new`, the factors of several steps multiplied, as rationals. Nothing behind the last bar counts, so a later
//! split changes no answer. Where the step is [`Change::Unknown`] the window is null. Such windows cost about ten times
//! what others do; the others of the series cost what they do without steps.
//!
//! An infinite price counts as missing, as in pandas: an average of infinity says nothing, and a later window must be
//! right again. A kernel panics if the slices it is given differ in length, if steps do not ascend, and if a step has 0
//! shares.

mod across;
mod blocks;
#[cfg(test)]
mod contract;
mod each_window;
mod extreme;
mod mean;
mod operand;
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

pub(crate) use across::across;
pub(crate) use each_window::{each_window, each_window_of_changes};
pub use rolling_max::rolling_max;
pub use rolling_min::rolling_min;
pub use rolling_sum::rolling_sum;
pub(crate) use runs::fill_runs;
pub use series::{Output, Series, Values};
pub use sma::sma;
pub use steps::{Change, Step};
pub(crate) use steps::{Steps, within};
pub use vwap::rolling_vwap;
pub use wma::wma;
