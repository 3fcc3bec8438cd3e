//! The error type of this crate.

use std::fmt::Display;
use std::path::PathBuf;

/// The reason why a run, or one object of it, could not be completed.
#[derive(Debug, thiserror::Error)]
pub enum IngestError {
    /// A file or directory of this machine.
    #[error("{}: {source}", path.display())]
    File {
        /// The file or directory.
        path: PathBuf,
        /// The error of the operating system.
        source: std::io::Error,
    },
    /// An invalid argument that clap cannot detect.
    #[error("{0}")]
    Argument(String),
    /// An error in the COTAHIST file.
    #[error(transparent)]
    Cotahist(#[from] b3_cotahist::Error),
    /// A Parquet object that cannot be encoded, or does not have the expected schema or values.
    #[error("{object}: {reason}")]
    Parquet {
        /// Key or path of the object.
        object: String,
        /// What was found and what was expected.
        reason: String,
    },
    /// An error of the object store, or a failed download.
    #[error("{address}: {reason}")]
    Remote {
        /// `s3://bucket/key`, the path in a local lake, or the address of the file.
        address: String,
        /// The store's error code and message, or what else went wrong.
        reason: String,
    },
    /// A file that the source does not have, or has not published yet.
    #[error("{url}: 404: no such file; no session, or not published yet")]
    NotPublished {
        /// The address.
        url: String,
    },
    /// A part of the program that cannot start: its runtime or HTTP client.
    #[error("{0}")]
    Startup(String),
}

impl IngestError {
    /// An error of the operating system for `path`.
    #[must_use]
    pub fn file(path: impl Into<PathBuf>, source: std::io::Error) -> Self {
        Self::File { path: path.into(), source }
    }

    /// The error of a Parquet object.
    pub(crate) fn parquet(object: &str, reason: impl Display) -> Self {
        Self::Parquet { object: object.to_owned(), reason: reason.to_string() }
    }
}

/// An error and its causes in one line, without texts that repeat the one before.
pub(crate) fn chain_of(error: &dyn std::error::Error) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut cause = Some(error);
    while let Some(error) = cause {
        let text = error.to_string();
        if parts.last() != Some(&text) {
            parts.push(text);
        }
        cause = error.source();
    }
    parts.join(": ")
}
