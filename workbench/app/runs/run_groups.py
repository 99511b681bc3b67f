"""Runs under the data and the protocol that they belong to: only within a group may their numbers be ranked."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from workbench.app.widgets.translate import declared, translate

if TYPE_CHECKING:
    from workbench.app.runs.run_info import RunInfo

Json = dict[str, Any]


@dataclass
class RunGroup:
    """Runs that learn from the same and are tested alike.

    Attributes
    ----------
    title : str
        The split in two or three words, and what else sets it apart.
    current : bool
        Whether the next run would belong to it.
    """

    title: str
    current: bool
    runs: "list[RunInfo]" = field(default_factory=list)


def short_split(name: str, settings: Json) -> str:
    """A split with its settings in two or three words, such as "last 1"; its name where this version cannot make it."""
    from workbench.data.splitting import make_split
    from workbench.errors import WorkbenchError

    try:
        split = make_split(name, settings)
    except WorkbenchError:
        return name
    return declared(split.short).format(split=split)


def groups_of(runs: "Iterable[RunInfo]", now: Json | None) -> list[RunGroup]:
    """Runs by their data, filters and split, in their order; the group of what is chosen now comes first.

    Parameters
    ----------
    now
        What the next run would be asked for, as in ``run.json``: ``data_hash``, ``filters``, ``split``,
        ``split_settings``. None where nothing is open.
    """
    from workbench.evaluation.comparable import key_of, terms_of

    wanted = None if now is None else key_of(terms_of(now), fold=False)
    found: dict[str, RunGroup] = {}
    for info in runs:
        key = key_of(terms_of(info.spec | {"include_seen": False}), fold=False)
        if key not in found:
            found[key] = RunGroup(_title(info.spec, now), key == wanted)
        found[key].runs.append(info)
    return sorted(found.values(), key=lambda group: not group.current)


def _title(spec: Json, now: Json | None) -> str:
    words = [short_split(str(spec.get("split")), spec.get("split_settings") or {})]
    if spec.get("filters"):
        words.append(translate("RunGroups", "filtered"))
    if now is not None and spec.get("data_hash") != now.get("data_hash"):
        words.append(translate("RunGroups", "other data"))
    return " · ".join(words)
