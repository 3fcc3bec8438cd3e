//! Requests to Yahoo through yfinance-rs: a ticker, an interval, a period.

use b3_market::Ticker;
use chrono::{DateTime, Utc};
use reqwest::Url;
use tokio::time::Instant;
use yfinance_rs::{Action, Candle, HistoryBuilder, YfClient, YfError, YfResponse, YfWarning};

use super::args::{YAHOO, YahooArgs};
use super::chart::Chart;
use super::interval::Interval;
use super::loopback_proxy::{CHART_PATH, LoopbackProxy};
use crate::IngestError;
use crate::web::{Backoff, Client, Limits, NoContent, Server};

/// Access to Yahoo, with the limits of a run.
#[derive(Debug, Clone)]
pub(super) struct Yahoo {
    /// The client of Yahoo, or of another server in its place.
    pub client: Client,
    /// The client library's HTTP client, which connects only to a [`LoopbackProxy`].
    loopback_client: reqwest::Client,
    pub now: DateTime<Utc>,
}

/// `from` is inside, `until` is not, as in Yahoo's requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Period {
    pub from: DateTime<Utc>,
    pub until: DateTime<Utc>,
}

/// The client library's reading of a response, with the response itself.
#[derive(Debug, Clone)]
pub(super) struct History {
    /// Rows as Yahoo sent them.
    pub chart: Chart,
    /// Rows as the library reads them.
    pub candles: Vec<Candle>,
    /// Splits, dividends and capital gains in the period.
    pub actions: Vec<Action>,
    /// Events that the library could not read: the kind, and the reason.
    pub unread: Vec<(&'static str, String)>,
}

impl Yahoo {
    pub(super) fn new(args: &YahooArgs, now: DateTime<Utc>, backoff: Backoff) -> Result<Self, IngestError> {
        let YahooArgs { concurrency, requests_per_second, timeout, deadline, .. } = *args;
        let server = Server { name: "yahoo", address: YAHOO, subject: "ticker" };
        let limits = Limits { concurrency, requests_per_second, timeout, deadline, backoff };
        // It must not use `HTTP_PROXY` or time out before the proxy, and reuses no connection,
        // because each request has its own proxy.
        let loopback_client = reqwest::Client::builder().no_proxy().pool_max_idle_per_host(0).build();
        Ok(Self {
            client: Client::new(server, &args.base_url, limits)?,
            loopback_client: loopback_client
                .map_err(|error| IngestError::Startup(format!("no http client: {error}")))?,
            now,
        })
    }

    /// Requests bars and events, again until `deadline` if necessary; a chart without rows is no
    /// error. The client library sends the request to a [`LoopbackProxy`], which sends it to Yahoo
    /// and keeps the response, because the library hides parts of it.
    pub(super) async fn history(
        &self,
        ticker: Ticker,
        interval: Interval,
        period: Period,
        deadline: Instant,
    ) -> Result<History, NoContent> {
        let failed = NoContent::Failed;
        let proxy = LoopbackProxy::open().await;
        let proxy = proxy.map_err(|error| failed(format!("no loopback port for the client library: {error}")))?;
        let client = self.library_client(&proxy).map_err(|error| failed(format!("client library: {error}")))?;
        let symbol = format!("{ticker}.SA");
        let builder = HistoryBuilder::new(&client, &symbol)
            .between(period.from, period.until)
            .interval(interval.into())
            .auto_adjust(false)
            .actions(true);
        let mut reply = None;
        let read = tokio::select! {
            read = builder.fetch_full_with_diagnostics() => read,
            error = proxy.serve(&self.client, &symbol, deadline, &mut reply) => {
                return Err(failed(format!("the loopback connection of the client library broke: {error}")));
            }
        };
        match (reply, read) {
            (Some(Ok(chart)), Ok(YfResponse { data, diagnostics, .. })) => {
                let unread = diagnostics.warnings.iter().filter_map(unread_event).collect();
                Ok(History { chart, candles: data.candles, actions: data.actions, unread })
            }
            (Some(Ok(_)), Err(error)) => Err(failed(format!("the client library cannot read the answer: {error}"))),
            (Some(Err(no_content)), _) => Err(no_content),
            (None, Ok(_)) => Err(failed("the client library answered without asking".to_owned())),
            (None, Err(error)) => Err(failed(format!("client library: {error}"))),
        }
    }

    fn library_client(&self, proxy: &LoopbackProxy) -> Result<YfClient, YfError> {
        let address = |path: &str| {
            Url::parse(&format!("{}{path}", proxy.address())).map_err(|error| YfError::InvalidParams(error.to_string()))
        };
        YfClient::builder()
            .custom_client(self.loopback_client.clone())
            .retry_enabled(false)
            .base_chart(address(CHART_PATH)?)
            .base_quote_v7(address("/unused/quote")?)
            .base_quote_api(address("/unused/summary/")?)
            .cookie_url(address("/unused/cookie")?)
            .crumb_url(address("/unused/crumb")?)
            .build()
    }
}

/// The kind of an event that the library dropped, with the reason. `None` for other warnings, and
/// for dropped candles, which are found by comparing the rows.
fn unread_event(warning: &YfWarning) -> Option<(&'static str, String)> {
    match warning {
        YfWarning::DroppedItem { item: "candle", .. } => None,
        YfWarning::DroppedItem { item, key, reason, .. } => {
            Some((item, format!("{item} {}: {reason}", key.as_deref().unwrap_or("without a key"))))
        }
        _ => None,
    }
}
