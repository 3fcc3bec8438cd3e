//! The Lambda's process: one client and one handler for all invocations.

use std::time::Duration;

use anyhow::Context as _;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, SdkConfig};
use aws_sdk_glue::Client;
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use lambda_runtime::{LambdaEvent, service_fn};
use start_glue_job::{Document, GlueJob, Handler};
use tracing_subscriber::EnvFilter;

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    log_json_lines();
    let job_name = std::env::var("GLUE_JOB_NAME")
        .context("environment variable GLUE_JOB_NAME: expected the Glue job to start")?;
    let client = Client::new(&aws_configuration().await);
    let handler = Handler::new(GlueJob::new(client, job_name.clone()), job_name);
    let service = service_fn(|invocation: LambdaEvent<Document>| handler.handle(invocation));
    lambda_runtime::run(service)
        .await
        .map_err(anyhow::Error::from_boxed)
}

/// Three tries at most, all over before the function's own time-out of 30 s would kill it in the middle of one.
async fn aws_configuration() -> SdkConfig {
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(2))
        .operation_attempt_timeout(Duration::from_secs(6))
        .operation_timeout(Duration::from_secs(20));
    let http = Builder::new()
        .tls_provider(Provider::Rustls(CryptoMode::Ring))
        .build_https();
    aws_config::defaults(BehaviorVersion::latest())
        .http_client(http)
        .timeout_config(timeouts.build())
        .retry_config(RetryConfig::standard().with_max_attempts(3))
        .load()
        .await
}

fn log_json_lines() {
    let level = std::env::var("LOG_LEVEL").unwrap_or_else(|_| "info".to_owned());
    tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_current_span(false)
        .with_span_list(false)
        .with_target(false)
        .with_env_filter(EnvFilter::new(level))
        .init();
}
