"""Writes a lost or damaged ledger anew, from raw and from the rows of the table.

A published date does not say from which objects it was made. So every date is refined again and
compared with its published rows. Dates that are not equal become pending.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import pyarrow as pa
from pyspark.sql import functions as sf
from pyspark.sql.types import StringType, StructField, StructType

from b3_jobs.audit.scan import fingerprint
from b3_jobs.contract.schemas import KEY_NAMES, KEYS, REJECTED, arrow_schema
from b3_jobs.errors import JobError
from b3_jobs.files.storage import Storage
from b3_jobs.ledger import guards
from b3_jobs.ledger.ledger import ledger_file, read_ledger
from b3_jobs.ledger.observation import observe
from b3_jobs.ledger.open_ledger import OpenLedger
from b3_jobs.run import refine_portion
from b3_jobs.run.plan import make_plan
from b3_jobs.run.portions import BYTES_WITHOUT_ROW_FILES, portions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import date

    from pyspark.sql import DataFrame, SparkSession

    from b3_jobs.audit.scan import ScannedRow
    from b3_jobs.contract.options import Options
    from b3_jobs.contract.published_table import PublishedTable

# For each date its tickers, each with the fingerprint of its row.
Contents = dict["date", dict[str, str]]
_FINGERPRINTS = StructType([*KEYS.fields, StructField("content", StringType())])


def ledger_fault(options: Options, table: PublishedTable) -> str | None:
    """The reason why the table's ledger cannot be used, or None."""
    try:
        ledger, _version = read_ledger(ledger_file(Storage.at(options.refined_path), table.name))
    except JobError as error:
        return str(error)
    return None if ledger else "there is none"


def rebuild(spark: SparkSession, options: Options, table: PublishedTable, rows: list[ScannedRow]) -> int:
    """Writes the table's ledger, replacing any file there; returns how many dates are pending.

    Raises:
        JobError: if raw has no object, or another run writes the ledger meanwhile.
    """
    seen = observe(options)
    guards.check_raw(options, seen)
    file = ledger_file(Storage.at(options.refined_path), table.name)
    _content, version = file.read()
    published: Contents = defaultdict(dict)
    for found in rows:
        if found.fault is None and found.day and found.ticker and found.fingerprint:
            published[found.day][found.ticker] = found.fingerprint
    ledger = OpenLedger(table, options.look_back, file, version, published=frozenset(published))
    # All dates of raw become pending, because an empty ledger knows none of its objects, and the
    # published dates that raw lacks.
    ledger.update(options, seen)
    equal: list[date] = []
    bars_of_raw = ledger.periods(seen.keys_by_date)
    # Large portions, since no file is written for each row.
    for portion in portions({table.name: bars_of_raw}, seen, most=BYTES_WITHOUT_ROW_FILES):
        plan = make_plan(options, seen, {table.every: portion[table.name]})
        readable_plan, refined, _summaries = refine_portion.compute(spark, options, plan)
        contents = _contents(refined.where(sf.col(REJECTED).isNull()), table)
        refined.unpersist()
        bar_dates = readable_plan.periods[table.every]
        equal += [day for day in bar_dates if contents.get(day, {}) == published.get(day, {})]
    # Takes the equal dates out of the pending ones, and writes the file.
    ledger.resolve(equal, failed={}, seen=seen)
    return len(ledger.state.pending)


def _contents(rows: DataFrame, table: PublishedTable) -> Contents:
    columns = [name for name in table.columns.names if name not in KEY_NAMES]
    found: Contents = defaultdict(dict)
    hashed = rows.select(*KEY_NAMES, *columns).mapInArrow(_fingerprinter(columns), _FINGERPRINTS)
    for day, ticker, content in hashed.collect():
        found[day][ticker] = content
    return found


def _fingerprinter(columns: list[str]) -> Callable[[Iterable[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
    def fingerprints(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            hashes = pa.array([fingerprint(row) for row in batch.select(columns).to_pylist()], pa.string())
            keys = [batch[name] for name in KEY_NAMES]
            yield pa.RecordBatch.from_arrays([*keys, hashes], schema=arrow_schema(_FINGERPRINTS))

    return fingerprints
