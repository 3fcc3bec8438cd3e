"""The ledger of a published table: which objects of raw and actions the job has seen, and which dates it still owes.

One JSON file a table, `_ledger/<table>/ledger.json` beside the tables. A run first writes down the objects as it
finds them together with the dates that their changes affect (`owed`), then publishes, then strikes out what it has
published. So at whatever moment a run dies, what it has not finished is still owed, even if raw meanwhile goes back to
what it was. Dates are owed by name: that an owed date is refined once too often costs time and changes nothing.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from b3_jobs.errors import JobError
from b3_jobs.files.listing import Identity
from b3_jobs.files.versioned_file import VersionedFile

if TYPE_CHECKING:
    from b3_jobs.files.storage import Storage

FOLDER = "_ledger"
FILE = "ledger.json"
_FORMAT = 1
# A date is left alone after this many failures with the same objects, until they change or a person names it.
ENOUGH_FAILURES = 3


@dataclass(frozen=True)
class Failure:
    """A date that could not be published: how often, why last, and with which objects."""

    runs: int
    reason: str
    objects: dict[str, str]


@dataclass(frozen=True)
class Ledger:
    """What is known of one table.

    Args:
        raw_path: where the raw objects lay.
        raw: the raw objects as last seen, by key.
        actions: the actions objects, likewise.
        owed: trade dates that must be refined.
        failed: the dates among them that could not be published, by the date under which they would be.
        options: those that decide the rows' values, which all rows of the table share.
    """

    raw_path: str = ""
    raw: dict[str, Identity] = field(default_factory=dict)
    actions: dict[str, Identity] = field(default_factory=dict)
    owed: frozenset[date] = frozenset()
    failed: dict[date, Failure] = field(default_factory=dict)
    options: dict[str, str] = field(default_factory=dict)

    def encode(self, table: str, run: str) -> bytes:
        """One line an object and a date, sorted, for people and for `diff`."""
        content = {
            "format": _FORMAT,
            "table": table,
            "run": run,
            "raw_path": self.raw_path,
            "options": self.options,
            "owed": sorted(map(str, self.owed)),
            "failed": {str(day): asdict(failure) for day, failure in sorted(self.failed.items())},
            "actions": {key: str(identity) for key, identity in sorted(self.actions.items())},
            "raw": {key: str(identity) for key, identity in sorted(self.raw.items())},
        }
        return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode()

    @classmethod
    def decode(cls, content: bytes) -> Ledger:
        """Reads what `encode` wrote.

        Raises:
            ValueError: if it is anything else.
        """
        try:
            found: dict[str, Any] = json.loads(content)
            if found["format"] != _FORMAT:
                raise ValueError(f"format {found['format']}, expected {_FORMAT}")
            return cls(
                str(found["raw_path"]),
                {key: Identity.parse(text) for key, text in found["raw"].items()},
                {key: Identity.parse(text) for key, text in found["actions"].items()},
                frozenset(map(date.fromisoformat, found["owed"])),
                {date.fromisoformat(day): Failure(**failure) for day, failure in found["failed"].items()},
                dict(found.get("options", {})),
            )
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"{type(error).__name__}: {error}") from error

    def failing(self, day: date, reason: str, objects: dict[str, str]) -> Ledger:
        """The ledger after one more failure of a date."""
        before = self.failed.get(day)
        runs = before.runs + 1 if before and before.objects == objects else 1
        return replace(self, failed=self.failed | {day: Failure(runs, reason, objects)})


def ledger_file(refined: Storage, table: str) -> VersionedFile:
    """Where the ledger of a table lies."""
    return VersionedFile(refined.folder(f"{FOLDER}/{table}"), FILE)


def read_ledger(file: VersionedFile) -> tuple[Ledger | None, str | None]:
    """The ledger and its version; None and None if there is none.

    Raises:
        JobError: if there is a file that is no ledger.
    """
    content, version = file.read()
    if content is None:
        return None, None
    try:
        return Ledger.decode(content), version
    except ValueError as error:
        reason = str(error).splitlines()[0]
        raise JobError(
            f"{file.place.uri(file.name)}: not a ledger: {reason}; "
            "python -m b3_jobs.audit --repair --raw_path ... writes it anew"
        ) from error
