"""Whatever lies in a folder is found there: no list to edit where a file is added."""

import importlib
import pkgutil
from collections.abc import Iterable, Iterator
from types import ModuleType
from typing import TypeVar

Kind = TypeVar("Kind")


def declared_in(package: str, paths: Iterable[str], base: type[Kind]) -> list[type[Kind]]:
    """Subclasses of `base` with a `name`, written in the files of a package; its folders hold what they share.

    Parameters
    ----------
    package, paths
        The package's ``__name__`` and ``__path__``.
    """
    found = (kind for module in _modules(package, paths) for kind in vars(module).values())
    return [kind for kind in found if _is_declared(kind, base) and kind.__module__.rpartition(".")[0] == package]


def _modules(package: str, paths: Iterable[str]) -> Iterator[ModuleType]:
    for module in pkgutil.iter_modules(paths, f"{package}."):
        if not module.ispkg:
            yield importlib.import_module(module.name)


def _is_declared(kind: object, base: type[Kind]) -> bool:
    return isinstance(kind, type) and issubclass(kind, base) and bool(getattr(kind, "name", ""))
