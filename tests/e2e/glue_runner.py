"""An emulated Glue runner: it runs the job's script with the arguments of a started run."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

from aws import CREDENTIALS
from binaries import succeeded
from spark_runs import HARNESS, QUICK_JVM

from local_spark import submit_arguments

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "glue_scripts" / "refine_quotes.py"
# Maven coordinates of Hadoop's S3 connector for the Spark of Glue 5.1, cached in ~/.ivy2.
S3A = "org.apache.hadoop:hadoop-aws:3.3.4,com.amazonaws:aws-java-sdk-bundle:1.12.262"
RUN_SECONDS = 900


def spark_settings(folder: Path, arguments: dict[str, str]) -> str:
    """The job's `--conf`, and settings of ours: quick workers, a local catalog, S3 without TLS."""
    metastore = folder / "metastore"
    # The value looks like `a=1 --conf b=2 --conf c=3`.
    settings = dict(setting.split("=", 1) for setting in arguments["--conf"].split(" --conf ")) | {
        "spark.master": "local[2]",
        "spark.driver.memory": "2g",
        "spark.python.daemon.module": "unzipped_daemon",  # of HARNESS; workers start faster with it
        "spark.sql.warehouse.dir": (folder / "warehouse").as_uri(),
        "spark.driver.extraJavaOptions": f"{QUICK_JVM} -Dderby.system.home={metastore}",
        "spark.hadoop.javax.jdo.option.ConnectionURL": f"jdbc:derby:;databaseName={metastore / 'db'};create=true",
        "spark.hadoop.fs.s3a.connection.ssl.enabled": "false",
    }
    return submit_arguments(settings, "--packages", S3A)


def run_script(folder: Path, endpoint: str, arguments: dict[str, str]) -> dict[str, Any]:
    """Run the script as Glue does; returns the JSON of its last line.

    Raises:
        AssertionError: it failed; the message has its output.
    """
    (folder / "metastore").mkdir(parents=True, exist_ok=True)
    environment = {
        **os.environ,
        **CREDENTIALS,
        "AWS_DEFAULT_REGION": CREDENTIALS["AWS_REGION"],
        "AWS_ENDPOINT_URL": endpoint,
        "PYSPARK_SUBMIT_ARGS": spark_settings(folder, arguments),
        "SPARK_LOCAL_IP": "127.0.0.1",
        "PYTHONPATH": HARNESS,
    }
    # Glue's own arguments too, which the script ignores.
    command = [sys.executable, str(SCRIPT), *(word for pair in arguments.items() for word in pair)]
    output = succeeded(*command, env=environment, cwd=folder, timeout=RUN_SECONDS)
    line: dict[str, Any] = json.loads(output.splitlines()[-1])
    return line
