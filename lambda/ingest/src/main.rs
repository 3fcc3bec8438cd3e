//! `b3-ingest` as an AWS Lambda on a schedule: the functions `Ingest` and `IngestActions` of
//! `infra/template.yaml`.
//!
//! Environment: `LAKE`, the lake's root (`s3://bucket/prefix`), and `INGEST_ARGS`, the other
//! arguments of b3-ingest, separated by spaces: `cotahist --missing` or `actions --tickers
//! PETR4,VALE3`. Of the event only a text field `args` is read, which replaces `INGEST_ARGS` for
//! that invocation, for example to ingest a past year.
//!
//! The response is the closing report as text. If a ticker or date failed, the invocation fails
//! with that text, and Lambda repeats it twice; with `--missing` the schedule's next invocation
//! ingests what this one could not.

use std::env;
use std::path::PathBuf;

use anyhow::{Context, bail};
use b3_ingest::cli::{Cli, Command, LogArgs};
use b3_ingest::logs;
use b3_ingest::run::run;
use clap::Parser;
use lambda_runtime::{Diagnostic, LambdaEvent, service_fn};
use serde_json::Value;

/// The only folder to which a Lambda may write.
const WRITABLE: &str = "/tmp";

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    // The report is the response and is not printed, so its warnings are logged.
    const REPORT_IS_PRINTED: bool = false;
    logs::start(&LogArgs { quiet: false, verbose: 0 }, REPORT_IS_PRINTED);
    let service = service_fn(|event: LambdaEvent<Value>| async move {
        // The error includes its causes, which the runtime would leave out.
        handle(&event.payload)
            .await
            .map_err(|error| Diagnostic { error_type: "IngestFailed".to_owned(), error_message: format!("{error:#}") })
    });
    lambda_runtime::run(service).await.map_err(anyhow::Error::from_boxed)
}

async fn handle(event: &Value) -> anyhow::Result<String> {
    let lake = env::var("LAKE").context("environment variable LAKE: expected the lake's root, such as s3://bucket")?;
    ingest(&lake, &arguments(event, env::var("INGEST_ARGS").ok())?).await
}

/// The arguments of b3-ingest for an invocation, without `--dest`.
fn arguments(event: &Value, scheduled: Option<String>) -> anyhow::Result<String> {
    match (event.get("args"), scheduled) {
        (Some(Value::String(arguments)), _) => Ok(arguments.clone()),
        (Some(other), _) => {
            bail!("the event's args are {other}, expected text such as \"cotahist --missing\"")
        }
        (None, Some(scheduled)) => Ok(scheduled),
        (None, None) => bail!("environment variable INGEST_ARGS: expected a command line such as cotahist --missing"),
    }
}

fn command(lake: &str, arguments: &str) -> anyhow::Result<Command> {
    let words = ["b3-ingest"].into_iter().chain(arguments.split_whitespace()).chain(["--dest", lake]);
    let cli = Cli::try_parse_from(words).map_err(|error| anyhow::anyhow!("'{arguments}': {error}"))?;
    Ok(match cli.command {
        Command::Cotahist(mut args) => {
            args.cache_dir.get_or_insert_with(|| PathBuf::from(WRITABLE));
            Command::Cotahist(args)
        }
        Command::Reconcile(_) => {
            bail!("'{arguments}': expected cotahist, yahoo or actions: reconcile ingests nothing")
        }
        other => other,
    })
}

async fn ingest(lake: &str, arguments: &str) -> anyhow::Result<String> {
    const QUIET: bool = false;
    let result = run(&command(lake, arguments)?, QUIET).await?;
    if result.succeeded { Ok(result.report) } else { bail!(result.report) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_schedules_arguments_are_used_unless_the_event_has_its_own() {
        let scheduled = || Some("cotahist --missing".to_owned());
        assert_eq!(arguments(&json!({"id": "1"}), scheduled()).unwrap(), "cotahist --missing");
        assert_eq!(arguments(&json!({"args": "yahoo --tickers PETR4"}), scheduled()).unwrap(), "yahoo --tickers PETR4");
        assert_eq!(
            arguments(&json!({"args": ["yahoo"]}), scheduled()).unwrap_err().to_string(),
            "the event's args are [\"yahoo\"], expected text such as \"cotahist --missing\""
        );
        assert!(arguments(&Value::Null, None).unwrap_err().to_string().contains("INGEST_ARGS"));
    }

    #[test]
    fn the_lake_becomes_the_destination_and_downloads_go_where_a_lambda_may_write() {
        let Command::Cotahist(args) = command("s3://lake", "cotahist --date 2024-11-08").unwrap() else {
            panic!("another command")
        };
        assert_eq!(args.writing.lake.dest, "s3://lake");
        assert_eq!(args.cache_dir.as_deref(), Some(std::path::Path::new("/tmp")));
    }

    #[test]
    fn invalid_arguments_are_an_error_and_do_not_end_the_process() {
        let error = command("s3://lake", "yahoo --tickers petr4").unwrap_err().to_string();
        assert!(error.starts_with("'yahoo --tickers petr4': error: invalid value 'petr4'"), "{error}");
    }

    #[test]
    fn a_comparison_is_refused_because_it_ingests_nothing() {
        let error = command("s3://lake", "reconcile --from 2024-11-08 --to 2024-11-08").unwrap_err().to_string();
        assert!(error.contains("expected cotahist, yahoo or actions"), "{error}");
    }

    #[tokio::test]
    async fn a_run_that_failed_fails_the_invocation_with_its_report() {
        let lake = tempfile::tempdir().unwrap();
        let arguments = "yahoo --tickers PETR4 --to 2024-03-15 --base-url http://127.0.0.1:9 --deadline 2";
        let error = ingest(lake.path().to_str().unwrap(), arguments).await.unwrap_err().to_string();
        assert!(error.contains("failed") && error.contains("PETR4"), "{error}");
    }
}
