//! The speed of the COTAHIST reader without other work:
//! `cargo bench -p b3-cotahist --bench cotahist -- FILE...`.
//!
//! Prints one JSON line for each file: its size in bytes, the number of its spot quotes, and the
//! seconds of each of several runs.

use std::fs;
use std::hint::black_box;
use std::time::Instant;

use b3_cotahist::{Error, Markets, Options, Reader};

const RUNS: usize = 7;

/// The number of spot quotes in `file`; every field of each is computed.
fn quotes(file: &str) -> Result<u64, Error> {
    let mut reader = Reader::open(file, Options { markets: Markets::SPOT, ..Options::default() })?;
    for quote in &mut reader {
        black_box(quote?);
    }
    Ok(reader.summary().selected)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // Cargo passes `--bench`.
    for file in std::env::args().skip(1).filter(|argument| !argument.starts_with("--")) {
        let selected = quotes(&file)?;
        let mut seconds = Vec::with_capacity(RUNS);
        for _ in 0..RUNS {
            let start = Instant::now();
            assert_eq!(quotes(&file)?, selected);
            seconds.push(start.elapsed().as_secs_f64());
        }
        let bytes = fs::metadata(&file)?.len();
        println!("{{\"file\": {file:?}, \"bytes\": {bytes}, \"quotes\": {selected}, \"seconds\": {seconds:?}}}");
    }
    Ok(())
}
