"""`b3-ingest actions` on S3: racing runs, reruns and corrections of the objects by ex-date."""

from __future__ import annotations

import io
import subprocess
from typing import TYPE_CHECKING

import pyarrow.parquet as pq
import pytest
from ingester import Ingester, environment
from object_store import Network, Store

if TYPE_CHECKING:
    from pathlib import Path

KEY = "b3/daily/actions/ex_date=2024-11-08/manual.parquet"
HEADER = "ticker,ex_date,kind,amount,numerator,denominator"


@pytest.fixture
def ingester(binary: Path, network: Network) -> Ingester:
    return Ingester(binary, network.url, "actions")


def written(folder: Path, name: str, *lines: str) -> Path:
    path = folder / name
    path.write_text("\n".join([HEADER, *lines]) + "\n")
    return path


def tickers(store: Store, key: str = KEY) -> list[str]:
    return pq.read_table(io.BytesIO(store.body(key)))["ticker"].to_pylist()


def test_racing_runs_that_share_an_ex_date_lose_no_event(ingester: Ingester, store: Store, tmp_path: Path) -> None:
    names = [f"TICK{number}" for number in range(8)]
    files = [written(tmp_path, f"{name}.csv", f"{name},2024-11-08,split,,2,1") for name in names]
    runs = [subprocess.Popen(ingester.command(file, "--quiet"), env=environment()) for file in files]
    assert [run.wait() for run in runs] == [0] * len(names)
    assert tickers(store) == names


def test_a_rerun_puts_nothing_and_a_corrected_ex_date_moves_the_event(
    ingester: Ingester, store: Store, network: Network, tmp_path: Path
) -> None:
    first = written(tmp_path, "first.csv", "PETR4,2024-11-08,dividend,0.5,,", "VALE3,2024-11-08,split,,2,1")
    ingester.run(first)
    puts = len(network.puts())
    assert puts == 1
    assert "unchanged         2" in ingester.run(first).stdout
    assert len(network.puts()) == puts
    corrected = written(tmp_path, "second.csv", "PETR4,2024-11-11,dividend,0.5,,")
    assert "event removed, manual no longer lists it: 2024-11-08 PETR4 dividend 0.5" in ingester.run(corrected).stdout
    assert tickers(store) == ["VALE3"]  # kept: the corrected file has no row of this ticker
    assert tickers(store, KEY.replace("2024-11-08", "2024-11-11")) == ["PETR4"]
