"""Published dates that raw has lost and of which the ledger, lost itself, says nothing."""

from __future__ import annotations

import json
import shutil
from datetime import date

import pytest
from conftest import Lake
from lakes import object_path
from test_job_audit import run_audit
from test_job_open_ledger import DAYS, SEEN

from b3_jobs.audit import checks
from b3_jobs.contract.dates import partition_date
from b3_jobs.contract.options import Options
from b3_jobs.contract.published_table import PublishedTable
from b3_jobs.errors import JobError
from b3_jobs.ledger.open_ledger import OpenLedger

# The only session of its week and month in raw, and a Saturday on which the exchange was open.
LOST, SATURDAY = date(2021, 1, 29), date(2021, 1, 30)
LATER = [date(2021, 2, 1), date(2021, 2, 2)]
EVERY = ("--every", "1d,1w,1mo")
TABLES = ("cotacoes_diarias", "cotacoes_semanais", "cotacoes_mensais")


@pytest.mark.parametrize("every", ["1d", "1w", "1mo"])
def test_published_dates_that_raw_lacks_are_pending_without_a_ledger_if_they_are_few(
    options: Options, every: str
) -> None:
    gone = [partition_date(date(2020, month, 16), every) for month in (9, 10, 11, 12)]
    in_raw = {partition_date(day, every) for day in DAYS}
    ledger = OpenLedger.open(options, PublishedTable.of(options, every))
    ledger.published = frozenset(in_raw.union(gone[:3]))
    ledger.update(options, SEEN)
    assert ledger.state.pending == {*DAYS, *gone[:3]}
    ledger.published = frozenset(in_raw.union(gone))
    with pytest.raises(JobError, match=rf"of 4 of \d+ dates are gone from raw \(first {gone[0]}, last {gone[3]}"):
        ledger.update(options, SEEN)


@pytest.fixture
def bereft(lake: Lake) -> Lake:
    """A lake of daily, weekly and monthly tables of which raw has lost two dates since."""
    lake.fill([LOST, SATURDAY, *LATER], ["PETR4", "VALE3"])
    lake.refine(*EVERY)
    for day in (LOST, SATURDAY):
        object_path(lake.raw, day).unlink()
    return lake


@pytest.mark.spark
def test_a_run_without_a_ledger_empties_the_dates_that_raw_has_lost(bereft: Lake, other_lake: Lake) -> None:
    shutil.rmtree(bereft.refined / "_ledger")
    bereft.refine(*EVERY)
    bereft.assert_same_as_one_full_run(other_lake, *EVERY, tables=TABLES)
    assert bereft.refine(*EVERY)["dates"] == 0


@pytest.mark.spark
def test_dates_that_raw_and_the_ledger_lack_are_findings_and_a_run_of_all_dates_empties_them(
    bereft: Lake, other_lake: Lake
) -> None:
    for file in bereft.refined.glob("_ledger/*/ledger.json"):
        ledger = json.loads(file.read_text())
        ledger["raw"] = {key: identity for key, identity in ledger["raw"].items() if "=2021-02" in key}
        file.write_text(json.dumps(ledger))
    assert bereft.refine(*EVERY)["dates"] == 0
    for every, table, day in (("1d", TABLES[0], LOST), ("1d", TABLES[0], SATURDAY), ("1mo", TABLES[2], "2021-01-04")):
        _, _, printed = run_audit(bereft, "--every", every)
        assert f"date without raw: {bereft.database}.{table}/data_pregao={day}: a run with" in printed
    # The repair empties LOST, and leaves the Saturday, which the calendar calls no session.
    _, closing, printed = run_audit(bereft, "--repair", "--raw_path", str(bereft.raw))
    assert (closing["kinds"], closing["left"]) == ({checks.NO_RAW: 2}, 1), printed
    bereft.refine(*EVERY, "--trade_dates", "all")
    bereft.assert_same_as_one_full_run(other_lake, *EVERY, tables=TABLES)
    assert run_audit(bereft)[0] == 0
