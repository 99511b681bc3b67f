"""Recommender Workbench: from a ratings file to a list of recommendations, without code.

In Python, the names of `workbench.interface` can be taken from here: ``workbench.read_interactions("ratings.csv")``.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from workbench.version import __version__

if TYPE_CHECKING:
    from workbench.errors import WorkbenchError
    from workbench.interface import (
        Data,
        Fold,
        Run,
        Search,
        compare,
        list_algorithms,
        list_filters,
        list_hyperparameters,
        list_metrics,
        list_splits,
        open_run,
        read_interactions,
        sample_folder,
        search,
        split,
        train,
    )

__all__ = [
    "Data",
    "Fold",
    "Run",
    "Search",
    "WorkbenchError",
    "__version__",
    "compare",
    "list_algorithms",
    "list_filters",
    "list_hyperparameters",
    "list_metrics",
    "list_splits",
    "open_run",
    "read_interactions",
    "sample_folder",
    "search",
    "split",
    "train",
]


def __getattr__(name: str) -> Any:
    """Load the Python interface, and with it pandas, when the first of its names is used: the window uses none."""
    if name not in __all__:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    return getattr(import_module("workbench.errors" if name == "WorkbenchError" else "workbench.interface"), name)


def __dir__() -> list[str]:
    """What an editor offers behind ``workbench.``."""
    return __all__
