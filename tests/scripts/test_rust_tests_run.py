"""Tests that `cargo test` runs every Rust test, and reports what lacks B3's files as ignored."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def sources(*folders: Path) -> Iterator[tuple[str, str]]:
    """Each Rust file's path and text."""
    for path in sorted(path for folder in folders for path in folder.rglob("*.rs")):
        yield str(path.relative_to(ROOT)), path.read_text(encoding="utf-8")


def test_a_library_with_tests_turned_off_has_no_test() -> None:
    manifests = [*ROOT.glob("rust/*/Cargo.toml"), *ROOT.glob("lambda/*/Cargo.toml")]
    read = {path.parent: tomllib.loads(path.read_text(encoding="utf-8")) for path in manifests}
    untested = [folder for folder, manifest in read.items() if not manifest.get("lib", {}).get("test", True)]
    assert [folder.name for folder in untested] == ["b3-kernels-py"]
    lost = [name for folder in untested for name, text in sources(folder / "src") if "#[test]" in text]
    assert lost == []


def test_only_suites_that_report_ignored_tests_read_shared_data() -> None:
    texts = dict(sources(ROOT / "rust", ROOT / "lambda"))
    reading = {name for name, text in texts.items() if "shared/data" in text}
    assert reading == {"rust/b3-ingest/tests/b3_files/main.rs", "rust/b3-cotahist/tests/b3_files/main.rs"}
    # No test prints that it is skipped, which cargo would report as passed.
    assert [name for name, text in texts.items() if '"skipped:' in text] == []
