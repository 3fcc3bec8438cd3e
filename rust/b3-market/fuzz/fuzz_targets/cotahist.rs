//! Whatever the bytes, text or ZIP, the reader answers or refuses: `cargo +nightly fuzz run cotahist`.
#![no_main]

use std::io::Cursor;

use b3_market::cotahist::{Markets, Options, Reader};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (bool, Vec<u8>)| {
    let (allow_incomplete, bytes) = input;
    let options = Options { markets: Markets::ALL, allow_incomplete, ..Options::default() };
    let Ok(mut reader) = Reader::from_text_or_zip(Cursor::new(bytes), "fuzzed", options) else { return };
    let read = reader.by_ref().take_while(Result::is_ok).count();
    let summary = reader.summary();
    assert!(read as u64 <= summary.selected);
    assert!(summary.selected <= summary.quotes && summary.quotes < summary.records);
});
