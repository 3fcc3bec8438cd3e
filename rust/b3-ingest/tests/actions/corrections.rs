//! Tests of reruns: events that the source withdraws are removed, other stored events stay.

use crate::company::{Company, MAGALU, VIVO, cash, magalu, share_event, vivo};
use crate::lake::ActionsLake;

const ISIN: &str = MAGALU.1;

/// Magazine Luiza, but its split 1 for 10 has this label and this last session before its ex-date.
fn magalu_with(label: &str, last: &str) -> Company {
    let mut company = magalu();
    company.share_events[1] = share_event(ISIN, label, "0,10000000000", last);
    company
}

#[tokio::test]
async fn a_corrected_ex_date_leaves_no_event_behind() {
    let lake = ActionsLake::quoting(&[MAGALU]);
    lake.ingest(&[magalu()], "MGLU3").await;
    let corrected = magalu_with("GRUPAMENTO", "27/05/2024");
    let report = lake.ingest(&[corrected], "MGLU3").await;
    assert_eq!(report.outcome("MGLU3"), "written");
    let splits: Vec<String> = lake.events("b3").into_iter().filter(|line| line.contains("GRUPAMENTO")).collect();
    assert_eq!(splits, ["2024-05-28 MGLU3 split 1/10 GRUPAMENTO"]);
    assert_eq!(report.warnings(), ["event removed, b3 no longer lists it: 2024-05-27 MGLU3 split 1 for 10"]);
    assert!(report.text.contains("1 event added, 1 removed, in 2 objects"), "{}", report.text);
}

#[tokio::test]
async fn other_tickers_and_other_sources_are_left_alone() {
    let lake = ActionsLake::quoting(&[MAGALU, VIVO]);
    let vivo = vivo(vec![share_event(VIVO.1, "BONIFICACAO", "10,0", "24/05/2024")]);
    lake.ingest(&[magalu(), vivo.clone()], "MGLU3,VIVT3").await;
    let file = lake.path().join("actions.csv");
    std::fs::write(&file, "ticker,ex_date,kind,numerator,denominator\nMGLU3,2024-05-27,split,1,10\n").unwrap();
    lake.run(&["--file", file.to_str().unwrap()]).await.unwrap();
    lake.ingest(&[Company { share_events: Vec::new(), ..magalu() }, vivo], "MGLU3").await;
    assert_eq!(
        lake.events("b3"),
        ["2020-10-01 MGLU3 interest 0.17000000 JRS CAP PROPRIO", "2024-05-27 VIVT3 bonus 11/10 BONIFICACAO"]
    );
    assert_eq!(lake.events("manual"), ["2024-05-27 MGLU3 split 1/10"]);
}

#[tokio::test]
async fn a_label_that_is_not_known_fails_its_ticker_and_leaves_its_date_as_it_was() {
    let lake = ActionsLake::quoting(&[MAGALU]);
    lake.ingest(&[magalu()], "MGLU3").await;
    let mut expected = lake.events("b3");
    let mut odd = magalu_with("AGRUPAMENTO", "24/05/2024");
    let bonus = |last| share_event(ISIN, "BONIFICACAO", "10,0", last);
    odd.share_events.extend([bonus("03/11/2026"), bonus("24/05/2024")]);
    let report = lake.ingest(&[odd], "MGLU3").await;
    let outcome = report.outcome("MGLU3");
    assert!(
        outcome.starts_with(
            "failed: stockDividends, AGRUPAMENTO of 24/05/2024: label is 'AGRUPAMENTO', which is not known: expected"
        ),
        "{outcome}"
    );
    expected.push("2026-11-04 MGLU3 bonus 11/10 BONIFICACAO".to_owned());
    assert_eq!(lake.events("b3"), expected);
    let event = "2024-05-27 MGLU3 bonus 11 for 10";
    let warning = format!("MGLU3: event neither added nor removed: {event}: another row of the date cannot be read");
    assert_eq!(report.warnings(), [warning]);
    assert!(!report.succeeded);
}

#[tokio::test]
async fn a_row_without_a_date_may_be_any_event_so_nothing_is_removed() {
    let lake = ActionsLake::quoting(&[MAGALU]);
    lake.ingest(&[magalu()], "MGLU3").await;
    let before = lake.events("b3");
    let undated = magalu_with("GRUPAMENTO", "");
    // Nor is an event added on the date of a stored one, which may be the row without a date.
    let mut also_dated = undated.clone();
    also_dated.share_events.push(share_event(ISIN, "BONIFICACAO", "10,0", "24/05/2024"));
    let reason = "b3's answer is not complete, and the lake has others of this date";
    let not_written = format!("event not written, {reason}: 2024-05-27 MGLU3 bonus 11 for 10");
    for (odd, warnings) in [(undated, vec![]), (also_dated, vec![not_written])] {
        let report = lake.ingest(&[odd], "MGLU3").await;
        assert_eq!(
            report.outcome("MGLU3"),
            "failed: stockDividends, GRUPAMENTO of no date: lastDatePrior is missing, expected text"
        );
        assert_eq!(lake.events("b3"), before);
        assert_eq!(report.warnings(), warnings);
    }
}

#[tokio::test]
async fn an_empty_history_of_cash_removes_no_cash_and_a_corrected_amount_replaces_the_stored_one() {
    let lake = ActionsLake::quoting(&[MAGALU]);
    lake.ingest(&[magalu()], "MGLU3").await;
    let before = lake.events("b3");
    // The service also sends an empty history where it does not know the company's name.
    lake.ingest(&[Company { cash: Vec::new(), ..magalu() }], "MGLU3").await;
    assert_eq!(lake.events("b3"), before);
    let corrected = Company { cash: vec![cash("ON", "JRS CAP PROPRIO", "0,18", "30/09/2020")], ..magalu() };
    lake.ingest(&[corrected], "MGLU3").await;
    assert_eq!(lake.events("b3")[0], "2020-10-01 MGLU3 interest 0.18000000 JRS CAP PROPRIO");
}
