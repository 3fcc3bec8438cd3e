"""Refines raw B3 quotes into the published tables; see `--help` and docs/job.md.

It runs on a laptop (`python refine_quotes.py --raw_path ...`) and as a Glue job's script.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from b3_jobs.contract.options import Options
from b3_jobs.errors import failure
from b3_jobs.log.stages import Stages
from b3_jobs.run import freshness
from b3_jobs.run.job_run import JobRun
from b3_jobs.run.session import on_glue

if TYPE_CHECKING:
    from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the job; returns 0 if it and every date succeeded, else 1 with the reasons on stderr."""
    return 1 if run(sys.argv[1:] if arguments is None else arguments) else 0


def run(arguments: Sequence[str]) -> str | None:
    """Runs the job; returns in one line its error, or which dates failed and why; else None."""
    return failure(lambda: _run(arguments))


def _run(arguments: Sequence[str]) -> str | None:
    """Prints the closing line and puts the metric; a run that an error stops has neither."""
    options, stages = Options.from_arguments(arguments), Stages()
    report = JobRun(options, stages).run()
    errors = report.errors()
    for error in errors:
        print(f"error: {error}", file=sys.stderr)
    print(report.line(stages.seconds), flush=True)
    freshness.put_metric(options)
    return report.failure()


if __name__ == "__main__":
    # Glue takes any SystemExit for a failure, even with 0; its text becomes the run's message.
    if reason := run(sys.argv[1:]):
        sys.exit(reason if on_glue() else 1)
