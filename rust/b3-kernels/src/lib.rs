//! Market-data kernels over Arrow tables: exact, and independent of where a series starts, except
//! some `indicators`.
#![expect(clippy::inline_always, reason = "what is inlined is compiled for the instructions of its caller")]

mod actions;
mod adjust;
mod aggregate_ohlcv;
mod bar_groups;
mod bar_layout;
mod by_series;
mod column;
mod column_names;
mod column_unit;
mod composite_key;
mod date_differences;
mod error;
mod every;
mod exact;
mod indicator_options;
mod indicator_registry;
pub mod indicators;
mod is_session;
mod keys;
mod lake_columns;
mod named_option;
mod period_units;
mod refiner;
mod rename_columns;
pub mod rolling;
mod series_index;
mod series_options;
mod series_parts;
mod simd;
mod step_finder;
mod table;
mod window;

pub use actions::{Actions, resolve_actions};
pub use adjust::{adjust, last_date};
pub use aggregate_ohlcv::aggregate_ohlcv;
pub use column::as_utf8;
pub use column_names::{TICKER, TRADE_DATE, published};
pub use column_unit::Unit;
pub use composite_key::{join_names, split_names};
pub use date_differences::date_differences;
pub use error::{Error, Result};
pub use every::Every;
pub use indicator_options::{IndicatorOptions, Settings};
pub use indicator_registry::indicator;
pub use is_session::{date_of_text, is_session};
pub use keys::{Keys, OnDuplicate};
pub use lake_columns::{MONEY, PRICE, lake_schema};
pub use refiner::{Adjust, OnInvalid, RefineOptions, Refiner, UnknownActions, refine};
pub use rename_columns::{rename_columns, require_renaming};
pub use series_options::{Derived, SeriesOptions};
pub use series_parts::{SeriesPart, cut_between_series};
pub use table::Table;
pub use window::LONGEST_WINDOW;
