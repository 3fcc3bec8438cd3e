"""The script of the Glue job that audits the published tables, like `python -m b3_jobs.audit`."""

from __future__ import annotations

import sys

from b3_jobs.audit.command import run

if __name__ == "__main__":
    # Glue takes any SystemExit for a failure, even with 0, and its text for the message of the run.
    if reason := run(sys.argv[1:]):
        sys.exit(reason)
