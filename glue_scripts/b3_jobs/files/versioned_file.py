"""A small file that two runs may write: a write fails if the file has changed since it was read.

On S3 a write is a conditional PUT, on disk a lock around a comparison and a rename.
"""

from __future__ import annotations

import fcntl
import hashlib
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from b3_jobs.errors import JobError, aws_errors

if TYPE_CHECKING:
    from collections.abc import Iterator

    from b3_jobs.files.storage import Storage

_LOCK = "_lock"
# The content and version of a file that does not exist.
MISSING_FILE = (None, None)
# S3's codes, or a server's HTTP status: another version, a put under way, no file for If-Match.
_NOT_THIS_VERSION = ("PreconditionFailed", "412", "ConditionalRequestConflict", "409", "NoSuchKey", "404")


class ConflictError(Exception):
    """Another run has written the file since this run read it, or it was deleted."""


@dataclass(frozen=True)
class VersionedFile:
    """The file called `name` in `place`."""

    place: Storage
    name: str

    def read(self) -> tuple[bytes | None, str | None]:
        """The content and its version; MISSING_FILE if the file does not exist."""
        return self._read_s3() if self.place.on_s3 else self._read_disk()

    def write(self, content: bytes, version: str | None) -> str:
        """Writes the file and returns its new version.

        Raises:
            ConflictError: if the file's version is not `version`; None means that no file exists.
        """
        return self._write_s3(content, version) if self.place.on_s3 else self._write_disk(content, version)

    def _read_disk(self) -> tuple[bytes | None, str | None]:
        try:
            content = Path(self.place.root, self.name).read_bytes()
        except FileNotFoundError:
            return MISSING_FILE
        return content, _digest(content)

    def _write_disk(self, content: bytes, version: str | None) -> str:
        with self._locked():
            _, current = self._read_disk()
            if current != version:
                raise ConflictError(self.place.uri(self.name))
            self.place.put(self.name, content)
        return _digest(content)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        Path(self.place.root).mkdir(parents=True, exist_ok=True)
        # The system releases the lock when the process dies.
        with Path(self.place.root, _LOCK).open("w", encoding="ascii") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _read_s3(self) -> tuple[bytes | None, str | None]:
        bucket, key = self.place.bucket_and_key(self.name)
        try:
            answer = self.place.s3.get_object(Bucket=bucket, Key=key)
            return answer["Body"].read(), str(answer["ETag"])
        except aws_errors() as error:
            if _code(error) == "NoSuchKey":
                return MISSING_FILE
            raise JobError(f"{self.place.uri(self.name)}: cannot be read: {error}") from error

    def _write_s3(self, content: bytes, version: str | None) -> str:
        bucket, key = self.place.bucket_and_key(self.name)
        header, value = ("If-None-Match", "*") if version is None else ("If-Match", version)

        def add_condition(params: dict[str, Any], **_: Any) -> None:
            params["headers"][header] = value

        # Sent as a header, because older versions of boto3 lack put_object's IfMatch.
        client, event = self.place.s3, "before-call.s3.PutObject"
        client.meta.events.register(event, add_condition)
        try:
            return str(client.put_object(Bucket=bucket, Key=key, Body=content)["ETag"])
        except aws_errors() as error:
            if _code(error) in _NOT_THIS_VERSION:
                # boto3 sends a request again if its response was lost, and then meets its own file.
                stored, current = self._read_s3()
                if stored == content and current is not None:
                    return current
                raise ConflictError(self.place.uri(self.name)) from error
            raise JobError(f"{self.place.uri(self.name)}: cannot be written: {error}") from error
        finally:
            client.meta.events.unregister(event, add_condition)


def _code(error: Exception) -> str:
    return str(getattr(error, "response", {}).get("Error", {}).get("Code", ""))


def _digest(content: bytes) -> str:
    return hashlib.blake2b(content, digest_size=16).hexdigest()
