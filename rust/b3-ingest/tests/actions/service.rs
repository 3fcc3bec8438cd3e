//! Tests of the events read from the service's responses. The service gives additional shares in
//! percent for a split or bonus, the new shares for one old share for a reverse split, and the last
//! session before the ex-date for each event.

use serde_json::json;

use crate::company::{
    Asked, Company, MAGALU, PETROBRAS, VIVO, answer, cash, magalu, payment, petrobras, share_event, vivo,
};
use crate::lake::ActionsLake;
use crate::server::Server;

const EVENTS_OF_MAGALU: [&str; 4] = [
    "2020-10-01 MGLU3 interest 0.17000000 JRS CAP PROPRIO",
    "2020-10-14 MGLU3 split 4/1 DESDOBRAMENTO",
    "2024-05-27 MGLU3 split 1/10 GRUPAMENTO",
    "2025-12-30 MGLU3 bonus 21/20 BONIFICACAO",
];

#[tokio::test]
async fn splits_bonuses_and_cash_of_one_company_are_written_on_their_ex_dates() {
    let lake = ActionsLake::quoting(&[MAGALU]);
    let report = lake.ingest(&[magalu()], "MGLU3").await;
    assert_eq!(report.outcome("MGLU3"), "written");
    assert_eq!(lake.events("b3"), EVENTS_OF_MAGALU);
    assert!(report.succeeded);
    assert_eq!(report.warnings(), Vec::<String>::new());
}

#[tokio::test]
async fn the_isin_of_raw_decides_which_of_the_repeated_events_is_the_papers() {
    let isins = ["BRBBASA04OR8", "BRBBASA05OR5", "BRBBASACNOR3"];
    let split = |isin| share_event(isin, "DESDOBRAMENTO", "100,00000000000", "15/04/2024");
    let brasil =
        Company { code: "BBAS", trading_name: "BRASIL", share_events: isins.map(split).into(), ..Company::default() };
    let lake = ActionsLake::quoting(&[("BBAS3", "BRBBASACNOR3")]);
    assert!(lake.ingest(&[brasil], "BBAS3").await.succeeded);
    assert_eq!(lake.events("b3"), ["2024-04-16 BBAS3 split 2/1 DESDOBRAMENTO"]);
}

#[tokio::test]
async fn two_share_events_of_a_paper_on_one_date_are_both_written() {
    let (ticker, isin) = VIVO;
    let split = share_event(isin, "DESDOBRAMENTO", "7900,00000000000", "14/04/2025");
    let reverse_split = share_event(isin, "GRUPAMENTO", "0,02500000000", "14/04/2025");
    let lake = ActionsLake::quoting(&[VIVO]);
    let report = lake.ingest(&[vivo(vec![split, reverse_split])], ticker).await;
    assert_eq!((report.succeeded, report.warnings()), (true, vec![]));
    let expected = ["2025-04-15 VIVT3 split 1/40 GRUPAMENTO", "2025-04-15 VIVT3 split 80/1 DESDOBRAMENTO"];
    assert_eq!(lake.events("b3"), expected);
}

#[tokio::test]
async fn the_newest_session_that_quotes_a_ticker_has_its_isin() {
    // The session of 2026-11-06, which does not quote MGLU3.
    let lake = ActionsLake::quoting(&[("OTHR3", "BROTHRACNOR1")]);
    lake.quote("2024-01-02", &[("MGLU3", "BRMGLUACNOR9")]);
    lake.quote("2025-01-02", &[MAGALU]);
    assert_eq!(lake.ingest(&[magalu()], "MGLU3").await.outcome("MGLU3"), "written");
    assert_eq!(lake.events("b3"), EVENTS_OF_MAGALU);
}

#[tokio::test]
async fn a_company_with_a_slash_in_its_name_and_more_than_a_page_of_cash_is_found() {
    let row = |class, number: u64| {
        let last = chrono::NaiveDate::from_ymd_opt(2010, 1, 4).unwrap() + chrono::Days::new(14 * number);
        cash(class, "DIVIDENDO", "0,1", &last.format("%d/%m/%Y").to_string())
    };
    // 130 rows; a page has 120.
    let rows = (0..125).map(|number| row("ON", number)).chain((125..130).map(|number| row("UNT", number)));
    // Under a name with its slash the service finds no cash.
    let klabin = Company { code: "KLBN", trading_name: "KLABIN S/A", cash: rows.collect(), ..Company::default() };
    let lake =
        ActionsLake::quoting(&[("KLBN11", "BRKLBNCDAM18"), ("KLBN3", "BRKLBNACNOR9"), ("KLBN4", "BRKLBNACNPR6")]);
    let report = lake.ingest(&[klabin], "KLBN3,KLBN4,KLBN11").await;
    let outcomes = ["KLBN3", "KLBN11", "KLBN4"].map(|ticker| report.outcome(ticker));
    assert_eq!(outcomes, ["written", "written", "empty: the source lists no event"]);
    assert_eq!(lake.events("b3").iter().filter(|line| line.contains("KLBN3 ")).count(), 125);
    assert_eq!(lake.events("b3").iter().filter(|line| line.contains("KLBN11 ")).count(), 5);
}

#[tokio::test]
async fn events_without_a_size_are_stored_without_one() {
    // B3 gives a `factor` with these labels too, but it is not a ratio of shares.
    let isin = "BRITUBACNPR1";
    let itau = Company {
        code: "ITUB",
        trading_name: "ITAUUNIBANCO",
        share_events: vec![
            share_event(isin, "CIS RED CAP", "100,00000000000", "01/10/2021"),
            share_event(isin, "INCORPORACAO", "1,00000000000", "03/10/2022"),
            share_event(isin, "RESG TOTAL RV", "100,00000000000", "02/10/2023"),
        ],
        subscriptions: vec![json!({"assetIssued": isin, "percentage": "0,13994090200", "priceUnit": "16,09000000000",
            "tradingPeriod": "30/04/2014 a 22/05/2014", "subscriptionDate": "29/05/2014", "approvedOn": "28/04/2014",
            "isinCode": isin, "label": "SUBSCRICAO", "lastDatePrior": "28/04/2014", "remarks": ""})],
        ..Company::default()
    };
    let lake = ActionsLake::quoting(&[("ITUB4", isin)]);
    assert!(lake.ingest(&[itau], "ITUB4").await.succeeded);
    assert_eq!(
        lake.events("b3"),
        [
            "2014-04-29 ITUB4 subscription - SUBSCRICAO",
            "2021-10-04 ITUB4 spin_off - CIS RED CAP",
            "2022-10-04 ITUB4 merger - INCORPORACAO",
            "2023-10-03 ITUB4 redemption - RESG TOTAL RV",
        ]
    );
}

#[tokio::test]
async fn equal_rows_of_cash_add_up_if_recent_cash_had_two_payments_in_this_or_an_earlier_run() {
    // Only `recent_cash`, the last year's, has the dates of payment that tell two equal rows apart.
    let row = cash("PN", "JRS CAP PROPRIO", "0,35048636", "01/06/2026");
    let paid = |date| payment(PETROBRAS.1, "JRS CAP PROPRIO", "0,35048636000", "01/06/2026", date);
    let now =
        Company { recent_cash: vec![paid("20/08/2026"), paid("21/09/2026")], ..petrobras(vec![row.clone(), row]) };
    let a_year_later = Company { recent_cash: vec![], ..now.clone() };
    let two_payments = "2026-06-02 PETR4 interest 0.70097272 JRS CAP PROPRIO, 2 payments of 0.35048636";
    let lake = ActionsLake::quoting(&[PETROBRAS]);
    lake.ingest(&[now], "PETR4").await;
    assert_eq!(lake.events("b3"), [two_payments]);
    let report = lake.ingest(std::slice::from_ref(&a_year_later), "PETR4").await;
    assert_eq!((report.outcome("PETR4").as_str(), lake.events("b3")), ("unchanged", vec![two_payments.to_owned()]));
    let new_lake = ActionsLake::quoting(&[PETROBRAS]);
    let report = new_lake.ingest(&[a_year_later], "PETR4").await;
    assert_eq!(new_lake.events("b3"), ["2026-06-02 PETR4 interest 0.35048636 JRS CAP PROPRIO"]);
    assert!(report.warnings()[0].contains("2 rows counted as 1, equal ones once"), "{:?}", report.warnings());
}

#[tokio::test]
async fn rows_that_an_option_adds_up_count_once_in_the_next_run_without_it() {
    let row = cash("PN", "JRS CAP PROPRIO", "0,35048636", "01/06/2026");
    let companies = [petrobras(vec![row.clone(), row])];
    let lake = ActionsLake::quoting(&[PETROBRAS]);
    let server = Server::start(move |request, _| answer(&companies, request));
    let once = ["--tickers", "PETR4", "--base-url", &server.address];
    lake.run(&[&once[..], &["--repeated-cash", "each"]].concat()).await.unwrap();
    assert_eq!(lake.events("b3"), ["2026-06-02 PETR4 interest 0.70097272 JRS CAP PROPRIO, 2 rows of 0.35048636"]);
    lake.run(&once).await.unwrap();
    assert_eq!(lake.events("b3"), ["2026-06-02 PETR4 interest 0.35048636 JRS CAP PROPRIO"]);
}

#[tokio::test]
async fn a_ticker_without_an_isin_in_raw_has_that_of_the_companys_page_and_one_without_any_fails() {
    // The service finds the company's page by its CVM code.
    let company = Company { code_cvm: "22470", papers: vec![MAGALU], ..magalu() };
    let lake = ActionsLake::quoting(&[("OTHR3", "BROTHRACNOR1")]);
    let report = lake.ingest(&[company], "MGLU3,MGLU4").await;
    assert_eq!(report.outcome("MGLU3"), "written");
    assert_eq!(
        report.outcome("MGLU4"),
        "failed: no ISIN: neither COTAHIST's last 252 sessions in raw nor B3's page of the company has the ticker"
    );
    assert_eq!(report.warnings(), ["MGLU3: raw's last 252 sessions have no ISIN of it, B3 says BRMGLUACNOR2"]);
    assert!(!report.succeeded);
}

#[tokio::test]
async fn a_company_that_is_not_listed_is_empty_and_its_stored_events_stay() {
    let lake = ActionsLake::quoting(&[MAGALU, ("BOVA11", "BRBOVACTF003")]);
    lake.ingest(&[magalu()], "MGLU3").await;
    let before = lake.events("b3");
    let gone = Company { delisted: true, ..magalu() };
    let report = lake.ingest(&[gone], "MGLU3,BOVA11").await;
    let reason = |code| {
        format!(
            "empty: B3's listed-company service has no company {code}: a fund, an ETF, a BDR, or renamed or delisted since"
        )
    };
    assert_eq!([report.outcome("MGLU3"), report.outcome("BOVA11")], [reason("MGLU"), reason("BOVA")]);
    assert_eq!(lake.events("b3"), before);
    assert!(report.succeeded);
}

#[tokio::test]
async fn the_answers_are_kept_as_they_came_and_a_rerun_writes_nothing() {
    let lake = ActionsLake::quoting(&[MAGALU]);
    lake.ingest(&[magalu()], "MGLU3").await;
    let (actions, kept) = (lake.objects("actions"), lake.objects("actions_raw"));
    // Without the end of each name, a hash of the content.
    let names: Vec<String> = kept
        .keys()
        .map(|path| path.strip_prefix(lake.path()).unwrap().to_str().unwrap().to_owned())
        .map(|name| name[..name.rfind('-').unwrap()].to_owned())
        .collect();
    assert_eq!(
        names,
        ["actions_raw/b3/MGLU/GetListedCashDividends-1", "actions_raw/b3/MGLU/GetListedSupplementCompany"]
    );
    assert!(kept.values().any(|(body, _)| String::from_utf8_lossy(body).contains("\"300,00000000000\"")));
    let report = lake.ingest(&[magalu()], "MGLU3").await;
    assert_eq!(report.outcome("MGLU3"), "unchanged");
    assert_eq!((lake.objects("actions"), lake.objects("actions_raw")), (actions, kept));
}

#[tokio::test]
async fn a_company_is_asked_about_once_for_all_its_tickers() {
    let of_class = |class, value| cash(class, "DIVIDENDO", value, "22/04/2026");
    let companies = [petrobras(vec![of_class("ON", "0,1"), of_class("PN", "0,2")])];
    let lake = ActionsLake::quoting(&[("PETR3", "BRPETRACNOR9"), PETROBRAS]);
    let server = Server::start(move |request, _| answer(&companies, request));
    lake.run(&["--tickers", "PETR3,PETR4", "--base-url", &server.address]).await.unwrap();
    let asked: Vec<String> = server.requests().iter().map(|request| Asked::of(request).name).collect();
    assert_eq!(asked, ["GetListedSupplementCompany", "GetListedCashDividends"]);
    assert_eq!(
        lake.events("b3"),
        ["2026-04-23 PETR3 dividend 0.10000000 DIVIDENDO", "2026-04-23 PETR4 dividend 0.20000000 DIVIDENDO"]
    );
}

#[tokio::test]
async fn requests_start_at_the_rate_that_is_asked_for() {
    let lake = ActionsLake::quoting(&[MAGALU]);
    let server = Server::start(|request, _| answer(&[magalu()], request));
    let arguments = ["--tickers", "MGLU3", "--base-url", &server.address, "--requests-per-second", "4"];
    let begun = std::time::Instant::now();
    lake.run(&arguments).await.unwrap();
    let requests = server.requests();
    // Measured from `begun`: a busy machine sees the first request later than it was sent.
    assert!(requests[1].at - begun >= std::time::Duration::from_millis(250), "{requests:?}");
    assert_eq!(server.most_at_once(), 1);
}
