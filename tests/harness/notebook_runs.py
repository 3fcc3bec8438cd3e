"""Runner of notebooks, each in its own kernel."""

from __future__ import annotations

from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from nbclient import NotebookClient
from traitlets.config import Config

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from nbformat import NotebookNode

SECONDS = 600  # at most for the kernel's start, and for each cell


def execute(notebook: NotebookNode, folder: Path, environment: Mapping[str, str]) -> None:
    """Runs `notebook` in `folder` with these variables alone, and adds the outputs to it.

    A cell that fails is an error.
    """
    with TemporaryDirectory() as sockets:
        # By default a kernel takes five ports that were free before, and stops if one is taken.
        config = Config({"KernelManager": {"transport": "ipc", "ip": f"{sockets}/kernel"}})
        client = NotebookClient(notebook, config=config, timeout=SECONDS, startup_timeout=SECONDS)
        client.kernel_name, client.resources = "python3", {"metadata": {"path": str(folder)}}
        client.execute(env=dict(environment))
