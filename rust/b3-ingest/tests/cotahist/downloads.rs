//! Tests of downloads from a server with typical faults.

use std::process::Output;

use super::http_server::Server;
use super::lake::{Lake, error_line, failed, succeeded};
use super::layout::{file, spot, zipped};
use super::server::{Answer, serving};

const NAME: &str = "COTAHIST_D08112024.ZIP";
/// So many that a ZIP of them can be truncated twice.
const TICKERS: usize = 40;

/// A ZIP of a session with this close.
fn zip(cents: u64) -> Vec<u8> {
    let records: Vec<_> = (0..TICKERS).map(|number| spot("20241108", &format!("TICK{number}"), cents)).collect();
    zipped("COTAHIST_D08112024.TXT", &file(&records))
}

/// The server's answer with this ZIP as the first version of its file.
fn first_version(content: Vec<u8>) -> Answer {
    Answer::File { content, etag: "\"1\"" }
}

fn ingest(lake: &Lake, server: &Server) -> Output {
    lake.download(&server.address, &["--date", "2024-11-08"])
}

/// The header `name` of each request so far, if it has one.
fn headers(server: &Server, name: &str) -> Vec<Option<String>> {
    server.requests().iter().map(|request| request.headers.get(name).cloned()).collect()
}

#[test]
fn a_date_is_downloaded_read_and_kept_until_the_server_has_another() {
    let lake = Lake::new();
    let (first, second) = (zip(100), zip(101));
    let changed = Answer::File { content: second, etag: "\"2\"" };
    let server = serving(vec![first_version(first.clone()), first_version(first), changed]);
    for close in ["1.000000", "1.000000", "1.010000"] {
        succeeded(ingest(&lake, &server));
        assert_eq!(lake.bars("2024-11-08")[0].close.to_string(), close);
    }
    let first_etag = || Some("\"1\"".to_owned());
    assert_eq!(headers(&server, "if-none-match"), [None, first_etag(), first_etag()]);
    assert_eq!(headers(&server, "range"), [None, None, None]);
    assert!(server.requests().iter().all(|request| request.path == format!("/{NAME}")));
}

#[test]
fn a_download_that_breaks_off_is_resumed_where_it_was() {
    let lake = Lake::new();
    let content = zip(100);
    let cut = |after| Answer::Cut { content: content.clone(), etag: "\"1\"", after };
    let server = serving(vec![cut(1_000), cut(500), first_version(content.clone())]);
    succeeded(ingest(&lake, &server));
    assert_eq!(lake.bars("2024-11-08").len(), TICKERS);
    assert_eq!(headers(&server, "range"), [None, Some("bytes=1000-".to_owned()), Some("bytes=1500-".to_owned())]);
    assert_eq!(std::fs::read(lake.path("cache").join(NAME)).unwrap(), content);
}

#[test]
fn a_piece_of_the_rest_is_never_taken_for_a_whole_file() {
    let lake = Lake::new();
    let content = zip(100);
    let server = serving(vec![
        Answer::Cut { content: content.clone(), etag: "\"1\"", after: 1_000 },
        Answer::Piece { content: content.clone(), etag: "\"1\"", most: 500 },
        first_version(content),
    ]);
    succeeded(ingest(&lake, &server));
    assert_eq!(lake.bars("2024-11-08").len(), TICKERS);
    assert_eq!(headers(&server, "range").last(), Some(&Some("bytes=1500-".to_owned())));
}

#[test]
fn a_download_that_cannot_be_read_is_downloaded_again_by_the_next_run() {
    let lake = Lake::new();
    let mut damaged = zip(100);
    damaged[1_000] ^= 1;
    let server = serving(vec![first_version(damaged), first_version(zip(100))]);
    let line = error_line(&ingest(&lake, &server));
    assert!(line.contains(NAME), "{line}");
    succeeded(ingest(&lake, &server));
    assert_eq!(lake.bars("2024-11-08").len(), TICKERS);
}

#[test]
fn an_unreadable_file_is_named_even_if_its_etag_cannot_be_removed() {
    let lake = Lake::new();
    let not_modified = serving(vec![Answer::Page { status: "304 Not Modified", body: "" }]);
    let path = lake.path("cache").join(NAME);
    // `.ZIP.json` has the etag. Without it the next run downloads anew; a directory is not removed.
    std::fs::create_dir_all(path.with_extension("ZIP.json")).unwrap();
    std::fs::write(&path, "<html>not found</html>\n").unwrap();
    let line = error_line(&ingest(&lake, &not_modified));
    assert!(line.starts_with(&format!("error: {}: line 1, columns 1-", path.display())), "{line}");
}

#[test]
fn a_sessions_file_that_holds_another_session_is_a_warning() {
    let lake = Lake::new();
    let server = serving(vec![first_version(zip(100))]);
    let text = succeeded(lake.download(&server.address, &["--date", "2024-11-07"]));
    let path = lake.path("cache/COTAHIST_D07112024.ZIP");
    assert!(text.contains(&format!("warning: {}: no quote of 2024-11-07\n", path.display())), "{text}");
    assert_eq!(lake.bars("2024-11-08").len(), TICKERS);
}

#[test]
fn a_killed_download_is_never_taken_for_a_whole_file() {
    let lake = Lake::new();
    let content = zip(100);
    // The download is cut, and the wait before the next attempt is long enough to kill the process.
    let server = serving(vec![
        Answer::Cut { content: content.clone(), etag: "\"1\"", after: 1_000 },
        first_version(content.clone()),
    ]);
    let mut run = lake.download_command(&server.address, &["--date", "2024-11-08", "--quiet"]).spawn().unwrap();
    let part = lake.path("cache").join(format!("{NAME}.part"));
    while std::fs::metadata(&part).map_or(0, |part| part.len()) < 1_000 {
        assert!(run.try_wait().unwrap().is_none());
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
    run.kill().unwrap();
    run.wait().unwrap();
    assert!(!lake.path("cache").join(NAME).exists());
    assert!(!lake.object("2024-11-08").exists());
    succeeded(ingest(&lake, &server));
    assert_eq!(headers(&server, "range").last(), Some(&Some("bytes=1000-".to_owned())));
    assert_eq!(lake.bars("2024-11-08").len(), TICKERS);
}

#[test]
fn a_part_of_a_file_that_has_changed_since_is_begun_again() {
    let lake = Lake::new();
    let server = serving(vec![
        Answer::Cut { content: zip(100), etag: "\"1\"", after: 1_000 },
        // The condition of If-Range is not met, so the server sends the complete new file.
        Answer::File { content: zip(101), etag: "\"2\"" },
    ]);
    succeeded(ingest(&lake, &server));
    assert_eq!(lake.bars("2024-11-08")[0].close.to_string(), "1.010000");
}

#[test]
fn a_server_that_is_down_for_a_moment_is_asked_again() {
    let lake = Lake::new();
    let server = serving(vec![
        Answer::Page { status: "503 Service Unavailable", body: "" },
        Answer::Page { status: "429 Too Many Requests\r\nRetry-After: 1", body: "slow down" },
        first_version(zip(100)),
    ]);
    succeeded(ingest(&lake, &server));
    let requests = server.requests();
    assert_eq!(requests.len(), 3);
    assert!(requests[2].at - requests[1].at >= std::time::Duration::from_secs(1), "{requests:?}");
}

#[test]
fn a_server_that_wants_no_request_for_an_hour_is_not_asked_again() {
    let server = serving(vec![Answer::Page { status: "503 Service Unavailable\r\nRetry-After: 3600", body: "" }]);
    let line = error_line(&ingest(&Lake::new(), &server));
    assert!(
        line.ends_with("/COTAHIST_D08112024.ZIP: the server answered 503; it wants no request for 3600 s"),
        "{line}"
    );
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn a_missing_file_is_reported_at_once() {
    let lake = Lake::new();
    let server = serving(vec![Answer::Page { status: "404 Not Found", body: "<html>" }]);
    let line = error_line(&ingest(&lake, &server));
    assert_eq!(line, format!("error: {}/{NAME}: 404: no such file; no session, or not published yet", server.address));
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn a_page_where_a_zip_was_due_is_refused_with_its_beginning() {
    let lake = Lake::new();
    let server = serving(vec![Answer::Page { status: "200 OK", body: "<html>maintenance</html>" }]);
    let line = error_line(&ingest(&lake, &server));
    assert!(line.ends_with("expected a ZIP file, found '<html>maintenance</html>'"), "{line}");
    assert!(!lake.path("cache").join(NAME).exists());
    // A page that breaks off after its P: a ZIP begins with P too.
    let page = |after| Answer::Cut { content: b"Please try later".to_vec(), etag: "\"1\"", after };
    let line = error_line(&ingest(&Lake::new(), &serving(vec![page(1), page(usize::MAX)])));
    assert!(line.ends_with("expected a ZIP file, found 'Please try later'"), "{line}");
}

#[test]
fn of_several_dates_the_missing_one_is_named_and_the_rest_read() {
    let lake = Lake::new();
    let server = serving(vec![Answer::Page { status: "404 Not Found", body: "" }, first_version(zip(100))]);
    let text = failed(lake.download(&server.address, &["--date", "2024-11-07", "--date", "2024-11-08"]));
    assert!(text.contains(&format!("failed: {}/COTAHIST_D07112024.ZIP: 404", server.address)), "{text}");
    assert_eq!(lake.bars("2024-11-08").len(), TICKERS);
}

#[test]
fn a_range_of_years_logs_a_line_for_each_year_and_a_rerun_downloads_the_one_that_failed() {
    let lake = Lake::new();
    let file = || first_version(zip(100));
    let server = serving(vec![file(), Answer::Page { status: "404 Not Found", body: "" }, file()]);
    let ingest = || lake.download(&server.address, &["--year", "1986..1988"]);
    // The second year is missing in the first run only: the server repeats its last answer.
    failed(ingest());
    let output = ingest();
    let lines = String::from_utf8(output.stderr.clone()).unwrap();
    succeeded(output);
    let message = |line: &str| {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        format!("{} {}/{}", line["message"].as_str().unwrap(), line["file"], line["files"])
    };
    let read = ["COTAHIST_A1986.ZIP is read 1/3", "COTAHIST_A1987.ZIP is read 2/3", "COTAHIST_A1988.ZIP is read 3/3"];
    assert_eq!(lines.lines().map(message).collect::<Vec<_>>(), read);
    let paths: Vec<String> = server.requests().into_iter().map(|request| request.path).collect();
    assert_eq!(paths, [1986, 1987, 1988, 1986, 1987, 1988].map(|year| format!("/COTAHIST_A{year}.ZIP")));
    // A request with an etag asks only for a file that has changed since.
    let sends_etag: Vec<bool> = headers(&server, "if-none-match").iter().map(Option::is_some).collect();
    assert_eq!(sends_etag, [false, false, false, true, false, true]);
}
