//! The source `b3`: corporate actions from B3's listed-company service.
//!
//! ```text
//! isins         raw's ISIN of each ticker
//! company       all requests about one company; requests builds the addresses,
//!               responses classifies and parses the responses
//! share         stockDividends and subscriptions as events of a paper (paper), by label (label)
//! cash          the history of cash and the last year's list of it (cashDividends) as events of a
//!               paper, in groups of the same cash (cash_rows)
//! row, number   fields of rows, and exact numbers
//! ```
//!
//! The meaning of the service's fields is not documented; `docs/ingestion.md` says what was found
//! out and how it was checked.

mod cash;
mod cash_rows;
mod company;
mod isins;
mod label;
mod number;
mod paper;
mod requests;
mod responses;
mod row;
mod share;

use std::collections::{BTreeMap, BTreeSet};

use b3_market::lake::ActionClass;
use b3_market::{Isin, Ticker};
use chrono::NaiveDate;
use futures::{StreamExt, stream};

use super::args::ActionsArgs;
use super::event::Event;
use super::merge::{CompleteDates, TickerEvents};
use crate::IngestError;
use crate::progress::Progress;
use crate::sink::{Lake, content_hash};
use crate::web::{Backoff, Client, Limits, Server};
pub use cash::RepeatedCash;
use company::{Company, CompanyResponses, responses_about};
use paper::{Paper, company_of};
pub(super) use requests::B3_ADDRESS;
use row::PaperEvents;

/// The result for one ticker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TickerAnswer {
    pub ticker: Ticker,
    /// Its events; `None` without its company, its ISIN or a usable response of the service.
    pub events: Option<TickerEvents>,
    /// The reason why there are no events, if the service lists no such company.
    pub why_no_company: Option<String>,
    /// The reasons why all or some of its events could not be read.
    pub failures: Vec<String>,
}

/// Requests the events of all `tickers`, and archives the responses in the lake. Also returns
/// messages for the user.
///
/// # Errors
/// Those of [`Client::new`], and raw that cannot be listed or read. Errors about a single company
/// are in the result.
pub(super) async fn ask(
    args: &ActionsArgs,
    lake: &Lake,
    tickers: &BTreeSet<Ticker>,
    backoff: Backoff,
    quiet: bool,
) -> Result<(Vec<TickerAnswer>, Vec<String>), IngestError> {
    let client = client(args, backoff)?;
    let companies = companies(tickers, &isins::isins(lake, tickers).await?);
    let progress = Progress::start(companies.len() as u64, "companies", quiet);
    let mut found: Vec<(Company, Result<Option<CompanyResponses>, String>)> = stream::iter(companies)
        .map(|company| async {
            let found = archived_responses(lake, &client, &company).await;
            (company, found)
        })
        .buffer_unordered(usize::from(args.concurrency))
        .inspect(|(company, _)| progress.step(&company.codes[0]))
        .collect()
        .await;
    found.sort_by(|(a, _), (b, _)| a.codes.cmp(&b.codes));
    let (mut answers, mut remarks) = (Vec::new(), Vec::new());
    for (company, found) in found {
        answers.extend(answers_of_company(&company, found, args.repeated_cash, &mut remarks));
    }
    answers.sort_by_key(|answer| answer.ticker);
    Ok((answers, remarks))
}

fn client(args: &ActionsArgs, backoff: Backoff) -> Result<Client, IngestError> {
    let ActionsArgs { concurrency, requests_per_second, timeout, deadline, .. } = *args;
    let limits = Limits { concurrency, requests_per_second, timeout, deadline, backoff };
    let server = Server { name: "b3", address: B3_ADDRESS, subject: "company" };
    Client::new(server, &requests::base_url(&args.base_url), limits)
}

/// The companies of the tickers. A company's code is in its papers' ISINs, and usually at the start
/// of their tickers.
fn companies(tickers: &BTreeSet<Ticker>, isins: &BTreeMap<Ticker, Isin>) -> Vec<Company> {
    let mut companies: BTreeMap<&str, Company> = BTreeMap::new();
    for ticker in tickers {
        let isin = isins.get(ticker);
        let root = ticker.as_str().get(..4).unwrap_or(ticker.as_str());
        let code = isin.and_then(|isin| company_of(isin.as_str())).unwrap_or(root);
        let empty = || Company { codes: vec![code.to_owned()], tickers: BTreeMap::new() };
        let company = companies.entry(code).or_insert_with(empty);
        company.tickers.insert(*ticker, isin.copied());
        if !company.codes.iter().any(|known| known == root) {
            company.codes.push(root.to_owned());
        }
    }
    companies.into_values().collect()
}

/// [`responses_about`] a company, which are also stored as received in objects such as
/// `actions_raw/b3/PETR/GetListedSupplementCompany-0f3a6c1b2d4e.json`. The name ends in the first
/// digits of the content's SHA-256, so that a new response does not replace a stored one.
async fn archived_responses(
    lake: &Lake,
    client: &Client,
    company: &Company,
) -> Result<Option<CompanyResponses>, String> {
    const HASH_DIGITS: usize = 12;
    let Some(responses) = responses_about(client, company).await? else { return Ok(None) };
    for (request, body) in &responses.bodies {
        let hash = content_hash(body.as_bytes());
        let key = format!("actions_raw/b3/{}/{request}-{}.json", responses.code, &hash[..HASH_DIGITS]);
        let bytes = body.clone().into_bytes();
        let stored = lake.update(&key, move |_stored| Ok((bytes.clone(), ()))).await;
        stored.map_err(|error| format!("the answers could not be kept: {error}"))?;
    }
    Ok(Some(responses))
}

/// The outcome of a company, ticker by ticker.
fn answers_of_company(
    company: &Company,
    found: Result<Option<CompanyResponses>, String>,
    repeated: RepeatedCash,
    remarks: &mut Vec<String>,
) -> Vec<TickerAnswer> {
    let nothing =
        |ticker: &Ticker| TickerAnswer { ticker: *ticker, events: None, why_no_company: None, failures: Vec::new() };
    let tickers = company.tickers.keys();
    match found {
        Ok(Some(responses)) => {
            remarks.extend(responses.remarks.iter().cloned());
            let unknown = responses.unknown.iter().map(|ticker| {
                let searched = format!("COTAHIST's last {} sessions in raw", isins::MOST_SESSIONS);
                let reason = format!("no ISIN: neither {searched} nor B3's page of the company has the ticker");
                TickerAnswer { failures: vec![reason], ..nothing(ticker) }
            });
            let known = responses.papers.iter().map(|paper| answer_of_paper(*paper, &responses, repeated, remarks));
            known.chain(unknown).collect()
        }
        Ok(None) => {
            let codes = company.codes.join(" or ");
            let reason = format!(
                "B3's listed-company service has no company {codes}: a fund, an ETF, a BDR, or renamed or delisted since"
            );
            tickers.map(|ticker| TickerAnswer { why_no_company: Some(reason.clone()), ..nothing(ticker) }).collect()
        }
        Err(reason) => {
            tickers.map(|ticker| TickerAnswer { failures: vec![reason.clone()], ..nothing(ticker) }).collect()
        }
    }
}

fn answer_of_paper(
    paper: Paper,
    responses: &CompanyResponses,
    repeated: RepeatedCash,
    remarks: &mut Vec<String>,
) -> TickerAnswer {
    let mut reading = PaperEvents::default();
    share::read_share_events(paper, &responses.share_events, &mut reading);
    share::read_subscriptions(paper, &responses.subscriptions, &mut reading);
    cash::read_cash(paper, &responses.cash_history, &responses.recent_cash, repeated, &mut reading);
    // Three gaps keep stored events. An unreadable row keeps its ex-date's, without new ones.
    let held: BTreeSet<NaiveDate> = reading.problems.iter().filter_map(|problem| problem.ex_date).collect();
    for Event { ex_date, action } in reading.events.iter().map(|found| &found.event) {
        if held.contains(ex_date) {
            let reason = "another row of the date cannot be read";
            reading.remarks.push(format!("event neither added nor removed: {ex_date} {action}: {reason}"));
        }
    }
    remarks.extend(reading.remarks.iter().map(|remark| format!("{}: {remark}", paper.ticker)));
    // An unreadable row without an ex-date keeps all, because it may be any of them.
    let dates_known = reading.problems.iter().all(|problem| problem.ex_date.is_some());
    let complete = if dates_known { CompleteDates::All } else { CompleteDates::Nothing };
    let failures = reading.problems.into_iter().map(|problem| problem.reason).collect();
    // A history of cash that was not found keeps cash on dates without new cash.
    let staying_class = responses.cash_history.is_empty().then_some(ActionClass::Cash);
    let events = TickerEvents { ticker: paper.ticker, events: reading.events, complete, held, staying_class };
    TickerAnswer { ticker: paper.ticker, events: Some(events), why_no_company: None, failures }
}
