//! Tests of the limits for requests to Yahoo: rate, number at once, time-outs, and the waits that
//! it asks for.

use std::time::{Duration, Instant};

use crate::NOW;
use crate::chart::daily_answer;
use crate::lake::TestLake;
use crate::market::Share;
use crate::server::{Answer, Request, Server, html};

/// The session of [`NOW`], which is the default date of a run.
const TODAY: &str = "2024-03-15";

fn chart(request: &Request) -> Answer {
    daily_answer(&Share::steady(request.symbol().trim_end_matches(".SA"), "2024-02-01", TODAY), request)
}

#[tokio::test]
async fn no_request_is_sent_before_retry_after_has_passed() {
    let server = Server::start(|request, _| {
        static FIRST: std::sync::Once = std::sync::Once::new();
        let mut answer = chart(request);
        FIRST.call_once(|| answer = html(429, "retry-after: 1\r\n"));
        answer
    });
    let lake = TestLake::new();
    let arguments = ["--tickers", "PETR4,VALE3,ITUB4", "--concurrency", "1"];
    assert!(lake.run(&server.address, NOW, &arguments).await.succeeded());
    let requests = server.requests();
    assert_eq!(requests.len(), 4); // the first ticker has two
    assert!(requests[1].at - requests[0].at >= Duration::from_secs(1), "{:?}", requests[1].at - requests[0].at);
}

#[tokio::test]
async fn a_wait_past_the_deadline_is_not_begun_by_any_ticker() {
    let server = Server::start(|_, _| html(429, "retry-after: 3600\r\n"));
    let lake = TestLake::new();
    let begun = Instant::now();
    let arguments = ["--tickers", "PETR4,VALE3", "--deadline", "30", "--concurrency", "1"];
    let report = lake.run(&server.address, NOW, &arguments).await;
    assert!(begun.elapsed() < Duration::from_secs(30), "{:?}", begun.elapsed());
    // The messages name what is left of the wait: 3600 s, or a little less.
    let first = report.outcome("PETR4", TODAY);
    assert!(first.starts_with("failed: yahoo answered 429: too many requests; 3"), "{first}");
    assert!(first.ends_with(" s to wait are past the ticker's deadline"), "{first}");
    let second = report.outcome("VALE3", TODAY);
    assert!(second.starts_with("failed: yahoo wants no requests for 3"), "{second}");
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn a_request_that_the_rate_limit_holds_back_past_the_deadline_is_not_blamed_on_yahoo() {
    let server = Server::start(|_, _| html(502, ""));
    let lake = TestLake::new();
    let arguments = ["--tickers", "PETR4", "--deadline", "1", "--concurrency", "1", "--requests-per-second", "1"];
    let report = lake.run(&server.address, NOW, &arguments).await;
    let outcome = report.outcome("PETR4", TODAY);
    assert!(outcome.starts_with("failed: --requests-per-second allows no request for "), "{outcome}");
    assert!(outcome.ends_with(" s, past the ticker's deadline"), "{outcome}");
}

#[tokio::test]
async fn a_slow_answer_is_given_up_and_asked_for_again() {
    let server = Server::start(|request, earlier_of_path| match earlier_of_path {
        0 => Answer::Late(Duration::from_secs(20), Box::new(chart(request))),
        _ => chart(request),
    });
    let lake = TestLake::new();
    let report = lake.run(&server.address, NOW, &["--tickers", "PETR4", "--timeout", "1"]).await;
    assert_eq!(report.outcome("PETR4", TODAY), "written");
    assert!(server.requests().len() >= 2);
}

#[tokio::test]
async fn a_ticker_that_never_answers_ends_at_its_deadline_and_holds_up_no_other() {
    let server = Server::start(|request, _| match request.symbol() {
        "DEAD3.SA" => Answer::Late(Duration::from_mins(1), Box::new(chart(request))),
        _ => chart(request),
    });
    let lake = TestLake::new();
    let begun = Instant::now();
    let report = lake.run(&server.address, NOW, &["--tickers", "DEAD3,PETR4", "--deadline", "5"]).await;
    assert!(begun.elapsed() < Duration::from_mins(1), "{:?}", begun.elapsed());
    assert_eq!(report.outcome("PETR4", TODAY), "written");
    assert_eq!(report.outcome("DEAD3", TODAY), "failed: no answer before the ticker's deadline");
    assert!(!report.succeeded());
}

#[tokio::test]
async fn requests_start_at_the_rate_asked_for_and_no_more_than_allowed_at_once() {
    let server = Server::start(|request, _| Answer::Late(Duration::from_millis(150), Box::new(chart(request))));
    let lake = TestLake::new();
    let tickers: Vec<String> = (10..30).map(|number| format!("TEST{number}")).collect();
    let tickers = tickers.join(",");
    let arguments = ["--tickers", &tickers, "--requests-per-second", "20", "--concurrency", "4"];
    let begun = Instant::now();
    lake.run(&server.address, NOW, &arguments).await;
    let requests = server.requests();
    assert_eq!(requests.len(), 20);
    // Measured from `begun`: a busy machine sees the first request later than it was sent.
    let to_the_last = requests[19].at - begun;
    assert!(to_the_last >= 19 * Duration::from_secs(1) / 20, "{to_the_last:?}");
    assert!((2..=4).contains(&server.most_at_once()), "{}", server.most_at_once());
}
