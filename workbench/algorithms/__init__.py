"""One file, one algorithm, in the folder of its family; no list to edit.

An algorithm is a class with declared hyperparameters, a `train` that learns from interactions, and a `score` that gives
every user a number for every item. Masking, top-k, metrics, checkpoints, plots and cancelling are not its business.

To add one, add a file with one subclass of `Algorithm` to the folder of its family; `linear/ease.py` is a good page to
start from. ``base`` holds what families share, ``kernels`` compiled loops (they load numba) and ``layers`` parts of
networks (they load torch): whatever needs the last two imports them inside functions.
"""

import importlib
import pkgutil
from collections.abc import Iterator
from functools import cache

from workbench.algorithms.base.algorithm import Algorithm, Record
from workbench.declaring import nearest
from workbench.discovery import check_declared
from workbench.errors import WorkbenchError

__all__ = ["Algorithm", "Record", "all_algorithms", "find"]

# What each algorithm says of itself; and ``learned``, where it does not give its state in another way.
DECLARED = ("title", "summary")
# Folders that are no families.
SHARED = ("base", "kernels", "layers")


@cache
def all_algorithms() -> dict[str, type[Algorithm]]:
    """Every algorithm by name, in the order of family and title.

    Raises
    ------
    WorkbenchError
        If one does not declare what it must.
    """
    for family in pkgutil.iter_modules(__path__, f"{__name__}."):
        if family.ispkg and family.name.rpartition(".")[2] not in SHARED:
            for module in pkgutil.iter_modules(importlib.import_module(family.name).__path__, f"{family.name}."):
                importlib.import_module(module.name)
    found = [algorithm for algorithm in _subclasses(Algorithm) if algorithm.name]
    for algorithm in found:
        check_algorithm(algorithm)
    return {algorithm.name: algorithm for algorithm in sorted(found, key=lambda a: (a.family, a.title.lower()))}


def find(name: str) -> type[Algorithm]:
    """Find an algorithm by its name; raises WorkbenchError with the nearest name where there is none."""
    known = all_algorithms()
    wanted = name.strip().lower().replace("_", "-").replace(" ", "-")
    if wanted not in known:
        raise WorkbenchError(nearest("algorithm", name, list(known)))
    return known[wanted]


def check_algorithm(kind: type[Algorithm]) -> None:
    """Raise WorkbenchError with its file where an algorithm does not declare what it must."""
    check_declared(kind, DECLARED if kind.state is not Algorithm.state else (*DECLARED, "learned"))


def _subclasses(of: type[Algorithm]) -> Iterator[type[Algorithm]]:
    for kind in of.__subclasses__():
        yield kind
        yield from _subclasses(kind)
