//! Logging to standard error: text on a terminal, JSON lines elsewhere.

use std::io::{self, IsTerminal, Write};

use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Layer, Registry, fmt};

use crate::cli::LogArgs;
use crate::progress::bars;

/// Starts logging at the given level. Of libraries only warnings are shown, because their detailed
/// logs contain headers.
///
/// `with_report` says whether the report is printed too. Its warnings are then not logged, so that
/// no reader sees them twice.
pub fn start(args: &LogArgs, with_report: bool) {
    let ours = match (args.quiet, args.verbose) {
        (true, _) => LevelFilter::ERROR,
        (_, 0) => LevelFilter::INFO,
        (_, 1) => LevelFilter::DEBUG,
        _ => LevelFilter::TRACE,
    };
    let theirs = if args.quiet { LevelFilter::ERROR } else { LevelFilter::WARN };
    let of_report = if with_report { LevelFilter::OFF } else { ours };
    let shown = Targets::new().with_default(theirs).with_target("b3_ingest", ours);
    let shown = shown.with_target("b3_ingest::report", of_report);
    let lines: Box<dyn Layer<Registry> + Send + Sync> = if io::stderr().is_terminal() {
        fmt::layer().with_target(false).without_time().with_writer(AboveBars).boxed()
    } else {
        fmt::layer().json().flatten_event(true).with_writer(AboveBars).boxed()
    };
    // A second call, as in tests, keeps the settings of the first.
    let _ = tracing_subscriber::registry().with(lines.with_filter(shown)).try_init();
}

/// Writes log lines above the progress bars.
struct AboveBars;

impl Write for AboveBars {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        bars().suspend(|| io::stderr().write(line))
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}

impl<'a> MakeWriter<'a> for AboveBars {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        Self
    }
}
