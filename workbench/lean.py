"""What a process need not load."""

import importlib.abc
import importlib.machinery
import sys
from types import ModuleType


class _NoPandas(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds pandas and fails to load it: pyarrow would import it at its first array, for nothing that is needed here.

    That it is found matters: torch asks where the package lies as it makes an optimizer, and takes no failure there.
    """

    def find_spec(
        self, fullname: str, path: object = None, target: object = None
    ) -> importlib.machinery.ModuleSpec | None:
        return importlib.machinery.ModuleSpec(fullname, self) if fullname == "pandas" else None

    def exec_module(self, module: ModuleType) -> None:
        raise ModuleNotFoundError(module.__name__, name=module.__name__)


def without_pandas() -> None:
    """Save the third of a second, and the 60 MB, that pandas would cost this process."""
    sys.meta_path.insert(0, _NoPandas())
