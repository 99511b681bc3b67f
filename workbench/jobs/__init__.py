"""One decorated function, one job; no list to edit.

A job is what the window lets its worker processes do. To add one, write a function in a file of this folder and mark it
with `job`. The worker then does it, in the process of its lane, and the window has words for it.

The window reads these declarations before its first picture, so what a job needs is imported inside its function.
"""

import importlib
import pkgutil
from functools import cache

from workbench.jobs.job import Job

__all__ = ["Job", "all_jobs", "preload_modules"]


@cache
def all_jobs() -> dict[str, Job]:
    """Every job by name, in the order of files and functions."""
    found: dict[str, Job] = {}
    for module in pkgutil.iter_modules(__path__):
        members = vars(importlib.import_module(f"{__name__}.{module.name}")).values()
        found |= {member.job.name: member.job for member in members if isinstance(getattr(member, "job", None), Job)}
    return found


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
