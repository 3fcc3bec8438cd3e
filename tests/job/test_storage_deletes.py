"""Deleting files: on S3 a thousand in a request, on disk with the folders that become empty."""

from __future__ import annotations

from typing import TYPE_CHECKING

import boto3
import pytest
from s3 import BUCKET, Requests

from b3_jobs.files.storage import Storage

if TYPE_CHECKING:
    from pathlib import Path


def test_files_on_s3_are_deleted_a_thousand_in_a_request_and_nothing_is_left(requests: Requests) -> None:
    place = Storage.at(f"s3://{BUCKET}/many").folder("cotacoes_diarias")
    client = boto3.client("s3", endpoint_url=place.endpoint)
    names = [f"data_pregao=2024-01-02/ativo=T{number}/cotacao.parquet" for number in range(1_001)]
    for name in names[::50]:  # both ends, and some between; S3 takes keys that are not there, too
        client.put_object(Bucket=BUCKET, Key=f"many/cotacoes_diarias/{name}", Body=b"")
    requests.lines.clear()
    place.delete(*names[1:])
    assert [line.split()[0] for line in requests.lines] == ["POST"]
    place.delete(names[0])
    assert client.list_objects_v2(Bucket=BUCKET, Prefix="many/").get("Contents") is None
    requests.lines.clear()
    place.delete(*(f"{number}" for number in range(2_500)))
    assert [line.split()[0] for line in requests.lines] == ["POST"] * 3
    place.delete()
    assert len(requests.lines) == 3


def test_a_file_that_s3_does_not_delete_is_an_error_with_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    class Refusing:
        def delete_objects(self, **_: object) -> object:
            return {"Errors": [{"Key": "lake/x.parquet", "Code": "AccessDenied", "Message": "no"}]}

    monkeypatch.setattr(Storage, "s3", Refusing())
    with pytest.raises(OSError, match=r"s3://bucket/lake/x\.parquet: AccessDenied: no"):
        Storage.at("s3://bucket/lake").delete("x.parquet")


def test_files_on_disk_are_deleted_with_the_folders_that_become_empty(tmp_path: Path) -> None:
    place = Storage.at(str(tmp_path))
    for name in ("a/b/1", "a/b/2", "a/c/3"):
        place.put(name, b"")
    place.delete("a/b/1")
    assert (tmp_path / "a/b").is_dir()
    place.delete("a/b/2")
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["c"]
    place.delete("a/c/3")
    assert list(tmp_path.iterdir()) == []
