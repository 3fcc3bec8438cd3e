"""Files of the lake, on disk or on S3, read and written without Spark's readers and writers.

A file is written completely or not at all: on disk by a rename, on S3 by one upload.
"""

from __future__ import annotations

import os
import tempfile
import uuid
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from pyarrow import fs

from b3_jobs.errors import JobError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from concurrent.futures import Future
    from datetime import datetime

_Item = TypeVar("_Item")
_Answer = TypeVar("_Answer")
_S3 = ("s3://", "s3a://", "s3n://")
_URL_MARKS = "#?%"  # what ends a path in a URL, or encodes a character of it
_DELETED_A_REQUEST = 1_000
# Requests of one kind at the same time: one to S3 waits some 20 ms and needs no processor time.
REQUESTS_AT_ONCE = 16
# S3 answers 503 SlowDown while a prefix becomes busy; boto3's three attempts are not enough.
_ATTEMPTS = 10


@dataclass(frozen=True)
class Storage:
    """One folder of the lake; small and picklable, so that Spark can send it to its workers.

    Args:
        root: an absolute path on disk, or `bucket/prefix`.
        on_s3: whether `root` is in S3.
        endpoint: the URL of an S3 server other than Amazon's, or None.
    """

    root: str
    on_s3: bool = False
    endpoint: str | None = None

    @classmethod
    def at(cls, path: str) -> Storage:
        """The folder that a command-line argument names.

        Raises:
            JobError: for a scheme other than `file://`, `s3://`, `s3a://` and `s3n://`, or a path
                that PyIceberg and SQLAlchemy, for which it is part of a URL, would cut or decode.
        """
        if path.startswith(_S3):
            place = cls(path.partition("://")[2].rstrip("/"), on_s3=True, endpoint=s3_endpoint())
        elif "://" in path and not path.startswith("file://"):
            raise JobError(f"{path}: neither a local path nor s3://bucket/prefix")
        else:
            place = cls(str(Path(path.removeprefix("file://")).absolute()))
        if marks := [character for character in _URL_MARKS if character in place.root]:
            raise JobError(f"{place.uri()}: found {marks[0]}, expected a path without {' '.join(_URL_MARKS)}")
        return place

    def uri(self, relative: str = "") -> str:
        """The name under which Spark and the catalog know a file or folder."""
        path = f"{self.root}/{relative}" if relative else self.root
        return f"s3://{path}" if self.on_s3 else f"file://{path}"

    def bucket_and_key(self, relative: str) -> tuple[str, str]:
        """The names under which boto3 knows a file or folder in S3."""
        bucket, _, key = f"{self.root}/{relative}".partition("/")
        return bucket, key

    def folder(self, relative: str) -> Storage:
        """A folder inside this one."""
        return Storage(f"{self.root}/{relative}", self.on_s3, self.endpoint)

    @property
    def filesystem(self) -> Any:
        """Arrow's file system for the disk or the bucket; one for each process."""
        return _filesystem(self.on_s3, self.endpoint, self.bucket_and_key("")[0] if self.on_s3 else "")

    @property
    def s3(self) -> Any:
        """boto3's S3 client, for what Arrow's file system lacks, such as conditional writes."""
        return _s3_client(self.endpoint)

    def exists(self) -> bool:
        """Whether the folder exists."""
        return bool(self.filesystem.get_file_info(self.root).type == fs.FileType.Directory)

    def list(self, relative: str = "", *, recursive: bool = False) -> list[str]:
        """The sorted names in a folder (`recursive`: of all files below it), relative to the root.

        Empty without such a folder.
        """
        base = f"{self.root}/{relative}" if relative else self.root
        infos = self.filesystem.get_file_info(fs.FileSelector(base, allow_not_found=True, recursive=recursive))
        paths = [info.path for info in infos if not (recursive and info.type == fs.FileType.Directory)]
        return sorted(path[len(self.root) + 1 :] for path in paths)

    def older_than(self, moment: datetime) -> set[str]:
        """The files in the folder and below it that were last written before `moment`."""
        infos = self.filesystem.get_file_info(fs.FileSelector(self.root, allow_not_found=True, recursive=True))
        old = [info.path for info in infos if info.type == fs.FileType.File and info.mtime < moment]
        return {path[len(self.root) + 1 :] for path in old}

    def written_at(self, relative: str) -> Any:
        """The moment at which the store wrote the file, by the store's clock."""
        return self.filesystem.get_file_info(f"{self.root}/{relative}").mtime

    def open(self, relative: str) -> Any:
        """Opens a file for random reading."""
        return self.filesystem.open_input_file(f"{self.root}/{relative}")

    def contents(self, names: Iterable[str]) -> Iterator[bytes]:
        """The contents of small files, in the order of `names`; some are read ahead."""

        def content(relative: str) -> bytes:
            with self.open(relative) as file:
                return bytes(file.read())

        with ThreadPoolExecutor(REQUESTS_AT_ONCE) as threads:
            ahead: deque[Future[bytes]] = deque()
            for name in names:
                ahead.append(threads.submit(content, name))
                if len(ahead) > REQUESTS_AT_ONCE:
                    yield ahead.popleft().result()
            while ahead:
                yield ahead.popleft().result()

    def put(self, relative: str, content: Any) -> None:
        """Writes a small file, replacing any file of that name."""
        if self.on_s3:
            target = f"{self.root}/{relative}"
            with _named(self.uri(relative)), self.filesystem.open_output_stream(target) as stream:
                stream.write(content)
        else:
            with self.new_file(relative) as path:
                Path(path).write_bytes(content)

    @contextmanager
    def new_file(self, relative: str) -> Iterator[str]:
        """A local path to write; after a block without an error the file is moved to its place.

        The path is beside that place, or for S3 in the temporary folder. Readers of Parquet ignore
        names that begin with `_`.
        """
        target, unique = f"{self.root}/{relative}", uuid.uuid4().hex
        folder, _, name = target.rpartition("/")
        path = Path(tempfile.gettempdir(), f"{unique}.parquet") if self.on_s3 else Path(folder, f"_{name}.{unique}.tmp")
        try:
            with _named(self.uri(relative)):
                path.parent.mkdir(parents=True, exist_ok=True)
                yield str(path)
                if self.on_s3:
                    local = fs.LocalFileSystem()
                    fs.copy_files(str(path), target, source_filesystem=local, destination_filesystem=self.filesystem)
                else:
                    path.replace(target)
        finally:
            path.unlink(missing_ok=True)

    def move(self, relative: str, target: str) -> None:
        """Moves a file to another name in the folder, replacing any file of that name in one step.

        Arrow would leave an empty object in place of the file's folder on S3.
        """
        if not self.on_s3:
            Path(self.root, relative).replace(Path(self.root, target))
            return
        bucket, key = self.bucket_and_key(relative)
        new_key = self.bucket_and_key(target)[1]
        self.s3.copy_object(Bucket=bucket, Key=new_key, CopySource={"Bucket": bucket, "Key": key})
        self.delete(relative)

    def delete(self, *relative: str) -> None:
        """Removes files, and on disk also the folders below the root that become empty.

        On S3 one request of boto3 removes a thousand files; Arrow would leave empty objects in
        place of folders.

        Raises:
            OSError: for the first file that S3 does not remove, with the reason.
        """
        if not self.on_s3:
            for name in relative:
                self._delete_on_disk(Path(self.root, name))
            return
        bucket, _ = self.bucket_and_key("")
        for start in range(0, len(relative), _DELETED_A_REQUEST):
            names = relative[start : start + _DELETED_A_REQUEST]
            objects = [{"Key": self.bucket_and_key(name)[1]} for name in names]
            answer = self.s3.delete_objects(Bucket=bucket, Delete={"Objects": objects, "Quiet": True})
            for error in answer.get("Errors", ()):
                raise OSError(f"s3://{bucket}/{error['Key']}: {error['Code']}: {error['Message']}")

    def _delete_on_disk(self, file: Path) -> None:
        file.unlink()
        folder = file.parent
        while folder != Path(self.root) and not any(folder.iterdir()):
            folder.rmdir()
            folder = folder.parent


def in_threads(request: Callable[[_Item], _Answer], items: Iterable[_Item]) -> list[_Answer]:
    """What `request` answers for each item, in their order; some of the requests run at once."""
    with ThreadPoolExecutor(REQUESTS_AT_ONCE) as threads:
        return list(threads.map(request, items))


def s3_endpoint() -> str | None:
    """The URL of an S3 server other than Amazon's, if the environment names one."""
    return os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL")


def _region() -> str | None:
    return os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")


@contextmanager
def _named(uri: str) -> Iterator[None]:
    """Adds the file's name to an OSError: the message of a full disk does not contain it."""
    try:
        yield
    except OSError as error:
        raise OSError(f"{uri}: {error}") from error


@cache
def _filesystem(on_s3: bool, endpoint: str | None, bucket: str) -> Any:
    if not on_s3:
        return fs.LocalFileSystem()
    # allow_delayed_open: a small file takes one PUT, not the three requests of a multipart upload.
    retries = fs.AwsStandardS3RetryStrategy(max_attempts=_ATTEMPTS)
    if endpoint:
        return fs.S3FileSystem(endpoint_override=endpoint, allow_delayed_open=True, retry_strategy=retries)
    region = _region() or fs.resolve_s3_region(bucket)
    return fs.S3FileSystem(region=region, allow_delayed_open=True, retry_strategy=retries)


@cache
def _s3_client(endpoint: str | None) -> Any:
    # Imported here because only a lake on S3 needs boto3; it may be missing on a laptop.
    import boto3
    from botocore.config import Config

    # Only Amazon's S3 is sure to have a host name for each bucket.
    style = "path" if endpoint else "auto"
    config = Config(s3={"addressing_style": style}, retries={"mode": "standard", "max_attempts": _ATTEMPTS})
    return boto3.client("s3", endpoint_url=endpoint, region_name=_region(), config=config)
