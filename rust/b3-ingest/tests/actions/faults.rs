//! Tests of faults of the service: no response, an error, HTML, truncated JSON, wrong fields.

use std::time::Duration;

use serde_json::Value;

use crate::company::{Asked, Company, MAGALU, VIVO, answer, good, magalu, vivo};
use crate::lake::{ActionsLake, RunReport};
use crate::server::{Answer, Server, html};

/// Faults of the first response only, each made from the body of the response without a fault.
const TRANSIENT_FAULTS: [fn(&str) -> Answer; 9] = [
    |_| html(500, ""),
    |_| html(520, ""),
    |_| html(429, "retry-after: 0\r\n"),
    |_| html(200, ""),
    |_| Answer::with_body(200, "Too Many Requests"),
    Answer::cut,
    |body| Answer::with_body(200, &body[..body.len() / 2]),
    |_| Answer::NOTHING,
    |_| Answer::Late(Duration::from_secs(5), Box::new(good(&Value::Null))),
];

#[tokio::test]
async fn each_request_is_repeated_after_each_transient_fault() {
    let companies = [magalu()];
    let faultless_lake = ActionsLake::quoting(&[MAGALU]);
    faultless_lake.ingest(&companies, "MGLU3").await;
    let expected = faultless_lake.events("b3");
    for name in ["GetListedSupplementCompany", "GetListedCashDividends"] {
        for (number, fault) in TRANSIENT_FAULTS.into_iter().enumerate() {
            let companies = companies.clone();
            let server = Server::start(move |request, earlier_of_path| {
                let faultless = answer(&companies, request);
                if earlier_of_path > 0 || Asked::of(request).name != name {
                    return faultless;
                }
                let Answer::Whole(_status, _headers, body) = faultless else { panic!("no whole answer") };
                fault(&body)
            });
            let lake = ActionsLake::quoting(&[MAGALU]);
            let arguments = ["--tickers", "MGLU3", "--base-url", &server.address, "--timeout", "1"];
            let report = lake.run(&arguments).await.unwrap();
            assert_eq!(report.outcome("MGLU3"), "written", "{name}, fault {number}");
            assert_eq!(lake.events("b3"), expected, "{name}, fault {number}");
        }
    }
}

/// A run for MGLU3 and VIVT3 in which every response about MGLU3 to the request `name` is `fault`.
async fn run_with_fault(name: &'static str, fault: Answer) -> (ActionsLake, RunReport) {
    // After an empty supplement the program looks for MGLU in the list of companies whose codes
    // begin with MGLU. A page has 120 companies: MGLU is on the second.
    let mut companies = vec![Company { code: "MGLUX", ..Company::default() }; 120];
    companies.extend([magalu(), vivo(Vec::new())]);
    let server = Server::start(move |request, _| {
        // The supplement is requested by the company's code, its cash by its trading name.
        let asked = Asked::of(request);
        let about_magalu = ["MGLU", "MAGAZ"].iter().any(|word| asked.body.to_string().contains(word));
        if asked.name == name && about_magalu { fault.clone() } else { answer(&companies, request) }
    });
    let lake = ActionsLake::quoting(&[MAGALU, VIVO]);
    let report = lake.run(&["--tickers", "MGLU3,VIVT3", "--base-url", &server.address]).await.unwrap();
    (lake, report)
}

#[tokio::test]
async fn a_fault_that_stays_fails_its_ticker_with_the_reason_and_no_other() {
    let (supplement, cash) = ("GetListedSupplementCompany", "GetListedCashDividends");
    let uncounted = r#"{"page":{"totalRecords":null,"totalPages":null},"results":[]}"#;
    let incomplete = r#"{"page":{"totalRecords":7,"totalPages":1},"results":[]}"#;
    let cases = [
        (supplement, html(500, ""), "b3 answered 500; given up after 4 attempts"),
        (supplement, html(404, ""), "b3 answered 404"),
        (supplement, html(403, ""), "b3 answered 403"),
        (supplement, html(200, ""), "b3 answered 200 with html where json was expected; given up after 4 attempts"),
        (
            supplement,
            Answer::with_body(200, r#"[{"stockDividends":[{"assetIss"#),
            "b3 answered 200 with json that is cut or malformed: EOF while parsing a string at line 1 column 30; given up after 4 attempts",
        ),
        (
            supplement,
            Answer::with_body(200, ""),
            "b3 answered 200 with nothing about MGLU, which it lists; given up after 4 attempts",
        ),
        (
            cash,
            Answer::with_body(200, uncounted),
            "b3 answered 200 with a page that does not say how many records there are; given up after 4 attempts",
        ),
        (cash, Answer::with_body(200, incomplete), "b3 sent 0 of 7 records of GetListedCashDividends on 1 page"),
    ];
    for (name, fault, expected) in cases {
        let (lake, report) = run_with_fault(name, fault).await;
        assert_eq!(report.outcome("MGLU3"), format!("failed: {expected}"));
        assert_eq!(report.outcome("VIVT3"), "empty: the source lists no event");
        assert_eq!(lake.events("b3"), Vec::<String>::new());
        assert!(!report.succeeded);
        assert!(report.text.contains(&format!("failed: MGLU3: {expected}")), "{}", report.text);
    }
}

#[tokio::test]
async fn a_missing_response_ends_at_the_deadline() {
    let server = Server::start(|_, _| Answer::Late(Duration::from_mins(1), Box::new(html(200, ""))));
    let lake = ActionsLake::quoting(&[MAGALU]);
    let arguments = ["--tickers", "MGLU3", "--base-url", &server.address, "--deadline", "1"];
    let report = lake.run(&arguments).await.unwrap();
    assert_eq!(report.outcome("MGLU3"), "failed: no answer before the company's deadline");
}

#[tokio::test]
async fn fields_that_are_missing_or_wrong_are_named_and_the_rest_is_written() {
    let mut odd = magalu();
    odd.share_events[0].as_object_mut().unwrap().remove("factor");
    odd.cash[0]["valueCash"] = Value::Null;
    let lake = ActionsLake::quoting(&[MAGALU]);
    let report = lake.ingest(&[odd], "MGLU3").await;
    assert_eq!(
        report.outcome("MGLU3"),
        "failed: stockDividends, BONIFICACAO of 29/12/2025: factor is missing, expected a number; cash history, JRS CAP \
         PROPRIO of 30/09/2020: valueCash is null, expected a number such as \"0,47156696\""
    );
    assert_eq!(
        lake.events("b3"),
        ["2020-10-14 MGLU3 split 4/1 DESDOBRAMENTO", "2024-05-27 MGLU3 split 1/10 GRUPAMENTO"]
    );
    assert!(report.text.contains(" s; 2 events added, 0 removed, in 2 objects, "), "{}", report.text);
}
