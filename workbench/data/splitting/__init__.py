"""Splits: which interactions are learned from, which choose, and which judge. One file, one split.

A split is a rule with its own settings; applied to interactions it gives a `Fold`. Every split here depends on the data
and the seed alone, so a fold is never stored: it is drawn again.

To add one, add a file with one subclass of `Split` and name it below; `random.py` is a good page to start from.
"""

from typing import Any

from pydantic import ValidationError

from workbench.data.splitting.files import Files
from workbench.data.splitting.fold import SHOWN, TEST, TRAIN, UNUSED, VALIDATION, Fold, Part
from workbench.data.splitting.held_out import HeldOutUsers
from workbench.data.splitting.k_fold import KFold
from workbench.data.splitting.last_n import LastN
from workbench.data.splitting.random import Random
from workbench.data.splitting.split import Split
from workbench.data.splitting.time_cut import TimeCut
from workbench.data.splitting.time_series import TimeSeries
from workbench.declaring import explain, nearest
from workbench.errors import WorkbenchError

__all__ = [
    "SHOWN",
    "TEST",
    "TRAIN",
    "UNUSED",
    "VALIDATION",
    "Files",
    "Fold",
    "HeldOutUsers",
    "KFold",
    "LastN",
    "Part",
    "Random",
    "Split",
    "TimeCut",
    "TimeSeries",
    "all_splits",
    "make_split",
]


def all_splits() -> dict[str, type[Split]]:
    """Every split by name."""
    known = (LastN, Random, TimeCut, TimeSeries, HeldOutUsers, KFold, Files)
    return {split.name: split for split in known}


def make_split(name: str, settings: dict[str, Any] | None = None) -> Split:
    """Make a split from its name and settings.

    Raises
    ------
    WorkbenchError
        If there is no such split or a setting is out of its range.
    """
    splits = all_splits()
    if name not in splits:
        raise WorkbenchError(nearest("split", name, list(splits)))
    try:
        return splits[name](**(settings or {}))
    except ValidationError as error:
        raise WorkbenchError(explain(error, splits[name].title, splits[name])) from error
