"""Upkeep of the Iceberg table: expires old snapshots and removes files that no snapshot refers to.

PyIceberg's own expiry leaves such files, and so does a run that was killed. They are removed when
they are a day old.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from b3_jobs.files.storage import in_threads

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pyiceberg.manifest import ManifestFile
    from pyiceberg.table import Table

    from b3_jobs.files.storage import Storage

# A state of the table can be read until it has been replaced for this long.
SNAPSHOT_AGE = timedelta(days=90)
# A file without a snapshot may belong to a run that is going on; no run takes this long.
ORPHAN_AGE = timedelta(days=1)


def due(iceberg: Table) -> bool:
    """Whether upkeep, which reads every manifest, is due: after the first commit of a day (UTC)."""
    days = [datetime.fromtimestamp(entry.timestamp_ms / 1000, UTC).date() for entry in iceberg.history()]
    return days.count(days[-1]) == 1


def maintain(iceberg: Table, place: Storage, now: datetime) -> tuple[int, int]:
    """Expires snapshots, then removes files in the table's folder; returns how many of each.

    While a list of files cannot be read, it only says so and removes none: the list may be an
    earlier state's, which no run needs and which expires too.
    """
    old = _replaced_before(iceberg, now - SNAPSHOT_AGE)
    if old:
        iceberg.maintenance.expire_snapshots().by_ids(old).commit()
    try:
        current = _referred_to(iceberg)
    except Exception as error:  # noqa: BLE001 - PyIceberg's decoder of Avro raises errors of many types
        fault = str(error).partition("\n")[0]
        print(f"warning: {place.uri()}: no old file was removed, a manifest cannot be read: {fault}", file=sys.stderr)
        return len(old), 0
    stale = [name for name in place.older_than(now - ORPHAN_AGE) if place.uri(name) not in current]
    place.delete(*stale)
    return len(old), len(stale)


def _replaced_before(iceberg: Table, limit: datetime) -> list[int]:
    """The snapshots that another one had replaced before this moment."""
    entries = iceberg.history()
    kept = {entries[-1].snapshot_id} if entries else set()
    kept |= {old.snapshot_id for old, new in pairwise(entries) if new.timestamp_ms >= limit.timestamp() * 1000}
    return [snapshot.snapshot_id for snapshot in iceberg.snapshots() if snapshot.snapshot_id not in kept]


def _referred_to(iceberg: Table) -> set[str]:
    """Every file that the table's metadata refers to, by its full name."""
    metadata = {iceberg.metadata_location, *(entry.metadata_file for entry in iceberg.metadata.metadata_log)}
    listed = in_threads(lambda snapshot: snapshot.manifests(iceberg.io), iceberg.snapshots())
    manifests = {manifest.manifest_path: manifest for found in listed for manifest in found}
    data = in_threads(lambda manifest: _data_files(iceberg, manifest), manifests.values())
    files = {name for names in data for name in names}
    return metadata | {snapshot.manifest_list for snapshot in iceberg.snapshots()} | manifests.keys() | files


def _data_files(iceberg: Table, manifest: ManifestFile) -> Iterable[str]:
    return [entry.data_file.file_path for entry in manifest.fetch_manifest_entry(iceberg.io, discard_deleted=True)]
