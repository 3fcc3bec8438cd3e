//! One request to Yahoo through yfinance-rs: a ticker, an interval, a period.

use chrono::{DateTime, Utc};
use reqwest::Url;
use tokio::time::Instant;
use yfinance_rs::{Action, Candle, HistoryBuilder, HistoryResponse, YfClient, YfError, YfResponse, YfWarning};

use super::chart::Chart;
use super::interval::Interval;
use super::loopback_proxy::{CHART_PATH, LoopbackProxy};
use crate::web::{Client, Reply};

/// One request for bars and events.
#[derive(Debug, Clone, Copy)]
pub(super) struct HistoryRequest<'a> {
    /// Yahoo's symbol, `PETR4.SA`.
    pub symbol: &'a str,
    /// Length of the bars.
    pub interval: Interval,
    pub from: DateTime<Utc>,
    /// The first instant after the period; Yahoo's end is exclusive.
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

/// Sends `request`, and sends it again until `deadline` if necessary. A good reply may have no
/// row. The client library sends the request to a [`LoopbackProxy`], which sends it to `yahoo` and
/// keeps the response, because the library hides parts of it.
pub(super) async fn ask(
    yahoo: &Client,
    loopback: &reqwest::Client,
    request: HistoryRequest<'_>,
    deadline: Instant,
) -> Reply<History> {
    let proxy = match LoopbackProxy::open().await {
        Ok(proxy) => proxy,
        Err(error) => return Reply::Failed(format!("no loopback port for the client library: {error}")),
    };
    let client = match client(&proxy, loopback) {
        Ok(client) => client,
        Err(error) => return Reply::Failed(format!("client library: {error}")),
    };
    let builder = HistoryBuilder::new(&client, request.symbol)
        .between(request.from, request.until)
        .interval(request.interval.into())
        .auto_adjust(false)
        .actions(true);
    let mut reply = None;
    let read = tokio::select! {
        read = builder.fetch_full_with_diagnostics() => read,
        error = proxy.serve(yahoo, request.symbol, deadline, &mut reply) => {
            return Reply::Failed(format!("the loopback connection of the client library broke: {error}"));
        }
    };
    match reply {
        Some(Reply::Good(chart)) => combined(chart, read),
        Some(Reply::NoData(reason)) => Reply::NoData(reason),
        Some(Reply::Failed(reason)) => Reply::Failed(reason),
        None => Reply::Failed(match read {
            Ok(_) => "the client library answered without asking".to_owned(),
            Err(error) => format!("client library: {error}"),
        }),
    }
}

/// The library's HTTP client for the loopback connection. It must not use `HTTP_PROXY` or time out
/// before the [`LoopbackProxy`], and reuses no connection, because each request has its own proxy.
///
/// # Errors
/// The reason, if the HTTP client cannot be made.
pub(super) fn loopback_client() -> Result<reqwest::Client, reqwest::Error> {
    reqwest::Client::builder().no_proxy().pool_max_idle_per_host(0).build()
}

fn client(proxy: &LoopbackProxy, loopback: &reqwest::Client) -> Result<YfClient, YfError> {
    let address = |path: &str| {
        Url::parse(&format!("{}{path}", proxy.address())).map_err(|error| YfError::InvalidParams(error.to_string()))
    };
    YfClient::builder()
        .custom_client(loopback.clone())
        .retry_enabled(false)
        .base_chart(address(CHART_PATH)?)
        .base_quote_v7(address("/unused/quote")?)
        .base_quote_api(address("/unused/summary/")?)
        .cookie_url(address("/unused/cookie")?)
        .crumb_url(address("/unused/crumb")?)
        .build()
}

fn combined(chart: Chart, read: Result<YfResponse<HistoryResponse>, YfError>) -> Reply<History> {
    let response = match read {
        Ok(response) => response,
        Err(error) => return Reply::Failed(format!("the client library cannot read the answer: {error}")),
    };
    let unread = response.diagnostics.warnings.iter().filter_map(unread_event).collect();
    let HistoryResponse { candles, actions, .. } = response.data;
    Reply::Good(History { chart, candles, actions, unread })
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
