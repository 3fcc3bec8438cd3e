//! The S3 client: one TLS stack, the usual AWS environment, and time limits for everything.

use std::time::Duration;

use aws_config::environment::EnvironmentVariableRegionProvider;
use aws_config::meta::region::RegionProviderChain;
use aws_config::profile::ProfileFileRegionProvider;
use aws_config::retry::RetryConfig;
use aws_config::stalled_stream_protection::StalledStreamProtectionConfig;
use aws_config::timeout::TimeoutConfig;
use aws_sdk_s3::Client;
use aws_sdk_s3::config::BehaviorVersion;
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};

use super::LakeArgs;

/// The largest number of attempts for a request that fails with a temporary error.
pub(super) const MOST_ATTEMPTS: u32 = 6;

/// The client of the store that `args` or the environment names, or of AWS. Credentials are loaded
/// at the first request.
pub(super) async fn connect(args: &LakeArgs) -> Client {
    let http = Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https();
    let silence = Duration::from_secs(args.store_timeout);
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(5))
        .read_timeout(silence)
        .operation_attempt_timeout(Duration::from_mins(2).max(silence))
        .build();
    // The read time-out ends with the first byte of a response; this one is for bodies that stall.
    let stalled = StalledStreamProtectionConfig::enabled().grace_period(silence).build();
    let retries = RetryConfig::standard().with_max_attempts(MOST_ATTEMPTS).with_max_backoff(Duration::from_secs(5));
    let mut loader = aws_config::defaults(BehaviorVersion::v2026_01_12())
        .http_client(http)
        .timeout_config(timeouts)
        .stalled_stream_protection(stalled)
        .retry_config(retries);
    if let Some(url) = &args.endpoint_url {
        loader = loader.endpoint_url(url);
    }
    let elsewhere = args.endpoint_url.is_some() || endpoint_from_environment();
    if elsewhere {
        // Other stores have no regions, and asking EC2's metadata service for one takes seconds
        // outside AWS.
        let named = RegionProviderChain::first_try(EnvironmentVariableRegionProvider::new());
        loader = loader.region(named.or_else(ProfileFileRegionProvider::new()).or_else("us-east-1"));
    }
    let config = loader.load().await;
    // Buckets as host names need DNS entries that only AWS is sure to have.
    Client::from_conf(aws_sdk_s3::config::Builder::from(&config).force_path_style(elsewhere).build())
}

fn endpoint_from_environment() -> bool {
    ["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"].iter().any(|name| std::env::var_os(name).is_some())
}
