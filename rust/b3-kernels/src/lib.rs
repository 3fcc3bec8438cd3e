//! Exact, start-independent market-data kernels over Arrow arrays.

mod averages;
mod bars;
mod column;
mod error;
mod keys;
pub mod names;
mod ohlcv;
mod period;
mod ratio;
mod refiner;
mod rename_columns;
mod returns;
mod series;
mod table;
mod date_differences;

pub use date_differences::date_differences;
pub use error::{Error, Result};
pub use keys::Keys;
pub use period::Every;
pub use refiner::{OnInvalid, RefineOptions, Refiner};
pub use rename_columns::rename_columns;
pub use table::Table;
