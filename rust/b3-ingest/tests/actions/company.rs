//! Companies of the emulated service, and its responses about them.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::server::{Answer, Request};

/// A listed company.
#[derive(Debug, Clone, Default)]
pub(crate) struct Company {
    pub(crate) code: &'static str,
    pub(crate) trading_name: &'static str,
    /// Its number at CVM, the securities regulator.
    pub(crate) code_cvm: &'static str,
    pub(crate) share_events: Vec<Value>,
    pub(crate) subscriptions: Vec<Value>,
    pub(crate) recent_cash: Vec<Value>,
    pub(crate) cash: Vec<Value>,
    /// Tickers and ISINs on the company's page.
    pub(crate) papers: Vec<(&'static str, &'static str)>,
    /// Whether it is no longer listed: then the service finds nothing about it but its cash.
    pub(crate) delisted: bool,
}

/// A row of `stockDividends`. The `factor` of a DESDOBRAMENTO or BONIFICACAO is the percentage of
/// additional shares, that of a GRUPAMENTO the new shares for one old share. Here and below, `last`
/// is the last session before the ex-date.
pub(crate) fn share_event(isin: &str, label: &str, factor: &str, last: &str) -> Value {
    json!({"assetIssued": isin, "factor": factor, "approvedOn": "01/02/2020", "isinCode": isin, "label": label,
           "lastDatePrior": last, "remarks": ""})
}

/// A row of [`Company::cash`], the history of cash.
pub(crate) fn cash(class: &str, label: &str, value: &str, last: &str) -> Value {
    json!({"typeStock": class, "dateApproval": "01/02/2020", "valueCash": value, "ratio": "1", "corporateAction": label,
           "lastDatePriorEx": last, "dateClosingPricePriorExDate": last, "closingPricePriorExDate": "16,07",
           "quotedPerShares": "1", "corporateActionPrice": "0,830118", "lastDateTimePriorEx": "2021-12-17T00:00:00"})
}

/// A row of [`Company::recent_cash`], the last year's list of cash.
pub(crate) fn payment(isin: &str, label: &str, rate: &str, last: &str, paid: &str) -> Value {
    json!({"assetIssued": isin, "paymentDate": paid, "rate": rate, "relatedTo": "Anual/2026", "approvedOn": "01/02/2026",
           "isinCode": isin, "label": label, "lastDatePrior": last, "remarks": ""})
}

/// The ticker and ISIN of Magazine Luiza.
pub(crate) const MAGALU: (&str, &str) = ("MGLU3", "BRMGLUACNOR2");

/// Magazine Luiza, as the service listed it in 2026: a bonus of 5%, a reverse split of 1 for 10, a
/// split of 4 for 1, and interest on capital.
pub(crate) fn magalu() -> Company {
    let (_, isin) = MAGALU;
    Company {
        code: "MGLU",
        trading_name: "MAGAZ LUIZA ",
        share_events: vec![
            share_event(isin, "BONIFICACAO", "5,00000000000", "29/12/2025"),
            share_event(isin, "GRUPAMENTO", "0,10000000000", "24/05/2024"),
            share_event(isin, "DESDOBRAMENTO", "300,00000000000", "13/10/2020"),
        ],
        cash: vec![cash("ON", "JRS CAP PROPRIO", "0,17", "30/09/2020")],
        ..Company::default()
    }
}

/// The ticker and ISIN of Vivo.
pub(crate) const VIVO: (&str, &str) = ("VIVT3", "BRVIVTACNOR0");

pub(crate) fn vivo(share_events: Vec<Value>) -> Company {
    Company { code: "VIVT", trading_name: "TELEF BRASIL", share_events, ..Company::default() }
}

/// The ticker and ISIN of Petrobras' preferred share.
pub(crate) const PETROBRAS: (&str, &str) = ("PETR4", "BRPETRACNPR6");

pub(crate) fn petrobras(cash: Vec<Value>) -> Company {
    Company { code: "PETR", trading_name: "PETROBRAS", cash, ..Company::default() }
}

/// The content of a request.
pub(crate) struct Asked {
    pub(crate) name: String,
    pub(crate) body: Value,
}

impl Asked {
    pub(crate) fn of(request: &Request) -> Self {
        assert!(request.query.is_empty(), "{request:?}");
        let below = request.path.strip_prefix("/listedCompaniesProxy/CompanyCall/").unwrap();
        let (name, body) = below.split_once('/').unwrap();
        let body = body.replace("%2B", "+").replace("%2F", "/");
        Self { name: name.to_owned(), body: serde_json::from_slice(&STANDARD.decode(body).unwrap()).unwrap() }
    }

    fn text(&self, field: &str) -> &str {
        self.body[field].as_str().unwrap_or_default()
    }

    fn number(&self, field: &str) -> usize {
        self.body[field].as_u64().unwrap().try_into().unwrap()
    }

    fn is_about(&self, company: &Company) -> bool {
        // The service ignores spaces, points and dashes, and a slash in the company's own name, but
        // finds nothing for a requested name with a slash.
        let plain = |name: &str| name.replace([' ', '.', '-', '/'], "");
        let name = self.text("tradingName");
        self.text("issuingCompany") == company.code
            || self.text("codeCVM") == company.code_cvm && !company.code_cvm.is_empty()
            || !name.contains('/') && !name.is_empty() && plain(name) == plain(company.trading_name)
    }
}

/// The response of a service without faults.
pub(crate) fn answer(companies: &[Company], request: &Request) -> Answer {
    let asked = Asked::of(request);
    let company = companies.iter().find(|company| asked.is_about(company));
    match asked.name.as_str() {
        "GetListedSupplementCompany" => match company.filter(|company| !company.delisted) {
            Some(company) => good(&supplement(company)),
            None => Answer::with_body(200, ""),
        },
        "GetListedCashDividends" => good(&page(company.map_or(&[], |company| &company.cash), &asked)),
        "GetInitialCompanies" => {
            let wanted = |company: &&Company| !company.delisted && company.code.starts_with(asked.text("company"));
            let row = |company: &Company| json!({"issuingCompany": company.code, "tradingName": company.trading_name});
            let listed: Vec<Value> = companies.iter().filter(wanted).map(row).collect();
            good(&page(&listed, &asked))
        }
        "GetDetailsCompany" => {
            let papers = company.unwrap().papers.iter();
            let codes: Vec<Value> = papers.map(|(code, isin)| json!({"code": code, "isin": isin})).collect();
            good(&json!({"issuingCompany": company.unwrap().code, "otherCodes": codes}))
        }
        other => panic!("an address that is not expected: {other}"),
    }
}

pub(crate) fn good(value: &Value) -> Answer {
    Answer::with_body(200, value.to_string())
}

fn supplement(company: &Company) -> Value {
    json!([{"code": company.code, "codeCVM": company.code_cvm, "tradingName": company.trading_name,
            "cashDividends": company.recent_cash, "stockDividends": company.share_events,
            "subscriptions": company.subscriptions}])
}

fn page(rows: &[Value], asked: &Asked) -> Value {
    let (number, size) = (asked.number("pageNumber"), asked.number("pageSize"));
    assert!(size <= 120, "the service answers no larger page");
    let found: Vec<&Value> = rows.iter().skip((number - 1) * size).take(size).collect();
    json!({"page": {"pageNumber": number, "pageSize": size, "totalRecords": rows.len(), "totalPages": rows.len().div_ceil(size)},
           "results": found})
}
