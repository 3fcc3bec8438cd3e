"""Storage on disk and on S3: complete files or none, few requests, and what a deletion leaves."""

from __future__ import annotations

import logging
import random
import resource
from operator import length_hint
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from local_server import LocalHandler, LocalServer
from s3 import BUCKET, Requests

from b3_jobs.files.storage import REQUESTS_AT_ONCE, Storage
from b3_jobs.tables import year_file
from b3_kernels.partition_files import encode_parquet


def test_a_put_and_a_list_on_s3_are_one_request_each(requests: Requests) -> None:
    place = Storage.at(f"s3://{BUCKET}/refined").folder("cotacoes_diarias")
    row = encode_parquet(pa.record_batch({"fechamento": [1.5]}))
    names = [f"data_pregao=2024-01-02/ativo=T{n}/cotacao.parquet" for n in range(20)]
    for name in names:
        place.put(name, row)
    puts = [line for line in requests.lines if line.startswith("PUT")]
    assert len(requests.lines) == len(puts) == len(names)
    requests.lines.clear()
    assert place.list("data_pregao=2024-01-02", recursive=True) == sorted(names)
    assert len(requests.lines) == 1
    with place.open(names[3]) as file:
        assert pq.read_table(file).to_pylist() == [{"fechamento": 1.5}]
    place.delete(names[3])
    assert names[3] not in place.list("data_pregao=2024-01-02", recursive=True)
    assert place.list("data_pregao=2024-01-03") == []


def test_a_put_is_repeated_after_three_slow_down_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = 0

    class Busy(LocalHandler):
        """An S3 that answers SlowDown, as on a busy prefix."""

        def do_PUT(self) -> None:
            nonlocal asked
            asked += 1
            self.body()
            if asked <= 3:
                self.answer(503, b"<Error><Code>SlowDown</Code><Message>Reduce</Message></Error>")
            else:
                self.answer(200, b"")

    for name in ("ACCESS_KEY_ID", "SECRET_ACCESS_KEY"):
        monkeypatch.setenv(f"AWS_{name}", "x")
    with LocalServer(Busy) as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL", server.url)
        Storage.at(f"s3://{BUCKET}").put("data_pregao=2024-01-02/ativo=PETR4/cotacao.parquet", b"row")
    assert asked == 4


def test_a_large_file_appears_on_s3_only_when_complete(requests: Requests, request: pytest.FixtureRequest) -> None:
    years = "refined/cotacoes_por_ano"
    place = Storage.at(f"s3a://{BUCKET}/{years}")
    name, content = "ano=2024/cotacoes.parquet", random.Random(1).randbytes(12_000_000)  # several parts
    client = place.s3
    # Of each PUT and POST: its query, and the number of files that a list then shows.
    seen: list[tuple[str, int]] = []

    def look(record: logging.LogRecord) -> bool:
        """List files after a PUT or POST; no log handler, because its lock would block the list."""
        _, _, request_line = record.getMessage().partition('"')  # the server quotes it
        if request_line.startswith(("PUT", "POST")):
            files = client.list_objects_v2(Bucket=BUCKET, Prefix=years)["KeyCount"]
            seen.append((request_line.partition("?")[2], files))
        return True

    logging.getLogger("werkzeug").addFilter(look)
    request.addfinalizer(lambda: logging.getLogger("werkzeug").removeFilter(look))
    with place.new_file(name) as path:
        Path(path).write_bytes(content)
    *parts, (_, at_the_end) = seen
    assert sum(query.startswith("partNumber") for query, _ in parts) > 1, seen
    assert {files for _, files in parts} == {0}
    assert at_the_end == 1
    with place.open(name) as file:
        assert file.read() == content
    assert not Path(path).exists()


def year_of(sessions: int) -> pa.Table:
    """The closes of 60 tickers in the first sessions of the same year."""
    rng = random.Random(17)
    closes = [[rng.random() for _ in range(100)][:sessions] for _ in range(60)]
    return pa.table({"fechamento": [close for ticker in closes for close in ticker]})


def write_year(place: Storage, rows: pa.Table) -> None:
    new = year_file.unfinished_name(2024)
    year_file.write(place, new, [rows], rows.schema)
    place.move(new, year_file.name(2024))


@pytest.mark.parametrize("on_s3", [False, True], ids=["disk", "s3"])
def test_a_reader_of_a_replaced_year_file_fails_or_gets_rows_of_one_version(
    requests: Requests, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, on_s3: bool
) -> None:
    monkeypatch.setattr(year_file, "_ROW_GROUP", 1_000)
    place = Storage.at(f"s3://{BUCKET}/years" if on_s3 else str(tmp_path))
    before, after = year_of(50), year_of(51)
    write_year(place, before)
    reader = pq.ParquetFile(place.open(year_file.name(2024)))
    write_year(place, after)
    unreadable = 0
    # An open file on a disk keeps its content. S3 answers from the new object: a row group that
    # begins at the same byte in both has the new rows, another one cannot be read.
    for group in range(reader.num_row_groups):
        try:
            rows = reader.read_row_group(group)
        except (OSError, pa.ArrowException):
            unreadable += 1
        else:
            version = after if on_s3 else before
            assert rows.equals(version.slice(group * 1_000, 1_000))
    assert (unreadable > 0) is on_s3


def test_a_failed_write_on_disk_leaves_the_old_file(tmp_path: Path) -> None:
    place = Storage.at(str(tmp_path))
    place.put("a/b/c.parquet", b"old")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000, hard))
    try:
        with pytest.raises(OSError, match="File too large"):
            place.put("a/b/c.parquet", b"half written" * 1_000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert (tmp_path / "a/b/c.parquet").read_bytes() == b"old"
    assert place.list("a", recursive=True) == ["a/b/c.parquet"]
    place.put("a/b/c.parquet", b"new")
    assert (tmp_path / "a/b/c.parquet").read_bytes() == b"new"


def test_contents_come_in_order_and_only_a_few_are_read_ahead(tmp_path: Path) -> None:
    place, names = Storage.at(str(tmp_path)), [str(number) for number in range(100)]
    for name in names:
        place.put(name, name.encode())
    unread = iter(names)
    contents = place.contents(unread)
    assert next(contents) == b"0"
    assert len(names) - length_hint(unread) == 1 + REQUESTS_AT_ONCE  # the one returned, and those read ahead
    assert list(contents) == [name.encode() for name in names[1:]]


def test_contents_fail_where_a_file_is_missing(tmp_path: Path) -> None:
    place = Storage.at(str(tmp_path))
    place.put("there", b"1")
    contents = place.contents(["there", "missing"])
    assert next(contents) == b"1"
    with pytest.raises(FileNotFoundError, match="missing"):
        next(contents)


def test_files_on_s3_are_deleted_a_thousand_in_a_request_and_nothing_is_left(requests: Requests) -> None:
    place = Storage.at(f"s3://{BUCKET}/many").folder("cotacoes_diarias")
    client = place.s3
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
