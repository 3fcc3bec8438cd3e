"""Tests of scripts/zip_lambda.py: a program that Lambda could not run is refused."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

import zip_lambda

X86_64, AARCH64 = 62, 183  # ELF's numbers of machines


def program(machine: int, *versions: str) -> bytes:
    """The head of an ELF file with the names of glibc's versions."""
    names = b"\0".join(version.encode() for version in versions)
    return b"\x7fELF\x02".ljust(18, b"\0") + machine.to_bytes(2, "little") + names + b"\0"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (program(X86_64, "GLIBC_2.2.5", "GLIBC_2.34", "GLIBC_2.4"), None),
        (program(X86_64, "GLIBC_2.4", "GLIBC_2.39"), "needs glibc 2.39, Lambda has 2.34"),
        (program(AARCH64, "GLIBC_2.34"), "expected a program for Linux on x86_64"),
        (b"\xcf\xfa\xed\xfe of macOS", "expected a program for Linux on x86_64"),
    ],
)
def test_a_program_that_lambda_cannot_run_is_not_packed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes, reason: str | None
) -> None:
    binary, archive = tmp_path / "bootstrap", tmp_path / "dist" / "lambda.zip"
    binary.write_bytes(content)
    monkeypatch.setattr(sys, "argv", ["zip_lambda.py", str(binary), str(archive)])
    if reason is None:
        zip_lambda.main()
    else:
        with pytest.raises(SystemExit, match=f"error: {binary}: {reason}"):
            zip_lambda.main()
    assert archive.exists() is (reason is None)
