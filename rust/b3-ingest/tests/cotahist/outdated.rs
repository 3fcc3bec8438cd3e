//! Tests of lakes from before raw had `currency`, `distribution` and `specification`.

use std::path::Path;

use b3_ingest::frame::encode;
use polars::prelude::{ParquetReader, SerReader};

use super::lake::{Lake, binary, error_line, failed, succeeded};
use super::layout::{file, invalid, spot};

/// Removes the later columns from an object.
fn age(path: &Path) {
    let frame = ParquetReader::new(std::fs::File::open(path).unwrap()).finish().unwrap();
    let later = ["currency", "distribution", "specification"];
    std::fs::write(path, encode(&frame.drop_many(later)).unwrap()).unwrap();
}

/// An old lake of two sessions, with a rejected row, and the file that it was read from.
fn aged() -> (Lake, std::path::PathBuf) {
    let lake = Lake::new();
    let records = [spot("20241107", "PETR4", 3_600), spot("20241108", "PETR4", 3_610), invalid("20241108", "VALE3")];
    let source = lake.write("days.TXT", &file(&records));
    succeeded(lake.ingest(&source, &[]));
    for object in lake.files() {
        age(&object);
    }
    (lake, source)
}

#[test]
fn an_object_without_the_later_columns_is_refused_with_the_command_that_writes_it_anew() {
    let (lake, source) = aged();
    let before: Vec<Vec<u8>> = lake.files().iter().map(|path| std::fs::read(path).unwrap()).collect();
    let text = failed(lake.ingest(&source, &["--tickers", "PETR4"]));
    let dest = lake.path("lake");
    let command = format!("`b3-ingest cotahist --year 2024 --replace --dest {}`", dest.display());
    let missing = "column currency is missing, expected str; the object is older than this column: write it anew with";
    assert!(text.contains(&format!("{}: {missing} {command}", lake.object("2024-11-07").display())), "{text}");
    let after: Vec<Vec<u8>> = lake.files().iter().map(|path| std::fs::read(path).unwrap()).collect();
    assert_eq!(after, before);
}

#[test]
fn replace_writes_an_old_lake_anew_session_by_session() {
    let (lake, source) = aged();
    // The last session is written while every object is still old.
    succeeded(lake.quote(&[spot("20241108", "PETR4", 3_610)], &["--replace"]));
    assert_eq!(lake.bars("2024-11-08").len(), 1);
    assert!(lake.rejected("2024-11-08").is_empty());
    succeeded(lake.ingest(&source, &["--replace"]));
    assert_eq!((lake.bars("2024-11-07").len(), lake.rejected("2024-11-08").len()), (1, 1));
}

#[test]
fn reconcile_refuses_an_object_without_the_later_columns() {
    let (lake, _) = aged();
    std::fs::copy(lake.object("2024-11-08"), lake.object("2024-11-08").with_file_name("yahoo.parquet")).unwrap();
    let dates = ["--from", "2024-11-08", "--to", "2024-11-08"];
    let output = binary().args(["reconcile", "--dest"]).arg(lake.path("lake")).args(dates).output().unwrap();
    assert!(error_line(&output).contains("write it anew with `b3-ingest cotahist --year 2024 --replace"));
}
