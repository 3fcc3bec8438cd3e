"""The one exception that a user of the job is meant to read."""


class JobError(Exception):
    """A mistake in the arguments, the input or the catalog, said in one line; the run exits with 1."""
