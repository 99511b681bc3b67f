"""Filters: which interactions are worked with at all, chained in the order in which they are given. One file, one filter.

A filter is a rule with its own settings. A chain of them is stored as a recipe (names and settings, in ``run.json`` and
with the project), not as data: it is applied again each time, to the same file or to a new one. What comes out has only
the users and items that are left, with indices of their own: an item that was filtered away cannot be recommended, is
not counted among the candidates, and costs nothing.

To add one, add a file with one subclass of `Filter` to this folder; `min_user.py` is a good page to start from. The
window, the command line and the protocol read what the class declares. ``base`` holds what filters share.
"""

import hashlib
import json
from collections.abc import Sequence
from functools import cache
from typing import Any

from pydantic import ValidationError

from workbench.data.filtering.base.chain import Step, apply, compact, step_counts
from workbench.data.filtering.base.filter import Filter
from workbench.declaring import explain, nearest
from workbench.discovery import declared_in
from workbench.errors import WorkbenchError

__all__ = [
    "Filter",
    "Recipe",
    "Step",
    "all_filters",
    "apply",
    "compact",
    "describe",
    "identity",
    "make_filter",
    "make_filters",
    "step_counts",
    "written_as",
]

# Names and settings of filters, as JSON: {"name": "core", "settings": {"k": 5}}.
Recipe = Sequence[dict[str, Any]]


@cache
def all_filters() -> dict[str, type[Filter]]:
    """Every filter by name, the usual ones first."""
    found = declared_in(__name__, __path__, Filter)
    return {kind.name: kind for kind in sorted(found, key=lambda kind: (kind.order, kind.name))}


def make_filters(recipe: Recipe) -> list[Filter]:
    """Make a chain of filters; raises WorkbenchError as `make_filter`."""
    return [make_filter(stored) for stored in recipe]


def make_filter(recipe: dict[str, Any]) -> Filter:
    """Make a filter from its name and settings.

    Raises
    ------
    WorkbenchError
        If there is no such filter or a setting is out of its range.
    """
    known = all_filters()
    name, settings = recipe.get("name"), recipe.get("settings") or {}
    if name not in known:
        raise WorkbenchError(nearest("filter", str(name), list(known)))
    kind = known[name]
    if not isinstance(settings, dict):
        message = f"{kind.title}: settings must be names and values, not {settings!r}."
        raise WorkbenchError(message)
    try:
        return kind(**settings)
    except ValidationError as error:
        raise WorkbenchError(explain(error, kind.title, kind)) from error


def written_as(key: str, value: str | None) -> Filter:
    """A filter as the command line writes it: ``core=5``, or with more settings ``core=5,items=10``."""
    keys = {written: kind for kind in all_filters().values() for written in kind.keys}
    wanted = key.replace("_", "-")
    if wanted not in keys:
        raise WorkbenchError(nearest("filter", wanted, list(keys)))
    kind = keys[wanted]
    first, *more = [value or ""] if kind.takes_ids else (value or "").split(",")
    settings: dict[str, Any] = {kind.keys[wanted]: first}
    for assignment in more:
        name, _, setting = assignment.partition("=")
        settings[name.strip()] = setting.strip()
    return make_filter({"name": kind.name, "settings": settings})


def describe(filters: Recipe) -> str:
    """A chain of filters in words; "" where there are none."""
    return ", then ".join(make_filter(stored).describe() for stored in filters)


def identity(data_hash: str, filters: Recipe) -> str:
    """One SHA-256 for the data with these filters: the data's own hash where there are none."""
    if not filters:
        return data_hash
    text = json.dumps([data_hash, [make_filter(stored).recipe() for stored in filters]], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
