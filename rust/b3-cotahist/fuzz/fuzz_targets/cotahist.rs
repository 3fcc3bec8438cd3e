//! A fuzz target: from any bytes, as text or ZIP, the reader returns quotes or an error. Run it by
//! `cargo +nightly fuzz run cotahist`.
//!
//! The first byte decides whether an incomplete file may be read, the rest is the file.
#![no_main]

use std::io::Cursor;

use b3_cotahist::{Markets, Options, Reader};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let Some((first, file)) = input.split_first() else {
        return;
    };
    let options = Options { markets: Markets::ALL, allow_incomplete: first % 2 == 1, ..Options::default() };
    let Ok(mut reader) = Reader::from_text_or_zip(Cursor::new(file.to_vec()), "fuzzed", options) else {
        return;
    };
    let returned = reader.by_ref().take_while(Result::is_ok).count();
    let summary = reader.summary();
    // `selected` counts a record that became an error too, and `records` the header.
    assert!(returned as u64 <= summary.selected && summary.selected <= summary.quotes);
    assert!(summary.quotes < summary.records);
});
