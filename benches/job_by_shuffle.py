"""Refining behind Spark's shuffle: Spark reads raw, shuffles, sorts and converts to Arrow.

The job did so before its tasks read raw; its benchmark runs both, to show where the time went.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import job_lakes
import pyarrow as pa
from job_rivals import identity
from pyspark.sql.types import DecimalType, LongType, StructField, StructType

from b3_jobs.contract.schemas import RAW_WITH_DATE, arrow_schema, refined_columns
from b3_jobs.refine.transform import batch_refiner

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import date
    from pathlib import Path
    from typing import Any

    from pyspark.sql import DataFrame, SparkSession

    MapBatches = Callable[[Iterable[pa.RecordBatch]], Iterator[pa.RecordBatch]]

_NEEDED = [name for name in RAW_WITH_DATE.names if name not in ("isin", "market")]
_TASKS = 4  # two for each core of the session
IDENTITY = "identity mapInArrow, DECIMAL"


class ByShuffle:
    """Spark's frames for refining one lake in this way.

    Args:
        spark: the session.
        raw: the lake's raw folder.
        days: its sessions.
        kernel: the arguments of the Refiner.
    """

    def __init__(self, spark: SparkSession, raw: Path, days: list[date], kernel: dict[str, Any]) -> None:
        self._spark, self._raw = spark, raw
        self._schema = refined_columns(kernel["windows"])
        self._refiner = batch_refiner({"1d": days}, kernel, arrow_schema(self._schema))

    def read(self, schema: StructType = RAW_WITH_DATE) -> DataFrame:
        """The columns that the kernels need, as Spark reads them."""
        return self._spark.read.schema(schema).parquet(str(self._raw)).select(*_NEEDED)

    def refined(self) -> DataFrame:
        """The refined rows."""
        return _ordered(self.read()).mapInArrow(self._refiner, self._schema)

    def refined_from_longs(self) -> DataFrame:
        """The refined rows; prices pass Spark as the 64-bit numbers that are in the Parquet."""
        return _ordered(self.read(_longs())).mapInArrow(_from_longs(self._refiner), self._schema)

    def parts(self) -> dict[str, DataFrame]:
        """Frames that do a part of the work, by the names of their measurements."""
        ordered, longs = _ordered(self.read()), _ordered(self.read(_longs()))
        return {
            "shuffle and sort alone": ordered,
            IDENTITY: ordered.mapInArrow(identity, ordered.schema),
            "identity mapInArrow, LONG": longs.mapInArrow(identity, longs.schema),
        }


def _ordered(rows: DataFrame) -> DataFrame:
    return rows.repartition(_TASKS, "ticker").sortWithinPartitions("ticker", "trade_date")


def _longs() -> StructType:
    """Raw's columns with the prices as LONG; `turnover` has more digits than a LONG."""
    price = DecimalType(18, 6)
    fields = [StructField(field.name, LongType()) if field.dataType == price else field for field in RAW_WITH_DATE]
    return StructType(fields)


def _from_longs(refine: MapBatches) -> MapBatches:
    schema = arrow_schema(RAW_WITH_DATE)
    return lambda batches: refine(_decimals(batch, schema) for batch in batches)


def _decimals(batch: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
    columns = [
        job_lakes.decimals(column.to_numpy(), job_lakes.PRICE) if schema.field(name).type == job_lakes.PRICE else column
        for name, column in zip(batch.schema.names, batch.columns, strict=True)
    ]
    return pa.record_batch(columns, names=batch.schema.names)
