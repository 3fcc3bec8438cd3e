"""Audits the published tables; `python -m b3_jobs.audit` as the script of a Glue job. See docs/job.md."""

from __future__ import annotations

import sys

from b3_jobs.audit.command import run

if __name__ == "__main__":
    # Glue takes any SystemExit for a failure, 0 included, and its words for the run's message.
    if reason := run(sys.argv[1:]):
        sys.exit(reason)
