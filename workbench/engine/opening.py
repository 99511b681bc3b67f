"""Which engine somebody has asked for."""

import re

from workbench.engine.engine import Engine, cores
from workbench.errors import WorkbenchError

_HERE = re.compile(r"here(:(?P<processes>[1-9]\d{0,2}))?")
_RAY = re.compile(r"ray(://(?P<address>[\w.-]+:\d{1,5}|\[[0-9a-fA-F:]+\]:\d{1,5}))?")


def open_engine(asked: str) -> Engine:
    """The engine of ``here``, ``here:4`` (processes), ``ray`` (on this machine) or ``ray://HOST:PORT``.

    Raises
    ------
    WorkbenchError
        If it says none of these, or a part that is not installed or a cluster that is not there is needed.
    """
    if found := _HERE.fullmatch(asked):
        from workbench.engine.here import Here

        return Here(int(found["processes"] or cores()))
    if found := _RAY.fullmatch(asked):
        from workbench.engine.ray import OnRay

        return OnRay(found["address"])
    raise WorkbenchError(f"'{asked}' is no engine. There are: here, here:4 (processes), ray, ray://HOST:PORT.")
