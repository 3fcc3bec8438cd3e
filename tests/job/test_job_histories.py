"""After any history of raw, actions and runs, a run that succeeds leaves the right lake.

Every table then has what one full run writes. Here on disk;
tests/e2e/test_histories.py does the same on S3 and Glue's catalog.
"""

from __future__ import annotations

import pytest
from conftest import FULL_PROOF, Lake
from histories import RUN_ARGUMENTS, STEPS, History

from b3_jobs.contract.schemas import TABLES
from b3_jobs.files.storage import Storage


@pytest.mark.spark
@pytest.mark.parametrize("seed", range(200) if FULL_PROOF else (2,))
def test_after_any_history_a_successful_run_leaves_the_result_of_one_full_run(
    lake: Lake, other_lake: Lake, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    history = History(Storage.at(str(lake.root)), lake.run, seed, monkeypatch)
    history.make_changes(20 if FULL_PROOF else 6)
    lake.refine(*RUN_ARGUMENTS)
    assert lake.refine(*RUN_ARGUMENTS)["dates"] == 0
    lake.assert_same_as_one_full_run(other_lake, *RUN_ARGUMENTS, tables=TABLES.values())


def test_each_step_at_which_a_history_kills_a_run_exists() -> None:
    assert [name for owner, name in STEPS if not hasattr(owner, name)] == []
