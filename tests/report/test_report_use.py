"""The page in use: search, keyboard, phone, light and dark."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import Any

import pyarrow.compute as pc
import pytest
from playwright.sync_api import Page, expect
from report_lakes import publish, sample_bars
from report_page import Open, open_bars, wait_for_bars

import report

CONTRAST = (Path(__file__).parent / "contrast.js").read_text(encoding="utf-8")


def candles(page: Page) -> int:
    """The number of drawn candles; each has two subpaths, its wick and its body."""
    paths = page.locator("#chart svg svg path:not(.average)")
    return sum(path.get_attribute("d").count("M") for path in paths.all()) // 2


def focused(page: Page) -> str:
    """The id of the element with the focus, or its value or tag if it has none."""
    return page.evaluate("document.activeElement.id || document.activeElement.value || document.activeElement.tagName")


def test_search_finds_a_ticker_and_draws_it(open_page: Open, sample_page: Path) -> None:
    page = open_page(sample_page)
    page.get_by_label("Ticker", exact=True).fill("nve")
    option = page.get_by_role("option")
    assert option.all_inner_texts()[0].startswith("INVE4")
    option.first.click()
    assert page.locator("#name").inner_text() == "INVE4"
    page.wait_for_url("**#INVE4")
    page.get_by_label("all", exact=True).check()
    assert candles(page) == 36  # INVE4 trades in every seventh of the 251 sessions


def test_search_shows_a_message_when_a_ticker_is_missing(open_page: Open, sample_page: Path) -> None:
    page = open_page(sample_page)
    page.get_by_label("Ticker", exact=True).fill("ZZZZ9")
    assert page.get_by_role("status").inner_text() == "no ticker of this lake holds ZZZZ9"
    assert page.locator("#found").is_hidden()


def test_a_link_opens_its_ticker_or_shows_a_message(open_page: Open, sample_page: Path) -> None:
    assert open_page(sample_page, fragment="#INVB4").locator("#name").inner_text() == "INVB4"
    page = open_page(sample_page, fragment="#ZZZZ9")
    assert page.locator("#name").inner_text() == "INVC11"  # the most traded
    assert page.get_by_role("status").inner_text() == "no ticker of this lake is called ZZZZ9"
    page.get_by_role("link", name="INVE4").click()
    expect(page.locator("#name")).to_have_text("INVE4")  # a browser tells the page of its new address a moment later


def test_the_search_works_by_keyboard(open_page: Open, sample_page: Path) -> None:
    page = open_page(sample_page)
    press = page.keyboard.press
    press("Tab")
    assert focused(page) == "search"
    page.keyboard.type("inv")
    marked = []
    for key in ("ArrowDown", "ArrowDown", "ArrowUp", "ArrowUp", "ArrowUp", "ArrowUp"):
        press(key)
        marked.append(page.locator("#search").get_attribute("aria-activedescendant"))
    assert marked == ["found-0", "found-1", "found-0", "found-5", "found-4", "found-3"]  # six, in a circle
    wanted = page.locator("#found-3").inner_text().split()[0]
    press("Enter")
    assert page.locator("#name").inner_text() == wanted
    assert focused(page) == "name"
    page.locator("#search").focus()
    page.keyboard.type("inv")
    press("Escape")
    assert page.locator("#found").is_hidden()


def test_the_choices_the_chart_and_the_table_work_by_keyboard(open_page: Open, sample_page: Path) -> None:
    page = open_page(sample_page)
    press = page.keyboard.press
    page.locator("#name").focus()
    press("Tab")
    assert focused(page) == "splits"
    press("ArrowLeft")
    assert page.locator("input[value=traded]").is_checked()
    press("Tab")
    press("ArrowLeft")
    assert page.locator("input[value='63']").is_checked()
    press("Tab")
    assert focused(page) == "chart"
    chart = page.get_by_role("slider")
    texts = [chart.get_attribute("aria-valuetext")]
    for key in ("ArrowLeft", "Home", "End"):
        press(key)
        texts.append(chart.get_attribute("aria-valuetext"))
    latest, before, first, end = texts
    assert latest == end
    assert len({latest, before, first}) == 3
    assert page.locator("#bar dd").first.inner_text() in str(end)  # the date, as shown below the chart
    press("Tab")
    press("Enter")
    wait_for_bars(page)
    assert page.locator("#bars tbody tr").count() == 63


def test_a_ticker_without_a_trade_in_the_sessions_shown_keeps_nothing_of_the_one_before(
    open_page: Open, tmp_path: Path
) -> None:
    bars = sample_bars(tmp_path, ["INVA3", "INVD3"])
    gone = pc.and_(pc.equal(bars["ticker"], "INVD3"), pc.greater(bars["trade_date"], dt.date(2024, 6, 3)))
    report.write_report(tmp_path / "report.html", publish(tmp_path / "lake", bars.filter(pc.invert(gone)), actions=[]))
    page = open_page(tmp_path / "report.html", fragment="#INVA3")
    page.get_by_label("21", exact=True).check()
    assert "average of 5" in page.locator("#legend").inner_text()
    page.get_by_role("link", name="INVD3").click()
    expect(page.locator("#name")).to_have_text("INVD3")  # a browser tells the page of its new address a moment later
    chart = page.get_by_role("slider")
    assert chart.inner_text() == chart.get_attribute("aria-valuetext") == "No trade in these sessions."
    assert page.locator("#legend").inner_text() == ""


def test_the_focused_element_has_a_visible_outline(open_page: Open, sample_page: Path) -> None:
    page = open_page(sample_page)
    for _ in range(12):  # all of the page's controls and links
        page.keyboard.press("Tab")
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline == "solid", page.evaluate("document.activeElement.outerHTML.slice(0, 80)")


@pytest.mark.parametrize("width", [320, 1200])
def test_the_page_does_not_scroll_sideways(open_page: Open, sample_page: Path, width: int) -> None:
    page = open_page(sample_page, width=width)
    open_bars(page)
    all_sessions = "0"
    for value in ("traded", "cash", "21", all_sessions):
        page.locator(f"input[value='{value}']").check()
        assert page.evaluate("document.documentElement.scrollWidth") <= width, value
        drawn = page.locator("#chart > svg").bounding_box() or {}
        assert 200 < drawn["width"] <= width


def test_each_bar_of_the_table_is_one_line(open_page: Open, sample_page: Path) -> None:
    page = open_page(sample_page, width=390)
    open_bars(page)
    heights = page.locator("#bars tbody tr").evaluate_all("rows => rows.map(row => row.offsetHeight)")
    assert len(heights) == 63  # what a narrow page shows at first
    assert max(heights) < 45  # pixels; two lines take 61


def test_the_chart_follows_the_width_of_the_window(open_page: Open, sample_page: Path) -> None:
    page = open_page(sample_page)
    page.set_viewport_size({"width": 390, "height": 800})
    # Not by wait_for_function, whose polling evaluates text, which the page's policy forbids.
    drawn = page.evaluate("""async () => {
        const width = () => document.querySelector("#chart > svg").clientWidth;
        for (let frame = 0; frame < 600 && width() >= 390; frame++) await new Promise(requestAnimationFrame);
        return width();
    }""")
    assert drawn < 390
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_has_contrast(open_page: Open, sample_page: Path, scheme: Any) -> None:
    page = open_page(sample_page, scheme=scheme)
    open_bars(page)
    page.get_by_label("Ticker", exact=True).fill("INV")
    page.keyboard.press("ArrowDown")
    texts = page.evaluate(CONTRAST)
    assert len(texts) > 100  # the open table alone has more
    assert not [text for text in texts if text["ratio"] < 4.5]  # WCAG's least
    background = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (sum(map(int, re.findall(r"\d+", background))) < 200) == (scheme == "dark")


def test_every_control_is_large_enough_for_a_finger(open_page: Open, sample_page: Path) -> None:
    page = open_page(sample_page, width=390)
    for control in page.locator("fieldset label, #search, summary").all():
        box = control.bounding_box()
        assert box
        assert box["height"] >= 40


def test_every_control_and_table_has_a_name(open_page: Open, sample_page: Path) -> None:
    page = open_page(sample_page)
    tree = page.locator("body").aria_snapshot()
    for role in ("combobox", "slider", "radio", "region"):
        lines = [line.strip() for line in tree.splitlines() if line.strip().startswith(f"- {role}")]
        assert lines, role
        assert all('"' in line for line in lines), lines
    for name in ("Prices", "Sessions"):
        assert page.get_by_role("group", name=name).count() == 1
