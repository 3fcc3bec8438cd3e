"""PySpark's worker daemon without Spark's archives in `sys.path`, so that workers start faster.

Python compiles a module of an archive anew in each process, and before each task a worker reads the
archives' indices.
"""

from __future__ import annotations

import runpy
import sys

if __name__ == "__main__":
    sys.path[:] = [path for path in sys.path if not path.endswith((".zip", ".jar"))]
    sys.path_importer_cache.clear()
    runpy.run_module("pyspark.daemon", run_name="__main__")
