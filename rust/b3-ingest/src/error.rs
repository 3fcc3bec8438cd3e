//! Everything that can stop a run.

use std::path::PathBuf;

/// Why a run, or one object of it, could not be finished.
#[derive(Debug, thiserror::Error)]
pub enum IngestError {
    /// A file or directory of this machine.
    #[error("{}: {source}", path.display())]
    File {
        /// The file or directory.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// An argument that clap cannot judge alone.
    #[error("{0}")]
    Argument(String),
    /// The COTAHIST file itself.
    #[error(transparent)]
    Cotahist(#[from] b3_market::cotahist::Error),
    /// A Parquet object that cannot be encoded or is not of raw's schema.
    #[error("{object}: {reason}")]
    Parquet {
        /// Key or path of the object.
        object: String,
        /// What was found and what was expected.
        reason: String,
    },
    /// The object store.
    #[error("{object}: {reason}")]
    Store {
        /// `s3://bucket/key`.
        object: String,
        /// The store's code and message.
        reason: String,
    },
    /// A download.
    #[error("{url}: {reason}")]
    Download {
        /// The address.
        url: String,
        /// What went wrong.
        reason: String,
    },
    /// A file that the source does not have, or not yet.
    #[error("{url}: 404: no such file; no session, or not published yet")]
    NotPublished {
        /// The address.
        url: String,
    },
    /// A source whose answer cannot be used.
    #[error("{0}")]
    Source(String),
}

impl IngestError {
    /// An error of the operating system about `path`.
    #[must_use]
    pub fn file(path: impl Into<PathBuf>, source: std::io::Error) -> Self {
        Self::File { path: path.into(), source }
    }
}

/// An error and its causes in one line, without the repetitions that wrapping brings.
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
