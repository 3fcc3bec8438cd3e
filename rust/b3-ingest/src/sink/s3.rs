//! A lake in a bucket of S3, or of a store with S3's protocol.

use std::error::Error;
use std::path::Path;
use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::operation::get_object::GetObjectOutput;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{ChecksumAlgorithm, ChecksumMode};
use bytes::Bytes;

use super::s3_client::{MOST_ATTEMPTS, connect};
use super::{LakeArgs, PutOutcome, StoredObject, content_hash};
use crate::error::{IngestError, chain_of};

/// The metadata entry with an object's content hash (`x-amz-meta-content-sha256`).
const HASH_ENTRY: &str = "content-sha256";

/// The media type of the object at `key`.
fn content_type(key: &str) -> &'static str {
    if Path::new(key).extension().is_some_and(|extension| extension == "json") {
        "application/json"
    } else {
        "application/vnd.apache.parquet"
    }
}

/// The bucket and prefix of the lake, with the client for them.
#[derive(Debug)]
pub(super) struct S3Lake {
    client: Client,
    bucket: String,
    prefix: String,
}

impl S3Lake {
    pub(super) async fn open(path: &str, args: &LakeArgs) -> Result<Self, IngestError> {
        let (bucket, prefix) = path.split_once('/').unwrap_or((path, ""));
        if bucket.is_empty() {
            return Err(IngestError::Argument(format!(
                "--dest 's3://{path}' names no bucket, expected s3://bucket/prefix"
            )));
        }
        let prefix = prefix.trim_matches('/');
        let prefix = if prefix.is_empty() { String::new() } else { format!("{prefix}/") };
        Ok(Self { client: connect(args).await, bucket: bucket.to_owned(), prefix })
    }

    pub(super) fn name(&self, key: &str) -> String {
        format!("s3://{}/{}{key}", self.bucket, self.prefix)
    }

    fn full_key(&self, key: &str) -> String {
        format!("{}{key}", self.prefix)
    }

    /// The object with its entity tag. The client retries requests; a body that breaks off, or that
    /// is not what its metadata says, is requested again here.
    pub(super) async fn find(&self, key: &str) -> Result<Option<StoredObject>, IngestError> {
        let mut broken = String::new();
        for attempt in 0..MOST_ATTEMPTS {
            if attempt > 0 {
                tracing::debug!(key, attempt, reason = broken, "an object arrived broken");
                tokio::time::sleep(Duration::from_millis(50 << attempt)).await;
            }
            let request = self.client.get_object().bucket(&self.bucket).key(self.full_key(key));
            match request.checksum_mode(ChecksumMode::Enabled).send().await {
                Ok(response) => match complete_object(response).await {
                    Ok(found) => return Ok(Some(found)),
                    Err(reason) => broken = reason,
                },
                Err(error) if status_of(&error) == Some(404) && error.code() != Some("NoSuchBucket") => {
                    return Ok(None);
                }
                Err(error) => return Err(self.failed(key, &error)),
            }
        }
        Err(IngestError::Remote { address: self.name(key), reason: broken })
    }

    /// Lists the keys, which S3 sorts; one request for each thousand.
    pub(super) async fn keys_after(&self, folder: &str, after: &str) -> Result<Vec<String>, IngestError> {
        let request = self.client.list_objects_v2().bucket(&self.bucket).prefix(self.full_key(folder));
        let mut pages = request.start_after(self.full_key(after)).into_paginator().send();
        let mut keys = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| self.failed(folder, &error))?;
            let found = page.contents().iter().filter_map(|object| object.key()?.strip_prefix(&self.prefix));
            keys.extend(found.map(str::to_owned));
        }
        Ok(keys)
    }

    /// Puts an object of up to 5 GB with one request, on the condition that the present one has the
    /// entity tag `expected`, or that there is none (`None`).
    pub(super) async fn put(
        &self,
        key: &str,
        bytes: &Bytes,
        expected: Option<&str>,
    ) -> Result<PutOutcome, IngestError> {
        let request = self
            .client
            .put_object()
            .bucket(&self.bucket)
            .key(self.full_key(key))
            .content_type(content_type(key))
            .metadata(HASH_ENTRY, content_hash(bytes))
            .checksum_algorithm(ChecksumAlgorithm::Sha256)
            .body(ByteStream::from(bytes.clone()));
        let request = match expected {
            Some(version) => request.if_match(version),
            None => request.if_none_match("*"),
        };
        match request.send().await {
            Ok(_) => Ok(PutOutcome::Done),
            Err(error) if lost_the_race(&error) => Ok(PutOutcome::Lost),
            Err(error) => Err(self.failed(key, &error)),
        }
    }

    /// The error in one line: the object, the store's code and message; it never contains the
    /// request's headers.
    fn failed<E: ProvideErrorMetadata + Error + 'static>(&self, key: &str, error: &SdkError<E>) -> IngestError {
        let reason = match (error.code(), error.message(), status_of(error)) {
            (Some(code), Some(message), _) => format!("{code}: {message}"),
            (Some(code), None, _) => code.to_owned(),
            // The answer of a proxy, say, which has no code of S3.
            (None, _, Some(status)) => format!("the store answered HTTP {status}"),
            _ => chain_of(error),
        };
        IngestError::Remote { address: self.name(key), reason }
    }
}

/// The content of a response, if it is complete and matches its metadata.
async fn complete_object(response: GetObjectOutput) -> Result<StoredObject, String> {
    let hash = response.metadata().and_then(|entries| entries.get(HASH_ENTRY)).cloned();
    let version = response.e_tag().unwrap_or_default().to_owned();
    let bytes = response.body.collect().await.map_err(|error| chain_of(&error))?.into_bytes();
    match hash {
        Some(hash) if hash != content_hash(&bytes) => Err(format!("its content is not what its {HASH_ENTRY} says")),
        _ => Ok(StoredObject { bytes, version }),
    }
}

/// Whether another writer has put the object since it was read (412), is putting it now (409), or
/// has removed it (404).
fn lost_the_race<E: ProvideErrorMetadata>(error: &SdkError<E>) -> bool {
    match status_of(error) {
        Some(412) => true,
        Some(409) => error.code() == Some("ConditionalRequestConflict"),
        Some(404) => error.code() == Some("NoSuchKey"),
        _ => false,
    }
}

fn status_of<E>(error: &SdkError<E>) -> Option<u16> {
    error.raw_response().map(|response| response.status().as_u16())
}
