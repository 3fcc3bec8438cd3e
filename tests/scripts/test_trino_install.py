"""Tests of trino_install.py (an installation is complete or absent) and trino_lake.py, offline."""

from __future__ import annotations

import hashlib
import zipfile
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from trino.exceptions import TrinoUserError

import trino_install
import trino_lake
from b3_kernels.lake import CATALOG, open_catalog
from trino_install import Artifact, TrinoUnavailableError, install

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def hive(tmp_path: Path) -> tuple[Path, Artifact]:
    """A plugin's archive and its pin."""
    archive = tmp_path / f"trino-hive-{trino_install.VERSION}.zip"
    with zipfile.ZipFile(archive, "w") as files:
        # As in Trino's, a jar's name has two dots in a row: `shutil.unpack_archive` leaves it out.
        files.writestr(f"trino-hive-{trino_install.VERSION}/io...hive.jar", "a plugin")
    return archive, Artifact("trino-hive", "zip", hashlib.sha256(archive.read_bytes()).hexdigest(), plugin="hive")


def fetching(archive: Path, calls: list[str]) -> Callable[[list[str], str], None]:
    """A stub of pip and Ivy that records each call; Ivy's puts the archive into its cache."""

    def run(command: list[str], what: str) -> None:
        calls.append(what)
        if "-cache" in command:
            place = Path(command[command.index("-cache") + 1]) / "io.trino"
            place.mkdir()
            (place / archive.name).write_bytes(archive.read_bytes())

    return run


def test_an_installation_is_fetched_once_and_its_archives_are_not_kept(
    hive: tuple[Path, Artifact], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive, artifact = hive
    calls: list[str] = []
    monkeypatch.setattr(trino_install, "_run", fetching(archive, calls))
    for _ in range(2):
        found = install(tmp_path / "cache", [artifact])
        assert (found.server / "plugin" / "hive" / "io...hive.jar").read_text() == "a plugin"
    assert calls == ["Java 25 from PyPI", f"trino-hive {trino_install.VERSION} from Maven Central"]
    assert list((tmp_path / "cache").rglob("*.zip")) == []


def test_digest_of_an_installation_changes_with_a_pin(hive: tuple[Path, Artifact], tmp_path: Path) -> None:
    _, artifact = hive
    other = replace(artifact, sha256="0" * 64)
    assert trino_install._digest([artifact]) != trino_install._digest([other])


def test_a_killed_fetch_leaves_no_installation_and_the_next_one_starts_again(
    hive: tuple[Path, Artifact], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive, artifact = hive
    cache = tmp_path / "cache"

    def killed(command: list[str], what: str) -> None:
        (cache / "partial" / "half").write_text("")
        raise KeyboardInterrupt

    monkeypatch.setattr(trino_install, "_run", killed)
    with pytest.raises(KeyboardInterrupt):
        install(cache, [artifact])
    assert sorted(path.name for path in cache.iterdir()) == ["lock", "partial"]
    monkeypatch.setattr(trino_install, "_run", fetching(archive, calls=[]))
    found = install(cache, [artifact])
    assert not (found.folder / "half").exists()
    assert sorted(path.name for path in cache.iterdir()) == sorted(["lock", found.folder.name])


def test_an_archive_that_is_not_the_pinned_one_is_refused_with_both_sums(
    hive: tuple[Path, Artifact], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive, artifact = hive
    pinned = replace(artifact, sha256="0" * 64)
    monkeypatch.setattr(trino_install, "_run", fetching(archive, calls=[]))
    with pytest.raises(TrinoUnavailableError, match=rf"{archive.name}: SHA-256 is {artifact.sha256}, pinned is 0000"):
        install(tmp_path / "cache", [pinned])


def test_a_failed_fetch_is_an_error_with_its_output() -> None:
    with pytest.raises(TrinoUnavailableError, match="the thing cannot be fetched: no route"):
        trino_install._run(["sh", "-c", "echo no route >&2; exit 1"], "the thing")
    with pytest.raises(TrinoUnavailableError, match=r"the thing cannot be fetched: .*no-such-program"):
        trino_install._run(["no-such-program"], "the thing")


def test_a_port_that_does_not_exist_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        trino_lake.main(["--lake", str(tmp_path), "--port", "99999"])
    assert "--port: found 99999, expected 1 to 65535" in capsys.readouterr().err


def test_a_lake_with_the_iceberg_table_alone_is_served_once_its_catalog_exists(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    table = tmp_path / "refined" / "cotacoes"
    table.mkdir(parents=True)
    served: list[Path] = []
    monkeypatch.setattr(trino_lake, "in_use", lambda _: False)
    monkeypatch.setattr(trino_lake, "serve", lambda root, _: served.append(root))
    monkeypatch.setattr("signal.signal", lambda *_: None)
    assert (trino_lake.main(["--lake", str(tmp_path)]), served) == (1, [])
    assert capsys.readouterr().err.startswith(f"trino: {table.parent} has no published table; ")
    (table.parent / CATALOG).parent.mkdir()
    (table.parent / CATALOG).touch()
    assert trino_lake.main(["--lake", str(tmp_path)]) == 0
    assert served == [tmp_path.resolve()]


def test_the_iceberg_table_that_is_registered_is_the_newest_of_all_databases(tmp_path: Path) -> None:
    asked: list[str] = []
    server: Any = SimpleNamespace(ask=asked.append)
    with open_catalog(tmp_path, create=True) as catalog:
        assert trino_lake.register_iceberg(server, tmp_path) == []
        for database in ("z_old", "a_new"):
            catalog.create_namespace(database)
            place = f"file://{tmp_path}/it's {database}"
            catalog.create_table(f"{database}.cotacoes", pa.schema({"ativo": pa.string()}), place)
    assert trino_lake.register_iceberg(server, tmp_path) == ["cotacoes"]
    (call,) = asked
    assert f"'file://{tmp_path}/it''s a_new'" in call


def test_a_folder_with_a_quote_in_its_name_is_one_text_of_the_statement(tmp_path: Path) -> None:
    folder = tmp_path / "it's" / "cotacoes_por_ano"
    folder.mkdir(parents=True)
    pq.write_table(pa.table({"ativo": ["PETR4"]}), folder / "cotacoes.parquet")
    assert f"external_location = 'local://{tmp_path}/it''s/cotacoes_por_ano')" in trino_lake.create_table(folder)


@pytest.mark.parametrize(
    "error",
    [
        TrinoUserError({"errorName": "NOT_FOUND", "message": "no such file"}, "a query"),
        FileNotFoundError("no such file"),  # of a lake that was moved
    ],
)
def test_a_refused_statement_or_a_missing_file_is_an_error_of_one_line(
    error: Exception, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "refined" / CATALOG).parent.mkdir(parents=True)
    (tmp_path / "refined" / CATALOG).touch()

    def refuse(_: Path, __: int) -> None:
        raise error

    monkeypatch.setattr(trino_lake, "in_use", lambda _: False)
    monkeypatch.setattr(trino_lake, "serve", refuse)
    monkeypatch.setattr("signal.signal", lambda *_: None)
    assert trino_lake.main(["--lake", str(tmp_path)]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("trino: ")
    assert "no such file" in line
