"""The results of mutants, the choice of those that are tried, and the table of scores."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import sqrt
from pathlib import Path

KILLED, SURVIVED, TIMEOUT = "killed", "survived", "timeout"
# A test runs for ever if it needs more than this many times the processor time that it needs
# without a mutant, and more than LEAST_SECONDS.
TIMES_SLOWER, LEAST_SECONDS = 5, 2
# Tests that wait for something need no processor time; they are given up after this many seconds.
WAIT_SECONDS = 900
# The bytes of memory that a Rust test program gets: a mutant may fill a vector for ever.
MEMORY = 2 << 30


@dataclass(frozen=True)
class MutantResult:
    """One mutant and what the tests made of it: KILLED, SURVIVED or TIMEOUT."""

    file: str
    line: int
    change: str
    outcome: str

    def __str__(self) -> str:
        return f"{self.outcome}: {self.file}:{self.line}: {self.change}"


@dataclass(frozen=True)
class Choice:
    """The mutants that are tried.

    Attributes:
        first: the number of the first one.
        every: from there on one of this many is tried.
        files: words separated by spaces; the path of a mutant's file holds one of them.
    """

    first: int = 0
    every: int = 1
    files: str = ""

    @classmethod
    def parse(cls, shard: str, files: str) -> Choice:
        """The choice that the options `--shard K/N` and `--files` make.

        Raises:
            ValueError: if `shard` is not of that form.
        """
        first, slash, every = shard.partition("/")
        if not (slash and first.isdecimal() and every.isdecimal() and int(first) < int(every)):
            raise ValueError(f"--shard: {shard!r} is no K/N with K from 0 to N - 1")
        return cls(int(first), int(every), files)

    def takes(self, file: str) -> bool:
        """Whether the file's path holds one of the words; without words each does."""
        return not self.files or any(word in file for word in self.files.split())


def limit(seconds: float) -> int:
    """The processor time that a mutant gets where the tests take `seconds` without one."""
    return max(round(TIMES_SLOWER * seconds), LEAST_SECONDS)


def table(results: Iterable[MutantResult]) -> str:
    """The score of each folder as a Markdown table."""
    groups: dict[str, list[MutantResult]] = {}
    for result in results:
        groups.setdefault(str(Path(result.file).parent), []).append(result)
    lines = ["| folder | mutants | killed | survived | ran for ever | score |", f"| --- |{' ---: |' * 5}"]
    for folder, ones in sorted(groups.items()):
        number = {outcome: sum(one.outcome == outcome for one in ones) for outcome in (KILLED, SURVIVED, TIMEOUT)}
        counts = " | ".join(str(count) for count in (len(ones), *number.values()))
        lines.append(f"| `{folder}` | {counts} | {share(number[KILLED] + number[TIMEOUT], len(ones))} |")
    return "\n".join(lines)


def share(noticed: int, mutants: int) -> str:
    """The share of `mutants` that was noticed, with Wilson's 95% interval.

    The interval is for the share of all mutants, if these are a sample.
    """
    z, noticed_share = 1.96, noticed / mutants
    spread = z * sqrt(noticed_share * (1 - noticed_share) / mutants + z * z / (4 * mutants * mutants))
    centre, scale = noticed_share + z * z / (2 * mutants), 1 + z * z / mutants
    return f"{noticed_share:.1%} ({(centre - spread) / scale:.0%} to {(centre + spread) / scale:.0%})"
