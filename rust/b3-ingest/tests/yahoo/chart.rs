//! Yahoo's responses about the emulated market: v8 charts as JSON.

use std::array::from_fn;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use chrono_tz::America::Sao_Paulo;
use serde_json::{Map, Value, json};

use crate::market::{RowFault, Share, ShareFault, Split, Stamps, Traded};
use crate::server::{Answer, Request};

impl Request {
    /// `PETR4.SA` of a chart request; of other requests the last part of the path.
    pub(crate) fn symbol(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or_default()
    }

    /// Whether `stamp` is in the requested period; Yahoo's end is exclusive.
    pub(crate) fn asks_for(&self, stamp: i64) -> bool {
        let number = |key: &str| self.query[key].parse::<i64>().unwrap();
        (number("period1")..number("period2")).contains(&stamp)
    }
}

/// Yahoo's response for an unknown symbol.
pub(crate) fn unknown() -> Answer {
    let error = r#"{"chart":{"result":null,"error":{"code":"Not Found","description":"No data found, symbol may be delisted"}}}"#;
    Answer::with_body(404, error)
}

/// One row of a chart.
#[derive(Clone)]
pub(crate) struct Row {
    pub(crate) stamp: i64,
    /// Open, high, low, close.
    pub(crate) prices: [Value; 4],
    pub(crate) volume: Value,
}

/// Yahoo's response about `share`.
pub(crate) fn daily_answer(share: &Share, request: &Request) -> Answer {
    Answer::with_body(200, daily_chart(share, request))
}

/// The body of Yahoo's response: the rows and events in the requested period.
pub(crate) fn daily_chart(share: &Share, request: &Request) -> String {
    let mut rows = daily_rows(share);
    rows.retain(|row| request.asks_for(row.stamp));
    let mut events = events(share);
    for kind in ["splits", "dividends"] {
        let listed = events[kind].as_object_mut().unwrap();
        listed.retain(|stamp, _| request.asks_for(stamp.parse().unwrap()));
    }
    body(share, "1d", &rows, &events)
}

/// The complete body with these rows.
pub(crate) fn body(share: &Share, granularity: &str, rows: &[Row], events: &Value) -> String {
    let column = |index: usize| rows.iter().map(|row| row.prices[index].clone()).collect::<Value>();
    // The offset is that of summer time on every date; the program does not read it.
    let mut meta = json!({
        "currency": "BRL", "symbol": format!("{}.SA", share.ticker), "exchangeName": "SAO", "instrumentType": "EQUITY",
        "gmtoffset": -7200, "timezone": "BRST", "exchangeTimezoneName": "America/Sao_Paulo", "dataGranularity": granularity,
    });
    match share.fault {
        Some(ShareFault::Dollars) => meta["currency"] = json!("USD"),
        Some(ShareFault::NoCurrency) => drop(meta.as_object_mut().unwrap().remove("currency")),
        _ => {}
    }
    let quote = json!({
        "open": column(0), "high": column(1), "low": column(2), "close": column(3),
        "volume": rows.iter().map(|row| row.volume.clone()).collect::<Value>(),
    });
    let adjclose = json!([{ "adjclose": column(3) }]);
    let timestamp: Value = rows.iter().map(|row| row.stamp).collect();
    let result = json!({"meta": meta, "timestamp": timestamp, "events": events, "indicators": {"quote": [quote], "adjclose": adjclose}});
    json!({"chart": {"result": [result], "error": null}}).to_string()
}

/// Yahoo's timestamp of the bar of `date`.
pub(crate) fn stamp(date: NaiveDate, stamps: Stamps) -> i64 {
    let at = |hour, minute| date.and_hms_opt(hour, minute, 0).unwrap();
    let local = |hour, minute| at(hour, minute).and_local_timezone(Sao_Paulo).unwrap().to_utc();
    let time: DateTime<Utc> = match stamps {
        Stamps::Opening => local(10, 0),
        Stamps::MidnightUtcMinus3 => at(3, 0).and_utc(),
        Stamps::MidnightUtcMinus2 => at(2, 0).and_utc(),
        Stamps::LastTrade => local(18, 5),
    };
    time.timestamp()
}

/// Yahoo's form of a price in cents: divided by the later splits, as a 32-bit float.
pub(crate) fn printed(share: &Share, date: NaiveDate, cents: i64) -> Value {
    let (numerator, denominator) = applied_splits(share, date);
    let unit = if share.fault == Some(ShareFault::AllInCents) { 1.0 } else { 100.0 };
    #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "this is what Yahoo does")]
    let stored = (cents as f64 / unit * denominator as f64 / numerator as f64) as f32;
    json!(f64::from(stored))
}

/// The product of the splits after `date`, without one that Yahoo has not applied to the prices.
fn applied_splits(share: &Share, date: NaiveDate) -> (i64, i64) {
    let (numerator, denominator) = share.later_splits(date);
    match share.fault {
        Some(ShareFault::SplitNotApplied(index)) if share.splits[index].date > date => {
            (numerator / share.splits[index].numerator, denominator / share.splits[index].denominator)
        }
        _ => (numerator, denominator),
    }
}

fn daily_rows(share: &Share) -> Vec<Row> {
    if share.fault == Some(ShareFault::NoRows) {
        return Vec::new();
    }
    let mut rows: Vec<Row> = share.bars.iter().flat_map(|bar| faulty_rows(share, bar)).collect();
    for date in &share.holidays_with_bar {
        let before = share.bars.iter().rev().find(|bar| bar.date < *date).unwrap_or(&share.bars[0]);
        let price = printed(share, *date, before.close);
        rows.push(Row { stamp: stamp(*date, share.stamps), prices: from_fn(|_| price.clone()), volume: json!(0) });
    }
    rows.sort_by_key(|row| row.stamp);
    rows
}

/// Yahoo's rows for one bar: none, one or two, with the bar's fault.
fn faulty_rows(share: &Share, bar: &Traded) -> Vec<Row> {
    let price = |cents| printed(share, bar.date, cents);
    let (numerator, denominator) = applied_splits(share, bar.date);
    let volume = bar.volume * numerator / denominator;
    let mut row = Row {
        stamp: stamp(bar.date, share.stamps),
        prices: [price(bar.open), price(bar.high), price(bar.low), price(bar.close)],
        volume: json!(volume),
    };
    let [open, high, low, close] = &mut row.prices;
    match share.row_faults.get(&bar.date) {
        None => {}
        Some(RowFault::Missing) => return Vec::new(),
        Some(RowFault::NullOpen) => *open = Value::Null,
        Some(RowFault::NullPrices) => row.prices = from_fn(|_| Value::Null),
        Some(RowFault::NullAll) => {
            row.prices = from_fn(|_| Value::Null);
            row.volume = Value::Null;
        }
        Some(RowFault::TextClose) => *close = json!("37.40"),
        Some(RowFault::ZeroLow) => *low = json!(0.0),
        Some(RowFault::NegativeClose) => *close = json!(-1.25),
        Some(RowFault::HighBelowLow) => *high = times(low, 0.9),
        Some(RowFault::InCents) => row.prices = all_times(&row, 100.0),
        Some(RowFault::InHundreds) => row.prices = all_times(&row, 0.01),
        Some(RowFault::HighInCents) => *high = times(high, 100.0),
        Some(RowFault::NullVolume) => row.volume = Value::Null,
        Some(RowFault::NegativeVolume) => row.volume = json!(-volume),
        #[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
        Some(RowFault::HalfVolume) => row.volume = json!(volume as f64 + 0.5),
        #[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
        Some(RowFault::FloatVolume) => row.volume = json!(volume as f64),
        Some(RowFault::TwiceTheSame) => return vec![row.clone(), row],
        Some(RowFault::TwiceDifferent) => {
            let a_minute_later = Row { stamp: row.stamp + 60, prices: all_times(&row, 1.01), ..row.clone() };
            return vec![a_minute_later, row];
        }
    }
    vec![row]
}

fn all_times(row: &Row, factor: f64) -> [Value; 4] {
    row.prices.each_ref().map(|price| times(price, factor))
}

fn times(price: &Value, factor: f64) -> Value {
    json!(price.as_f64().unwrap() * factor)
}

/// All events of the share, by their timestamps.
pub(crate) fn events(share: &Share) -> Value {
    let (mut splits, mut dividends) = (Map::new(), Map::new());
    for Split { date, numerator, denominator } in &share.splits {
        let stamp = stamp(*date, Stamps::Opening);
        let listed = json!({"date": stamp, "numerator": numerator, "denominator": denominator, "splitRatio": format!("{numerator}:{denominator}")});
        splits.insert(stamp.to_string(), listed);
    }
    for (date, millionths) in &share.dividends {
        let (numerator, denominator) = share.later_splits(*date);
        #[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
        let amount = *millionths as f64 / 1e6 * denominator as f64 / numerator as f64;
        let stamp = stamp(*date, Stamps::Opening);
        dividends.insert(stamp.to_string(), json!({"date": stamp, "amount": amount}));
    }
    json!({"splits": splits, "dividends": dividends})
}

/// The bars of a day, of `minutes` each from 10:00, one for each price in `cents`.
pub(crate) fn intraday_rows(share: &Share, date: NaiveDate, minutes: i64, cents: &[i64]) -> Vec<Row> {
    let opening = stamp(date, Stamps::Opening);
    cents
        .iter()
        .zip(0..)
        .map(|(cents, place)| Row {
            stamp: opening + (TimeDelta::minutes(minutes) * place).num_seconds(),
            prices: from_fn(|_| printed(share, date, *cents)),
            volume: json!(1_200),
        })
        .collect()
}
