"""Tests of the page's contents: its size, tickers, data quality, and escaped text."""

from __future__ import annotations

import datetime as dt
import shutil
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from report_lakes import many_tickers, publish, reject, sample_bars, sample_lake, warn
from report_page import Open, data_of

import report
from report import __main__ as command
from report.page import within
from report.tickers import shown_and_others

HOSTILE = '</script><script>document.title = "broken"</script><img src=x onerror="document.title = 1"><!--'


def test_fifty_tickers_of_a_year_stay_within_the_limit(open_page: Open, tmp_path: Path) -> None:
    lake = many_tickers(tmp_path / "lake", 50, dt.date(2024, 1, 1), dt.date(2024, 12, 31))
    report.write_report(tmp_path / "report.html", lake)
    assert (tmp_path / "report.html").stat().st_size <= report.MOST_BYTES
    data = data_of(tmp_path / "report.html")
    assert (len(data["tickers"]), len(data["sessions"])) == (50, 251)  # all sessions of 2024
    assert open_page(tmp_path / "report.html").locator("#tickers tbody tr").count() == 50


def test_a_larger_lake_shows_the_most_traded_tickers_and_the_latest_sessions(open_page: Open, tmp_path: Path) -> None:
    lake = many_tickers(tmp_path / "lake", 52, dt.date(2022, 1, 1), dt.date(2024, 12, 31))
    path = tmp_path / "report.html"
    report.write_report(path, lake)
    # The page is nearly full: it holds the sessions that fit, and not far fewer.
    assert report.MOST_BYTES * 0.8 < path.stat().st_size <= report.MOST_BYTES
    data = data_of(path)
    assert [ticker["ticker"] for ticker in data["tickers"]] == [f"T{place:03}3" for place in range(50)]
    page = open_page(path)
    about = page.locator("#about").inner_text()
    assert "52 tickers" in about
    assert f"the latest {len(data['sessions'])} sessions" in about
    page.get_by_label("Ticker", exact=True).fill("T0513")
    page.keyboard.press("Enter")
    text = page.locator("#ticker-about").inner_text()
    assert "not on this page, which holds the 50 most traded of the lake's last year" in text
    assert "make page TICKERS=T0513" in text
    assert page.locator("#chart").is_hidden()
    page.goto(path.as_uri() + "#T0493")
    page.locator("#chart").wait_for()  # a browser tells the page of its new address a moment later


def test_a_page_of_chosen_tickers_has_their_bars(open_page: Open, tmp_path: Path, lake: Path) -> None:
    path = tmp_path / "report.html"
    assert command.main(["--lake", str(lake), "--tickers", "INVE4,INVA3,INVE4", "--page", str(path)]) == 0
    data = data_of(path)
    assert [ticker["ticker"] for ticker in data["tickers"]] == ["INVE4", "INVA3"]
    assert {row["ticker"] for row in data["others"]} == {"INVB4", "INVC11", "INVD3", "INVF3"}
    page = open_page(path, fragment="#INVC11")
    assert "which holds the tickers asked for" in page.locator("#ticker-about").inner_text()
    assert (
        command.main(["--lake", str(lake), "--tickers", "INVF3,INVA3,INVB4,INVC11,INVD3,INVE4", "--page", str(path)])
        == 0
    )
    about = open_page(path).locator("#tickers-about").inner_text()
    assert about == "All tickers of the lake, in the order asked for."


@pytest.mark.parametrize(
    ("given", "error"),
    [
        (("--tickers", "INVA3,XXXX3,YYYY4"), "found no XXXX3, YYYY4 among the lake's 6 tickers"),
        (
            ("--lake", "{0}"),
            "{0}: found no {0}/refined/cotacoes_por_ano/*/*.parquet, expected a lake that the job has refined",
        ),
        (("--page", f"{__file__}/report.html"), f"[Errno 17] File exists: '{__file__}'"),
    ],
    ids=["tickers that the lake lacks", "no refined lake", "a page that cannot be written"],
)
def test_a_page_that_cannot_be_made_is_an_error_of_one_line(
    lake: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], given: tuple[str, ...], error: str
) -> None:
    path, words = tmp_path / "report.html", [word.format(tmp_path) for word in given]
    assert command.main(["--lake", str(lake), "--page", str(path), *words]) == 1
    assert capsys.readouterr().err == f"page: {error.format(tmp_path)}\n"
    assert not path.exists()


@pytest.mark.parametrize("place", ["", "{}"], ids=["empty", "a folder"])
def test_a_page_that_is_no_file_is_refused_before_the_lake_is_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], place: str
) -> None:
    place = place.format(tmp_path)
    with pytest.raises(SystemExit):
        command.main(["--lake", str(tmp_path), "--page", place])
    assert f"argument --page: {place!r}: expected a file, such as build/report.html\n" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "content", "fault"),
    [
        ("refined/cotacoes_por_ano/ano=2024/cotacoes.parquet", b"PAR1", "not a readable Parquet file: "),
        ("raw_rejected/trade_date=2024-01-03/cotahist.parquet", b"", "not a readable Parquet file: "),
        ("actions/ex_date=2024-01-03/b3.parquet", b"PAR1", "Could not open Parquet input source"),
        ("ingest-report.json", b"{", "not the report of an ingestion: JSONDecodeError: "),
        ("ingest-report.json", b"[]", "not the report of an ingestion: TypeError: "),
        ("ingest-report.json", b'{"outcomes": []}', "not the report of an ingestion: KeyError: 'failures'"),
    ],
)
def test_a_damaged_file_is_an_error_of_one_line_that_names_it(
    tmp_path: Path, lake: Path, capsys: pytest.CaptureFixture[str], name: str, content: bytes, fault: str
) -> None:
    damaged, page = shutil.copytree(lake, tmp_path / "lake"), tmp_path / "report.html"
    page.write_text("the page of yesterday")
    (damaged / name).parent.mkdir(parents=True, exist_ok=True)
    (damaged / name).write_bytes(content)
    assert command.main(["--lake", str(damaged), "--page", str(page)]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"page: {damaged / name}: {fault}")
    assert page.read_text() == "the page of yesterday"


def test_year_files_without_a_row_are_an_error_of_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lake = publish(tmp_path, sample_bars(tmp_path), [])
    (file,) = lake.glob("refined/cotacoes_por_ano/*/*.parquet")
    pq.write_table(pq.ParquetFile(file).read().slice(0, 0), file)
    assert command.main(["--lake", str(lake), "--page", str(tmp_path / "report.html")]) == 1
    assert capsys.readouterr().err.startswith(f"page: {lake}/refined/cotacoes_por_ano/*/*.parquet: found no row")


def test_more_than_fifty_chosen_tickers_are_refused() -> None:
    summaries = [{"ticker": f"T{place:03}3"} for place in range(60)]
    names = [row["ticker"] for row in summaries]
    shown, others = shown_and_others(summaries, names[10:60])
    assert (shown, others) == (summaries[10:], summaries[:10])
    with pytest.raises(report.LakeError, match="found 51 tickers to put on the page, expected at most 50"):
        shown_and_others(summaries, names[9:60])


def test_a_page_of_the_latest_sessions_has_the_same_figures_for_them(tmp_path: Path, lake: Path) -> None:
    report.write_report(tmp_path / "report.html", lake)
    whole = data_of(tmp_path / "report.html")
    cut_page = tmp_path / "cut.html"
    most_bytes = 150_000
    cut_page.write_text(within(whole, most_bytes), encoding="utf-8")
    cut = data_of(cut_page)
    assert cut_page.stat().st_size <= most_bytes
    left_out = len(whole["sessions"]) - len(cut["sessions"])
    assert left_out > 0
    for ticker, part in zip(whole["tickers"], cut["tickers"], strict=True):
        # An event has its bar's index. `cash`, the prices adjusted for dividends too, may be None.
        bars = len(part["session"])
        dates = [whole["sessions"][session] for session in ticker["session"]]
        assert dates[-bars:] == [cut["sessions"][session] for session in part["session"]]
        assert part["close"] == ticker["close"][-bars:]
        if ticker["cash"]:
            assert part["cash"]["close"] == ticker["cash"]["close"][-bars:]
        assert [part["close"][bar] for bar, *_ in part["events"]] == [
            ticker["close"][bar] for bar, *_ in ticker["events"] if bar >= len(ticker["session"]) - bars
        ]


def test_a_lake_of_one_session_and_a_price_of_six_digits_fit_into_the_chart(open_page: Open, tmp_path: Path) -> None:
    day, price = dt.date(2024, 5, 9), pa.decimal128(18, 6)
    bar = dict.fromkeys(("open", "high", "low", "close"), pa.array([Decimal("123456.78")], price))
    bars = {"ticker": ["INVA3"], "trade_date": [day], **bar, "volume": [1]}
    report.write_report(tmp_path / "report.html", publish(tmp_path / "lake", pa.table(bars), actions=[]))
    page = open_page(tmp_path / "report.html")
    assert page.locator("#about").inner_text() == "2024-05-09 to 2024-05-09, 1 session, 1 ticker."
    labels = page.locator("#chart text")
    assert "123,456.78" in labels.all_text_contents()
    right_edges = labels.evaluate_all("all => all.map(one => one.getBBox().x + one.getBBox().width)")
    assert max(right_edges) <= page.locator("#chart > svg").evaluate("chart => chart.clientWidth")


def test_averages_of_other_windows_are_drawn(open_page: Open, tmp_path: Path) -> None:
    windows = (3, 7, 30, 60, 90)
    lake = publish(tmp_path / "lake", sample_bars(tmp_path, ["INVA3"]), actions=[], windows=windows)
    report.write_report(tmp_path / "report.html", lake)
    page = open_page(tmp_path / "report.html")
    assert page.locator("#legend span").all_inner_texts() == [f"— average of {window}" for window in windows]
    lines = page.locator("#chart .average")
    strokes = lines.evaluate_all("lines => lines.map(line => getComputedStyle(line).stroke)")
    assert len(set(strokes) - {"none"}) == len(windows)


def test_missing_sessions_rejected_rows_and_warnings_are_shown(open_page: Open, tmp_path: Path) -> None:
    bars = sample_bars(tmp_path)
    missing = dt.date(2024, 5, 9)
    lake = publish(tmp_path / "lake", bars.filter(pc.not_equal(bars["trade_date"], missing)), actions=[])
    reject(lake, dt.date(2024, 5, 10), "INVA3", "high 3.00 is below low 4.00")
    warn(lake, "2024-05-11 is no session of the calendar")
    report.write_report(tmp_path / "report.html", lake)
    quality = open_page(tmp_path / "report.html").locator("#quality").inner_text()
    assert "1 of the exchange's 251 sessions are not in the lake: 2024-05-09." in quality
    assert "1 rejected, kept with the reason" in quality
    assert "high 3.00 is below low 4.00" in quality
    assert "2024-05-11 is no session of the calendar" in quality


def test_text_of_the_lake_is_escaped_in_the_page(open_page: Open, tmp_path: Path) -> None:
    lake = sample_lake(tmp_path / "lake", ["INVA3"])
    reject(lake, dt.date(2024, 5, 10), HOSTILE, HOSTILE)
    warn(lake, HOSTILE)
    (lake / report.INVENTED).write_text(HOSTILE, encoding="utf-8")
    report.write_report(tmp_path / "report.html", lake)
    page = open_page(tmp_path / "report.html")
    assert page.title() == "B3 daily quotes, 2024-01-02 to 2024-12-30"
    assert page.locator("script").count() == 2  # the data and the code
    assert page.locator("img").count() == 0
    assert page.locator("#about").inner_text().endswith(HOSTILE)
    assert page.locator("#quality").inner_text().count(HOSTILE) == 3  # ticker, reason and warning


def test_the_same_lake_gives_an_identical_page(tmp_path: Path, lake: Path, sample_page: Path) -> None:
    (tmp_path / "lake [a]").symlink_to(lake)  # brackets, a pattern if they are not escaped
    report.write_report(tmp_path / "report.html", tmp_path / "lake [a]")
    assert (tmp_path / "report.html").read_bytes() == sample_page.read_bytes()


@pytest.mark.parametrize(
    ("ticker", "expected"),
    [
        ("INVA3", [
            ("2024-03-28", "D", "cash 0.45 a share"), ("2024-06-25", "S", "2 new shares for 1"),
            ("2024-10-15", "D", "cash 0.2 a share"),
        ]),
        ("INVB4", [("2024-05-13", "D", "cash 0.12 a share"), ("2024-08-06", "S", "11 new shares for 10")]),
    ],
)  # fmt: skip
def test_events_are_marked_on_their_bars(sample_page: Path, ticker: str, expected: list[tuple[str, str, str]]) -> None:
    data = data_of(sample_page)
    (found,) = [one for one in data["tickers"] if one["ticker"] == ticker]
    dates = [data["sessions"][session] for session in found["session"]]
    assert [(dates[bar], letter, words) for bar, letter, words in found["events"]] == expected
