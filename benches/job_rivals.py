"""Rivals in the job's benchmark: refining behind Spark's shuffle, and by Spark's own functions."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from pyspark.sql import Window
from pyspark.sql import functions as sf

from b3_jobs.contract.schemas import RAW_WITH_DATE, arrow_schema, refined_columns
from b3_jobs.refine.transform import batch_refiner

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date
    from pathlib import Path
    from typing import Any

    import pandas as pd
    import pyarrow as pa
    from pyspark.sql import Column, DataFrame, SparkSession


def read(spark: SparkSession, raw: Path) -> DataFrame:
    """A lake's raw rows with the columns that the kernels need, as Spark reads them."""
    needed = [name for name in RAW_WITH_DATE.names if name not in ("isin", "market")]
    return spark.read.schema(RAW_WITH_DATE).parquet(str(raw)).select(*needed)


def shuffled(raw: DataFrame) -> DataFrame:
    """The rows in order of ticker and date, in two tasks for each core of the session."""
    return raw.repartition(4, "ticker").sortWithinPartitions("ticker", "trade_date")


def by_shuffle(raw: DataFrame, days: list[date], kernel: dict[str, Any]) -> DataFrame:
    """The job's own rows, refined from rows that Spark reads, shuffles, sorts and converts."""
    schema = refined_columns(kernel["windows"])
    return shuffled(raw).mapInArrow(batch_refiner({"1d": days}, kernel, arrow_schema(schema)), schema)


def identity(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Returns the batches unchanged: the cost of handing rows to Python and back."""
    yield from batches


def by_windows(raw: DataFrame, kind: str, windows: tuple[int, ...]) -> DataFrame:
    """Window functions, with partial windows null as the job has them.

    They are not exact, and a window may span any number of sessions.
    """
    series = Window.partitionBy("ticker").orderBy("trade_date")
    close = sf.col("close").cast(kind)
    columns = [
        (sf.col("turnover").cast("double") / sf.col("volume")).alias("preco_medio"),
        *(_mean(close, window).alias(f"media_movel_{window}") for window in windows),
        (close / sf.lag(close).over(series) - 1).alias("retorno_diario"),
        sf.datediff("trade_date", sf.lag("trade_date").over(series)).alias("dias_desde_anterior"),
    ]
    return raw.select("*", *columns)


def _mean(close: Column, window: int) -> Column:
    frame = Window.partitionBy("ticker").orderBy("trade_date").rowsBetween(1 - window, 0)
    return sf.when(sf.count(close).over(frame) == window, sf.avg(close).over(frame))


def by_pandas(raw: DataFrame, windows: tuple[int, ...]) -> DataFrame:
    """A pandas function for each ticker."""
    names = ["ticker", "trade_date", "open", "high", "low", "close", "volume", "turnover", "trades", "source"]
    doubles = ["preco_medio", *(f"media_movel_{window}" for window in windows), "retorno_diario", "dias_desde_anterior"]
    kept = raw.select(names)
    kinds = ", ".join(f"{field.name} {field.dataType.simpleString()}" for field in kept.schema.fields)
    schema = kinds + "".join(f", {name} double" for name in doubles)

    def refine(bars: pd.DataFrame) -> pd.DataFrame:
        bars = bars.sort_values("trade_date")
        close = bars["close"].astype("float64")
        bars["preco_medio"] = bars["turnover"].astype("float64") / bars["volume"]
        for window in windows:
            bars[f"media_movel_{window}"] = close.rolling(window).mean()
        bars["retorno_diario"] = close.pct_change()
        bars["dias_desde_anterior"] = [math.nan] + [
            float((now - before).days) for before, now in zip(bars["trade_date"], bars["trade_date"][1:], strict=False)
        ]
        return bars

    return kept.groupBy("ticker").applyInPandas(refine, schema)


def assert_equal(ours: DataFrame, theirs: DataFrame, ticker: str, windows: tuple[int, ...]) -> None:
    """Assert that the rival's averages of one ticker equal ours, up to its rounding."""
    names = [f"media_movel_{window}" for window in windows]
    mine = ours.where(sf.col("ativo") == ticker).orderBy("data_pregao").select(names).collect()
    other = theirs.where(sf.col("ticker") == ticker).orderBy("trade_date").select(names).collect()
    assert len(mine) == len(other)
    for left, right in zip(mine, other, strict=True):
        for a, b in zip(left, right, strict=True):
            assert (a is None) == (b is None)
            assert a is None or math.isclose(a, float(b), rel_tol=1e-12)
