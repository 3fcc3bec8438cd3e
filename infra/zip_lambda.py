"""Zip a binary as Lambda's `bootstrap`: `zip_lambda.py target/release/bootstrap dist/start-glue-job.zip`.

The same binary gives the same bytes. A binary that needs a newer glibc than Amazon Linux 2023 has is refused.
"""

from __future__ import annotations

import argparse
import io
import re
import sys
import zipfile
from pathlib import Path

NEWEST_GLIBC = (2, 34)


def glibc_needed(binary: bytes) -> tuple[int, ...]:
    """The newest glibc whose symbols the binary asks for."""
    versions = re.findall(rb"GLIBC_(\d+)\.(\d+)\0", binary.replace(b"GLIBC_PRIVATE", b""))
    return max(((int(major), int(minor)) for major, minor in versions), default=(0, 0))


def zipped(members: dict[str, bytes]) -> bytes:
    """A zip of `members` with fixed dates and modes, so that the same content gives the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, content in sorted(members.items()):
            entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            entry.external_attr = 0o100755 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content, compresslevel=9)
    return buffer.getvalue()


def main() -> int:
    """Zip the binary named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("binary", type=Path, help="a Linux x86_64 binary that speaks the Lambda Runtime API")
    parser.add_argument("zip", type=Path, help="where the zip goes")
    arguments = parser.parse_args()
    try:
        binary = arguments.binary.read_bytes()
    except OSError as error:
        sys.exit(f"error: {arguments.binary}: {(error.strerror or str(error)).lower()}")
    needed = glibc_needed(binary)
    if needed > NEWEST_GLIBC:
        sys.exit(f"error: {arguments.binary} needs glibc {needed[0]}.{needed[1]}, expected 2.34 or older")
    content = zipped({"bootstrap": binary})
    arguments.zip.parent.mkdir(parents=True, exist_ok=True)
    arguments.zip.write_bytes(content)
    print(f"{arguments.zip}: {len(content) / 1e6:.2f} MB, glibc {needed[0]}.{needed[1]}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
