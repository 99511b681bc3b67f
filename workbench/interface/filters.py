"""Filters as keywords: ``min_rating=4``, ``core={"k": 5, "items": 10}``, ``exclude=[1, 2]``."""

import csv
import io
from collections.abc import Mapping
from datetime import date
from typing import Any

from workbench.data.filtering import Filter, all_filters, make_filter
from workbench.declaring import nearest
from workbench.errors import WorkbenchError
from workbench.interface.frames import Ids
from workbench.interface.values import one_or_more


def make(name: str, value: Any, items: Ids) -> Filter:
    """A filter by one of the keywords of the command line, or by its own name with all its settings.

    Raises
    ------
    WorkbenchError
        If there is no such filter, or a setting is out of its range.
    """
    found = keywords()
    if name not in found:
        raise WorkbenchError(nearest("filter", name, list(found)))
    kind, setting = found[name]
    if kind.takes_ids and not isinstance(value, Mapping):
        value = _between_commas(items.to_texts(one_or_more(value) or []))
    settings = dict(value) if isinstance(value, Mapping) else {setting: value}
    settings = {key: entry.isoformat() if isinstance(entry, date) else entry for key, entry in settings.items()}
    return make_filter({"name": kind.name, "settings": settings})


def keywords() -> dict[str, tuple[type[Filter], str]]:
    """The filter that each keyword means, and the setting that its value is."""
    found: dict[str, tuple[type[Filter], str]] = {}
    for kind in all_filters().values():
        first = next(iter(kind.keys.values()))
        found[kind.name.replace("-", "_")] = (kind, first)
        found |= {written.replace("-", "_"): (kind, setting) for written, setting in kind.keys.items()}
    return found


def _between_commas(texts: list[str]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow(texts)
    return line.getvalue()
