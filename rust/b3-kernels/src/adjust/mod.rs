//! The kernel `adjust`: prices and volumes in the shares of one date, the series without jumps at
//! splits that charts and backtests need.

mod column;
#[cfg(test)]
mod contract;
mod conversion;
#[cfg(test)]
mod laws;

use chrono::NaiveDate;

use crate::actions::Actions;
use crate::column::{Texts, Times};
use crate::column_names::{CLOSE, HIGH, LOW, OPEN, VOLUME, published};
use crate::column_unit::Unit;
use crate::error::{Error, Result};
use crate::keys::Keys;
use crate::series_index::SeriesIndex;
use crate::step_finder::currencies;
use crate::table::{Table, index_of, names_of};
use column::Converted;
use conversion::{Bars, Conversion};

/// The columns `open`, `high`, `low`, `close` and `volume` (or their published names) of `bars`, as
/// far as the table has them, converted to the shares of the date `as_of`.
///
/// `as_of` is the table's last date where `None`. Prices of an earlier bar are multiplied by old /
/// new shares of every event with bar < ex-date <= `as_of`, volumes by new / old; with
/// `distributions` prices also by 1 - cash / close for each distribution, where close is the last
/// one before the ex-date, in shares of the ex-date: this is the adjusted close of CRSP and of
/// Yahoo. A later bar is converted the other way round. Each result is rounded once: decimals to
/// six digits after the point, ties to even, volumes to the nearest share, doubles to the nearest
/// double. Null where the number is null, and prices across a distribution without a close before
/// it, or with one that differs from the first bar on or after its ex-date in a column `currency`
/// (or `moeda`).
///
/// The bars must be as traded; adjusted bars would be adjusted twice. The column `keys.by` holds
/// tickers, not keys joined by [`crate::join_names`]. A number costs a product of large integers.
///
/// # Errors
/// A column that is missing or of another type; a null or refused duplicate key, a date outside the
/// calendar; a distribution that is not less than the close before it; a number that its column
/// cannot hold; a product of ratios beyond 63 bits.
pub fn adjust(
    bars: &Table,
    keys: &Keys,
    actions: &Actions,
    as_of: Option<NaiveDate>,
    distributions: bool,
) -> Result<Table> {
    let index = SeriesIndex::new(bars, keys)?;
    let tickers = Texts::read(bars, &keys.by)?;
    let as_of = if as_of.is_some() { as_of } else { last_date(bars, &keys.time)? };
    // A table without rows has no last date, and nothing to convert.
    let as_of = as_of.unwrap_or_default().to_epoch_days();
    let mut columns = columns(bars)?;
    let is_close = |column: &Converted| column.name == CLOSE || column.name == published(CLOSE);
    let close = columns.iter().position(is_close).filter(|_| distributions);
    if distributions && close.is_none() {
        return Err(missing_close(bars));
    }
    let currencies = if distributions { currencies(bars)? } else { None };
    let (mut gathered, mut gathered_currencies) = (Vec::new(), Vec::new());
    for rows in index.iter() {
        let ticker = rows.first().and_then(|row| tickers.at(row)).unwrap_or_default();
        let days = rows.values(index.days(), &mut gathered);
        let (mut of_prices, mut of_shares) = (Conversion::default(), Conversion::default());
        if let Some(actions) = actions.of(ticker) {
            let closes = close.map(|close| columns[close].series(&rows)).transpose()?;
            let currencies = currencies.as_ref().map(|all| rows.values(all, &mut gathered_currencies));
            let currencies = currencies.unwrap_or_default();
            let bars = closes.as_ref().map(|closes| Bars { days, closes, currencies });
            of_prices = Conversion::of_prices(ticker, actions, bars)?;
            of_shares = Conversion::of_shares(actions);
        }
        let (of_prices, of_shares) = (of_prices.runs(days, as_of), of_shares.runs(days, as_of));
        for column in &mut columns {
            let runs = if column.unit == Unit::Shares { &of_shares } else { &of_prices };
            column.convert(ticker, &rows, runs)?;
        }
    }
    Table::of_columns(columns.into_iter().map(Converted::finish).collect(), bars.num_rows())
}

/// The last date in the column `time`, which [`adjust`] takes where no date is given; `None` if
/// there is no row.
///
/// # Errors
/// A column that is missing, of another type, or has nulls.
pub fn last_date(bars: &Table, time: &str) -> Result<Option<NaiveDate>> {
    let last = Times::read(bars, time)?.days().iter().max().copied();
    Ok(last.and_then(NaiveDate::from_epoch_days))
}

/// The columns to convert, at least one.
fn columns(bars: &Table) -> Result<Vec<Converted>> {
    let mut columns = Vec::new();
    for name in [OPEN, HIGH, LOW, CLOSE, VOLUME].into_iter().flat_map(|name| [name.to_owned(), published(name)]) {
        if index_of(bars.schema(), &name).is_ok() {
            columns.push(Converted::read(bars, &name, Unit::of_column(&name))?);
        }
    }
    if columns.is_empty() {
        return Err(missing_close(bars));
    }
    Ok(columns)
}

fn missing_close(bars: &Table) -> Error {
    Error::missing_column(CLOSE, &names_of(bars.schema()))
}
