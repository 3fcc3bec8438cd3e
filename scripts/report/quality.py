"""The page's figures of data quality: missing sessions, rejected rows, broken rules, warnings."""

from __future__ import annotations

import datetime as dt
import glob
import json
from typing import TYPE_CHECKING, Any

import duckdb

import b3_kernels as b3
from b3_jobs.contract.schemas import TABLES
from b3_jobs.refine.quality_rules import RULES
from report.lake_files import LakeError, naming_files

if TYPE_CHECKING:
    from pathlib import Path

# Each list on the page shows at most this many lines, with the number of all.
LISTED = 100
# The files of the rows that each stage rejects, and their columns of date, ticker and reason.
REJECTED = {
    "ingestion": ("raw_rejected/*/*.parquet", "trade_date, ticker, reason"),
    "refining": (f"refined/_rejected/tabela={TABLES['1d']}/*/*.parquet", "data_pregao, ativo, motivo"),
}


def quality_of(quotes: duckdb.DuckDBPyConnection, lake: Path, sessions: list[str]) -> dict[str, Any]:
    """What an analyst should know before trusting the numbers.

    Rows that ingestion or the job rejected and rules that published rows break come from the whole
    lake. Warnings come from `ingest-report.json` in the lake's root, where `make run` writes it.
    """
    days = [dt.date.fromisoformat(day) for day in sessions]
    expected = b3.sessions(days[0], days[-1])
    rejected = [row for stage in REJECTED for row in _rejected(lake, stage)]
    return {
        "missing": _listed([str(day) for day in sorted(set(expected) - set(days))]),
        "unexpected": _listed([str(day) for day in sorted(set(days) - set(expected))]),
        "expected": len(expected),
        # By date and ticker, the latest first.
        "rejected": _listed(sorted(rejected, key=lambda row: row[:2], reverse=True)),
        "rules": _listed(_broken_rules(quotes)),
        "warnings": _listed(_warnings(lake / "ingest-report.json")),
    }


def _listed(lines: list[Any]) -> dict[str, Any]:
    return {"count": len(lines), "first": lines[:LISTED]}


def _rejected(lake: Path, stage: str) -> list[list[str]]:
    """Date, ticker, stage and reason of each row that this stage rejected."""
    pattern, columns = REJECTED[stage]
    if not list(lake.glob(pattern)):
        return []
    with naming_files(lake, pattern):
        files = duckdb.read_parquet(f"{glob.escape(str(lake))}/{pattern}", hive_partitioning=True, union_by_name=True)
        rows = files.project(columns).fetchall()
    return [[str(day), ticker, stage, reason] for day, ticker, reason in rows]


def _broken_rules(quotes: duckdb.DuckDBPyConnection) -> list[list[Any]]:
    """The job's warning rules on rows, each with how many break it and the latest of these."""
    found = []
    for rule in RULES:
        if rule.severity == "warning" and rule.on == "row":
            broken = f"NOT coalesce({rule.holds}, false) AND NOT coalesce({rule.unless}, false)"
            rows = quotes.table("quotes").filter(broken)
            counts = rows.aggregate("count(*), max_by(ativo || ' on ' || data_pregao, data_pregao)")
            ((count, latest),) = counts.fetchall()
            if count:
                found.append([rule.name, count, latest])
    return found


def _warnings(report: Path) -> list[str]:
    """The last ingestion's failures and warnings, and its outcomes that have a reason."""
    if not report.is_file():
        return []
    try:
        ingestion = json.loads(report.read_text(encoding="utf-8"))
        outcomes = [
            f"{outcome['trade_date']} {outcome['ticker']}: {outcome['outcome']}, {outcome['reason']}"
            for outcome in ingestion["outcomes"]
            if outcome.get("reason")
        ]
        return [*ingestion["failures"], *ingestion["warnings"], *outcomes]
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise LakeError(f"{report}: not the report of an ingestion: {type(error).__name__}: {error}") from error
