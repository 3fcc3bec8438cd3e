//! Fields of COTAHIST that are not columns of raw, read on request.

use std::sync::Arc;

use arrow::array::{ArrayRef, Decimal128Builder, StringBuilder};
use b3_cotahist::Record;
use b3_kernels::PRICE;
use b3_market::{Money, Price};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

/// The columns of the requested fields, while they are built.
pub(crate) struct Fields {
    columns: Vec<(&'static str, Column)>,
}

enum Column {
    Bid(Decimal128Builder),
    Ask(Decimal128Builder),
    Name(StringBuilder),
}

impl Fields {
    /// The columns of the fields with these names.
    pub(crate) fn named(names: &[String]) -> PyResult<Self> {
        let column = |name: &String| match name.as_str() {
            "bid" => Ok(("bid", Column::Bid(Decimal128Builder::new()))),
            "ask" => Ok(("ask", Column::Ask(Decimal128Builder::new()))),
            "name" => Ok(("name", Column::Name(StringBuilder::new()))),
            other => Err(PyValueError::new_err(format!("fields: found {other:?}, expected bid, ask or name"))),
        };
        Ok(Self { columns: names.iter().map(column).collect::<PyResult<_>>()? })
    }

    /// Adds the fields of a record whose prices are for `quote_factor` shares.
    pub(crate) fn push(&mut self, record: &Record<'_>, quote_factor: i64) {
        for (_, column) in &mut self.columns {
            match column {
                Column::Bid(prices) => prices.append_option(per_share(record.bid(), quote_factor)),
                Column::Ask(prices) => prices.append_option(per_share(record.ask(), quote_factor)),
                Column::Name(names) => {
                    let name = record.name().to_string();
                    names.append_option(Some(name).filter(|name| !name.is_empty()));
                }
            }
        }
    }

    /// The columns and their names.
    pub(crate) fn finish(self) -> Vec<(&'static str, ArrayRef)> {
        let array = |column| -> ArrayRef {
            match column {
                Column::Bid(mut prices) | Column::Ask(mut prices) => Arc::new(prices.finish().with_data_type(PRICE)),
                Column::Name(mut names) => Arc::new(names.finish()),
            }
        };
        self.columns.into_iter().map(|(name, column)| (name, array(column))).collect()
    }
}

/// The price of one share in millionths; `None` if it is 0 or has more than six decimals.
fn per_share(price: Money, quote_factor: i64) -> Option<i128> {
    let cents = Some(price.cents()).filter(|cents| *cents != 0)?;
    Some(Price::from_lot(cents, quote_factor)?.unscaled().into())
}
