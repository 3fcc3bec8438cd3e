//! Tests of a kill at any time: no object is partial; a rerun leaves all of them and no other file.

use std::time::Duration;

use super::lake::{Lake, succeeded};
use super::layout::{Record, file, spot};
use crate::stored_rows::stored_bars;

const DATES: [&str; 12] = [
    "20240102", "20240103", "20240104", "20240105", "20240108", "20240109", "20240110", "20240111", "20240112",
    "20240115", "20240116", "20240117",
];

const TICKERS: u64 = 400;

fn days() -> Vec<Record> {
    let session = |date| (0..TICKERS).map(move |number| spot(date, &format!("TICK{number}"), 100 + number));
    DATES.into_iter().flat_map(session).collect()
}

#[test]
fn killed_at_any_moment_a_rerun_finishes_the_work() {
    let calm = Lake::new();
    let source = calm.write("days.TXT", &file(&days()));
    succeeded(calm.ingest(&source, &[]));
    let objects = |lake: &Lake| -> Vec<(String, Vec<u8>)> {
        let root = lake.path("lake");
        let named = |path: &std::path::PathBuf| path.strip_prefix(&root).unwrap().display().to_string();
        lake.files().iter().map(|path| (named(path), std::fs::read(path).unwrap())).collect()
    };
    let expected = objects(&calm);
    assert_eq!(expected.len(), DATES.len());

    let lake = Lake::new();
    let stored = || lake.files().into_iter().filter(|path| path.extension().is_some_and(|kind| kind == "parquet"));
    let mut interrupted = 0;
    for milliseconds in (0..60).step_by(2) {
        let before = stored().count();
        let mut run = lake.command(&source, &["--quiet"]).spawn().unwrap();
        if milliseconds % 4 == 0 {
            std::thread::sleep(Duration::from_millis(milliseconds));
        } else {
            // Until there is one more object.
            while stored().count() == before && run.try_wait().unwrap().is_none() {}
        }
        run.kill().unwrap();
        run.wait().unwrap();
        for path in stored() {
            assert_eq!(stored_bars(&path).len() as u64, TICKERS, "{}", path.display());
        }
        interrupted += usize::from((1..DATES.len()).contains(&stored().count()));
        if milliseconds % 20 == 0 || stored().count() == DATES.len() {
            // Removes the objects, so that there is work left to interrupt.
            let _ = std::fs::remove_dir_all(lake.path("lake/raw"));
        }
    }
    assert!(interrupted > 0, "no run was killed between its first and its last object");
    succeeded(lake.ingest(&source, &[]));
    assert_eq!(objects(&lake), expected);
}
