"""Links the compiled dependencies of this checkout into the target directory of a copy of it.

The crates of the copy are changed, to see what tests notice; cargo then compiles only these crates.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from fault import ROOT


def link_dependencies(target: Path) -> None:
    """Links this checkout's compiled release files into the copy's directory `target`, once.

    The compiler renames its output into place, so what is linked stays as it is. Cargo writes
    fingerprints in place, so they are copied.
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
