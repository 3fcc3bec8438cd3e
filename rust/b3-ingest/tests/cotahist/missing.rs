//! Tests of `--missing` as a schedule runs it every evening, after evenings that failed.

use std::process::Output;

use b3_market::calendar::{add_sessions, last_closed_session, sessions};
use chrono::{NaiveDate, Utc};

use super::http_server::Server;
use super::lake::{Lake, failed, succeeded};
use super::layout::{file, spot, zipped};
use super::server::{Answer, serving};

const NOT_PUBLISHED: Answer = Answer::Page { status: "404 Not Found", body: "<html>" };

/// The last ten closed sessions, which a run always checks, oldest first.
fn last_ten() -> Vec<NaiveDate> {
    let last = last_closed_session(Utc::now()).unwrap();
    sessions(add_sessions(last, -9).unwrap(), last).unwrap().collect()
}

/// B3's file of a session, with one quote.
fn session_file(session: NaiveDate) -> Answer {
    let date: &'static str = session.format("%Y%m%d").to_string().leak();
    Answer::File { content: zipped("COTAHIST.TXT", &file(&[spot(date, "PETR4", 100)])), etag: "\"1\"" }
}

fn ingest_missing(lake: &Lake, server: &Server) -> Output {
    lake.download(&server.address, &["--missing"])
}

fn paths(sessions: &[NaiveDate]) -> Vec<String> {
    sessions.iter().map(|session| session.format("/COTAHIST_D%d%m%Y.ZIP").to_string()).collect()
}

fn asked(server: &Server) -> Vec<String> {
    server.requests().into_iter().map(|request| request.path).collect()
}

#[test]
fn a_session_that_is_not_published_yet_is_a_warning_and_is_read_by_the_next_run() {
    let (lake, sessions) = (Lake::new(), last_ten());
    let (today, before) = sessions.split_last().unwrap();
    let mut answers: Vec<Answer> = before.iter().map(|session| session_file(*session)).collect();
    answers.push(NOT_PUBLISHED);
    let server = serving(answers);
    let text = succeeded(ingest_missing(&lake, &server));
    assert_eq!(asked(&server), paths(&sessions));
    assert!(text.contains(&format!("warning: {}{}: 404", server.address, paths(&[*today])[0])), "{text}");
    assert!(!lake.object(&today.to_string()).exists());

    let server = serving(vec![session_file(*today)]);
    succeeded(ingest_missing(&lake, &server));
    assert_eq!(asked(&server), paths(&[*today]));
    for session in &sessions {
        assert_eq!(lake.bars(&session.to_string()).len(), 1);
    }

    let server = serving(vec![NOT_PUBLISHED]);
    let text = succeeded(ingest_missing(&lake, &server));
    assert_eq!(asked(&server), Vec::<String>::new());
    assert!(text.starts_with("cotahist: 0 sessions"), "{text}");
}

#[test]
fn a_session_that_failed_is_made_good_by_the_next_run() {
    let (lake, sessions) = (Lake::new(), last_ten());
    let mut answers: Vec<Answer> = sessions.iter().map(|session| session_file(*session)).collect();
    answers[3] = Answer::Page { status: "200 OK", body: "<html>maintenance</html>" };
    let text = failed(ingest_missing(&lake, &serving(answers)));
    assert!(text.contains("expected a ZIP file"), "{text}");
    assert_eq!(lake.files().len(), sessions.len() - 1);

    let server = serving(vec![session_file(sessions[3])]);
    succeeded(ingest_missing(&lake, &server));
    assert_eq!(asked(&server), paths(&[sessions[3]]));
    assert_eq!(lake.files().len(), sessions.len());
}

#[test]
fn only_a_cotahist_object_counts_as_present() {
    let (lake, sessions) = (Lake::new(), last_ten());
    let yahoo = lake.object(&sessions.last().unwrap().to_string()).with_file_name("yahoo.parquet");
    std::fs::create_dir_all(yahoo.parent().unwrap()).unwrap();
    std::fs::write(&yahoo, "bars of Yahoo's").unwrap();
    let server = serving(sessions.iter().map(|session| session_file(*session)).collect());
    succeeded(ingest_missing(&lake, &server));
    assert_eq!(asked(&server), paths(&sessions));
}
