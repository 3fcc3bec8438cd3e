//! How far a run is: a bar on a terminal, a line of log now and then elsewhere.

use std::io::{IsTerminal, Read, Seek};
use std::sync::{LazyLock, Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

/// How long a run is silent where there is no terminal.
const BETWEEN_LINES: Duration = Duration::from_secs(5);

/// Where bars are drawn; log lines go above them.
static BARS: LazyLock<MultiProgress> = LazyLock::new(|| MultiProgress::with_draw_target(ProgressDrawTarget::stderr()));

/// The bars on the terminal, so that log lines can be written without tearing them.
#[must_use]
pub fn bars() -> &'static MultiProgress {
    &BARS
}

/// One kind of work that is counted.
#[derive(Debug)]
pub struct Progress {
    bar: ProgressBar,
    what: &'static str,
    quiet: bool,
    told: Mutex<Instant>,
}

impl Progress {
    /// Counts `len` pieces of `what`: `sessions`, `tickers`. A quiet one shows nothing.
    #[must_use]
    pub fn start(len: u64, what: &'static str, quiet: bool) -> Self {
        Self::shown(len, what, quiet, "{prefix:>12} [{wide_bar:.green}] {pos}/{len} {msg:10} {eta:>4}")
    }

    /// Counts `len` bytes.
    #[must_use]
    pub fn of_bytes(len: u64, what: &'static str, quiet: bool) -> Self {
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
        Self { bar, what, quiet, told: Mutex::new(Instant::now()) }
    }

    /// One piece is done; `now` says which.
    pub fn step(&self, now: &str) {
        self.bar.set_message(now.to_owned());
        self.advance(1);
    }

    /// `amount` pieces or bytes are done.
    pub fn advance(&self, amount: u64) {
        self.bar.inc(amount);
        if !self.bar.is_hidden() || self.quiet {
            return;
        }
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if told.elapsed() >= BETWEEN_LINES {
            *told = Instant::now();
            tracing::info!(done = self.bar.position(), of = self.bar.length(), what = self.what, "progress");
        }
    }

    /// Counts what is read of `input`.
    pub fn counting<R: Read + Seek>(&self, input: R) -> impl Read + Seek + use<R> {
        self.bar.wrap_read(input)
    }

    /// Takes the bar away.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
