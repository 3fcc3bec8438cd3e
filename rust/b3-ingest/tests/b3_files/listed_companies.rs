//! Tests that replay recorded responses of B3's service of listed companies.

use std::path::Path;

use crate::actions_lake::{ActionsLake, RunReport};
use crate::company::Asked;
use crate::response_in;
use crate::server::{Answer, Server};

/// A run for one ticker against a service that answers each request with `response` of its name.
fn replay(
    response: impl Fn(&str) -> String + Send + Sync + 'static,
    papers: &[(&str, &str)],
    ticker: &str,
) -> (ActionsLake, RunReport) {
    let replayed = async {
        let server = Server::start(move |request, _| Answer::with_body(200, response(&Asked::of(request).name)));
        let lake = ActionsLake::quoting(papers);
        let report = lake.run(&["--tickers", ticker, "--base-url", &server.address]).await.unwrap();
        (lake, report)
    };
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(replayed)
}

pub(crate) fn the_29_payments_and_the_subscription_of_ambev_are_written(folder: &Path) {
    let folder = folder.to_owned();
    let response = move |name: &str| response_in(&folder, &format!("{name}.json"));
    let (lake, report) = replay(response, &[("OTHR3", "BROTHRACNOR1")], "ABEV3");
    assert_eq!(report.outcome("ABEV3"), "written");
    assert_eq!(report.warnings(), ["ABEV3: raw's last 252 sessions have no ISIN of it, B3 says BRABEVACNOR1"]);
    let events = lake.events("b3");
    assert_eq!(events.len(), 30);
    assert_eq!(events[0], "2014-01-15 ABEV3 dividend 0.10000000 DIVIDENDO");
    assert_eq!(events[4], "2014-04-29 ABEV3 subscription - SUBSCRICAO");
    assert_eq!(
        events[28..],
        ["2021-12-20 ABEV3 dividend 0.13340000 DIVIDENDO", "2021-12-20 ABEV3 interest 0.47020000 JRS CAP PROPRIO",]
    );
}

pub(crate) fn the_three_share_events_of_magalu_are_written(folder: &Path) {
    let body = response_in(folder, "stock_dividends_samples.json");
    let supplement = format!(
        r#"[{{"code":"MGLU","tradingName":"MAGAZ LUIZA","stockDividends":{body},"subscriptions":[],"cashDividends":[]}}]"#
    );
    let empty = r#"{"page":{"pageNumber":1,"pageSize":120,"totalRecords":0,"totalPages":0},"results":[]}"#;
    let response = move |name: &str| match name {
        "GetListedSupplementCompany" => supplement.clone(),
        _ => empty.to_owned(),
    };
    let (lake, report) = replay(response, &[("MGLU3", "BRMGLUACNOR2")], "MGLU3");
    assert!(report.succeeded);
    assert_eq!(
        lake.events("b3"),
        [
            "2020-10-14 MGLU3 split 4/1 DESDOBRAMENTO",
            "2024-05-27 MGLU3 split 1/10 GRUPAMENTO",
            "2025-12-30 MGLU3 bonus 21/20 BONIFICACAO",
        ]
    );
}
