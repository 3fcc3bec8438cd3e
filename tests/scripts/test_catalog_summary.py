"""The line that `make run` prints for the partitions of a table."""

from __future__ import annotations

import pytest

import make_run


@pytest.mark.parametrize(
    ("count", "first", "last", "summary"),
    [
        (0, None, None, "no partition"),
        (1, "ano=2024", "ano=2024", "1 partition, ano=2024"),
        (2, "ano=2023", "ano=2024", "2 partitions, ano=2023 .. ano=2024"),
        (326_300, "a", "b", "326,300 partitions, a .. b"),
    ],
)
def test_partition_summary_agrees_with_the_count(count: int, first: str | None, last: str | None, summary: str) -> None:
    assert make_run.partition_summary(count, first, last) == summary
