//! The row types of raw and `raw_rejected/`: what a source says of one ticker, in the lake's units.

use b3_market::{Currency, Isin, Money, Price, Specification, Ticker};

/// The spot market in COTAHIST's field TPMERC. Yahoo quotes only this one, without TPMERC.
pub(crate) const SPOT: i16 = 10;

/// A row for raw. Its trade date and source are those of the `Session` that contains it.
///
/// Prices are per share as traded, at scale 6, in the currency that `currency` names. `None` is
/// null.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Bar {
    /// B3's code, `PETR4`; never with `.SA`.
    pub ticker: Ticker,
    /// Start of an intraday bar in microseconds since 1970-01-01T00:00:00Z; null for a daily bar.
    pub bar_start: Option<i64>,
    /// First price.
    pub open: Price,
    /// Highest price.
    pub high: Price,
    /// Lowest price.
    pub low: Price,
    /// Last price.
    pub close: Price,
    /// Shares.
    pub volume: i64,
    /// Turnover; Yahoo has none.
    pub turnover: Option<Money>,
    /// Number of trades.
    pub trades: Option<i64>,
    /// ISIN.
    pub isin: Option<Isin>,
    /// TPMERC, such as 10 spot, 20 odd lot, 30 forward, 70 and 80 options; Yahoo has none.
    pub market: Option<i16>,
    /// The currency of prices and turnover.
    pub currency: Currency,
    /// DISMES, the distribution number; only the exchange has it.
    pub distribution: Option<i16>,
    /// ESPECI: share class, flags and segment.
    pub specification: Option<Specification>,
    /// Days to settlement of a forward. It distinguishes quotes of one session and is not a column
    /// of raw.
    pub forward_term: Option<u16>,
}

impl Bar {
    /// A daily bar in BRL that has only prices (open, high, low, close) and a volume, as Yahoo
    /// gives them.
    #[must_use]
    pub fn of_prices(ticker: Ticker, [open, high, low, close]: [Price; 4], volume: i64) -> Self {
        Self {
            ticker,
            bar_start: None,
            open,
            high,
            low,
            close,
            volume,
            turnover: None,
            trades: None,
            isin: None,
            market: None,
            currency: Currency::BRL,
            distribution: None,
            specification: None,
            forward_term: None,
        }
    }

    /// Ticker, market, forward term and start: unique within one session and source.
    #[must_use]
    pub fn key(&self) -> (Ticker, Option<i16>, Option<u16>, Option<i64>) {
        (self.ticker, self.market, self.forward_term, self.bar_start)
    }
}

/// The different tickers of `bars`, which must be sorted by ticker.
pub(crate) fn tickers_of(bars: &[Bar]) -> impl Iterator<Item = Ticker> {
    bars.chunk_by(|a, b| a.ticker == b.ticker).map(|rows| rows[0].ticker)
}

/// A row that is kept out of raw, with the reason and the values of a [`Bar`] that are known and
/// fit raw. It is written to `raw_rejected/`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the other fields are those of `Bar`")]
pub struct RejectedBar {
    pub ticker: Ticker,
    pub bar_start: Option<i64>,
    pub open: Option<Price>,
    pub high: Option<Price>,
    pub low: Option<Price>,
    pub close: Option<Price>,
    pub volume: Option<i64>,
    pub turnover: Option<Money>,
    pub trades: Option<i64>,
    pub isin: Option<Isin>,
    pub market: Option<i16>,
    /// The currency of prices and turnover; null where its label is the error.
    pub currency: Option<Currency>,
    pub distribution: Option<i16>,
    pub specification: Option<Specification>,
    /// The reason as readers of the report see it, such as `low 10.20 above high 10.10`.
    pub reason: String,
}

impl RejectedBar {
    /// The bar with the reason why it is kept out of raw.
    #[must_use]
    pub fn new(bar: &Bar, reason: impl Into<String>) -> Self {
        Self {
            ticker: bar.ticker,
            bar_start: bar.bar_start,
            open: Some(bar.open),
            high: Some(bar.high),
            low: Some(bar.low),
            close: Some(bar.close),
            volume: Some(bar.volume),
            turnover: bar.turnover,
            trades: bar.trades,
            isin: bar.isin,
            market: bar.market,
            currency: Some(bar.currency),
            distribution: bar.distribution,
            specification: bar.specification,
            reason: reason.into(),
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A spot bar whose four prices are all `price`.
    pub(crate) fn bar(ticker: &str, price: &str, volume: i64) -> Bar {
        let prices = [price.parse().unwrap(); 4];
        Bar { market: Some(SPOT), ..Bar::of_prices(ticker.parse().unwrap(), prices, volume) }
    }
}
