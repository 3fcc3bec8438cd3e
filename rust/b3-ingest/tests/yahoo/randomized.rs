//! Tests on random markets with random faults: every outcome is reported and no price is wrong.
//!
//! `PROOF=full` runs a thousand of them. A failure prints its seed; `SEED=n` repeats that run.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use b3_market::calendar;
use chrono::{Days, NaiveDate};
use clap::ValueEnum;
use fastrand::Rng;

use crate::chart::{daily_chart, unknown};
use crate::check::{RequestedDates, check};
use crate::lake::TestLake;
use crate::market::{RowFault, Share, ShareFault};
use crate::server::{Answer, Server, html};

/// The time of a run, one of these.
const NOWS: [&str; 4] = [
    // In summer time, which began at a midnight that did not exist.
    "2004-11-12T23:30:00Z",
    // Days after carnival and the end of summer time.
    "2018-02-23T23:30:00Z",
    // In summer time that Yahoo had and Brazil did not.
    "2022-12-09T23:30:00Z",
    // In a year without summer time, before the session has closed.
    "2024-03-15T20:30:00Z",
];

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_in_silence_and_no_price_is_wrong() {
    let seeds = match (std::env::var("SEED"), std::env::var("PROOF")) {
        (Ok(seed), _) => {
            let seed = seed.parse().unwrap();
            seed..seed + 1
        }
        (_, Ok(proof)) if proof == "full" => 0..1000,
        _ => 0..40,
    };
    let (mut outcomes, mut faults) = (0, 0);
    for seed in seeds.clone() {
        let task = tokio::spawn(one_run(seed));
        let (run_outcomes, run_faults) = task.await.unwrap_or_else(|error| panic!("SEED={seed}: {error}"));
        outcomes += run_outcomes;
        faults += run_faults;
    }
    println!(
        "{} runs, {outcomes} tickers and sessions accounted for, {faults} answers broken on the way",
        seeds.count()
    );
}

/// Checks a run and a rerun; returns the number of the run's outcomes and of all broken responses.
async fn one_run(seed: u64) -> (usize, usize) {
    let mut random = Rng::with_seed(seed);
    let now = NOWS[random.usize(..NOWS.len())];
    let closed = calendar::last_closed_session(now.parse().unwrap()).unwrap();
    let first = calendar::add_sessions(closed, -50).unwrap();
    let today = now[..10].parse().unwrap();
    let shares: Vec<Share> = (0..random.usize(1..6)).map(|number| share(number, first, today, &mut random)).collect();
    let from = calendar::add_sessions(closed, -random.i32(0..25)).unwrap() - Days::new(random.u64(..2));
    let to = (from + Days::new(random.u64(..30))).min(today);
    let tickers: Vec<&str> = shares.iter().map(|share| share.ticker.as_str()).collect();

    let (server, broken) = yahoo(Arc::new(shares.clone()), seed);
    let lake = TestLake::new();
    let (from_text, to_text, tickers) = (from.to_string(), to.to_string(), tickers.join(","));
    // Faults make sessions with under half of the tickers of the one before: `--force` writes them.
    let arguments = ["--tickers", &tickers, "--from", &from_text, "--to", &to_text, "--force", "--concurrency", "3"];
    let report = lake.run(&server.address, now, &arguments).await;
    check(&shares, &RequestedDates { from, to, closed }, &lake, &report);
    assert!(server.most_at_once() <= 3, "{} requests at once", server.most_at_once());

    let again = lake.run(&server.address, now, &arguments).await;
    assert_eq!(again.json["objects_put"], 0, "a rerun put objects");
    (report.outcomes().len(), broken.load(Ordering::Relaxed))
}

fn share(number: usize, first: NaiveDate, last: NaiveDate, random: &mut Rng) -> Share {
    let mut share = Share::random(&format!("TEST{number}"), first, last, random);
    let (rate, faults) = ([0.0, 0.05, 0.2][random.usize(..3)], RowFault::value_variants());
    for bar in &share.bars {
        if random.f64() < rate {
            share.row_faults.insert(bar.date, faults[random.usize(..faults.len())]);
        }
    }
    // A ticker with a split of today and no valid bar of today fails; `check` does not expect that.
    let splits_today = share.splits.iter().any(|split| split.date == last);
    share.row_faults.retain(|date, fault| *date < last || !splits_today || fault.is_harmless());
    if random.u8(..3) == 0 {
        let holidays =
            first.iter_days().take_while(|day| *day < last).filter(|day| !calendar::is_session(*day).unwrap());
        share.holidays_with_bar = holidays.filter(|_| random.u8(..4) == 0).collect();
    }
    share.fault = match random.u8(..16) {
        0 => Some(ShareFault::Unknown),
        1 => Some(ShareFault::Dead),
        2 => Some(ShareFault::AlwaysCut),
        3 => Some(ShareFault::Dollars),
        4 if !splits_today => Some(ShareFault::NoRows),
        5 => Some(ShareFault::NoCurrency),
        // A share has at most one split. One of 11 for 10 not applied does not show in the prices.
        6 | 7 if share.splits.iter().any(|split| split.numerator != 11) => Some(ShareFault::SplitNotApplied(0)),
        _ => None,
    };
    share
}

/// An emulated Yahoo that breaks up to five responses in a row for each symbol, and counts these.
fn yahoo(shares: Arc<Vec<Share>>, seed: u64) -> (Server, Arc<AtomicUsize>) {
    let broken = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&broken);
    let server = Server::start(move |request, earlier_of_path| {
        let Some(share) = shares.iter().find(|share| format!("{}.SA", share.ticker) == request.symbol()) else {
            // A request for a crumb (Yahoo's session token).
            return Answer::with_body(200, "Too Many Requests\r\n");
        };
        // Another draw for each response of each ticker.
        let ticker_digit = share.ticker.as_bytes()[4];
        let mut random = Rng::with_seed(seed ^ ((earlier_of_path as u64) << 32) ^ (u64::from(ticker_digit) << 16));
        let whole = daily_chart(share, request);
        match share.fault {
            Some(ShareFault::Unknown) => return unknown(),
            Some(ShareFault::Dead) => return html(500, ""),
            Some(ShareFault::AlwaysCut) => return Answer::cut(&whole),
            _ => {}
        }
        if earlier_of_path % 6 == 5 || random.u8(..10) < 6 {
            return Answer::with_body(200, whole);
        }
        counted.fetch_add(1, Ordering::Relaxed);
        match random.u8(..9) {
            0 => html(429, ""),
            1 => html(429, "retry-after: 0\r\n"),
            2 => Answer::with_body(429, "Too Many Requests\r\n"),
            3 => Answer::with_body(200, "Too Many Requests\r\n"),
            4 => html(502, ""),
            5 => html(200, ""),
            6 => Answer::with_body(200, &whole[..whole.len() * 2 / 3]),
            7 => Answer::cut(&whole),
            _ => Answer::NOTHING,
        }
    });
    (server, broken)
}
