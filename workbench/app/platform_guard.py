"""Refuses the builds of Qt for Python that are known to break, before they do.

PySide6 6.12.0 on Python 3.11 and older takes away one reference to `None` at every call that returns nothing; after
some 10,000 such calls the interpreter aborts. From Python 3.12 on `None` is immortal and cannot be taken away.
PySide6 6.11.0 and 6.11.1 cannot dock a floating panel again (QTBUG-147209).
"""

import sys
from collections.abc import Callable

import PySide6
from PySide6.QtCore import QByteArray

from workbench.errors import WorkbenchError

_CALLS = 64
_TOLERANCE = _CALLS // 2  # other threads may use None meanwhile
_BROKEN_DOCKS = ("6.11.0", "6.11.1")
_GOOD = "6.11.3"


def refuse_bad_qt(
    version: str = PySide6.__version__,
    call: Callable[[int], object] | None = None,
    references: Callable[[object], int] = sys.getrefcount,
) -> None:
    """Check the installed Qt for Python; takes 0.03 ms.

    Parameters
    ----------
    version
        PySide6's version.
    call
        A call into Qt that returns nothing.
    references
        Counts the references to an object.

    Raises
    ------
    WorkbenchError
        If it is a build that breaks, with the line that installs a good one.
    """
    if version in _BROKEN_DOCKS:
        raise WorkbenchError(_sentence(version, "does not dock its panels"))
    if _loses_none(call or QByteArray().resize, references):
        raise WorkbenchError(_sentence(version, "aborts the program after some minutes"))


def _loses_none(call: Callable[[int], object], references: Callable[[object], int]) -> bool:
    before = references(None)
    for _ in range(_CALLS):
        call(1)
    return before - references(None) > _TOLERANCE


def _sentence(version: str, fault: str) -> str:
    python = ".".join(str(part) for part in sys.version_info[:3])
    fix = f'{sys.executable} -m pip install "PySide6_Essentials=={_GOOD}"'
    return f"PySide6 {version} {fault} on Python {python}. Install another version: {fix}"
