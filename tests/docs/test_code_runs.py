"""The Python blocks of each page run, one after another in one namespace."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pages import PAGES, ROOT, blocks, name

import b3_kernels as b3
import sample_cotahist

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def made_by_make_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder laid out as by `make run`, with a sample and its year's table, and the queries."""
    folder = tmp_path_factory.mktemp("clone")
    (folder / "queries").symlink_to(ROOT / "queries")
    quotes = folder / "build/COTAHIST_A2024_INVENTED.TXT"
    quotes.parent.mkdir()
    quotes.write_bytes(sample_cotahist.sample(2024))
    # In place of the file that the README's example reads: the wheel takes a text with the name of
    # a ZIP too.
    renamed = quotes.read_bytes().replace(b"INVA3 ", b"PETR4 ").replace(b"INVB4 ", b"VALE3 ")
    (folder / "COTAHIST_D08112024.ZIP").write_bytes(renamed)
    year = folder / "build/lake/refined/cotacoes_por_ano/ano=2024"
    year.mkdir(parents=True)
    pq.write_table(pa.table(b3.refine(b3.read_cotahist(quotes))), year / "cotacoes.parquet")
    return folder


@pytest.mark.parametrize("page", [page for page in PAGES if blocks(page, "python")], ids=name)
def test_the_python_of_a_page_runs(page: Path, made_by_make_run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(made_by_make_run)
    namespace: dict[str, object] = {"__name__": "page"}
    for block in blocks(page, "python"):
        code = compile("\n" * (block.line - 1) + block.code, str(page), "exec")
        exec(code, namespace)  # noqa: S102 - the pages are ours
