//! Downloads of COTAHIST files from B3's public address, or from a mirror.
//!
//! An interrupted download is resumed if the server can prove that the file is unchanged, and
//! restarted otherwise. A file gets its final name once it has the length that the server announced
//! or, if it announced none, once the response has ended.

use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::Utc;
use futures::StreamExt;
use reqwest::header::{
    CONTENT_RANGE, ETAG, HeaderMap, HeaderName, IF_MODIFIED_SINCE, IF_NONE_MATCH, IF_RANGE, LAST_MODIFIED, RANGE,
    RETRY_AFTER,
};
use reqwest::{Client, Response, StatusCode};

use super::cache::{CacheEntry, PartialDownload, Validator};
use crate::error::{IngestError, chain_of};
use crate::progress::Progress;
use crate::web::{self, Backoff, HttpResponse, RetryReason, retry_reason};

/// The attempts, each of which continues where the last one stopped, if it can, and the waits
/// between them.
const BACKOFF: Backoff = Backoff { first: Duration::from_millis(250), longest: Duration::from_secs(8), attempts: 6 };
/// The longest wait that a server may ask for; the download fails if it asks for a longer one.
const LONGEST_RETRY_AFTER: Duration = Duration::from_mins(5);

/// The signature that a ZIP file with a member begins with.
const ZIP: &[u8] = b"PK\x03\x04";

/// Downloads files to a folder.
pub(super) struct Downloader {
    client: Client,
    base_url: String,
    folder: PathBuf,
    quiet: bool,
}

type AttemptError = web::AttemptError<IngestError>;

impl Downloader {
    pub(super) fn new(base_url: &str, folder: Option<&Path>, quiet: bool) -> Result<Self, IngestError> {
        let client = Client::builder()
            .user_agent(concat!("b3-ingest/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(Duration::from_secs(10))
            .read_timeout(Duration::from_secs(30))
            .build()
            .map_err(|error| IngestError::Startup(format!("no HTTP client: {error}")))?;
        let folder = folder.map_or_else(default_folder, Path::to_owned);
        Ok(Self { client, base_url: base_url.trim_end_matches('/').to_owned(), folder, quiet })
    }

    /// The path of the complete file `name`, downloaded unless the one on disk is the server's
    /// current version.
    pub(super) async fn fetch(&self, name: &str) -> Result<PathBuf, IngestError> {
        std::fs::create_dir_all(&self.folder).map_err(|error| IngestError::file(&self.folder, error))?;
        let url = format!("{}/{name}", self.base_url);
        let entry = CacheEntry::of(&self.folder, name);
        let mut failures = 0;
        loop {
            let RetryReason { reason, retry_after, .. } = match self.attempt(&url, &entry).await {
                Ok(()) => return Ok(entry.whole),
                Err(AttemptError::Permanent(error)) => return Err(error),
                Err(AttemptError::Transient(retry)) => retry,
            };
            failures += 1;
            tracing::warn!(url, failures, reason, "download broke off");
            if let Some(wait) = retry_after.filter(|wait| *wait > LONGEST_RETRY_AFTER) {
                let reason = format!("{reason}; it wants no request for {} s", wait.as_secs());
                return Err(IngestError::Remote { address: url, reason });
            }
            if failures == BACKOFF.attempts {
                return Err(IngestError::Remote { address: url, reason });
            }
            tokio::time::sleep(BACKOFF.wait(failures, retry_after, fastrand::f64())).await;
        }
    }

    /// Makes the next [`fetch`](Self::fetch) of `name` download it again, whatever version it is.
    pub(super) fn forget(&self, name: &str) -> Result<(), IngestError> {
        CacheEntry::of(&self.folder, name).forget_version()
    }

    async fn attempt(&self, url: &str, entry: &CacheEntry) -> Result<(), AttemptError> {
        let mut part = entry.open_part(url)?;
        let answer = self.ask(url, entry, &part).await?;
        match answer.status() {
            StatusCode::NOT_MODIFIED => return Ok(()),
            StatusCode::PARTIAL_CONTENT if resumes_at(&answer, part.len) => {}
            StatusCode::OK => entry.restart(&mut part, validator_of(url, answer.headers()))?,
            StatusCode::RANGE_NOT_SATISFIABLE | StatusCode::PARTIAL_CONTENT => {
                // Without bytes the part is of no version.
                entry.restart(&mut part, Validator::default())?;
                return Err(AttemptError::transient("the server cannot continue the partial file"));
            }
            _ => return Err(error_of_status(url, &answer)),
        }
        let whole_len = whole_len(&answer, part.len);
        self.receive(url, answer, entry, &mut part, whole_len).await?;
        if let Some(whole_len) = whole_len
            && whole_len != part.len
        {
            return Err(AttemptError::transient(format!("received {} of {whole_len} bytes", part.len)));
        }
        Ok(entry.complete(&part)?)
    }

    /// Requests the rest of a partial download; else the file, unless the one on disk is current.
    async fn ask(&self, url: &str, entry: &CacheEntry, part: &PartialDownload) -> Result<Response, AttemptError> {
        let mut request = self.client.get(url);
        if part.len > 0
            && let Some(proof) = part.validator.as_ref().and_then(Validator::strong)
        {
            request = request.header(RANGE, format!("bytes={}-", part.len)).header(IF_RANGE, proof);
        } else if let Some(whole) = entry.whole_validator(url) {
            if let Some(tag) = whole.etag {
                request = request.header(IF_NONE_MATCH, tag);
            }
            if let Some(date) = whole.last_modified {
                request = request.header(IF_MODIFIED_SINCE, date);
            }
        }
        request.send().await.map_err(|error| AttemptError::transient(chain_of(&error)))
    }

    async fn receive(
        &self,
        url: &str,
        answer: Response,
        entry: &CacheEntry,
        part: &mut PartialDownload,
        whole_len: Option<u64>,
    ) -> Result<(), AttemptError> {
        let progress = Progress::of_bytes(whole_len.unwrap_or(0), "download", self.quiet);
        progress.advance(part.len);
        let mut body = answer.bytes_stream();
        while let Some(bytes) = body.next().await {
            let bytes = bytes.map_err(|error| AttemptError::transient(chain_of(&error)))?;
            // The signature may come in pieces; what is on disk passed this check.
            let on_disk = usize::try_from(part.len).map_or(ZIP.len(), |len| len.min(ZIP.len()));
            let (checked, expected) = ZIP.split_at(on_disk);
            if bytes.iter().zip(expected).any(|(found, expected)| found != expected) {
                let begin = [checked, &bytes[..bytes.len().min(40)]].concat(); // shows what was sent
                let reason = format!("expected a ZIP file, found '{}'", String::from_utf8_lossy(&begin).escape_debug());
                return Err(IngestError::Remote { address: url.to_owned(), reason }.into());
            }
            entry.append(part, &bytes)?;
            progress.advance(bytes.len() as u64);
        }
        Ok(())
    }
}

fn error_of_status(url: &str, answer: &Response) -> AttemptError {
    let (url, status) = (url.to_owned(), answer.status());
    if status == StatusCode::NOT_FOUND {
        return AttemptError::Permanent(IngestError::NotPublished { url });
    }
    let response =
        HttpResponse { status: status.as_u16(), retry_after: header(answer.headers(), &RETRY_AFTER), body: "" };
    retry_reason("the server", response, Utc::now()).map_or_else(
        || {
            AttemptError::Permanent(IngestError::Remote {
                address: url,
                reason: format!("the server answered {status}"),
            })
        },
        AttemptError::Transient,
    )
}

fn header<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// Such as `bytes 1000-1499/2000`.
fn content_range(answer: &Response) -> Option<&str> {
    header(answer.headers(), &CONTENT_RANGE)
}

/// Whether the response continues at byte `len`.
fn resumes_at(answer: &Response, len: u64) -> bool {
    content_range(answer).is_some_and(|range| range.starts_with(&format!("bytes {len}-")))
}

/// The length of the whole file, of which `len` bytes are on disk; `None` if no header says it.
/// `Content-Range` counts first, because a server may send less than the rest.
fn whole_len(answer: &Response, len: u64) -> Option<u64> {
    let total = content_range(answer).and_then(|range| range.rsplit_once('/')?.1.parse().ok());
    total.or_else(|| answer.content_length().map(|rest| len + rest))
}

fn validator_of(url: &str, headers: &HeaderMap) -> Validator {
    let text = |name| header(headers, &name).map(str::to_owned);
    Validator { url: url.to_owned(), etag: text(ETAG), last_modified: text(LAST_MODIFIED) }
}

/// `$XDG_CACHE_HOME/b3-ingest`, else `~/.cache/b3-ingest`, else under the temporary folder.
fn default_folder() -> PathBuf {
    let named = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let caches = named("XDG_CACHE_HOME").or_else(|| named("HOME").map(|home| home.join(".cache")));
    caches.unwrap_or_else(std::env::temp_dir).join("b3-ingest")
}
