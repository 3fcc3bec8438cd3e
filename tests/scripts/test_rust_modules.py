"""Tests of scripts/rust_modules.py: the modules that each module of a crate uses."""

from __future__ import annotations

from pathlib import Path

import pytest

import rust_modules


@pytest.fixture
def crate(tmp_path: Path) -> Path:
    """A crate with a re-export, paths of every form, a comment and tests."""
    sources = {
        "lib.rs": "mod price; mod lake; mod error;\npub use price::Price;\n",
        "price.rs": "use std::fmt;\npub struct Price;\n",
        "error.rs": "// use crate::lake::Key;\npub struct Error(arrow::Schema);\n",
        "lake/mod.rs": "mod key;\npub(crate) use key::Key;\n#[cfg(test)]\nmod laws;\n",
        "lake/key.rs": "use crate::{Price, error::{self, Error as Fault}};\nstruct Key;\n"
        "#[cfg(test)]\nmod tests {\n    use crate::reader;\n}\n",
        "lake/laws.rs": "use crate::reader::Reader;\n",
        "reader.rs": "use super::lake::Key;\nfn read() { crate::error::fail(); std::mem::drop(1); }\n",
    }
    for name, text in sources.items():
        (tmp_path / "src" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "src" / name).write_text(text)
    return tmp_path


def test_uses_name_the_modules_that_define_the_items_without_comments_and_tests(crate: Path) -> None:
    assert rust_modules.uses(crate) == {
        "": {"price"},  # lib.rs
        "price": set(),
        "error": set(),
        "lake": {"lake::key"},
        "lake::key": {"price", "error"},
        "reader": {"lake::key", "error"},
    }


def test_naming_tells_the_modules_that_name_another_crate(crate: Path) -> None:
    assert rust_modules.naming(crate, "arrow") == {"error"}
