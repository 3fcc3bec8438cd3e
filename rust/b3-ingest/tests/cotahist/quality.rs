//! Tests of the quality gate with the program.

use super::lake::{Lake, failed, succeeded};
use super::layout::{Record, file, invalid, spot, without_last};

fn session(date: &'static str, tickers: usize) -> Vec<Record> {
    (0..tickers).map(|number| spot(date, &format!("TICK{number}"), 100)).collect()
}

#[test]
fn a_session_with_under_half_of_the_previous_ones_tickers_is_held_back_unless_forced() {
    let lake = Lake::new();
    succeeded(lake.quote(&session("20241107", 10), &[]));
    let (half, part) = (session("20241108", 5), session("20241108", 4));
    let text = failed(lake.quote(&part, &[]));
    let reason = "session held back: 4 tickers, under half of the 10 of 2024-11-07; --force writes it";
    assert!(text.contains(&format!("failed: 4 tickers 2024-11-08: {reason}")), "{text}");
    assert!(!lake.object("2024-11-08").exists());
    assert_eq!(lake.rejected("2024-11-08"), [0, 1, 2, 3].map(|number| format!("TICK{number}: {reason}")));
    succeeded(lake.quote(&half, &[]));
    assert_eq!(lake.bars("2024-11-08").len(), 5);
    assert!(lake.rejected("2024-11-08").is_empty());
    succeeded(lake.quote(&part, &["--force"]));
    assert_eq!(lake.bars("2024-11-08").len(), 4);
}

#[test]
fn a_held_back_session_is_no_measure_for_the_next() {
    let lake = Lake::new();
    let records = [session("20241106", 10), session("20241107", 4), session("20241108", 1)].concat();
    let text = failed(lake.quote(&records, &[]));
    assert!(text.contains("2024-11-08: session held back: 1 ticker, under half of the 10 of 2024-11-06"), "{text}");
}

#[test]
fn a_ticker_filter_on_an_official_file_is_never_held_back() {
    let lake = Lake::new();
    succeeded(lake.quote(&[session("20241107", 10), session("20241108", 10)].concat(), &[]));
    succeeded(lake.quote(&session("20241111", 1), &["--tickers", "TICK0,TICK1,TICK2"]));
    assert_eq!(lake.bars("2024-11-11").len(), 1);
}

#[test]
fn a_bad_row_goes_to_raw_rejected_and_the_rest_is_written() {
    let lake = Lake::new();
    let open_zero = Record { prices: [0, 10, 0, 10], ..spot("20241108", "ITUB4", 0) };
    let records = [spot("20241108", "PETR4", 3_610), invalid("20241108", "VALE3"), open_zero];
    let text = succeeded(lake.quote(&records, &[]));
    assert!(text.contains("written           1  in 1 object, 1 row, "), "{text}");
    assert!(text.contains("rejected          2  2 rows in raw_rejected/"), "{text}");
    let expected = ["ITUB4: open 0.000000 is not positive", "VALE3: low 10.200000 above high 10.100000"];
    assert_eq!(lake.rejected("2024-11-08"), expected);
    assert_eq!(lake.bars("2024-11-08").len(), 1);
    let corrected = [spot("20241108", "PETR4", 3_610), spot("20241108", "VALE3", 1_010), spot("20241108", "ITUB4", 10)];
    succeeded(lake.quote(&corrected, &[]));
    assert!(lake.rejected("2024-11-08").is_empty());
    assert_eq!(lake.bars("2024-11-08").len(), 3);
}

#[test]
fn a_cut_file_removes_no_rejected_row_that_it_does_not_hold() {
    let lake = Lake::new();
    let (valid, wrong) =
        (spot("20241108", "PETR4", 3_610), ["ITUB4", "VALE3"].map(|ticker| invalid("20241108", ticker)));
    let text = file(&[&[spot("20241107", "VALE3", 1), valid][..], &wrong].concat());
    succeeded(lake.ingest(&lake.write("days.TXT", &text), &[]));
    let rejected = ["ITUB4", "VALE3"].map(|ticker| format!("{ticker}: low 10.200000 above high 10.100000"));
    // Without the trailer and VALE3's quote of 8 November.
    let cut = lake.write("cut.TXT", without_last(&text, 2));
    for arguments in [&["--allow-incomplete"][..], &["--allow-incomplete", "--tickers", "VALE3"]] {
        succeeded(lake.ingest(&cut, arguments));
        assert_eq!(lake.rejected("2024-11-08"), rejected, "{arguments:?}");
    }
}

#[test]
fn a_session_whose_rejected_rows_cannot_be_stored_is_not_written_and_can_be_read_again() {
    let lake = Lake::new();
    let records = [spot("20241108", "PETR4", 3_610), invalid("20241108", "VALE3")];
    std::fs::create_dir(lake.path("lake")).unwrap();
    let blocked = lake.write("lake/raw_rejected", "a file where a directory should be");
    let text = failed(lake.quote(&records, &[]));
    assert!(text.contains("failed: 2 tickers 2024-11-08: ") && text.contains("Not a directory"), "{text}");
    assert!(!lake.object("2024-11-08").exists());
    std::fs::remove_file(blocked).unwrap();
    succeeded(lake.quote(&records, &[]));
    assert_eq!((lake.bars("2024-11-08").len(), lake.rejected("2024-11-08").len()), (1, 1));
}

#[test]
fn a_session_on_a_day_that_the_calendar_closes_is_written_with_a_warning() {
    let lake = Lake::new();
    let output = lake.quote(&[spot("20241109", "PETR4", 3_610)], &[]);
    // Not logged too, because the report is printed.
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    let text = succeeded(output);
    assert_eq!(text.matches("warning: 2024-11-09 is no session by the calendar; written").count(), 1, "{text}");
    assert_eq!(lake.bars("2024-11-09").len(), 1);
}

#[test]
fn forwards_that_differ_in_their_term_are_all_kept() {
    let lake = Lake::new();
    let forward = |term, cents| Record { market: 30, term, ..spot("20241108", "PETR4T", cents) };
    let text = file(&[forward("030", 3_700), forward("060", 3_750)]);
    let source = lake.write("day.TXT", &text);
    succeeded(lake.ingest(&source, &["--markets", "30"]));
    assert_eq!(lake.closes("2024-11-08"), ["PETR4T 30 37.000000", "PETR4T 30 37.500000"]);
    succeeded(lake.ingest(&source, &["--markets", "30", "--tickers", "PETR4T"]));
    assert_eq!(lake.bars("2024-11-08").len(), 2);
    let cut = lake.write("cut.TXT", without_last(&text, 2));
    succeeded(lake.ingest(&cut, &["--markets", "30", "--allow-incomplete"]));
    assert_eq!(lake.bars("2024-11-08").len(), 2);
}
