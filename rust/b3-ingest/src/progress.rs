//! The progress of a run: a bar on a terminal, log lines elsewhere.

use std::io::{IsTerminal, Read, Seek};
use std::sync::{LazyLock, Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

/// The shortest time between log lines if there is no terminal.
const BETWEEN_LINES: Duration = Duration::from_secs(5);

/// The bars, so that log lines can be written without breaking them.
pub(crate) fn bars() -> &'static MultiProgress {
    static BARS: LazyLock<MultiProgress> =
        LazyLock::new(|| MultiProgress::with_draw_target(ProgressDrawTarget::stderr()));
    &BARS
}

/// The progress of one kind of work.
#[derive(Debug)]
pub(crate) struct Progress {
    bar: ProgressBar,
    what: &'static str,
    quiet: bool,
    last_line: Mutex<Instant>,
}

impl Progress {
    /// Counts `len` items called `what`: `sessions`, `tickers`. Shows nothing if quiet.
    pub(crate) fn start(len: u64, what: &'static str, quiet: bool) -> Self {
        Self::shown(len, what, quiet, "{prefix:>12} [{wide_bar:.green}] {pos}/{len} {msg:10} {eta:>4}")
    }

    /// Counts `len` bytes, 0 if their number is not known.
    pub(crate) fn of_bytes(len: u64, what: &'static str, quiet: bool) -> Self {
        Self::shown(len, what, quiet, "{prefix:>12} [{wide_bar:.green}] {bytes}/{total_bytes} {bytes_per_sec} {eta:>4}")
    }

    fn shown(len: u64, what: &'static str, quiet: bool, template: &str) -> Self {
        let bar = if quiet || !std::io::stderr().is_terminal() {
            ProgressBar::hidden()
        } else {
            bars().add(ProgressBar::new(len))
        };
        bar.set_length(len);
        bar.set_style(ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()));
        bar.set_prefix(what);
        bar.enable_steady_tick(Duration::from_millis(200));
        Self { bar, what, quiet, last_line: Mutex::new(Instant::now()) }
    }

    /// Counts one item, which is called `name`.
    pub(crate) fn step(&self, name: &str) {
        self.bar.set_message(name.to_owned());
        self.advance(1);
    }

    /// Counts `amount` items or bytes.
    pub(crate) fn advance(&self, amount: u64) {
        self.bar.inc(amount);
        if !self.bar.is_hidden() || self.quiet {
            return;
        }
        let mut last_line = self.last_line.lock().unwrap_or_else(PoisonError::into_inner);
        if last_line.elapsed() >= BETWEEN_LINES {
            *last_line = Instant::now();
            tracing::info!(done = self.bar.position(), of = self.bar.length(), what = self.what, "progress");
        }
    }

    /// Counts the bytes read from `input`, on the bar only: no log lines.
    pub(crate) fn counting<R: Read + Seek>(&self, input: R) -> impl Read + Seek + use<R> {
        self.bar.wrap_read(input)
    }
}

/// Removes the bar.
impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
