//! Logging to standard error: text on a terminal, JSON lines elsewhere.

use std::io::{self, IsTerminal, Write};

use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Layer, Registry, fmt};

use crate::cli::LogArgs;
use crate::progress::bars;

/// Starts logging at the given level. Of libraries nothing below warnings is shown: their detailed
/// logs contain the headers of HTTP requests.
///
/// `with_report` says whether the report is printed too. Its warnings are then not logged, so that
/// no reader sees them twice.
pub fn start(args: &LogArgs, with_report: bool) {
    let lines: Box<dyn Layer<Registry> + Send + Sync> = if io::stderr().is_terminal() {
        fmt::layer().with_target(false).without_time().with_writer(|| AboveBars).boxed()
    } else {
        fmt::layer().json().flatten_event(true).with_writer(|| AboveBars).boxed()
    };
    // A second call, as in tests, keeps the settings of the first.
    let _ = tracing_subscriber::registry().with(lines.with_filter(shown(args, with_report))).try_init();
}

/// The levels that are shown; the modules of the two reports log nothing but their warnings.
fn shown(args: &LogArgs, with_report: bool) -> Targets {
    let own_level = match (args.quiet, args.verbose) {
        (true, _) => LevelFilter::ERROR,
        (_, 0) => LevelFilter::INFO,
        (_, 1) => LevelFilter::DEBUG,
        _ => LevelFilter::TRACE,
    };
    let library_level = if args.quiet { LevelFilter::ERROR } else { LevelFilter::WARN };
    let report_level = if with_report { LevelFilter::OFF } else { own_level };
    let shown = Targets::new().with_default(library_level).with_target("b3_ingest", own_level);
    shown.with_target("b3_ingest::report", report_level).with_target("b3_ingest::actions::report", report_level)
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

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use b3_market::lake::ActionSource;

    use super::*;
    use crate::actions::ActionsReport;
    use crate::report::Report;

    #[test]
    fn the_warnings_of_a_report_are_logged_only_if_it_is_not_printed() {
        for (with_report, expected) in [(true, 0), (false, 2)] {
            let log = tempfile::NamedTempFile::new().unwrap();
            let filter = shown(&LogArgs { quiet: false, verbose: 0 }, with_report);
            let lines = fmt::layer().with_writer(Mutex::new(log.reopen().unwrap())).with_filter(filter);
            tracing::subscriber::with_default(tracing_subscriber::registry().with(lines), || {
                Report::begin("cotahist", "lake", None).unwrap().warn("a warning");
                ActionsReport::begin(ActionSource::B3, "lake", None).unwrap().warn("a warning".to_owned());
            });
            let text = std::fs::read_to_string(log.path()).unwrap();
            assert_eq!(text.matches("a warning").count(), expected, "{text}");
        }
    }
}
