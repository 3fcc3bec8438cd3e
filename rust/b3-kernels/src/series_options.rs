//! The options that all kernels over series share.

use crate::actions::Actions;
use crate::every::Every;
use crate::keys::Keys;
use crate::table::Table;

/// How the rows of a table form series, and the corporate actions of the tickers.
#[derive(Debug, Clone, Default)]
pub struct SeriesOptions {
    /// The columns of tickers and times.
    pub keys: Keys,
    /// The periods of the bars, in which spans are measured: sessions for `1d`, else weeks, months
    /// and so on.
    pub every: Every,
    /// The share events that windows are converted across; none leaves prices as traded.
    pub actions: Actions,
}

/// The result of a kernel over series.
#[derive(Debug, Clone)]
pub struct Derived {
    /// The new columns, with one row for each row of the bars.
    pub table: Table,
    /// New columns that are null throughout only because windows span more than `max_span`.
    pub emptied_by_max_span: Vec<String>,
}
