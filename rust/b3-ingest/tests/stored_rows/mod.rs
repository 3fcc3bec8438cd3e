//! The rows of raw and `raw_rejected/` as typed rows.

use std::fmt::Debug;
use std::path::Path;
use std::str::FromStr;

use b3_ingest::frame::{raw_of_parquet, rejected_of_parquet};
use b3_ingest::{Bar, RejectedBar};
use b3_market::{Money, Price};
use polars::prelude::{DataFrame, DataType};

/// The rows of an object of raw. They are read as `RejectedBar`, in which each value may be null.
pub(crate) fn stored_bars(path: &Path) -> Vec<Bar> {
    let bytes = std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let bar = |row: RejectedBar| Bar {
        bar_start: row.bar_start,
        turnover: row.turnover,
        trades: row.trades,
        isin: row.isin,
        market: row.market,
        currency: row.currency.unwrap(),
        distribution: row.distribution,
        specification: row.specification,
        ..Bar::of_prices(row.ticker, [row.open, row.high, row.low, row.close].map(Option::unwrap), row.volume.unwrap())
    };
    rows(&raw_of_parquet("raw", bytes.into()).unwrap()).into_iter().map(bar).collect()
}

/// The rows of an object of `raw_rejected/`, none without the object.
pub(crate) fn stored_rejected(path: &Path) -> Vec<RejectedBar> {
    std::fs::read(path)
        .map_or_else(|_| Vec::new(), |bytes| rows(&rejected_of_parquet("rejected", bytes.into()).unwrap()))
}

fn rows(frame: &DataFrame) -> Vec<RejectedBar> {
    let long = |name| -> Vec<Option<i64>> {
        let values = frame.column(name).unwrap().to_physical_repr().cast(&DataType::Int64).unwrap();
        values.i64().unwrap().iter().collect()
    };
    let [starts, opens, highs, lows, closes, volumes, turnovers, trades, markets, distributions] =
        ["bar_start", "open", "high", "low", "close", "volume", "turnover", "trades", "market", "distribution"]
            .map(long);
    let short = |value: Option<i64>| value.map(|value| value.try_into().unwrap());
    let row = |row: usize| RejectedBar {
        ticker: parsed(frame, "ticker", row).unwrap(),
        bar_start: starts[row],
        open: opens[row].map(Price::from_unscaled),
        high: highs[row].map(Price::from_unscaled),
        low: lows[row].map(Price::from_unscaled),
        close: closes[row].map(Price::from_unscaled),
        volume: volumes[row],
        turnover: turnovers[row].map(Money::from_cents),
        trades: trades[row],
        isin: parsed(frame, "isin", row),
        market: short(markets[row]),
        currency: parsed(frame, "currency", row),
        distribution: short(distributions[row]),
        specification: parsed(frame, "specification", row),
        reason: frame.column("reason").map_or_else(|_| String::new(), |_| parsed(frame, "reason", row).unwrap()),
    };
    (0..frame.height()).map(row).collect()
}

fn parsed<T: FromStr<Err: Debug>>(frame: &DataFrame, name: &str, row: usize) -> Option<T> {
    frame.column(name).unwrap().str().unwrap().get(row).map(|text| text.parse().unwrap())
}
