"""Published tables: their files, their partitions in the catalog, and how dates are replaced."""
