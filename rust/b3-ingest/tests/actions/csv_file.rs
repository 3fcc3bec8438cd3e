//! Tests of events from a CSV file.

use crate::lake::{ActionsLake, RunReport};

const HEADER: &str = "ticker,ex_date,kind,amount,numerator,denominator,note\n";

async fn run(lake: &ActionsLake, lines: &str) -> Result<RunReport, String> {
    run_file(lake, &format!("{HEADER}{lines}")).await
}

async fn run_file(lake: &ActionsLake, text: &str) -> Result<RunReport, String> {
    let file = lake.path().join("actions.csv");
    std::fs::write(&file, text).unwrap();
    lake.run(&["--file", file.to_str().unwrap()]).await.map_err(|error| error.to_string())
}

/// The file in docs/ingestion.md.
fn documented() -> String {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/ingestion.md");
    let page = std::fs::read_to_string(page).unwrap();
    let begin = page.find("```csv\n").expect("the page shows a file") + "```csv\n".len();
    let end = begin + page[begin..].find("```").unwrap();
    page[begin..end].to_owned()
}

#[tokio::test]
async fn the_file_that_the_documentation_shows_is_read_as_it_says() {
    let lake = ActionsLake::quoting(&[]);
    assert!(run_file(&lake, &documented()).await.unwrap().succeeded);
    assert_eq!(
        lake.events("manual"),
        [
            "2021-01-05 BSLI3 split 4/1 seen in COTAHIST: 156.00 to 38.00, ON EB",
            "2024-04-26 PETR4 dividend 0.55000000",
            "2024-05-27 MGLU3 split 1/1 cancels the event of b3 and yahoo",
            "2024-06-03 VALE3 dividend 0.00000000 cancels the cash of b3 and yahoo",
            "2024-07-15 ITUB4 spin_off -",
        ]
    );
}

#[tokio::test]
async fn a_file_is_complete_for_its_tickers_and_changes_no_other() {
    let lake = ActionsLake::quoting(&[]);
    run(&lake, "PETR4,2024-04-26,dividend,0.5,,,\nPETR4,2024-04-29,dividend,0.6,,,\nVALE3,2024-04-26,split,,2,1,\n")
        .await
        .unwrap();
    let report = run(&lake, "PETR4,2024-04-26,dividend,0.5,,,\n").await.unwrap();
    assert_eq!(lake.events("manual"), ["2024-04-26 PETR4 dividend 0.50000000", "2024-04-26 VALE3 split 2/1"]);
    assert_eq!(report.warnings(), ["event removed, manual no longer lists it: 2024-04-29 PETR4 dividend 0.6"]);
    // `--tickers` makes the file complete for VALE3, of which it has no line: the split is removed.
    let file = lake.path().join("actions.csv");
    let arguments = ["--file", file.to_str().unwrap(), "--tickers", "VALE3"];
    let report = lake.run(&arguments).await.unwrap();
    assert_eq!([report.outcome("PETR4"), report.outcome("VALE3")], ["unchanged", "written"]);
    assert_eq!(lake.events("manual"), ["2024-04-26 PETR4 dividend 0.50000000"]);
}

#[tokio::test]
async fn nothing_is_written_where_a_line_is_wrong_and_every_wrong_line_is_named() {
    let lake = ActionsLake::quoting(&[]);
    let error = run(
        &lake,
        "PETR4,2024-04-26,dividend,0.5,,,\nPETR4,2024-04-27,dividend,0.5,,,\nVALE3,2024-04-26,split,,2,x,\n",
    )
    .await
    .unwrap_err();
    let lines: Vec<&str> = error.lines().collect();
    assert!(lines[0].ends_with("actions.csv: 2 errors, nothing was written"), "{error}");
    assert_eq!(
        lines[1..],
        [
            "  line 3, column ex_date: '2024-04-27': expected a session of B3, such as the next one, 2024-04-29",
            "  line 4, column denominator: 'x': expected a whole number of shares from 1 to 9223372036854775807",
        ]
    );
    assert_eq!(lake.events("manual"), Vec::<String>::new());
}

#[tokio::test]
async fn nothing_is_written_where_the_report_cannot_be() {
    let lake = ActionsLake::quoting(&[]);
    std::fs::create_dir(lake.path().join("report.json")).unwrap(); // where the run's report goes
    let error = run(&lake, "PETR4,2024-04-26,dividend,0.5,,,\n").await.unwrap_err();
    assert!(error.contains("report.json: Is a directory"), "{error}");
    assert_eq!(lake.events("manual"), Vec::<String>::new());
}

#[tokio::test]
async fn a_report_that_does_not_fit_on_the_disk_is_named_in_the_text() {
    let lake = ActionsLake::quoting(&[]);
    // The file that the program writes and in the end renames to report.json.
    let temporary = format!(".report.json.{}.tmp", std::process::id());
    std::os::unix::fs::symlink("/dev/full", lake.path().join(temporary)).unwrap();
    let report = run(&lake, "PETR4,2024-04-26,dividend,0.5,,,\n").await.unwrap();
    assert!(!report.succeeded && report.text.contains("report.json: No space left on device"), "{}", report.text);
    assert_eq!(lake.events("manual").len(), 1);
}

#[tokio::test]
async fn the_closing_report_reads_like_this() {
    let lake = ActionsLake::quoting(&[]);
    let report = run(&lake, "PETR4,2024-04-26,dividend,0.5,,,\nVALE3,2024-04-29,split,,2,1,\n").await.unwrap();
    let text: Vec<String> = report.text.lines().map(str::to_owned).collect();
    assert!(text[0].starts_with("actions: 2 events from manual -> "), "{text:?}");
    assert!(text[0].contains(" s; 2 events added, 0 removed, in 2 objects, "), "{text:?}");
    assert!(text[0].ends_with("; tickers:"), "{text:?}");
    let statuses = ["  written           2", "  unchanged         0", "  empty             0", "  failed            0"];
    assert_eq!(text[1..], statuses);
}
