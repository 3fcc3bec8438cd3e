//! Answers that the service really gave, replayed.
//!
//! They are not part of the project: `../shared/data/b3` beside its root, or `B3_ACTIONS_RECORDED`.

use std::path::PathBuf;

use crate::company::Asked;
use crate::lake::TestLake;
use crate::server::{Answer, Server};

fn recorded(file: &str) -> Option<String> {
    let beside = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/b3");
    let folder = std::env::var_os("B3_ACTIONS_RECORDED").map_or_else(beside, PathBuf::from);
    let body = std::fs::read_to_string(folder.join(file)).ok();
    if body.is_none() {
        println!("skipped: {file} is not in {} (B3_ACTIONS_RECORDED names another folder)", folder.display());
    }
    body
}

#[tokio::test]
async fn twenty_nine_payments_and_a_subscription_of_ambev() {
    let bodies = ["GetListedSupplementCompany", "GetListedCashDividends", "GetDetailsCompany"]
        .map(|name| recorded(&format!("{name}.json")).map(|body| (name, body)));
    let Some(bodies) = bodies.into_iter().collect::<Option<Vec<_>>>() else { return };
    let server = Server::start(move |request, _| {
        let asked = Asked::of(request).name;
        let body = bodies.iter().find(|(name, _)| *name == asked).map(|(_, body)| body.clone());
        Answer::Whole(200, "", body.unwrap())
    })
    .await;
    let lake = TestLake::quoting(&[("OTHR3", "BROTHRACNOR1")]);
    let ended = lake.run(&["--tickers", "ABEV3", "--base-url", &server.address]).await.unwrap();
    assert_eq!(ended.outcome("ABEV3"), "written");
    assert_eq!(ended.warnings(), ["ABEV3: raw has no ISIN of it, B3 says BRABEVACNOR1"]);
    let events = lake.events("b3");
    assert_eq!(events.len(), 30);
    assert_eq!(events[0], "2014-01-15 ABEV3 dividend 0.10000000 DIVIDENDO");
    assert_eq!(events[4], "2014-04-29 ABEV3 subscription - SUBSCRICAO");
    assert_eq!(
        events[28..],
        ["2021-12-20 ABEV3 dividend 0.13340000 DIVIDENDO", "2021-12-20 ABEV3 interest 0.47020000 JRS CAP PROPRIO",]
    );
}

#[tokio::test]
async fn three_events_of_magalu() {
    let Some(body) = recorded("stock_dividends_samples.json") else { return };
    let supplement = format!(
        r#"[{{"code":"MGLU","tradingName":"MAGAZ LUIZA","stockDividends":{body},"subscriptions":[],"cashDividends":[]}}]"#
    );
    let empty = r#"{"page":{"pageNumber":1,"pageSize":120,"totalRecords":0,"totalPages":0},"results":[]}"#;
    let server = Server::start(move |request, _| match Asked::of(request).name.as_str() {
        "GetListedSupplementCompany" => Answer::Whole(200, "", supplement.clone()),
        _ => Answer::Whole(200, "", empty.to_owned()),
    })
    .await;
    let lake = TestLake::quoting(&[("MGLU3", "BRMGLUACNOR2")]);
    assert!(lake.run(&["--tickers", "MGLU3", "--base-url", &server.address]).await.unwrap().succeeded);
    assert_eq!(
        lake.events("b3"),
        [
            "2020-10-14 MGLU3 split 4/1 DESDOBRAMENTO",
            "2024-05-27 MGLU3 split 1/10 GRUPAMENTO",
            "2025-12-30 MGLU3 bonus 21/20 BONIFICACAO",
        ]
    );
}
