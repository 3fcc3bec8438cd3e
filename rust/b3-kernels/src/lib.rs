//! Exact, start-independent market-data kernels over Arrow arrays.
#![expect(clippy::inline_always, reason = "what is inlined is compiled for the instructions of its caller")]

mod actions;
mod adjust;
mod aggregate_ohlcv;
mod bars;
mod by_series;
mod column;
mod column_unit;
mod date_differences;
mod error;
mod exact;
mod indicator;
pub mod indicators;
mod is_session;
mod keys;
mod moving_average;
pub mod names;
mod ohlcv;
mod paths;
mod period;
mod ratio;
mod refine;
mod refiner;
mod rename_columns;
pub mod rolling;
mod series;
mod series_names;
mod series_options;
mod series_steps;
mod simple_return;
mod table;
mod units;

pub use actions::{
    ActionClass, ActionKind, Actions, CashEvent, ShareEvent, ShareRatio, TickerActions, UnknownActionKind,
    resolve_actions,
};
pub use adjust::adjust;
pub use aggregate_ohlcv::aggregate_ohlcv;
pub use column_unit::Unit;
pub use date_differences::date_differences;
pub use error::{Error, Result};
pub use indicator::{Indicator, Settings, indicator};
pub use is_session::is_session;
pub use keys::{Keys, OnDuplicate};
pub use moving_average::{AverageKind, MovingAverage, moving_average};
pub use period::Every;
pub use refine::refine;
pub use refiner::{Adjust, OnInvalid, RefineOptions, Refiner, UnknownActions};
pub use rename_columns::{rename_columns, require_renaming};
pub use series_names::{join_names, split_names};
pub use series_options::{Derived, SeriesOptions};
pub use simple_return::simple_return;
pub use table::Table;
