"""A process that commits to an Iceberg table until it is killed: `committing.py REFINED NUMBER`.

test_iceberg_kills.py starts it.
Each commit sets the quantity of every row of two months to the next number, then prints it.
"""

from __future__ import annotations

import sys
from datetime import date

import pyarrow as pa

from b3_jobs.contract.dates import month_of
from b3_jobs.contract.options import Options
from b3_jobs.contract.published_table import PublishedTable
from b3_jobs.contract.schemas import arrow_schema
from b3_jobs.tables import iceberg_catalog, iceberg_table
from b3_jobs.tables.month_files import MonthFiles

DAYS = [date(2024, month, day) for month in (1, 2) for day in range(1, 11)]
TICKERS = ("ABEV3", "PETR4", "VALE3")


def table_of(refined: str) -> PublishedTable:
    return PublishedTable.of_iceberg(Options("raw", refined, windows=(3,)))


def rows(target: PublishedTable, number: int, days: list[date] = DAYS) -> dict[int, pa.Table]:
    """The rows of each month, with this number as their quantity."""
    cells = [{"data_pregao": day, "ativo": ticker, "quantidade": number} for day in days for ticker in TICKERS]
    months = {month_of(day) for day in days}
    schema = arrow_schema(target.columns)
    return {
        month: pa.Table.from_pylist([cell for cell in cells if month_of(cell["data_pregao"]) == month], schema)
        for month in months
    }


def commit(target: PublishedTable, number: int, days: list[date] = DAYS) -> int:
    """Make one commit as `iceberg_table.publish` does, with this process as the worker."""

    def write(files: MonthFiles) -> dict[int, str | None]:
        return {month: files.replace(month, fresh) for month, fresh in rows(target, number, days).items()}

    return iceberg_table.replace(target, days, write, {"b3.run": str(number)})


if __name__ == "__main__":
    table = table_of(sys.argv[1])
    iceberg_catalog.ensure_table(table)
    last = int(sys.argv[2])
    while True:
        last += 1
        commit(table, last)
        print(last, flush=True)
