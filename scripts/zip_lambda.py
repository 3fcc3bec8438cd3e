"""Pack a Lambda's `bootstrap` into a zip whose bytes depend on the binary alone."""

from __future__ import annotations

import argparse
import zipfile
from pathlib import Path

EXECUTABLE_FILE = 0o100755


def pack(binary: Path, archive: Path) -> None:
    """Writes `archive` with `binary` in it as the executable `bootstrap`."""
    archive.parent.mkdir(parents=True, exist_ok=True)
    member = zipfile.ZipInfo("bootstrap", date_time=(1980, 1, 1, 0, 0, 0))
    member.external_attr = EXECUTABLE_FILE << 16
    member.compress_type = zipfile.ZIP_DEFLATED
    with zipfile.ZipFile(archive, "w") as zipped:
        zipped.writestr(member, binary.read_bytes(), compresslevel=9)


def main() -> None:
    """Packs the zip file and prints its path and size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("binary", type=Path, help="target/release/bootstrap")
    parser.add_argument("archive", type=Path, help="dist/start-glue-job.zip")
    options = parser.parse_args()
    pack(options.binary, options.archive)
    print(f"{options.archive}: {options.archive.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
