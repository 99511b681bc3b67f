"""The program in Python, for notebooks: DataFrames in, DataFrames out, and the same numbers as in the window.

::

    import workbench

    data = workbench.read_interactions("ratings.csv")
    fold = workbench.split(data, "last-n")
    run = workbench.train(fold, "ease", regularization=300)
    run.evaluate(["ndcg@10"])
    run.recommend(k=10)

`workbench` itself has these names, and loads this package when the first of them is used.
"""

from workbench.interface.available import (
    list_algorithms,
    list_filters,
    list_hyperparameters,
    list_metrics,
    list_splits,
)
from workbench.interface.comparing import compare
from workbench.interface.reading import Data, read_interactions, sample_folder
from workbench.interface.runs import Run, open_run
from workbench.interface.searching import Search, search
from workbench.interface.splitting import Fold, split
from workbench.interface.training import train

__all__ = [
    "Data",
    "Fold",
    "Run",
    "Search",
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
