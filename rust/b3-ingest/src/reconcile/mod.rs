//! The subcommand `reconcile`: compares COTAHIST with Yahoo on the dates that both have.

mod compare;
mod table;

use b3_market::lake::Source;
use futures::{StreamExt, TryStreamExt, stream};
use polars::prelude::{DataFrame, PolarsResult};

use crate::cli::ReconcileArgs;
use crate::error::IngestError;
use crate::frame::{frame_of_tickers, raw_of_parquet, semi_join};
use crate::progress::Progress;
use crate::report::RunResult;
use crate::sink::{Lake, OBJECTS_AT_ONCE};
use crate::stored::stored_rows;
use compare::{Comparison, Tolerance};

/// Compares the given dates: writes all differences, and reports the counts and the largest ones.
///
/// # Errors
/// [`IngestError::Argument`] if the first date is after the last; those of reading objects and of
/// writing the table.
pub(crate) async fn run(args: &ReconcileArgs, quiet: bool) -> Result<RunResult, IngestError> {
    if args.to < args.from {
        return Err(IngestError::Argument(format!("--to {} is before --from {}", args.to, args.from)));
    }
    let lake = &Lake::open(&args.lake).await?;
    let tolerance = Tolerance { price: args.tolerance, volume: args.volume_tolerance };
    let mut comparison = Comparison::default();
    let days = args.from.iter_days().take_while(|day| *day <= args.to);
    let progress = Progress::start(days.clone().count() as u64, "dates", quiet);
    let read = |day| async move {
        let rows = |source| stored_rows(lake, day, source, raw_of_parquet);
        Ok::<_, IngestError>((day, rows(Source::Cotahist).await?, rows(Source::Yahoo).await?))
    };
    let mut objects = stream::iter(days).map(read).buffered(OBJECTS_AT_ONCE);
    while let Some((day, cotahist, yahoo)) = objects.try_next().await? {
        if let (Some(cotahist), Some(yahoo)) = (cotahist, yahoo) {
            let failed = |error| IngestError::parquet(&format!("comparison of {day}"), error);
            let cotahist = selected(cotahist, args).map_err(failed)?;
            let yahoo = selected(yahoo, args).map_err(failed)?;
            comparison.add(day, &cotahist, &yahoo, tolerance).map_err(failed)?;
        }
        progress.step(&day.to_string());
    }
    drop(progress);
    comparison.sort();
    let place = write(lake, args, &comparison).await?;
    Ok(RunResult { succeeded: true, report: table::text(&comparison, args.show, &place) })
}

/// The rows of the tickers of `--tickers`, or all without it.
fn selected(rows: DataFrame, args: &ReconcileArgs) -> PolarsResult<DataFrame> {
    if args.tickers.is_empty() {
        return Ok(rows);
    }
    semi_join(&rows, &frame_of_tickers(&args.tickers)?, &["ticker"])
}

/// Writes the table of differences to the given file, or to the lake beside raw, and returns where.
async fn write(lake: &Lake, args: &ReconcileArgs, comparison: &Comparison) -> Result<String, IngestError> {
    let key = format!("reconcile/{}..{}.parquet", args.from, args.to);
    let Some(path) = &args.output else {
        let bytes = table::parquet(&lake.name(&key), comparison)?;
        lake.update(&key, move |_stored| Ok((bytes.clone(), ()))).await?;
        return Ok(lake.name(&key));
    };
    let name = path.display().to_string();
    let bytes = if path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("csv")) {
        table::csv(comparison).into_bytes()
    } else {
        table::parquet(&name, comparison)?
    };
    std::fs::write(path, bytes).map_err(|error| IngestError::file(path, error))?;
    Ok(name)
}
