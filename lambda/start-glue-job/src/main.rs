//! The Lambda's process, with one Glue client for all invocations.

use std::env;
use std::time::Duration;

use anyhow::Context as _;
use aws_config::BehaviorVersion;
use aws_config::environment::EnvironmentVariableCredentialsProvider;
use aws_sdk_glue::Client;
use aws_sdk_glue::config::{Config, Region, retry::RetryConfig, timeout::TimeoutConfig};
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use lambda_runtime::{LambdaEvent, service_fn};
use start_glue_job::{Document, GlueJob, handle};
use tracing::level_filters::LevelFilter;

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    log_json_lines()?;
    let name = variable("GLUE_JOB_NAME", "the Glue job to start")?;
    let job = GlueJob { client: Client::from_conf(configuration()?), name };
    let service = service_fn(|invocation: LambdaEvent<Document>| handle(&job, invocation));
    lambda_runtime::run(service).await.map_err(anyhow::Error::from_boxed)
}

/// Region and credentials from the environment, where Lambda puts them; the SDK's other sources
/// (profiles, IMDS, STS) would add a megabyte and are never used.
///
/// At most three attempts, which end before the function's own time-out of 30 s.
fn configuration() -> anyhow::Result<Config> {
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(2))
        .operation_attempt_timeout(Duration::from_secs(6))
        .operation_timeout(Duration::from_secs(20));
    let http = Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https();
    let mut configuration = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(variable("AWS_REGION", "a region such as sa-east-1")?))
        .credentials_provider(EnvironmentVariableCredentialsProvider::new())
        .http_client(http)
        .timeout_config(timeouts.build())
        .retry_config(RetryConfig::standard().with_max_attempts(3));
    configuration.set_endpoint_url(env::var("AWS_ENDPOINT_URL_GLUE").or_else(|_| env::var("AWS_ENDPOINT_URL")).ok());
    Ok(configuration.build())
}

fn variable(name: &str, expected: &str) -> anyhow::Result<String> {
    env::var(name).with_context(|| format!("environment variable {name}: expected {expected}"))
}

fn log_json_lines() -> anyhow::Result<()> {
    let level = env::var("LOG_LEVEL").unwrap_or_else(|_| "info".to_owned());
    let level: LevelFilter = level.parse().context("environment variable LOG_LEVEL")?;
    tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_current_span(false)
        .with_span_list(false)
        .with_target(false)
        .with_max_level(level)
        .init();
    Ok(())
}
