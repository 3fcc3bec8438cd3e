"""`make run`, as a user calls it, compared with an independent reading of the same file."""

from __future__ import annotations

import json
import os
import re
import subprocess
import zipfile
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import nbformat
import pytest
from lakes import sample_actions
from notebook_runs import execute
from published_rows import published
from refine_twin import Row
from report_page import data_of
from spark_runs import QUICK_JVM
from spot_quotes import Key, Quote, spot_quotes

import sample_cotahist

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

ROOT = Path(__file__).resolve().parents[2]
REAL = ROOT.parent / "shared" / "data" / "cotahist"
SAMPLE_TICKERS = ("INVA3", "INVD3", "INVE4")


def spot_quotes_of(text: bytes, tickers: tuple[str, ...]) -> dict[Key, Quote]:
    """The spot quotes of these tickers in the text of a COTAHIST file."""
    return {key: quote for key, quote in spot_quotes(text).items() if key[1] in tickers}


@dataclass(frozen=True)
class Run:
    """The lake and the output of one run."""

    lake: Path
    output: str

    def rows(self, table: str = "cotacoes_diarias") -> dict[Key, dict[str, Any]]:
        """The published rows as DuckDB reads them from the files."""
        files = str(self.lake / "refined" / table / "*" / "*" / "*.parquet")
        relation = duckdb.connect().read_parquet(files, hive_partitioning=True)
        names = relation.columns
        found = [dict(zip(names, row, strict=True)) for row in relation.fetchall()]
        return {(row["data_pregao"], row["ativo"]): row for row in found}

    def files(self) -> list[Key]:
        """Date and ticker of every file of the daily table, from its path."""
        parts = [path.parts for path in (self.lake / "refined" / "cotacoes_diarias").rglob("*.parquet")]
        return sorted(
            (date.fromisoformat(p[-3].removeprefix("data_pregao=")), p[-2].removeprefix("ativo=")) for p in parts
        )

    def tables(self) -> list[dict[str, Any]]:
        """Each table's numbers in the job's closing line."""
        (line,) = [json.loads(line) for line in self.output.splitlines() if line.startswith('{"table"')]
        tables: list[dict[str, Any]] = line["tables"]
        return tables


def make_run(lake: Path, *variables: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name not in {"MAKEFLAGS", "PYTHONPATH"}}
    environment["JDK_JAVA_OPTIONS"] = QUICK_JVM
    command = ["make", "run", f"LAKE={lake}", f"PAGE={lake.parent / 'report.html'}", *variables]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment, cwd=ROOT, timeout=900)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Run]:
    def run_once(name: str, *variables: str) -> Run:
        lake = tmp_path_factory.mktemp(name) / "lake"
        done = make_run(lake, *variables)
        assert done.returncode == 0, done.stdout + done.stderr
        return Run(lake, done.stdout)

    return run_once


def assert_published(run: Run, quotes: dict[Key, Quote], actions: Sequence[Row] = ()) -> dict[Key, dict[str, Any]]:
    """Assert that each spot quote is one file with the row of `published`, all counted."""
    assert run.files() == sorted(quotes)
    rows = run.rows()
    for key, expected in published(quotes, actions).items():
        assert {name: rows[key][name] for name in expected} == expected, key
    assert [table["every"] for table in run.tables()] == ["1d", "1w", "1mo"]
    for table in run.tables():
        assert table["rows_read"] == table["rows_used"] + table["rows_rejected"] == len(quotes)
    return rows


@pytest.fixture(scope="module")
def sample(run: Callable[..., Run]) -> Run:
    """`make run` of three invented tickers.

    One has a split and dividends, one a quote factor of 1000, and one trades rarely.
    """
    return run("sample", f"TICKERS={','.join(SAMPLE_TICKERS)}")


def test_make_run_publishes_the_generated_sample(sample: Run) -> None:
    quotes = spot_quotes_of(sample_cotahist.sample(2024, events=True), SAMPLE_TICKERS)
    rows = assert_published(sample, quotes, sample_actions(SAMPLE_TICKERS))
    assert any(row["media_movel_200"] is not None for row in rows.values())
    assert "INVENTED" in sample.output
    assert "Spark and DuckDB agree" in sample.output
    assert "\nevents: 1 splits and bonuses, 2 distributions, 0 steps without a known factor\n" in sample.output
    assert {day for day, _ in sample.rows("cotacoes_mensais")} == {
        min(day for day, _ in quotes if day.month == month) for month in range(1, 13)
    }


def test_report_of_the_sample_has_its_events_and_adjusted_prices(sample: Run) -> None:
    data = data_of(sample.lake.parent / "report.html")
    assert data["note"] == "This lake holds invented quotes."
    tickers = {ticker["ticker"]: ticker for ticker in data["tickers"]}
    assert set(tickers) == set(SAMPLE_TICKERS)
    inva3 = tickers["INVA3"]
    assert [(data["sessions"][inva3["session"][bar]], letter) for bar, letter, _ in inva3["events"]] == [
        ("2024-03-28", "D"), ("2024-06-25", "S"), ("2024-10-15", "D"),
    ]  # fmt: skip
    closes = {day: row["fechamento"] for (day, ticker), row in sorted(sample.rows().items()) if ticker == "INVA3"}
    assert inva3["close"] == [float(close) for close in closes.values()]
    split = date(2024, 6, 25)  # 2 for 1
    assert inva3["splits"]["close"] == [float(close / 2 if day < split else close) for day, close in closes.items()]
    assert (data["quality"]["missing"]["count"], data["quality"]["rejected"]["count"]) == (0, 0)


@pytest.mark.filterwarnings("default")  # a warning of Jupyter's client fails no test
def test_make_run_makes_a_lake_that_the_athena_notebook_reads(sample: Run) -> None:
    folder = ROOT / "notebooks"
    notebook = nbformat.read(folder / "03_athena.ipynb", as_version=4)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    execute(notebook, folder, environment | {"LAKE": str(sample.lake)})
    printed = "".join(output.get("text", "") for cell in notebook.cells for output in cell.get("outputs", ()))
    assert set(re.findall(r"INV[A-Z]\d", printed)) == set(SAMPLE_TICKERS)


def test_make_run_with_tables_por_ano_writes_no_files_of_one_row(run: Callable[..., Run]) -> None:
    # A folder whose name has a space, and another database than the default one.
    result = run("my years", "TICKERS=INVA3", "JOB_FLAGS=--tables por_ano --database mine")
    assert [path.name for path in (result.lake / "refined").iterdir() if path.name[0] != "_"] == ["cotacoes_por_ano"]
    assert "Spark and DuckDB agree" in result.output
    assert "cotacoes_diarias holds" not in result.output
    assert "\nmine.cotacoes_por_ano: 1 partition, ano=2024\n" in result.output


def test_make_run_without_year_files_fails_and_names_their_table(tmp_path: Path) -> None:
    done = make_run(tmp_path / "lake", "TICKERS=INVE4", "JOB_FLAGS=--tables cotacoes")
    assert done.returncode != 0
    assert "cotacoes_por_ano" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(not REAL.is_dir(), reason="the real COTAHIST files are not beside this checkout")
class TestRealFiles:
    def test_make_run_publishes_sixteen_sessions_of_2021(self, run: Callable[..., Run]) -> None:
        path = REAL / "COTAHIST_A2021_45tickers.TXT"
        result = run("a2021", f"COTAHIST={path}", "INGEST_FLAGS=--allow-incomplete")
        rows = assert_published(result, spot_quotes(path.read_bytes()))
        bonus_of_unknown_size = (date(2021, 1, 5), "BSLI3")
        assert [key for key, row in rows.items() if row["ajuste"] == "sem_fator"] == [bonus_of_unknown_size]

    def test_make_run_publishes_three_tickers_of_a_zip(self, run: Callable[..., Run]) -> None:
        path = REAL / "COTAHIST_D08112024.ZIP"
        tickers = ("PETR4", "VALE3", "ITUB4")
        result = run("d2024", f"COTAHIST={path}", f"TICKERS={','.join(tickers)}")
        with zipfile.ZipFile(path) as archive:
            assert_published(result, spot_quotes_of(archive.read(archive.namelist()[0]), tickers))

    def test_make_run_refuses_an_incomplete_file_in_one_line(self, tmp_path: Path) -> None:
        done = make_run(tmp_path / "lake", f"COTAHIST={REAL / 'truncated' / 'COTAHIST_D04012016.TXT'}")
        assert done.returncode != 0
        (error,) = [line for line in done.stderr.splitlines() if line.startswith("error")]
        assert "1745" in error  # the count in the file's trailer, which is more than its records
        assert "Traceback" not in done.stderr
        assert not list((tmp_path / "lake").rglob("*.parquet"))


@pytest.mark.parametrize(
    ("variables", "error"),
    [
        (["COTAHIST=missing/COTAHIST_A1999.TXT"], "COTAHIST_A1999.TXT"),
        (["SOURCE=yahoo", "TICKERS=PETR4", "COTAHIST=COTAHIST_A2024.ZIP"], "unexpected argument '--file'"),
        (["LAKE="], "argument --lake: '': expected a folder of this machine"),
        (["LAKE=s3://bucket"], "argument --lake: 's3://bucket': expected a folder of this machine"),
        (["PAGE="], "argument --page: '': expected a file, such as build/report.html"),
        (["LAKE=build/half%"], "build/half%: found %, expected a path without # ? %"),
        (["LAKE=it's at 10:00"], """--lake: "it's at 10:00": found :, expected a path without " : ; \\"""),
        (['INGEST_FLAGS=--markets "10'], "argument --ingest-flags: '--markets \"10': no closing quotation"),
        ([f"LAKE={__file__}"], f"make_run: [Errno 17] File exists: '{__file__}'"),
    ],
)
def test_make_run_refuses_a_wrong_variable_in_one_line(tmp_path: Path, variables: list[str], error: str) -> None:
    done = make_run(tmp_path / "lake", *variables)
    assert done.returncode != 0
    assert error in done.stderr
    assert "Traceback" not in done.stderr
