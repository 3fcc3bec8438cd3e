"""The reader of the Iceberg table `cotacoes`, and the columns and keys of raw and actions.

`read_quotes` reads daily quotes as they are now or as they were at a moment. `RAW` and `ACTIONS`
are the columns as Arrow schemas: `pyarrow.schema(RAW)`. `RAW_KEY` and `ACTIONS_KEY` are patterns
of the objects' keys below `raw/` and `actions/`, with the groups `date` and `source`.

The Iceberg table needs the extra `b3-kernels[lake]` (PyIceberg and pyarrow). Its catalog, which
holds the place of the table's present metadata, is Glue's for a lake on S3, and a SQLite file
beside the tables for a lake on disk.
"""

from __future__ import annotations

import datetime as dt
import importlib
import os
import re
from collections.abc import Iterable
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import _native, _options
from ._native import ACTIONS, RAW

if TYPE_CHECKING:
    import pyarrow as pa
    from pyiceberg.catalog import Catalog
    from pyiceberg.table import Table

__all__ = ["ACTIONS", "ACTIONS_KEY", "CATALOG", "RAW", "RAW_KEY", "TABLE", "open_catalog", "read_quotes"]


def _pattern(form: str) -> re.Pattern[str]:
    """The pattern of keys of this form below its first folder, which is `raw/` or `actions/`.

    It matches impossible dates and unknown sources too, so that the caller can report them.
    """
    key = re.escape(form.partition("/")[2]).replace(re.escape("YYYY-MM-DD"), r"(?P<date>\d{4}-\d{2}-\d{2})")
    return re.compile(key.replace("<source>", "(?P<source>[a-z0-9-]+)"))


RAW_KEY, ACTIONS_KEY = _pattern(_native.RAW_KEY), _pattern(_native.ACTIONS_KEY)
# The table's and its folder's name, and the catalog's file, below the published tables' folder.
TABLE = "cotacoes"
CATALOG = "_iceberg/catalog.db"
# Sao Paulo's time since 2019, when Brazil abolished summer time; no state of a table is older.
_SAO_PAULO = dt.timezone(dt.timedelta(hours=-3))
_LOCK_SECONDS = 60  # how long SQLite waits for another process that writes the catalog's file


def open_catalog(refined: str | PathLike[str], *, create: bool = False) -> Catalog:
    """Open the Iceberg catalog of the published tables.

    Args:
        refined: the folder of the published tables: `lake/refined`, or `s3://bucket/prefix`.
        create: whether to create the SQLite file of a lake on disk that has none, which is an error
            otherwise.

    Returns:
        A `pyiceberg.catalog.Catalog`, which a `with` block closes.

    Raises:
        ModuleNotFoundError: PyIceberg is not installed; the message has the command that installs
            it.
        FileNotFoundError: this place has no catalog.

    Examples:
        >>> with open_catalog("lake/refined") as catalog:
        ...     catalog.list_tables("b3")
        [('b3', 'cotacoes')]
    """
    folder = _options.path("refined", refined)
    create = _options.yes_or_no("create", create)
    if folder.startswith("s3://"):
        endpoint = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL")
        region = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
        settings = {"s3.endpoint": endpoint, "s3.region": region, "glue.region": region}
        given = {name: value for name, value in settings.items() if value}
        _pyiceberg("catalog.glue")
        from ._glue_catalog import GlueCatalog

        return GlueCatalog("b3", **given)
    file = Path(folder.removeprefix("file://"), CATALOG).absolute()
    if not create and not file.exists():
        message = f"{file}: there is no Iceberg catalog; a run of the job with the table `{TABLE}` writes it"
        raise FileNotFoundError(message)
    sql = _pyiceberg("catalog.sql")
    file.parent.mkdir(parents=True, exist_ok=True)
    opened: Catalog = sql.SqlCatalog("b3", uri=f"sqlite:///{file}?timeout={_LOCK_SECONDS}")
    return opened


def read_quotes(
    lake: str | PathLike[str],
    *,
    tickers: Iterable[str] | str | None = None,
    start: dt.date | str | None = None,
    end: dt.date | str | None = None,
    as_of: dt.datetime | dt.date | str | None = None,
    database: str = "b3",
) -> pa.Table:
    """Read daily quotes from the lake's table `cotacoes`, as they are now or were at a moment.

    Reads only the months between `start` and `end`. Each commit of the job replaces whole dates, so
    no date in the result is partly old and partly new.

    Args:
        lake: the lake's root, which contains `refined/`: a folder, or `s3://bucket/prefix`.
        tickers: B3 codes, one or several; None for all. A code without a row gives no row.
        start: the first trade date, a `datetime.date` or a text such as `2024-11-08`; None for the
            first one in the table.
        end: the last trade date; None for the last one in the table.
        as_of: the moment whose state of the table to read: a `datetime.datetime` with a time zone,
            or a date (or a text), which means the end of that day in Sao Paulo. None for the
            present state. The job keeps the states of the last 90 days.
        database: the catalog's database.

    Returns:
        A pyarrow table with one row for each ticker and date, in this order. It has `data_pregao`
        (date), `ativo` (text), and the columns of `cotacoes_diarias`: prices per share as traded,
        in DECIMAL(18,6), `quantidade` in shares, `volume_financeiro` in DECIMAL(20,2), averages and
        returns as doubles. Null where a value is not known: `volume_financeiro` and `negocios`
        where the source has none, an average before its window is full.

    Raises:
        ModuleNotFoundError: PyIceberg is not installed; the message has the command that installs
            it.
        FileNotFoundError: the lake has no such table.
        ValueError: `as_of` is before the first state that is kept, or has no time zone; a text that
            is no date; no ticker is given.
        TypeError: an argument of another type.

    Examples:
        >>> quotes = read_quotes("lake", tickers="PETR4", start="2024-11-08", end="2024-11-08")
        >>> quotes.select(["data_pregao", "fechamento"]).to_pylist()
        [{'data_pregao': datetime.date(2024, 11, 8), 'fechamento': Decimal('36.700000')}]
    """
    codes = _options.tickers(tickers)
    first, last = _options.day("start", start), _options.day("end", end)
    moment = _moment(as_of)
    name = f"{_options.text('database', database)}.{TABLE}"
    refined = f"{_options.path('lake', lake).rstrip('/')}/refined"
    with open_catalog(refined) as catalog:
        table = _load(catalog, refined, name)
        scan = table.scan(_filter(codes, first, last), snapshot_id=_snapshot(table, moment))
        return _plain(scan.to_arrow()).sort_by([("ativo", "ascending"), ("data_pregao", "ascending")])


def _load(catalog: Catalog, refined: str, name: str) -> Table:
    exceptions = _pyiceberg("exceptions")
    try:
        table = catalog.load_table(name)
    except (exceptions.NoSuchTableError, exceptions.NoSuchIcebergTableError) as error:
        message = f"{refined}: the Iceberg catalog has no table {name}; a run of the job writes it"
        raise FileNotFoundError(message) from error
    except FileNotFoundError as error:
        message = f"{refined}: the metadata of {name} is not where the catalog says it is: {error}"
        raise FileNotFoundError(message) from error
    return table


def _snapshot(table: Table, moment: dt.datetime | None) -> int | None:
    """The id of the table's state at a moment; None for the present one."""
    if moment is None:
        return None
    snapshot = table.snapshot_as_of_timestamp(int(moment.timestamp() * 1000))
    if snapshot is None:
        kept = [entry.timestamp_ms for entry in table.history()]
        kept_since = f"the first state kept is of {_time(min(kept))}" if kept else "the table has no state yet"
        message = f"as_of: found {moment.isoformat(sep=' ')}, but {kept_since}"
        raise ValueError(message)
    return snapshot.snapshot_id


def _time(milliseconds: int) -> str:
    return dt.datetime.fromtimestamp(milliseconds / 1000, _SAO_PAULO).isoformat(sep=" ", timespec="seconds")


def _moment(value: Any) -> dt.datetime | None:
    """A moment; a day's is the last one of that day in Sao Paulo."""
    if isinstance(value, dt.datetime):
        if value.tzinfo is None:
            message = f"as_of: found {value}, expected a moment with a time zone, or a date"
            raise ValueError(message)
        return value
    day = _options.day("as_of", value)
    return None if day is None else dt.datetime.combine(day, dt.time.max, _SAO_PAULO)


def _filter(tickers: list[str] | None, start: dt.date | None, end: dt.date | None) -> Any:
    expressions = _pyiceberg("expressions")
    conditions: list[Any] = [expressions.AlwaysTrue()]
    if tickers is not None:
        conditions.append(expressions.In("ativo", tickers))
    if start is not None:
        conditions.append(expressions.GreaterThanOrEqual("data_pregao", start.isoformat()))
    if end is not None:
        conditions.append(expressions.LessThanOrEqual("data_pregao", end.isoformat()))
    return conditions[0] if len(conditions) == 1 else expressions.And(*conditions)


def _plain(table: pa.Table) -> pa.Table:
    """The table with Arrow's usual text type, and without Iceberg's metadata of its columns."""
    pa = importlib.import_module("pyarrow")
    kinds = [(one.name, pa.string() if pa.types.is_large_string(one.type) else one.type) for one in table.schema]
    return table.cast(pa.schema(kinds))


def _pyiceberg(name: str) -> Any:
    try:
        return importlib.import_module(f"pyiceberg.{name}")
    except ModuleNotFoundError as error:
        missing = str(error.name).partition(".")[0]
        message = f"no module {missing}: the table {TABLE} needs PyIceberg; pip install 'b3-kernels[lake]'"
        raise ModuleNotFoundError(message, name=error.name) from error
