"""One decorated function, one job; no list to edit.

A job is what the window lets its worker processes do. To add one, write a function in a file of this folder and mark it
with `job`. The worker then does it, in the process of its lane, and the window has words for it.

The window reads these declarations before its first picture, so what a job needs is imported inside its function.
"""

import importlib
import inspect
import pkgutil
from functools import cache

from workbench.control import Control
from workbench.errors import WorkbenchError
from workbench.jobs.job import Job, Json

__all__ = ["Job", "all_jobs", "do_job", "preload_modules"]


@cache
def all_jobs() -> dict[str, Job]:
    """Every job by name, in the order of files and functions."""
    found: dict[str, Job] = {}
    for module in pkgutil.iter_modules(__path__):
        members = vars(importlib.import_module(f"{__name__}.{module.name}")).values()
        found |= {member.job.name: member.job for member in members if isinstance(getattr(member, "job", None), Job)}
    return found


def do_job(name: str, arguments: Json, control: Control) -> object:
    """Do a job that another process has asked for; returns plain JSON values.

    Raises
    ------
    WorkbenchError
        If there is none of that name, or it does not take these arguments; or whatever the job raises.
    """
    job = all_jobs().get(name)
    if job is None:
        message = (
            f"There is no job '{name}' in this version of the program. Do all machines have the same version of it?"
        )
        raise WorkbenchError(message)
    try:
        inspect.signature(job.function).bind(control=control, **arguments)
    except TypeError as error:
        message = f"The job '{name}' was asked for with what it does not take ({error}). "
        raise WorkbenchError(message + "Do all machines have the same version of the program?") from None
    return job.function(control=control, **arguments)


def preload_modules() -> None:
    """Import what most jobs need, so that the first of each need not wait for it."""
    import rapidfuzz.distance
    import rapidfuzz.process  # noqa: F401

    import workbench.data.importing.preview
    import workbench.data.overview.density
    import workbench.data.overview.search
    import workbench.data.splitting.base.outcome
    import workbench.export.lists
    import workbench.insight.finding
    import workbench.insight.listing
    import workbench.training.evaluating
    import workbench.training.side_by_side  # noqa: F401
