"""Whatever lies in a folder is found there: no list to edit where a file is added."""

import importlib
import inspect
import pkgutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import ModuleType
from typing import TypeVar

from workbench.errors import WorkbenchError

Kind = TypeVar("Kind")


def declared_in(package: str, paths: Iterable[str], base: type[Kind]) -> list[type[Kind]]:
    """Subclasses of `base` with a `name`, written in the files of a package; its folders hold what they share.

    Parameters
    ----------
    package, paths
        The package's ``__name__`` and ``__path__``.

    Raises
    ------
    WorkbenchError
        If one does not declare what it must: the class attributes that its base annotates and gives no value.
    """
    every = (kind for module in _modules(package, paths) for kind in vars(module).values())
    found = [kind for kind in every if _is_declared(kind, base) and kind.__module__.rpartition(".")[0] == package]
    for kind in found:
        check_declared(kind, _without_value(base))
    return found


def check_declared(kind: type, names: Iterable[str]) -> None:
    """Raise WorkbenchError with the file of a class where one of these class attributes is missing or blank."""
    lacking = [name for name in names if not _says_something(getattr(kind, name, None))]
    if lacking:
        file = Path(inspect.getfile(kind))
        what = ", ".join(f"'{name}'" for name in lacking)
        message = f"{Path(*file.parts[-3:])} cannot be used: its class {kind.__name__} does not declare {what}. "
        raise WorkbenchError(f"{message}Declare it as another file in that folder does, or take the file away.")


def _says_something(value: object) -> bool:
    return bool(value.strip() if isinstance(value, str) else value)


def _without_value(base: type) -> list[str]:
    """Class attributes that a base wants of whoever derives from it."""
    ours = (kind for kind in reversed(base.__mro__) if kind.__module__.startswith("workbench."))
    hints = {name: hint for kind in ours for name, hint in vars(kind).get("__annotations__", {}).items()}
    return [name for name, hint in hints.items() if "ClassVar" in str(hint) and not hasattr(base, name)]


def _modules(package: str, paths: Iterable[str]) -> Iterator[ModuleType]:
    for module in pkgutil.iter_modules(paths, f"{package}."):
        if not module.ispkg:
            yield importlib.import_module(module.name)


def _is_declared(kind: object, base: type[Kind]) -> bool:
    return isinstance(kind, type) and issubclass(kind, base) and bool(getattr(kind, "name", ""))
