"""Patterns of the keys of the lake's objects, made from the key forms of b3-market."""

from __future__ import annotations

import re

from . import _native


def _pattern(form: str) -> re.Pattern[str]:
    """For the form `raw/trade_date=YYYY-MM-DD/<source>.parquet` the pattern of keys below `raw/`.

    It matches impossible dates and unknown sources too, so that the caller can report them.
    """
    key = re.escape(form.partition("/")[2])
    return re.compile(
        key.replace(re.escape("YYYY-MM-DD"), r"(?P<date>\d{4}-\d{2}-\d{2})").replace(
            "<source>", "(?P<source>[a-z0-9-]+)"
        )
    )


RAW_KEY, ACTIONS_KEY = _pattern(_native.RAW_KEY), _pattern(_native.ACTIONS_KEY)
