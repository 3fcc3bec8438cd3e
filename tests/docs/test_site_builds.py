"""The site builds without a warning, loads nothing from the network and documents the wheel."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from pages import ROOT

if TYPE_CHECKING:
    from pathlib import Path


def build(project: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    """Builds the site; with `--quiet` mkdocs would count no warning."""
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)]
    return subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built site; a warning fails the build."""
    folder = tmp_path_factory.mktemp("site")
    answer = build(ROOT, folder)
    assert answer.returncode == 0, answer.stderr
    return folder


def test_a_broken_link_fails_the_build(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/index.md").write_text("[nowhere](nowhere.md)\n", encoding="utf-8")
    (tmp_path / "mkdocs.yml").write_text("site_name: one page\n", encoding="utf-8")
    answer = build(tmp_path, tmp_path / "site")
    assert "nowhere.md" in answer.stderr
    assert answer.returncode != 0


def test_a_page_loads_nothing_from_the_network(site: Path) -> None:
    loaded = re.compile(r"""<(?:script|link|img|iframe)\b[^>]*?(?:src|href)=["']?(https?:[^"' >]+)""")
    for page in site.rglob("*.html"):
        found = loaded.findall(page.read_text(encoding="utf-8"))
        assert not found, (page.name, found)


def test_every_page_of_docs_is_in_the_site(site: Path) -> None:
    written = {page.stem for page in (ROOT / "docs").glob("*.md")}
    assert written <= {page.stem for page in site.glob("*.html")}


def test_the_reference_documents_every_public_name_of_the_wheel(site: Path) -> None:
    import b3_kernels as b3

    reference = (site / "wheel.html").read_text(encoding="utf-8")
    public = [name for name in b3.__all__ if not name.startswith("_")]
    missing = [name for name in public if f'id="b3_kernels.{name}"' not in reference]
    assert not missing, missing
