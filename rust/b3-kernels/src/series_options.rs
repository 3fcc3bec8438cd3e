//! What all kernels over series of bars need to know of them.

use crate::actions::Actions;
use crate::keys::Keys;
use crate::period::Every;
use crate::table::Table;

/// How the rows of a table make series, and what happened to the papers.
#[derive(Debug, Clone)]
pub struct SeriesOptions {
    /// Whose bar it is, and when.
    pub keys: Keys,
    /// The periods of the bars, in which spans count: sessions for `1d`, else weeks, months and so on.
    pub every: Every,
    /// Share events, which windows are converted across; none for prices as traded.
    pub actions: Actions,
}

impl Default for SeriesOptions {
    fn default() -> Self {
        Self { keys: Keys::default(), every: Every::Day, actions: Actions::default() }
    }
}

/// What was computed of a table of bars.
#[derive(Debug, Clone)]
pub struct Derived {
    /// The new columns, row by row of the bars.
    pub table: Table,
    /// New columns that are null throughout, and would not be if no window spanned more than its `max_span`.
    pub too_wide: Vec<String>,
}
