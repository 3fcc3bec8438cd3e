"""A target directory for a copy of the checkout that takes the compiled dependencies of the checkout's own.

So a copy, in which the crates are changed to see what the tests notice, compiles its own crates only.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def link_dependencies(target: Path) -> None:
    """Links the compiled files of `target/release` into the directory `target`, once.

    The compiler writes its output beside its place and renames it, so what is linked stays as it is. Cargo writes
    fingerprints in place: they are copied, or the checkout's directory would take the copy's times for its own.
    """
    compiled = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "release"
    for folder, copy in (("build", _link), ("deps", _link), (".fingerprint", shutil.copy2)):
        if (compiled / folder).is_dir() and not (target / "release" / folder).exists():
            shutil.copytree(compiled / folder, target / "release" / folder, copy_function=copy, symlinks=True)


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
