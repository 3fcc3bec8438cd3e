//! Computing the series of a table on several threads, each thread on a part that holds whole
//! series.
//!
//! A series is computed by one thread as it would be alone, so the answer has the same bits for
//! every number of threads. Threads are started for a call and end with it: there is no pool that a
//! fork would lose.

use std::thread;

use b3_kernels::{Derived, Result, SeriesPart, Table, series_parts};

/// The fewest rows that a thread gets of a kernel that reads and writes single columns, such as an
/// average: with fewer, starting it took longer than it saved when this was measured.
pub(crate) const OF_COLUMNS: usize = 1 << 17;

/// The same of refining, which takes eight times as long a row.
pub(crate) const OF_REFINING: usize = 1 << 14;

/// A table of answers that the answers of its parts make.
pub(crate) trait Joined: Sized + Send {
    /// The answers of all parts as one.
    fn joined(parts: Vec<Self>) -> Result<Self>;
}

impl Joined for Table {
    fn joined(parts: Vec<Self>) -> Result<Self> {
        Self::joined(parts)
    }
}

impl Joined for Derived {
    fn joined(parts: Vec<Self>) -> Result<Self> {
        Self::joined(parts)
    }
}

/// What `kernel` makes of `bars`, whose series the column `by` tells apart, on up to `threads`
/// threads that get `least` rows or more each; `None`: as many threads as there are processors for
/// this process.
///
/// One thread computes what has few rows, one series, or series whose rows do not stand together.
/// An error is the one that a single thread finds: where a part fails, it computes all again.
pub(crate) fn by_parts<A: Joined>(
    bars: &Table,
    by: &str,
    threads: Option<usize>,
    least: usize,
    kernel: impl Fn(&Table) -> Result<A> + Sync,
) -> Result<A> {
    match in_parts(bars, by, threads, least, &kernel) {
        Some(Ok(answers)) => A::joined(answers),
        Some(Err(_)) | None => kernel(bars),
    }
}

/// The answers of the parts; `None` where one thread is to compute all.
fn in_parts<A: Send>(
    bars: &Table,
    by: &str,
    threads: Option<usize>,
    least: usize,
    kernel: impl Fn(&Table) -> Result<A> + Sync,
) -> Option<Result<Vec<A>>> {
    let most = bars.num_rows() / least;
    if most < 2 {
        return None;
    }
    let wanted = threads.unwrap_or_else(|| thread::available_parallelism().map_or(1, usize::from));
    let parts = whole_series(bars, by, wanted.min(most))?;
    Some(on_threads(&parts, |part| kernel(part.bars())).into_iter().collect())
}

/// The parts of `bars`, two or more, if they hold whole series.
fn whole_series(bars: &Table, by: &str, threads: usize) -> Option<Vec<SeriesPart>> {
    let parts = series_parts(bars, by, threads).ok().filter(|parts| parts.len() > 1)?;
    let parts = on_threads(&parts, |part| SeriesPart::read(part, by).ok().flatten());
    let parts = parts.into_iter().collect::<Option<Vec<_>>>()?;
    SeriesPart::are_apart(&parts).then_some(parts)
}

/// What `work` makes of each part, the first on this thread, each other one on its own if the
/// system gives one.
fn on_threads<P: Sync, A: Send>(parts: &[P], work: impl Fn(&P) -> A + Sync) -> Vec<A> {
    let work = &work;
    let Some((first, others)) = parts.split_first() else {
        return Vec::new();
    };
    thread::scope(|scope| {
        let start = |part| (part, thread::Builder::new().spawn_scoped(scope, move || work(part)).ok());
        let others: Vec<_> = others.iter().map(start).collect();
        let mut answers = vec![work(first)];
        answers.extend(others.into_iter().map(|(part, started)| match started {
            Some(thread) => thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
            None => work(part),
        }));
        answers
    })
}
