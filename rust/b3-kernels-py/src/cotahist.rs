//! The Python function that reads B3's official files as tables of raw bars.

use std::collections::BTreeSet;
use std::io;
use std::iter;
use std::path::PathBuf;
use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, Date32Builder, Decimal128Builder, Int16Builder, Int64Builder, RecordBatch, StringArray,
    StringBuilder, TimestampMicrosecondArray,
};
use arrow::datatypes::{Field, Schema};
use arrow::error::ArrowError;
use b3_cotahist::{Error, Markets, Options, Quote, Reader, Summary};
use b3_kernels::{MONEY, PRICE, TRADE_DATE};
use b3_market::lake::{Source, columns};
use b3_market::{Isin, Specification, Ticker};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3_arrow::PyTable;
use pyo3_arrow::error::PyArrowError;

use crate::cotahist_fields::Fields;

/// The largest number of left-out rows whose faults are returned.
const MOST_FAULTS: usize = 5;

/// The table, why the file is incomplete (`None` if it is not), the number of rows left out, and
/// the faults of the first of them.
type Answer = (PyTable, Option<String>, usize, Vec<String>);

/// Reads a file into a table of raw bars, followed by the columns that `fields` names.
#[pyfunction]
#[pyo3(signature = (path, *, markets, tickers, allow_incomplete, fields))]
#[expect(clippy::needless_pass_by_value, reason = "pyo3 hands over owned arguments")]
pub(crate) fn read_cotahist(
    py: Python<'_>,
    path: PathBuf,
    markets: Vec<i16>,
    tickers: Option<Vec<String>>,
    allow_incomplete: bool,
    fields: Vec<String>,
) -> PyResult<Answer> {
    let fields = Fields::named(&fields)?;
    let options = Options {
        markets: Markets::of(markets).map_err(|error| PyValueError::new_err(error.to_string()))?,
        tickers: tickers.as_deref().map(parse_tickers).transpose()?,
        allow_incomplete,
    };
    let contents = py.detach(|| read(path, options, fields)).map_err(exception)?;
    let Contents { columns, fields, summary, left_out, faults } = contents;
    let batch = columns.finish(fields, summary).map_err(PyArrowError::from)?;
    let schema = batch.schema();
    let incomplete = summary.incomplete.map(|incomplete| incomplete.to_string());
    Ok((PyTable::try_new(vec![batch], schema)?, incomplete, left_out, faults))
}

fn parse_tickers(tickers: &[String]) -> PyResult<BTreeSet<Ticker>> {
    let parsed = tickers.iter().map(|ticker| ticker.parse::<Ticker>()).collect::<Result<_, _>>();
    parsed.map_err(|error| PyValueError::new_err(error.to_string()))
}

struct Contents {
    columns: Columns,
    fields: Fields,
    summary: Summary,
    left_out: usize,
    faults: Vec<String>,
}

fn read(path: PathBuf, options: Options, mut fields: Fields) -> Result<Contents, Error> {
    let mut reader = Reader::open(path, options)?;
    let (mut columns, mut left_out, mut faults) = (Columns::default(), 0, Vec::new());
    while let Some(record) = reader.next_record()? {
        match record.quote() {
            Ok(quote) => {
                columns.push(&quote);
                fields.push(&record, quote.quote_factor);
            }
            Err(fault) => {
                left_out += 1;
                if faults.len() < MOST_FAULTS {
                    faults.push(fault.without_file().to_string());
                }
            }
        }
    }
    Ok(Contents { columns, fields, summary: reader.summary(), left_out, faults })
}

fn exception(error: Error) -> PyErr {
    let message = error.to_string();
    match error {
        Error::Open { source, .. } | Error::Read { source, .. } => io::Error::new(source.kind(), message).into(),
        _ => PyValueError::new_err(message),
    }
}

/// The trade date, which raw has in its folders' names, and raw's columns, while they are built.
#[derive(Default)]
struct Columns {
    trade_date: Date32Builder,
    ticker: StringBuilder,
    prices: [Decimal128Builder; 4],
    volume: Int64Builder,
    turnover: Decimal128Builder,
    trades: Int64Builder,
    isin: StringBuilder,
    market: Int16Builder,
    currency: StringBuilder,
    distribution: Int16Builder,
    specification: StringBuilder,
}

impl Columns {
    fn push(&mut self, quote: &Quote) {
        self.trade_date.append_value(quote.key.trade_date.to_epoch_days());
        self.ticker.append_value(quote.key.ticker.as_str());
        let prices = [quote.open, quote.high, quote.low, quote.close];
        for (column, price) in self.prices.iter_mut().zip(prices) {
            column.append_value(price.unscaled().into());
        }
        self.volume.append_value(quote.volume);
        self.turnover.append_value(quote.turnover.cents().into());
        self.trades.append_value(quote.trades);
        self.isin.append_option(quote.isin.as_ref().map(Isin::as_str));
        self.market.append_value(quote.key.market);
        self.currency.append_value(quote.currency.as_str());
        self.distribution.append_value(quote.distribution);
        self.specification.append_option(quote.specification.as_ref().map(Specification::to_text));
    }

    /// The table. Its metadata says whether the file's last record, the trailer, counts every
    /// record or quotes alone; without a trailer, or if its count is wrong, the metadata is empty.
    fn finish(mut self, fields: Fields, summary: Summary) -> Result<RecordBatch, ArrowError> {
        let trade_date = self.trade_date.finish();
        let rows = trade_date.len();
        let [open, high, low, close] = self.prices.map(|mut prices| prices.finish().with_data_type(PRICE));
        let bar_start = TimestampMicrosecondArray::new_null(rows).with_timezone("UTC");
        let sources = iter::repeat_n(Source::Cotahist.as_str(), rows);
        let arrays: [ArrayRef; 16] = [
            Arc::new(trade_date),
            Arc::new(self.ticker.finish()),
            Arc::new(bar_start),
            Arc::new(open),
            Arc::new(high),
            Arc::new(low),
            Arc::new(close),
            Arc::new(self.volume.finish()),
            Arc::new(self.turnover.finish().with_data_type(MONEY)),
            Arc::new(self.trades.finish()),
            Arc::new(self.isin.finish()),
            Arc::new(self.market.finish()),
            Arc::new(self.currency.finish()),
            Arc::new(self.distribution.finish()),
            Arc::new(self.specification.finish()),
            Arc::new(StringArray::from_iter_values(sources)),
        ];
        let names = iter::once(TRADE_DATE).chain(columns::RAW.map(|(name, _)| name));
        let pairs: Vec<(&str, ArrayRef)> = names.zip(arrays).chain(fields.finish()).collect();
        let field = |(name, array): &(&str, ArrayRef)| Field::new(*name, array.data_type().clone(), true);
        let trailer = summary.trailer.map(|counted| ("cotahist.trailer_counts".to_owned(), counted.to_string()));
        let schema =
            Schema::new(pairs.iter().map(field).collect::<Vec<_>>()).with_metadata(trailer.into_iter().collect());
        RecordBatch::try_new(Arc::new(schema), pairs.into_iter().map(|(_, array)| array).collect())
    }
}
