//! The arguments that say where the lake is.

use clap::Args;

/// The location of the lake; the same arguments for every command.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct LakeArgs {
    /// The lake's root: a directory, or `s3://bucket/prefix`; quotes are under `<DEST>/raw/`
    #[arg(long, value_name = "DEST", help_heading = "Lake")]
    pub dest: String,
    /// An S3-compatible store's address; credentials and region come from the usual AWS environment
    #[arg(long, value_name = "URL", help_heading = "Lake")]
    pub endpoint_url: Option<String>,
    /// Seconds without data until a request to S3 is cancelled and sent again
    #[arg(long, value_name = "S", default_value_t = 15, value_parser = clap::value_parser!(u64).range(1..=600), help_heading = "Lake")]
    pub store_timeout: u64,
}
