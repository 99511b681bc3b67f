"""What a process of the program need not load, and what its libraries need not say."""

import importlib.abc
import importlib.machinery
import sys
import warnings
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
    """Leave pandas out of this process, which is one of the program's own.

    Nothing in the window, its workers and the commands needs it: it belongs to the Python interface, in the person's own
    process, where this is never called. Without this line pyarrow would load it in each of four processes. Measured in
    turns, five times each, medians: the idle window with all its processes holds 486 MB (PSS) and not 594 MB, after the
    first list on the sample 593 MB and not 712 MB, and the list is there after 23.7 s and not 26.1 s on a busy machine.
    """
    sys.meta_path.insert(0, _NoPandas())


def without_warnings() -> None:
    """Let no library warn in this process, which is one of the program's own.

    A warning names code, and tells nobody what to do. What a person must know is said in the result, such as why a metric
    has no number. ``python -W`` shows them.
    """
    if not sys.warnoptions:
        warnings.simplefilter("ignore")
