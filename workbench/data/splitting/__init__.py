"""Splits: which interactions are learned from, which choose, and which judge. One file, one split; no list to edit.

A split is a rule with its own settings; applied to interactions it gives a `Fold`. Every split here depends on the data
and the seed alone, so a fold is never stored: it is drawn again.

To add one, add a file with one subclass of `Split` to this folder; `random.py` is a good page to start from. The window,
the command line, the protocol and the summing up of folds read what the class declares. ``base`` holds what splits share.
"""

from functools import cache
from typing import Any

from pydantic import ValidationError

from workbench.data.splitting.base.fold import SHOWN, TEST, TRAIN, UNUSED, VALIDATION, Fold, Part
from workbench.data.splitting.base.split import Split
from workbench.declaring import explain, nearest
from workbench.discovery import declared_in
from workbench.errors import WorkbenchError

__all__ = [
    "DEFAULT",
    "OWN_FILES",
    "SHOWN",
    "TEST",
    "TRAIN",
    "UNUSED",
    "VALIDATION",
    "Fold",
    "Part",
    "Split",
    "all_splits",
    "is_folded",
    "make_split",
]

# The split where nobody chose one, and the split of data that came with a test file.
DEFAULT, OWN_FILES = "last-n", "files"


@cache
def all_splits() -> dict[str, type[Split]]:
    """Every split by name, the usual ones first."""
    found = declared_in(__name__, __path__, Split)
    return {split.name: split for split in sorted(found, key=lambda split: (split.order, split.name))}


def is_folded(name: str) -> bool:
    """Whether a split makes several folds, whose figures are summed up; False for a split that is not known."""
    split = all_splits().get(name)
    return split is not None and bool(split.many)


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
