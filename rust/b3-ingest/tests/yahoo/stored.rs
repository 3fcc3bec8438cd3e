//! Tests of a response whose prices are all in cents: only the ticker's closes in raw reveal it.

use b3_ingest::Bar;
use b3_ingest::frame::{encode, frame_of_bars};
use b3_market::calendar;
use b3_market::lake::Source;
use chrono::NaiveDate;
use fastrand::Rng;

use crate::chart::daily_answer;
use crate::lake::{RunReport, TestLake};
use crate::market::{Share, ShareFault, price_of};
use crate::server::Server;
use crate::{NOW, date};

const LAST: &str = "2024-03-15";

/// TEST4 with random splits and a bar on each of the last six sessions: `LAST`, and the five before
/// it in which the program looks for a stored close.
fn share(seed: u64) -> Share {
    let random = |seed| Share::random("TEST4", date("2024-01-02"), date(LAST), &mut Rng::with_seed(seed));
    let last_sessions = || (0..6).map(|back| calendar::add_sessions(date(LAST), -back).unwrap());
    let traded_lately = |share: &Share| share.bars.iter().rev().take(6).map(|bar| bar.date).eq(last_sessions());
    (seed * 1000..(seed + 1) * 1000).map(random).find(traded_lately).unwrap()
}

/// The same share with all prices in cents.
fn in_cents(share: &Share) -> Share {
    Share { fault: Some(ShareFault::AllInCents), ..share.clone() }
}

async fn ingest(lake: &TestLake, share: &Share, from: NaiveDate, to: NaiveDate, more: &[&str]) -> RunReport {
    let share = share.clone();
    let server = Server::start(move |request, _| daily_answer(&share, request));
    let (from, to) = (from.to_string(), to.to_string());
    let arguments = [&["--tickers", "TEST4", "--from", &from, "--to", &to], more].concat();
    lake.run(&server.address, NOW, &arguments).await
}

fn close(share: &Share, date: NaiveDate) -> i64 {
    share.bars.iter().find(|bar| bar.date == date).unwrap().close
}

/// A COTAHIST object of `date` with this close.
fn put_official(lake: &TestLake, date: NaiveDate, close: i64) {
    let (price, volume, spot) = (price_of(close), 100, Some(10));
    let bar = Bar { market: spot, ..Bar::of_prices("TEST4".parse().unwrap(), [price; 4], volume) };
    let folder = lake.path().join(format!("raw/trade_date={date}"));
    std::fs::create_dir_all(&folder).unwrap();
    let bytes = encode(&frame_of_bars(&[bar], Source::Cotahist).unwrap()).unwrap();
    std::fs::write(folder.join("cotahist.parquet"), bytes).unwrap();
}

#[tokio::test]
async fn an_answer_in_cents_is_rejected_where_raw_holds_an_earlier_session() {
    let (share, last) = (share(1), date(LAST));
    let lake = TestLake::new();
    let before = calendar::add_sessions(last, -1).unwrap();
    assert_eq!(ingest(&lake, &share, before, before, &[]).await.outcome("TEST4", &before.to_string()), "written");
    let report = ingest(&lake, &in_cents(&share), last, last, &[]).await;
    let outcome = report.outcome("TEST4", LAST);
    assert!(outcome.starts_with("rejected: the answer's close "), "{outcome}");
    assert!(outcome.ends_with(&format!(" of {before} in raw; --force writes it")), "{outcome}");
    assert!(lake.bars(last, "yahoo").is_empty());
    assert_eq!(lake.rejected(last)[0].close, Some(price_of(100 * close(&share, last))));
    assert_eq!(ingest(&lake, &in_cents(&share), last, last, &["--force"]).await.outcome("TEST4", LAST), "written");
}

#[tokio::test]
async fn what_raw_holds_of_a_session_is_not_overwritten_in_cents() {
    let (share, last) = (share(2), date(LAST));
    let lake = TestLake::new();
    ingest(&lake, &share, last, last, &[]).await;
    let outcome = ingest(&lake, &in_cents(&share), last, last, &[]).await.outcome("TEST4", LAST);
    assert!(outcome.starts_with("rejected: "), "{outcome}");
    assert_eq!(lake.bars(last, "yahoo")[0].close, price_of(close(&share, last)));
}

#[tokio::test]
async fn the_exchanges_own_close_counts_more_than_yahoos() {
    let (share, last) = (share(3), date(LAST));
    let lake = TestLake::new();
    let before = calendar::add_sessions(last, -1).unwrap();
    // Raw is empty, so this answer in cents is written. The next one, in cents too, agrees with it.
    let report = ingest(&lake, &in_cents(&share), before, before, &[]).await;
    assert_eq!(report.outcome("TEST4", &before.to_string()), "written");
    put_official(&lake, last, close(&share, last));
    let outcome = ingest(&lake, &in_cents(&share), last, last, &[]).await.outcome("TEST4", LAST);
    assert!(outcome.contains("is far from cotahist's"), "{outcome}");
    assert_eq!(ingest(&lake, &share, last, last, &[]).await.outcome("TEST4", LAST), "written");
}

#[tokio::test]
async fn a_close_long_before_the_answers_first_row_is_not_compared_where_raw_has_a_later_one() {
    let (share, last) = (share(4), date(LAST));
    let lake = TestLake::new();
    let from = date("2023-06-01");
    put_official(&lake, from, 1000 * close(&share, last));
    put_official(&lake, last, close(&share, last));
    assert_eq!(ingest(&lake, &share, from, last, &[]).await.outcome("TEST4", LAST), "written");
    let outcome = ingest(&lake, &in_cents(&share), from, last, &[]).await.outcome("TEST4", LAST);
    assert!(outcome.contains(&format!(" of {LAST} in raw; --force writes it")), "{outcome}");
}

#[tokio::test]
async fn a_right_answer_is_written_and_one_in_cents_rejected_whatever_the_splits_before() {
    for seed in 10..20 {
        let share = share(seed);
        let [last, before, last_stored, first_stored] =
            [0, -1, -2, -25].map(|sessions| calendar::add_sessions(date(LAST), sessions).unwrap());
        let lake = TestLake::new();
        ingest(&lake, &share, first_stored, last_stored, &[]).await;
        let report = ingest(&lake, &in_cents(&share), before, last, &[]).await;
        for date in [before, last] {
            assert!(report.outcome("TEST4", &date.to_string()).starts_with("rejected: "), "{seed} {date}");
        }
        let report = ingest(&lake, &share, before, last, &[]).await;
        for date in [before, last] {
            assert_eq!(report.outcome("TEST4", &date.to_string()), "written", "{seed} {date} {:?}", share.splits);
        }
    }
}
