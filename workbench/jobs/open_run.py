"""Runs by their folders, which many jobs begin with."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workbench.training.run import Run


def open_run(folder: str) -> "Run":
    """Open the run in a folder."""
    from workbench.training.run import Run

    return Run.open(Path(folder))


def open_runs(folders: Iterable[str]) -> "list[Run]":
    """Open the runs in some folders."""
    return [open_run(folder) for folder in folders]
