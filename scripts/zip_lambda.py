"""Pack a Lambda's `bootstrap` into a zip whose bytes depend on the binary alone."""

from __future__ import annotations

import argparse
import re
import sys
import zipfile
from pathlib import Path

EXECUTABLE_FILE = 0o100755
# The glibc of Amazon Linux 2023, on which Lambda runs the binary.
GLIBC = (2, 34)


def fault(program: bytes) -> str | None:
    """Why Lambda cannot run this program; None if it can."""
    # A program of Linux is an ELF file; these bytes say that it is 64-bit and for x86-64.
    if (program[:5], program[18:20]) != (b"\x7fELF\x02", b"\x3e\x00"):
        return "expected a program for Linux on x86_64"
    found = re.findall(rb"GLIBC_(\d+)\.(\d+)\0", program)
    newest = max(((int(major), int(minor)) for major, minor in found), default=GLIBC)
    if newest > GLIBC:
        return "needs glibc {}.{}, Lambda has {}.{}: build it on Amazon Linux 2023 or Debian 11".format(*newest, *GLIBC)
    return None


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
    if reason := fault(options.binary.read_bytes()):
        sys.exit(f"error: {options.binary}: {reason}")
    pack(options.binary, options.archive)
    print(f"{options.archive}: {options.archive.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
