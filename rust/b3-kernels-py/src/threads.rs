//! Computes the series of a table on several threads; each thread gets a part with whole series.
//!
//! A series is computed on one thread, so the result has the same bits for every number of threads.
//! The threads end with the call: there is no pool that would be lost in a fork.

use std::thread;

use b3_kernels::{Result, SeriesPart, Table, cut_between_series};

/// The fewest rows per thread, on average, of a kernel that reads and writes single columns, such
/// as a moving average; with fewer, starting a thread took longer than it saved when measured.
pub(crate) const MIN_COLUMN_ROWS_PER_THREAD: usize = 1 << 17;

/// The fewest rows per thread, on average, of a kernel that reads and writes whole bars; a row
/// takes at least eight times as long.
pub(crate) const MIN_BARS_PER_THREAD: usize = 1 << 14;

/// The result of `kernel` for `bars`, whose series the column `by` distinguishes, on up to
/// `threads` threads, but at most one for each `rows_per_thread` rows of `bars`; `None` means one
/// thread for each processor of this process. `joined` makes one result of those of the parts.
///
/// One thread computes everything if there are few rows, one series, or a series whose rows are not
/// neighbours. An error is the one that a single thread finds: if a part fails, all is computed
/// again on one thread.
pub(crate) fn by_parts<A: Send>(
    bars: &Table,
    by: &str,
    threads: Option<usize>,
    rows_per_thread: usize,
    joined: fn(Vec<A>) -> Result<A>,
    kernel: impl Fn(&Table) -> Result<A> + Sync,
) -> Result<A> {
    let most = bars.num_rows() / rows_per_thread;
    let wanted = || threads.unwrap_or_else(|| thread::available_parallelism().map_or(1, usize::from));
    if most > 1
        && let Some(parts) = whole_series(bars, by, wanted().min(most))
        && let Ok(answers) = on_threads(&parts, |part| kernel(part.bars())).into_iter().collect()
    {
        return joined(answers);
    }
    kernel(bars)
}

/// The parts of `bars`, two or more; `None` for one thread, without a place to cut, with a series
/// whose rows are not neighbours, or with a fault in the column `by`, which the kernel reports.
fn whole_series(bars: &Table, by: &str, threads: usize) -> Option<Vec<SeriesPart>> {
    let tables = cut_between_series(bars, by, threads).ok().filter(|tables| tables.len() > 1)?;
    let parts = on_threads(&tables, |table| SeriesPart::read(table, by).ok().flatten());
    let parts = parts.into_iter().collect::<Option<Vec<_>>>()?;
    SeriesPart::are_disjoint(&parts).then_some(parts)
}

/// The results of `work` for the parts: the first on this thread, each other on a thread of its own
/// if the system can start one.
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
