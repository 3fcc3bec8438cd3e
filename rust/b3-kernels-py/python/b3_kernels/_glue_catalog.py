"""The Iceberg catalog of a lake on S3, in Glue's Data Catalog; it needs PyIceberg."""

from __future__ import annotations

from typing import Any

from pyiceberg.catalog import METADATA_LOCATION, glue
from pyiceberg.exceptions import CommitFailedException


class GlueCatalog(glue.GlueCatalog):
    """PyIceberg's catalog, which also recognises its own commit when Glue's answer was lost."""

    def _update_glue_table(self, database_name: str, table_name: str, table_input: Any, version_id: str) -> None:
        """Commits; fails only if the table has not had this commit.

        botocore repeats a call that got no answer. If the first call was carried out, Glue refuses
        the second, because the version is no longer the present one. PyIceberg takes that for
        another's commit, and deletes this one's files.
        """
        try:
            super()._update_glue_table(database_name, table_name, table_input, version_id)
        except CommitFailedException:
            table = self.load_table((database_name, table_name))
            states = {table.metadata_location, *(entry.metadata_file for entry in table.metadata.metadata_log)}
            if table_input["Parameters"][METADATA_LOCATION] not in states:
                raise
