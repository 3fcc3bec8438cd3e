"""Kept faults: a line of the sources, the line with a mistake, and the test that must fail for it.

Each is a `[[fault]]` of a TOML file in this folder, which has a file for each part of the project:

- `name`: what the fault does to a user.
- `file`, `old`, `new`: the text `old`, which occurs exactly once in the file, becomes `new`.
- `pytest`: the test that must fail, such as `tests/job/test_x.py::test_name`.
- `cargo`: instead of `pytest`, a Rust test: the arguments of `cargo test`, the test's name last.
- `build`: where `pytest` must catch a Rust fault, what to build first (`BUILDS`).

`put_in.py` puts each fault into a scratch copy and runs its test.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
# `bootstrap` is the Lambda that starts the job.
BUILDS = ("wheel", "b3-ingest", "bootstrap")


@dataclass(frozen=True)
class Fault:
    """One entry of the TOML files."""

    kept_in: str
    name: str
    file: str
    old: str
    new: str
    pytest: str = ""
    cargo: str = ""
    build: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.kept_in}: {self.name}"

    def mistakes(self, root: Path = ROOT) -> list[str]:
        """The reasons why the entry cannot be put in; empty if it can."""
        found = []
        if bool(self.pytest) == bool(self.cargo):
            found.append("expected either pytest or cargo")
        if unknown := set(self.build) - set(BUILDS):
            found.append(f"cannot build {', '.join(sorted(unknown))}; expected some of {', '.join(BUILDS)}")
        if self.file.endswith(".rs") and self.pytest and not self.build:
            found.append("a Rust fault with a Python test needs `build`")
        if self.old == self.new:
            found.append("old and new are the same")
        source = root / self.file
        if not source.is_file():
            return [*found, f"there is no file {self.file}"]
        times = source.read_text(encoding="utf-8").count(self.old)
        if times != 1:
            found.append(f"{self.file} holds the text {times} times, expected once: {self.old!r}")
        return found + self._test_mistakes(root)

    def _test_mistakes(self, root: Path) -> list[str]:
        if self.pytest:
            path, _, test = self.pytest.partition("::")
            name = test.partition("[")[0].rpartition("::")[2]
            exists = (root / path).is_file() and f"def {name}(" in (root / path).read_text(encoding="utf-8")
            return [] if exists else [f"there is no test {self.pytest}"]
        if self.cargo:
            name = self.cargo.split()[-1].rpartition("::")[2]
            sources = (path for part in ("rust", "lambda") for path in (root / part).rglob("*.rs"))
            exists = any(f"fn {name}(" in path.read_text(encoding="utf-8") for path in sources)
            return [] if exists else [f"there is no Rust test {name}; `cargo` ends with the test's name"]
        return []


def kept(folder: Path = HERE) -> list[Fault]:
    """Every fault of the TOML files, in order.

    Raises:
        ValueError: for an entry that lacks a key or has one that is not known, naming file and
            entry.
    """
    faults = []
    for path in sorted(folder.glob("*.toml")):
        for number, entry in enumerate(tomllib.loads(path.read_text(encoding="utf-8"))["fault"], 1):
            try:
                faults.append(Fault(path.name, **entry | {"build": tuple(entry.get("build", ()))}))
            except TypeError as error:
                raise ValueError(f"{path}: fault {number} ({entry.get('name', 'without a name')}): {error}") from None
    return faults
