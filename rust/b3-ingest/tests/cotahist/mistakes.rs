//! Tests of a user's mistakes: a clear message each, and a non-zero exit status.

use std::collections::BTreeSet;
use std::process::Command;

use super::lake::{Lake, binary, error_line, failed};
use super::layout::{file, spot};

#[test]
fn a_missing_file_or_a_directory_is_named() {
    let lake = Lake::new();
    for (name, reason) in [("COTAHIST_D08112024.ZIP", "No such file or directory (os error 2)"), ("", "is a directory")]
    {
        let path = lake.path(name);
        assert_eq!(error_line(&lake.ingest(&path, &[])), format!("error: {}: {reason}", path.display()));
    }
}

#[test]
fn a_lake_that_cannot_be_written_is_named() {
    let lake = Lake::new();
    let source = lake.write("day.TXT", &file(&[spot("20241108", "PETR4", 3_610)]));
    lake.write("lake", "a file where a directory should be");
    let report = lake.write("report.json", "of the run before");
    let line = error_line(&lake.ingest(&source, &["--report", report.to_str().unwrap()]));
    assert_eq!(line, format!("error: {}: Not a directory (os error 20)", lake.path("lake/raw").display()));
    // Without report.json: it would be taken for this run's.
    let names = std::fs::read_dir(lake.path("")).unwrap().map(|entry| entry.unwrap().file_name());
    assert_eq!(names.collect::<BTreeSet<_>>(), ["day.TXT", "lake"].map(Into::into).into());
}

#[test]
fn a_report_that_cannot_be_written_is_named_before_anything_is_read() {
    let lake = Lake::new();
    let source = lake.write("day.TXT", &file(&[spot("20241108", "PETR4", 3_610)]));
    let report = lake.path("nowhere/report.json");
    let line = error_line(&lake.ingest(&source, &["--report", report.to_str().unwrap()]));
    assert_eq!(line, format!("error: {}: No such file or directory (os error 2)", report.display()));
    assert!(!lake.object("2024-11-08").exists());
}

#[test]
fn a_report_that_would_replace_a_device_is_refused() {
    let lake = Lake::new();
    let source = lake.write("day.TXT", &file(&[spot("20241108", "PETR4", 3_610)]));
    let report = lake.path("stdout"); // as /dev/stdout
    std::os::unix::fs::symlink("/dev/null", &report).unwrap();
    let line = error_line(&lake.ingest(&source, &["--report", report.to_str().unwrap()]));
    assert_eq!(line, format!("error: {}: a device, pipe or link, expected a file", report.display()));
    assert!(report.is_symlink());
}

#[test]
fn a_report_that_does_not_fit_on_the_disk_is_named_and_stops_no_session() {
    // The report is buffered: with one ticker the last write of it fails, with a hundred the first.
    for tickers in [1, 100] {
        let lake = Lake::new();
        let dates = ["20241104", "20241105", "20241106", "20241107", "20241108", "20241111", "20241112"];
        let session = |date| (0..tickers).map(move |number| spot(date, &format!("TICK{number}"), 100));
        let source = lake.write("days.TXT", &file(&dates.into_iter().flat_map(session).collect::<Vec<_>>()));
        let report = lake.path("report.json");
        // The program writes `.report.json.<process id>.tmp`. The shell makes this a link to the
        // full device, then becomes the program (`exec`), so that both have one process id.
        let script = r#"ln -s /dev/full .report.json.$$.tmp && exec "$@""#;
        let ingest = lake.command(&source, &["--report", report.to_str().unwrap()]);
        let mut shell = Command::new("sh");
        shell.args(["-c", script, "sh"]).arg(ingest.get_program()).args(ingest.get_args());
        let text = failed(shell.current_dir(lake.path("")).output().unwrap());
        assert!(text.contains("in 7 objects"), "{text}");
        assert!(text.contains(&format!("failed: {}: No space left on device", report.display())), "{text}");
    }
}

#[test]
fn a_file_with_a_fault_is_refused_with_the_place_and_nothing_is_written() {
    let two = file(&[spot("20241108", "PETR4", 3_610), spot("20241108", "VALE3", 5_999)]);
    for (text, place, found) in [
        ("<html>not found</html>\n".to_owned(), "line 1, columns 1-", "'<h'"),
        (two.replacen("0000000005999", "000000000599X", 1), "line 3, columns 57-69", "000000000599X"),
        // Two quotes of one ticker and date.
        (two.replace("VALE3", "PETR4"), "line 3", "PETR4"),
    ] {
        let lake = Lake::new();
        let source = lake.write("day.TXT", &text);
        let line = error_line(&lake.ingest(&source, &[]));
        assert!(line.starts_with(&format!("error: {}: {place}", source.display())), "{line}");
        assert!(line.contains(found), "{line}");
        assert!(!lake.object("2024-11-08").exists());
    }
}

#[test]
fn wrong_arguments_are_explained() {
    for (arguments, expected) in [
        ("--dest x", "--file <FILE>...|--year <YYYY>|--date <YYYY-MM-DD|last>|--missing>"),
        ("--file x", "--dest <DEST>"),
        ("--file x --year 2024 --dest x", "cannot be used with"),
        ("--year 1985 --dest x", "expected a year from 1986 to 2099, or a range such as 1986..2024"),
        ("--year 2024..1986 --dest x", "expected a year from 1986 to 2099, or a range"),
        ("--date 08/11/2024 --dest x", "expected YYYY-MM-DD or last"),
        ("--file x --dest x --markets spot", "invalid market 'spot'"),
        ("--file x --dest x --tickers petr4", "invalid ticker 'petr4'"),
        ("--file x --dest x --quiet -v", "cannot be used with"),
        // `--replace` would remove the stored rows that a cut file lacks.
        ("--file x --dest x --allow-incomplete --replace", "cannot be used with"),
    ] {
        let output = binary().arg("cotahist").args(arguments.split(' ')).output().unwrap();
        let text = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments}");
        assert!(text.starts_with("error: ") && text.contains(expected), "{arguments}: {text}");
    }
}

#[test]
fn a_destination_that_is_neither_directory_nor_bucket_is_refused() {
    let lake = Lake::new();
    let source = lake.write("day.TXT", &file(&[spot("20241108", "PETR4", 3_610)]));
    for (dest, expected) in [
        ("gs://bucket", "error: --dest 'gs://bucket': unknown scheme 'gs', expected s3://bucket/prefix or a directory"),
        ("s3:///prefix", "error: --dest 's3:///prefix' names no bucket, expected s3://bucket/prefix"),
        ("", "error: --dest is empty, expected s3://bucket/prefix or a directory"),
    ] {
        let output = binary().args(["cotahist", "--file"]).arg(&source).args(["--dest", dest]).output().unwrap();
        assert_eq!(error_line(&output), expected);
    }
}

#[test]
fn of_several_files_the_good_ones_are_read_and_the_bad_one_is_named() {
    let lake = Lake::new();
    let good = lake.write("good.TXT", &file(&[spot("20241108", "PETR4", 3_610)]));
    let missing = lake.path("missing.TXT");
    let text = failed(lake.ingest(&missing, &["--file", good.to_str().unwrap()]));
    assert!(text.contains(&format!("failed: {}: No such file", missing.display())), "{text}");
    assert_eq!(lake.closes("2024-11-08").len(), 1);
}

#[test]
fn with_quiet_only_a_run_in_which_something_failed_prints_its_report() {
    let lake = Lake::new();
    let good = lake.write("good.TXT", &file(&[spot("20241108", "PETR4", 3_610)]));
    let output = lake.ingest(&good, &["--quiet"]);
    assert_eq!((output.status.code(), output.stdout, output.stderr), (Some(0), Vec::new(), Vec::new()));
    let missing = lake.path("missing.TXT");
    let output = lake.ingest(&missing, &["--file", good.to_str().unwrap(), "--quiet"]);
    assert_eq!((output.status.code(), output.stdout), (Some(1), Vec::new()));
    let report = String::from_utf8(output.stderr).unwrap();
    assert!(report.contains("  unchanged         1\n"), "{report}");
}

#[test]
fn a_full_error_output_does_not_change_the_exit_status() {
    let lake = Lake::new();
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let status = lake.command(&lake.path("missing.TXT"), &[]).stderr(full).status().unwrap();
    assert_eq!(status.code(), Some(1));
}
