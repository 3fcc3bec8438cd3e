"""`python -m b3_jobs.audit --refined_path ... --database ...`: catalog = files = contract, or what is not.

Prints one line a defect and a closing JSON line; exits with 0 only if nothing is (or, after `--repair`, is left) wrong.
Opens every published file, so its cost grows with the table; it is not part of the daily run.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from b3_jobs import by_year, catalog, findings, job, repair
from b3_jobs.dates import shortest
from b3_jobs.errors import JobError
from b3_jobs.findings import Finding, State
from b3_jobs.inspection import inspect
from b3_jobs.options import EVERY, Options, parse_windows
from b3_jobs.plan import make_plan
from b3_jobs.publish import Target
from b3_jobs.report import Stages
from b3_jobs.schemas import BY_YEAR, TABLES, keyed_columns, quote_columns
from b3_jobs.session import open_session
from b3_jobs.storage import Storage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyspark.sql import SparkSession


@dataclass(frozen=True)
class Audit:
    """One table under audit, with its year files if it is the daily one."""

    spark: SparkSession
    target: Target
    years_table: str | None
    years: Storage | None

    @classmethod
    def of(cls, spark: SparkSession, options: Options) -> Audit:
        """The tables that these options publish."""
        refined, table = Storage.at(options.refined_path), TABLES[options.every]
        target = Target(f"{options.database}.{table}", refined.folder(table), options.windows)
        if options.every != "1d":
            return cls(spark, target, None, None)
        return cls(spark, target, f"{options.database}.{BY_YEAR}", refined.folder(BY_YEAR))

    def state(self) -> State:
        """The daily (weekly, monthly) table as it is."""
        table = self.target.table
        if not self.spark.catalog.tableExists(table):
            raise JobError(f"{table}: the catalog has no such table")
        files = inspect(self.spark, self.target.place, quote_columns(self.target.windows))
        return State(table, files, catalog.every_partition(self.spark, table))

    def find(self, state: State) -> list[Finding]:
        """All defects, in order."""
        found = self._find_in_catalog() + findings.find_in_partitions(state) + findings.find_in_dates(state)
        if self.years is not None and self.years_table is not None:
            files = inspect(self.spark, self.years, keyed_columns(self.target.windows))
            registered = by_year.registered(self.spark, self.years_table)
            found += findings.find_in_years(state, self.years_table, files, registered)
        return found

    def _find_in_catalog(self) -> list[Finding]:
        expected = catalog.expected(quote_columns(self.target.windows), keyed_columns(self.target.windows))
        there = catalog.describe(self.spark, self.target.table)
        detail = f"catalog: {there}; contract: {expected}"
        return [] if there == expected else [Finding(findings.CATALOG, self.target.table, detail)]

    def repair(self, state: State, found: list[Finding]) -> None:
        """Mends files, then the catalog, then the year files."""
        repair.mend_files(self.spark, self.target, state, found, self.years)
        repair.mend_catalog(self.spark, self.target, state.catalog)
        if self.years is not None and self.years_table is not None:
            again = self.find(self.state())
            for defect in again:
                if defect.kind == findings.STRAY and defect.where.startswith(f"{self.years_table}/"):
                    self.years.delete(defect.where.removeprefix(f"{self.years_table}/"))
            broken = {defect.day.year for defect in again if defect.kind == findings.YEAR and defect.day is not None}
            if broken:
                repair.mend_years(self.spark, self.target, self.years_table, self.years, broken)


def main(arguments: Sequence[str] | None = None) -> int:
    """Audits one table; 0 if all is well."""
    given = _parser().parse_args(arguments)
    options = Options("", given.refined_path, given.database, every=given.every, windows=given.windows)
    try:
        spark, ours = open_session()
        try:
            found, left = _audit(Audit.of(spark, options), replace(options, raw_path=given.raw_path), given.repair)
        finally:
            if ours:
                spark.stop()
    except JobError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    for defect in found:
        print(f"found: {defect}")
    for defect in left if given.repair else []:
        print(f"left: {defect}")
    kinds = Counter(defect.kind for defect in found)
    print(json.dumps({"found": len(found), "left": len(left), "kinds": dict(sorted(kinds.items()))}))
    return 1 if left else 0


def _audit(audit: Audit, options: Options, mend: bool) -> tuple[list[Finding], list[Finding]]:
    state = audit.state()
    found = left = audit.find(state)
    if not found or not mend:
        return found, left
    audit.repair(state, found)
    left = audit.find(audit.state())
    days = sorted({defect.day for defect in left if defect.day is not None and defect.kind != findings.YEAR})
    if days and options.raw_path:
        again = replace(options, trade_dates=shortest(days))
        job.run(audit.spark, again, make_plan(again), Stages())
        left = audit.find(audit.state())
    return found, left


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m b3_jobs.audit", description="Holds catalog, files and contract against each other."
    )
    parser.add_argument("--refined_path", required=True, help="where the tables lie")
    parser.add_argument("--database", default="b3", help="default: b3")
    parser.add_argument("--every", default="1d", choices=EVERY, help="which table; 1d has the year files with it")
    parser.add_argument("--windows", default=Options.windows, type=parse_windows, help="default: 5,20,50,200")
    parser.add_argument("--repair", action="store_true", help="mend what the lake itself still holds")
    parser.add_argument("--raw_path", default="", help="with --repair: work out from raw what the lake has lost")
    return parser


if __name__ == "__main__":
    sys.exit(main())
