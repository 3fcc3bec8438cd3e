"""The files that a deployment uploads to the artifacts bucket, and the key of each.

A key holds the content's hash, so an upload never changes what a running stack uses, and a
deployment that changes nothing changes no key.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SCRIPTS = ROOT / "glue_scripts"


class MissingArtifactError(Exception):
    """A file that the build should have made is missing, or there are two wheels for Glue."""


@dataclass(frozen=True)
class Artifact:
    """The content of an upload and the template parameter that takes its key."""

    parameter: str
    content: bytes
    key: str


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise MissingArtifactError(f"{path}: {reason}; run `make wheel pyiceberg lambda ingest-lambda`") from error


def key_of(content: bytes, folder: str, name: str) -> str:
    """The key `folder/<hash>/<name>`; pip needs the wheel's own file name."""
    return f"{folder}/{hashlib.sha256(content).hexdigest()[:16]}/{name}"


def _artifact(parameter: str, folder: str, name: str, content: bytes) -> Artifact:
    return Artifact(parameter, content, key_of(content, folder, name))


def _wheel(dist: Path) -> Path:
    """The one wheel for Glue in `dist`."""
    wheels = sorted(dist.glob("b3_kernels-*-manylinux_2_28_x86_64.whl"))
    if len(wheels) != 1:
        found = ", ".join(wheel.name for wheel in wheels) or "none"
        raise MissingArtifactError(
            f"{dist}: expected one b3_kernels wheel for manylinux_2_28_x86_64, found {found}; run `make wheel`"
        )
    return wheels[0]


def _job_modules() -> bytes:
    """The package b3_jobs as the zip file that Glue's `--extra-py-files` takes."""
    sources = sorted((SCRIPTS / "b3_jobs").rglob("*.py"))
    return _zipped({str(source.relative_to(SCRIPTS)): source.read_bytes() for source in sources})


def _pyiceberg(folder: Path) -> bytes:
    """PyIceberg's wheels as a Glue zip of wheels: a folder `wheels/` with a requirements.txt.

    pip installs the wheels that suit the Glue version's Python; a package that Glue has already is
    replaced only if it is too old.
    """
    wheels = sorted(folder.glob("*.whl"))
    if not any(wheel.name.startswith("pyiceberg-") for wheel in wheels):
        raise MissingArtifactError(f"{folder}: holds no wheel of pyiceberg; run `make pyiceberg`")
    return _zipped({f"wheels/{path.name}": _read(path) for path in [*wheels, folder / "requirements.txt"]})


def _zipped(files: dict[str, bytes]) -> bytes:
    """A zip file dated 1980, so that the same files have the same bytes and the same key."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            archive.writestr(entry, content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def collect(dist: Path = ROOT / "dist") -> list[Artifact]:
    """Returns every artifact of a deployment.

    Raises:
        MissingArtifactError: a file is not built, or two wheels are; the message names the command.
    """
    wheel = _wheel(dist)
    return [
        _artifact("StartGlueJobKey", "lambda", "start-glue-job.zip", _read(dist / "start-glue-job.zip")),
        _artifact("IngestKey", "lambda", "b3-ingest.zip", _read(dist / "b3-ingest.zip")),
        _artifact("JobScriptKey", "job", "refine_quotes.py", _read(SCRIPTS / "refine_quotes.py")),
        _artifact("AuditScriptKey", "job", "audit_quotes.py", _read(SCRIPTS / "audit_quotes.py")),
        _artifact("JobModulesKey", "job", "b3_jobs.zip", _job_modules()),
        _artifact("WheelKey", "wheels", wheel.name, _read(wheel)),
        _artifact("PyIcebergKey", "wheels", "pyiceberg.gluewheels.zip", _pyiceberg(dist / "pyiceberg")),
    ]
