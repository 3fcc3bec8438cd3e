"""Writer of the page: one HTML file with the data as JSON, the style and the script in it."""

from __future__ import annotations

import argparse
import base64
import hashlib
import html
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import b3_kernels as b3
from report.lake_files import LakeError, naming_files
from report.quality import quality_of
from report.tickers import YEARS, connect_duckdb, sessions_of, shown_and_others, summaries_of, ticker_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

HERE = Path(__file__).resolve().parent
SCRIPTS = ("figures.js", "chart.js", "search.js", "tables.js", "page.js")
# A phone opens a page of this size at once. The oldest bars of a larger one are left out, with a
# note on it.
MOST_BYTES = 3 * 2**20
# The file in a lake's root that says that it holds invented quotes; `make run` writes it.
INVENTED = "INVENTED"


def page_file(text: str) -> Path:
    """The value of `--page`, checked; the empty text is the folder `.`."""
    if Path(text).is_dir():
        raise argparse.ArgumentTypeError(f"{text!r}: expected a file, such as build/report.html")
    return Path(text)


def write_report(path: Path, lake: Path, tickers: Sequence[str] = ()) -> None:
    """Write the page of a lake; the text of its file INVENTED, if it has one, is at the top.

    Args:
        path: the HTML file to write.
        lake: the lake's root, with `refined/cotacoes_por_ano`.
        tickers: those whose bars are on the page; none: the most traded.

    Raises:
        LakeError: a file is damaged, the lake has no rows or lacks a ticker, or `tickers` are too
            many. An earlier page stays.
    """
    with naming_files(lake, YEARS):
        data = _data_of(lake, tickers)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(within(data, MOST_BYTES), encoding="utf-8")


def _data_of(lake: Path, tickers: Sequence[str]) -> dict[str, Any]:
    note = lake / INVENTED
    quotes = connect_duckdb(lake)
    sessions = sessions_of(quotes)
    if not sessions:
        raise LakeError(f"{lake}/{YEARS}: found no row, expected a lake that the job has refined")
    shown, others = shown_and_others(summaries_of(quotes), tickers)
    try:
        actions = b3.read_actions(lake)
    except ValueError as error:  # names the object
        raise LakeError(str(error)) from error
    return {
        "note": note.read_text(encoding="utf-8").strip() if note.exists() else "",
        "sessions": sessions,
        "lakeSessions": len(sessions),
        "first": sessions[0],
        "chosen": bool(tickers),
        "tickers": [ticker_of(quotes, row["ticker"], sessions, actions) for row in shown],
        "others": others,
        "quality": quality_of(quotes, lake, sessions),
    }


def within(data: dict[str, Any], limit: int) -> str:
    """The page with as many of the latest sessions as fit into `limit` bytes, and at least one."""
    page = page_of(data)
    while (size := len(page.encode())) > limit and len(data["sessions"]) > 1:
        # 3% fewer sessions than in proportion, because the rest of the page does not shrink.
        kept = min(len(data["sessions"]) - 1, int(len(data["sessions"]) * limit / size * 0.97))
        data = _latest(data, max(1, kept))
        page = page_of(data)
    return page


def page_of(data: Mapping[str, Any]) -> str:
    """The page as text.

    Data cannot close the element that holds them, and the content policy allows the page's own
    script alone.
    """
    style = (HERE / "page.css").read_text(encoding="utf-8")
    script = "".join((HERE / name).read_text(encoding="utf-8") for name in SCRIPTS)
    span = f"{data['first']} to {data['sessions'][-1]}"
    pieces = {
        "style": style,
        "script": script,
        "policy": f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; base-uri 'none'",
        "span": html.escape(span),
        # JSON has "<" inside strings only. Escaped it means the same, and a browser reads no tag.
        "data": json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False).replace("<", "\\u003c"),
    }
    frame = (HERE / "page.html").read_text(encoding="utf-8")
    return re.sub(r"\{\{(\w+)\}\}", lambda match: pieces[match[1]], frame)


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _latest(data: dict[str, Any], kept: int) -> dict[str, Any]:
    """The data of the last `kept` sessions alone."""
    left_out = len(data["sessions"]) - kept
    return data | {
        "sessions": data["sessions"][left_out:],
        "tickers": [_ticker_from(ticker, left_out) for ticker in data["tickers"]],
    }


def _ticker_from(ticker: dict[str, Any], sessions_out: int) -> dict[str, Any]:
    """A ticker's lists without the bars of the page's first `sessions_out` sessions."""
    bars_out = sum(session < sessions_out for session in ticker["session"])

    def cut(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: cut(inner) for name, inner in value.items()}
        return value[bars_out:] if isinstance(value, list) else value

    # Most lists have an item for each bar; those below hold indexes of bars or sessions.
    lists: dict[str, Any] = cut(ticker)
    for name in ("unknown", "otherMoney"):
        lists[name] = [bar - bars_out for bar in ticker[name] if bar >= bars_out]
    lists["session"] = [session - sessions_out for session in ticker["session"][bars_out:]]
    lists["events"] = [[bar - bars_out, *rest] for bar, *rest in ticker["events"] if bar >= bars_out]
    return lists
