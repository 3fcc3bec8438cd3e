"""Lists the objects of a lake folder, each with an identity that changes when its content changes.

On S3 the identity is the ETag and the size, which the listing returns. On disk it is the size and a
hash of the content, because a modification time misleads when clocks are wrong, when a file was
restored from a copy, or when two writes fall into one clock tick. A listing that fails or is cut
short is an error, never a shorter answer.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from b3_jobs.errors import JobError, aws_errors

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator

    from b3_jobs.files.storage import Storage


@dataclass(frozen=True, order=True)
class Identity:
    """Identifies the content of an object: `tag` is the ETag on S3 and a hash on disk."""

    tag: str
    size: int

    def __str__(self) -> str:
        return f"{self.tag} {self.size}"

    @classmethod
    def parse(cls, text: str) -> Identity:
        """Parses the text that `str` returns."""
        tag, _, size = text.rpartition(" ")
        return cls(tag, int(size))


def list_objects(place: Storage, key: re.Pattern[str]) -> dict[str, Identity]:
    """The objects below `place` whose relative name matches `key`; empty without such a folder.

    Raises:
        JobError: if any part of the listing fails or is missing.
    """
    objects = _on_s3(place, key) if place.on_s3 else _on_disk(Path(place.root), key)
    return dict(sorted(objects))


def _on_disk(root: Path, key: re.Pattern[str]) -> Iterator[tuple[str, Identity]]:
    folders = [""]
    while folders:
        folder = folders.pop()
        for name, is_folder in _entries(root, folder):
            inside = f"{folder}{name}"
            if is_folder:
                folders.append(f"{inside}/")
            elif key.fullmatch(inside):
                yield inside, _hashed(root / inside)


def _entries(root: Path, folder: str) -> list[tuple[str, bool]]:
    try:
        with os.scandir(root / folder) as entries:
            return [(entry.name, entry.is_dir()) for entry in entries]
    except FileNotFoundError:
        if folder:
            raise JobError(f"file://{root}/{folder}: gone while it was listed; run again") from None
        return []
    except OSError as error:
        raise JobError(f"file://{root}/{folder}: cannot be listed: {error.strerror}; nothing was touched") from error


def _hashed(path: Path) -> Identity:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise JobError(f"file://{path}: cannot be read: {error.strerror}; nothing was touched") from error
    return Identity(hashlib.blake2b(content, digest_size=16).hexdigest(), len(content))


def _on_s3(place: Storage, key: re.Pattern[str]) -> Iterator[tuple[str, Identity]]:
    bucket, prefix = place.bucket_and_key("")  # the prefix ends with a slash, or is empty
    for entry in _pages(place, bucket, prefix):
        inside = str(entry["Key"])[len(prefix) :]
        if key.fullmatch(inside):
            yield inside, Identity(str(entry["ETag"]).strip('"'), int(entry["Size"]))


def _pages(place: Storage, bucket: str, prefix: str) -> Iterator[dict[str, Any]]:
    """The entries of all pages; boto3's paginator ends at a page without `IsTruncated`."""
    token: dict[str, str] = {}
    listed = 0
    while True:
        try:
            page = place.s3.list_objects_v2(Bucket=bucket, Prefix=prefix, **token)
        except aws_errors() as error:
            raise JobError(f"{place.uri()}: cannot be listed: {error}; nothing was touched") from error
        entries = page.get("Contents", [])
        listed += len(entries)
        truncated, following = page.get("IsTruncated"), page.get("NextContinuationToken")
        if truncated is None or page.get("KeyCount", len(entries)) != len(entries) or (truncated and not following):
            raise JobError(f"{place.uri()}: the listing ends early, after {listed} objects; nothing was touched")
        yield from entries
        if not truncated:
            return
        token = {"ContinuationToken": following}
