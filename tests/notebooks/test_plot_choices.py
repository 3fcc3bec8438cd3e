"""Tests of `plot.candles`, its options and inputs, and of the pages of `plot.write_page`."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pytest

import b3_kernels as b3
from b3_kernels import plot

DAYS = b3.sessions(dt.date(2024, 1, 2), dt.date(2024, 4, 30))
CLOSES = [20.0 + (place * 7) % 11 for place in range(len(DAYS))]


def bars(**columns: Any) -> pa.Table:
    plain = {"ticker": ["AAAA3"] * len(DAYS), "trade_date": DAYS, "open": CLOSES,
             "high": [value + 1 for value in CLOSES], "low": [value - 1 for value in CLOSES], "close": CLOSES,
             "volume": list(range(len(DAYS)))}  # fmt: skip
    return pa.table(plain | columns)


def names(figure: Any) -> list[str]:
    return [trace.name for trace in figure.data]


def test_candles_and_averages_are_drawn_in_order_of_date() -> None:
    candles, average, volume = plot.candles(bars().take(list(reversed(range(len(DAYS))))), averages=(2,)).data
    assert list(candles.x) == [day.isoformat() for day in DAYS]
    assert list(candles.close) == CLOSES
    assert list(average.y) == b3.moving_average(bars(), windows=2)["sma_2"].to_pylist()
    assert list(volume.y) == list(range(len(DAYS)))


def test_an_average_column_of_the_table_is_drawn_unchanged() -> None:
    table = bars(sma_2=[float(place) for place in range(len(DAYS))])
    assert list(plot.candles(table, averages=(2,)).data[1].y) == list(range(len(DAYS)))


@pytest.mark.parametrize(
    "kind", [pa.date32(), pa.date64(), pa.timestamp("ns"), pa.timestamp("us", "America/Sao_Paulo")], ids=str
)
def test_bars_of_a_day_are_labelled_by_their_date_alone(kind: pa.DataType) -> None:
    midnights = [dt.datetime(day.year, day.month, day.day) for day in DAYS]  # noqa: DTZ001 - in the column's zone
    times = pa.array(midnights, pa.timestamp("us"))
    if pa.types.is_timestamp(kind) and kind.tz:
        times = pc.assume_timezone(times, kind.tz)
    figure = plot.candles(bars(trade_date=times.cast(kind)), averages=())
    assert list(figure.data[0].x) == [day.isoformat() for day in DAYS]


def test_bars_of_pandas_are_labelled_by_their_date_alone() -> None:
    frame = bars().to_pandas().assign(trade_date=lambda bars: pd.to_datetime(bars["trade_date"]))
    assert plot.candles(frame).data[0].x[0] == "2024-01-02"
    assert plot.candles(frame.set_index("trade_date")).data[0].x[0] == "2024-01-02"


@pytest.mark.parametrize(("seconds", "second"), [(300.0, "10:05"), (5.0, "10:00:05"), (0.5, "10:00:00.500000")])
def test_bars_within_a_day_have_labels_of_their_own_of_date_and_time_in_two_lines(seconds: float, second: str) -> None:
    opening = dt.datetime(2024, 1, 2, 10)  # noqa: DTZ001 - as the column has none
    times = [opening + dt.timedelta(seconds=seconds * place) for place in range(len(DAYS))]
    labels = plot.candles(bars(trade_date=times), averages=()).data[0].x
    assert (labels[1], len(set(labels))) == (f"2024-01-02<br>{second}", len(DAYS))


def test_date_labels_are_few_enough_for_a_phone() -> None:
    axis = plot.candles(bars()).layout.xaxis
    assert (axis.type, axis.nticks, axis.tickangle, axis.tickfont.size) == ("category", 4, 0, 10)


@pytest.mark.parametrize("name", ["ticker", "trade_date", "open", "close", "volume"])
def test_a_column_that_is_missing_is_named(name: str) -> None:
    with pytest.raises(b3.SchemaError, match=rf"^column {name}: not found, expected one of \["):
        plot.candles(bars().drop_columns([name]), averages=())


@pytest.mark.parametrize(
    ("name", "expected"),
    [("close", "a decimal, an integer or a float"), ("volume", "a decimal, an integer or a float"),
     ("trade_date", "a date or a timestamp")],
)  # fmt: skip
def test_a_column_of_another_type_is_named(name: str, expected: str) -> None:
    with pytest.raises(b3.SchemaError, match=rf"^column {name}: found string, expected {expected}$"):
        plot.candles(bars(**{name: ["x"] * len(DAYS)}), averages=())


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (pa.concat_tables([bars(), bars().slice(3, 1)]), "2024-01-05 more than once; expected one bar of each time"),
        (bars(ticker=["BBBB4", *["AAAA3"] * (len(DAYS) - 1)]), "2 tickers (AAAA3, BBBB4); expected one"),
        (bars().slice(0, 0), "no row; expected the bars of one ticker"),
        (bars(trade_date=[None, *DAYS[1:]]), "a null trade_date; expected a date or a timestamp"),
    ],
)
def test_bars_that_are_no_series_of_one_ticker_are_refused(table: pa.Table, message: str) -> None:
    with pytest.raises(ValueError, match=f"^candles: bars hold {re.escape(message)}$"):
        plot.candles(table)


def test_the_published_table_is_drawn_by_its_column_names() -> None:
    published = b3.refine(bars(), windows=(5,))
    figure = plot.candles(published, averages=(5, 10))
    assert names(figure) == ["AAAA3", "SMA 5", "SMA 10", "volume"]
    assert list(figure.data[1].y) == published["media_movel_5"].to_pylist()
    assert list(figure.data[2].y) == b3.moving_average(bars(), windows=10)["sma_10"].to_pylist()


def test_columns_that_are_not_drawn_may_be_of_any_type() -> None:
    frame = pl.from_arrow(bars())
    assert isinstance(frame, pl.DataFrame)
    strangers = frame.with_columns(pl.Series("thing", [object()] * frame.height, dtype=pl.Object))
    assert plot.candles(strangers).to_json() == plot.candles(frame).to_json()


def test_an_average_without_a_point_is_not_in_the_legend() -> None:
    assert names(plot.candles(bars(), averages=(5, 500))) == ["AAAA3", "SMA 5", "volume"]


def test_panels_draw_the_values_of_the_indicators() -> None:
    figure = plot.candles(bars(), averages=(), panels=("bollinger", "rsi", "macd"))
    drawn = {trace.name: trace for trace in figure.data}
    assert list(drawn["RSI 14"].y) == b3.rsi(bars())["rsi_14"].to_pylist()
    assert list(drawn["MACD"].y) == b3.macd(bars())["macd"].to_pylist()
    assert list(drawn["MACD - signal"].y) == b3.macd(bars())["macd_histogram"].to_pylist()
    bands = [trace for trace in figure.data if trace.name == "Bollinger 20"]
    assert [list(band.y) for band in bands] == [
        b3.bollinger_bands(bars())[f"bollinger_{band}_20"].to_pylist() for band in ("upper", "lower")
    ]
    assert [band.showlegend for band in bands] == [True, False]
    assert [figure.layout[axis].title.text for axis in ("yaxis", "yaxis2", "yaxis3", "yaxis4")] == [
        "BRL", "shares", "RSI 14", "MACD",
    ]  # fmt: skip


def test_a_range_of_dates_is_cut_after_the_averages_are_computed() -> None:
    whole = plot.candles(bars(), averages=(20,))
    part = plot.candles(bars(), averages=(20,), start="2024-03-01", end=DAYS[50])
    first = DAYS.index(dt.date(2024, 3, 1))
    for trace, cut in zip(whole.data, part.data, strict=True):
        assert list(cut.x) == list(trace.x)[first:51]
    assert list(part.data[1].y) == list(whole.data[1].y)[first:51]
    assert None not in part.data[1].y


@pytest.mark.parametrize("name", ["currency", "moeda"])
def test_the_axis_of_prices_names_the_money_of_the_bars_drawn(name: str) -> None:
    money = ["CR$"] * 10 + [None] + ["BRL"] * (len(DAYS) - 11)
    table = bars(**{name: money})
    assert plot.candles(table, averages=()).layout.yaxis.title.text == "CR$, BRL"
    assert plot.candles(table, averages=(), end=DAYS[9]).layout.yaxis.title.text == "CR$"
    assert plot.candles(table.slice(10, 1), averages=()).layout.yaxis.title.text == "BRL"  # the row with the null


def test_bars_may_be_a_lazy_frame() -> None:
    lazy = pl.LazyFrame(bars())
    assert plot.candles(lazy) == plot.candles(bars())


@pytest.mark.parametrize(
    ("options", "kind", "message"),
    [({"every": "2w"}, ValueError, 'every: found "2w", expected 1d, 1w, 1mo, 1q or 1y'),
     ({"averages": (-5,)}, ValueError, "averages: found -5, expected windows from 1 to 100000 bars"),
     ({"panels": ("cci",)}, ValueError, 'panels: found "cci", expected bollinger, rsi or macd'),
     ({"start": "1/3"}, ValueError, "start: found '1/3', expected a datetime.date, a text such as 2024-11-08, or None"),
     ({"start": "2025-01-01"}, ValueError,
      f"candles: found no bar from 2025-01-01 to None; the bars reach from {DAYS[0]} to {DAYS[-1]}")],
)  # fmt: skip
def test_an_invalid_option_is_refused(options: dict[str, Any], kind: type[Exception], message: str) -> None:
    with pytest.raises(kind, match=f"^{re.escape(message)}$"):
        plot.candles(bars(), **options)


def test_the_axis_of_prices_is_logarithmic_on_request() -> None:
    assert plot.candles(bars(), averages=(), log=True).layout.yaxis.type == "log"
    assert plot.candles(bars(), averages=()).layout.yaxis.type == "linear"


# The script has 4.8 million characters, four figures 40,000.
@pytest.mark.parametrize(("library", "most"), [("inside", 6_000_000), ("beside", 100_000), ("cdn", 100_000)])
def test_a_page_of_many_figures_has_the_script_once_at_most(tmp_path: Path, library: Any, most: int) -> None:
    figures = [plot.candles(bars(), title=f"chart {place}") for place in range(4)]
    page = plot.write_page(tmp_path / "deep" / "page.html", figures, title="A & <B>", library=library)
    text = page.read_text(encoding="utf-8")
    assert len(text) < most
    assert text.count("Plotly.newPlot(") == 4
    assert len(re.findall(r'class="plotly-graph-div"', text)) == 4
    assert "<title>A &amp; &lt;B&gt;</title>" in text
    scripts = re.findall(r'<script[^>]*src="([^"]+)"', text)
    assert [script.split("/")[-1].startswith("plotly") for script in scripts] == ([] if library == "inside" else [True])
    assert (page.parent / "plotly.min.js").exists() == (library == "beside")


def test_an_unknown_place_of_the_script_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r'^library: found "inline", expected inside, beside or cdn$'):
        plot.write_page(tmp_path / "page.html", [], library="inline")  # type: ignore[arg-type]
