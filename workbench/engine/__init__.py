"""Machines that do jobs: processes of this one, or those of a cluster. Whoever has work to share out asks one of them.

A piece of work is a job by its name with plain JSON values, as the window asks its worker: no function, no object and no
file of ours goes over a wire, and whoever does it has the program installed. Files lie in a folder that all machines see.
"""

from workbench.engine.engine import Done, Engine, Json
from workbench.engine.opening import open_engine

__all__ = ["Done", "Engine", "Json", "open_engine"]
