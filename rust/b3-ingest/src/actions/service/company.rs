//! The requests about one company; the first one's response names what the others ask for.

use std::collections::{BTreeMap, BTreeSet};

use b3_market::{Isin, Ticker};
use serde_json::Value;
use tokio::time::Instant;

use super::isins::MOST_SESSIONS;
use super::paper::Paper;
use super::requests::{ServiceRequest, names_of};
use super::responses::{self, Body, Page};
use crate::report::counted;
use crate::web::{Classified, Client, HttpResponse, NoContent};

/// A company and its papers for which events are requested.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Company {
    /// Its code, such as `PETR`, then other codes under which it may be listed.
    pub codes: Vec<String>,
    /// The tickers, each with the ISIN that raw has of it, if any.
    pub tickers: BTreeMap<Ticker, Option<Isin>>,
}

/// The service's responses about a company.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct CompanyResponses {
    /// The code under which the service lists the company.
    pub code: String,
    /// The requested papers, each with raw's ISIN, or with the service's if raw has none.
    pub papers: Vec<Paper>,
    /// Tickers of which neither the searched sessions of raw nor the service has an ISIN.
    pub unknown: BTreeSet<Ticker>,
    /// `stockDividends`
    pub share_events: Vec<Value>,
    /// `subscriptions`
    pub subscriptions: Vec<Value>,
    /// `cashDividends` of the last year.
    pub recent_cash: Vec<Value>,
    /// `results` of all pages of `GetListedCashDividends`.
    pub cash_history: Vec<Value>,
    /// The responses to archive: the name of the request, then the text as received.
    pub bodies: Vec<(String, String)>,
    pub remarks: Vec<String>,
}

/// The responses to all requests about a company; `None` if the service does not list it.
///
/// # Errors
/// The reason why a response is unusable, or that the deadline has passed.
pub(super) async fn responses_about(client: &Client, company: &Company) -> Result<Option<CompanyResponses>, String> {
    let service = Service { client, deadline: client.deadline() };
    for code in &company.codes {
        if let Some(supplement) = service.supplement(code).await? {
            return service.all_responses(company, code, supplement).await.map(Some);
        }
    }
    Ok(None)
}

/// B3's service until a company's deadline.
struct Service<'a> {
    client: &'a Client,
    deadline: Instant,
}

impl Service<'_> {
    async fn ask<T>(
        &self,
        request: &ServiceRequest,
        classify: impl Fn(HttpResponse<'_>) -> Classified<T>,
    ) -> Result<T, String> {
        let answer = self.client.ask(&request.path(), self.deadline, classify).await;
        answer.map_err(|(NoContent::NoData(reason) | NoContent::Failed(reason))| reason)
    }

    /// The service's response about a company, or `None` if no company is listed with that code.
    ///
    /// An empty response means either that or a failure; the list of companies decides which.
    async fn supplement(&self, code: &str) -> Result<Option<Body>, String> {
        let request = ServiceRequest::supplement(code);
        if let Some(body) = self.ask(&request, responses::supplement).await? {
            return Ok(Some(body));
        }
        let companies = self.pages(|page| ServiceRequest::companies(code, page)).await?;
        let mut listed = companies.iter().flat_map(|page| &page.rows);
        if !listed.any(|row| text(row, "issuingCompany") == code) {
            return Ok(None);
        }
        self.ask(&request, |answer| responses::listed_supplement(answer, code)).await.map(Some)
    }

    async fn all_responses(&self, company: &Company, code: &str, supplement: Body) -> Result<CompanyResponses, String> {
        let listed = &supplement.json[0];
        let mut responses = CompanyResponses {
            code: code.to_owned(),
            share_events: rows(listed, "stockDividends"),
            subscriptions: rows(listed, "subscriptions"),
            recent_cash: rows(listed, "cashDividends"),
            ..CompanyResponses::default()
        };
        let (trading_name, code_cvm) = (text(listed, "tradingName"), text(listed, "codeCVM"));
        responses.bodies.push(("GetListedSupplementCompany".to_owned(), supplement.text));
        self.add_papers(company, &code_cvm, &mut responses).await?;
        self.add_cash(&trading_name, &mut responses).await?;
        Ok(responses)
    }

    /// Adds the papers, and the tickers without an ISIN, to `responses`.
    async fn add_papers(
        &self,
        company: &Company,
        code_cvm: &str,
        responses: &mut CompanyResponses,
    ) -> Result<(), String> {
        let known = company.tickers.iter().filter_map(|(ticker, isin)| Some(Paper { ticker: *ticker, isin: (*isin)? }));
        responses.papers = known.collect();
        let without_isin: BTreeSet<Ticker> =
            company.tickers.iter().filter(|(_, isin)| isin.is_none()).map(|(ticker, _)| *ticker).collect();
        if without_isin.is_empty() {
            return Ok(());
        }
        let request = ServiceRequest::details(code_cvm);
        let details = self.ask(&request, responses::details).await?;
        let codes = rows(&details.json, "otherCodes");
        for ticker in without_isin {
            let isin = codes.iter().find(|row| text(row, "code") == ticker.as_str()).map(|row| text(row, "isin"));
            match isin.and_then(|isin| isin.parse().ok()) {
                Some(isin) => {
                    responses.remarks.push(format!(
                        "{ticker}: raw's last {MOST_SESSIONS} sessions have no ISIN of it, B3 says {isin}"
                    ));
                    responses.papers.push(Paper { ticker, isin });
                }
                None => {
                    responses.unknown.insert(ticker);
                }
            }
        }
        responses.bodies.push((request.name.to_owned(), details.text));
        Ok(())
    }

    /// Adds the history of cash, under the first of the company's names that has one.
    async fn add_cash(&self, trading_name: &str, responses: &mut CompanyResponses) -> Result<(), String> {
        for name in names_of(trading_name) {
            let pages = self.pages(|page| ServiceRequest::cash(&name, page)).await?;
            if pages.iter().any(|page| !page.rows.is_empty()) {
                for (page, number) in pages.into_iter().zip(1..) {
                    responses.cash_history.extend(page.rows);
                    responses.bodies.push((format!("GetListedCashDividends-{number}"), page.text));
                }
                return Ok(());
            }
        }
        if !responses.recent_cash.is_empty() {
            let code = &responses.code;
            responses.remarks.push(format!(
                "{code}: B3 has no history of cash under the name '{trading_name}'; only the last year's is known"
            ));
        }
        Ok(())
    }

    /// All pages of a list, each with its own request; pages count from 1.
    async fn pages(&self, request: impl Fn(usize) -> ServiceRequest) -> Result<Vec<Page>, String> {
        let mut pages: Vec<Page> = Vec::new();
        loop {
            let request = request(pages.len() + 1);
            let page = self.ask(&request, responses::page).await?;
            let (records, page_count) = (page.records, page.pages);
            pages.push(page);
            if pages.len() < page_count {
                continue;
            }
            let found: usize = pages.iter().map(|page| page.rows.len()).sum();
            if found != records {
                let (name, pages) = (request.name, counted(pages.len(), "page"));
                return Err(format!("b3 sent {found} of {records} records of {name} on {pages}"));
            }
            return Ok(pages);
        }
    }
}

/// The rows of a list; none if it is missing or null.
fn rows(value: &Value, list: &str) -> Vec<Value> {
    value.get(list).and_then(Value::as_array).cloned().unwrap_or_default()
}

/// A field, text or number, as text, because codes may be either; empty if missing or null.
fn text(value: &Value, field: &str) -> String {
    match value.get(field) {
        Some(Value::String(text)) => text.trim().to_owned(),
        Some(Value::Number(number)) => number.to_string(),
        _ => String::new(),
    }
}
