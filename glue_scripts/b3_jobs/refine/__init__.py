"""Raw rows to refined rows, and the checks that they have to pass."""
