"""The ledger of a published table: the objects that the job has seen, and the pending dates.

Each table has one JSON file, `_ledger/<table>/ledger.json`, beside the tables. A run first writes
the objects that it finds and the dates that they affect (`pending`), then publishes these dates,
then removes them from `pending`. So the dates of a run that dies stay pending, even if raw goes
back to its old content. Refining a date once more than necessary changes nothing.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from b3_jobs.errors import JobError, StoreFault
from b3_jobs.files.listing import Identity
from b3_jobs.files.versioned_file import VersionedFile

if TYPE_CHECKING:
    from b3_jobs.files.storage import Storage

FOLDER = "_ledger"
FILE = "ledger.json"
_FORMAT = 1
# After so many failures a date waits until what it depends on changes, or until it is named.
ENOUGH_FAILURES = 3


@dataclass(frozen=True)
class Failure:
    """A date that failed, last for this reason.

    `runs` counts those since what it depends on last changed, without those by a `StoreFault`.
    """

    runs: int
    reason: str


@dataclass(frozen=True)
class Ledger:
    """The state of one table.

    Args:
        raw_path: the folder of the raw objects.
        raw: the raw objects as last seen, by key.
        actions: the actions objects as last seen, by key.
        pending: trade dates that must be refined; `owed` in the file.
        failed: the pending periods that could not be published, by the date of their bar.
        options: the options that determine the rows' values; all rows of the table share them.
    """

    raw_path: str = ""
    raw: dict[str, Identity] = field(default_factory=dict)
    actions: dict[str, Identity] = field(default_factory=dict)
    pending: frozenset[date] = frozenset()
    failed: dict[date, Failure] = field(default_factory=dict)
    options: dict[str, str] = field(default_factory=dict)

    def encode(self, table: str, run: str) -> bytes:
        """The ledger as JSON with one sorted line for each object and date, fit for `diff`."""
        content = {
            "format": _FORMAT,
            "table": table,
            "run": run,
            "raw_path": self.raw_path,
            "options": self.options,
            "owed": sorted(map(str, self.pending)),
            "failed": {str(day): asdict(failure) for day, failure in sorted(self.failed.items())},
            "actions": {key: str(identity) for key, identity in sorted(self.actions.items())},
            "raw": {key: str(identity) for key, identity in sorted(self.raw.items())},
        }
        return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode()

    @classmethod
    def decode(cls, content: bytes) -> Ledger:
        """Parses what `encode` returned.

        Raises:
            ValueError: if the content is anything else.
        """
        try:
            fields: dict[str, Any] = json.loads(content)
            if fields["format"] != _FORMAT:
                raise ValueError(f"format {fields['format']}, expected {_FORMAT}")
            for key in (*fields["raw"], *fields["actions"]):
                date_of(key)
            return cls(
                str(fields["raw_path"]),
                {key: Identity.parse(text) for key, text in fields["raw"].items()},
                {key: Identity.parse(text) for key, text in fields["actions"].items()},
                frozenset(map(date.fromisoformat, fields["owed"])),
                {date.fromisoformat(day): Failure(**failure) for day, failure in fields["failed"].items()},
                # A ledger from before it held options takes those of the next run.
                dict(fields.get("options", {})),
            )
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"{type(error).__name__}: {error}") from error

    def with_failure(self, day: date, reason: str) -> Ledger:
        """The ledger after one more failure of a date."""
        runs = self.failed[day].runs if day in self.failed else 0
        return replace(self, failed=self.failed | {day: Failure(runs + (not isinstance(reason, StoreFault)), reason)})


def date_of(key: str) -> date:
    """The date that an object's key names.

    Raises:
        ValueError: if it names none.
    """
    return date.fromisoformat(key.partition("=")[2][:10])


def source_of(key: str) -> str:
    """The source that an object's key names."""
    return key.rpartition("/")[2].removesuffix(".parquet")


def ledger_file(refined: Storage, table: str) -> VersionedFile:
    """The file that holds the ledger of a table."""
    return VersionedFile(refined.folder(f"{FOLDER}/{table}"), FILE)


def read_ledger(file: VersionedFile) -> tuple[Ledger | None, str | None]:
    """The ledger and its version, or (None, None) if there is none.

    Raises:
        JobError: if the file is not a ledger.
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
