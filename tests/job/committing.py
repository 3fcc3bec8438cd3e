"""A process that commits to an Iceberg table until it is killed: `committing.py REFINED NUMBER`.

test_iceberg_kills.py starts it.
Commit i sets the quantity of every row of two months to NUMBER + i, then prints that number.
"""

from __future__ import annotations

import sys
from datetime import date

import iceberg_lake
import pyarrow as pa

from b3_jobs.contract.options import Options
from b3_jobs.contract.published_table import PublishedTable
from b3_jobs.contract.schemas import arrow_schema

DAYS = [date(2024, month, day) for month in (1, 2) for day in range(1, 11)]
TICKERS = ("ABEV3", "PETR4", "VALE3")


def table_of(refined: str) -> PublishedTable:
    return PublishedTable.of_iceberg(Options("raw", refined, windows=(3,)))


def commit(table: PublishedTable, number: int, days: list[date] = DAYS) -> int:
    """Commit rows with this number as their quantity; returns the number of months rewritten."""
    cells = [{"data_pregao": day, "ativo": ticker, "quantidade": number} for day in days for ticker in TICKERS]
    return iceberg_lake.commit(table, pa.Table.from_pylist(cells, arrow_schema(table.columns)))


if __name__ == "__main__":
    table = table_of(sys.argv[1])
    last = int(sys.argv[2])
    while True:
        last += 1
        commit(table, last)
        print(last, flush=True)
