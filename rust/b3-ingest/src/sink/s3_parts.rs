//! Large objects, put in parts that become one object at the end or none.

use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart};
use bytes::Bytes;
use futures::{StreamExt, TryStreamExt, stream};

use super::s3::{CHECKSUM, S3Lake, content_type, lost_the_race, metadata_of};
use super::{Condition, Put};
use crate::error::IngestError;

/// Small enough to be sent again cheaply; S3 takes up to 10,000 parts of at least 5 MiB.
pub(super) const PART_SIZE: usize = 8 * 1024 * 1024;

/// Parts on their way at once.
const PARTS_AT_ONCE: usize = 4;

impl S3Lake {
    /// Puts an object in parts. The condition is checked when the parts become the object.
    pub(super) async fn put_in_parts(
        &self,
        key: &str,
        bytes: &Bytes,
        condition: Condition<'_>,
    ) -> Result<Put, IngestError> {
        let begun = self
            .client
            .create_multipart_upload()
            .bucket(&self.bucket)
            .key(self.full_key(key))
            .content_type(content_type(key))
            .set_metadata(Some(metadata_of(bytes)))
            .checksum_algorithm(CHECKSUM)
            .send()
            .await
            .map_err(|error| self.failed(key, &error))?;
        let upload = begun.upload_id().unwrap_or_default();
        let ended = match self.send_parts(key, upload, bytes).await {
            Ok(parts) => self.complete(key, upload, parts, condition).await,
            Err(error) => Err(error),
        };
        if !matches!(ended, Ok(Put::Done)) {
            self.abort(key, upload).await;
        }
        ended
    }

    async fn send_parts(&self, key: &str, upload: &str, bytes: &Bytes) -> Result<Vec<CompletedPart>, IngestError> {
        let starts = (0..bytes.len()).step_by(self.part_size);
        let parts = starts.zip(1..).map(|(start, number)| {
            let part = bytes.slice(start..bytes.len().min(start + self.part_size));
            self.send_part(key, upload, number, part)
        });
        stream::iter(parts).buffered(PARTS_AT_ONCE).try_collect().await
    }

    async fn send_part(&self, key: &str, upload: &str, number: i32, part: Bytes) -> Result<CompletedPart, IngestError> {
        let sent = self
            .client
            .upload_part()
            .bucket(&self.bucket)
            .key(self.full_key(key))
            .upload_id(upload)
            .part_number(number)
            .checksum_algorithm(CHECKSUM)
            .body(ByteStream::from(part))
            .send()
            .await
            .map_err(|error| self.failed(key, &error))?;
        Ok(CompletedPart::builder()
            .part_number(number)
            .set_e_tag(sent.e_tag)
            .set_checksum_sha256(sent.checksum_sha256)
            .build())
    }

    async fn complete(
        &self,
        key: &str,
        upload: &str,
        parts: Vec<CompletedPart>,
        condition: Condition<'_>,
    ) -> Result<Put, IngestError> {
        let parts = CompletedMultipartUpload::builder().set_parts(Some(parts)).build();
        let request = self
            .client
            .complete_multipart_upload()
            .bucket(&self.bucket)
            .key(self.full_key(key))
            .upload_id(upload)
            .multipart_upload(parts)
            .set_if_none_match(condition.none_match())
            .set_if_match(condition.matches());
        self.ended(key, request.send().await)
    }

    /// Frees the parts. They are invisible either way, so a failure here only costs storage until the bucket's lifecycle rule.
    async fn abort(&self, key: &str, upload: &str) {
        let request = self.client.abort_multipart_upload().bucket(&self.bucket).key(self.full_key(key));
        if let Err(error) = request.upload_id(upload).send().await
            && !lost_the_race(&error)
        {
            tracing::warn!(reason = %self.failed(key, &error), "parts of an upload that ended early were not removed");
        }
    }
}
