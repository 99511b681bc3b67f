"""Runs under the data and the protocol that they belong to: only within a group may their numbers be ranked."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

from workbench.app.widgets.translate import declared, translate

if TYPE_CHECKING:
    from workbench.app.runs.run_info import RunInfo

Json = dict[str, Any]
HASH_CHARS = 8  # enough to tell data from other data


@dataclass(frozen=True)
class Now:
    """What runs are held against.

    Attributes
    ----------
    asked
        What the next run would be asked for, as in ``run.json``: ``data_hash``, ``filters``, ``split``,
        ``split_settings``. None where nothing is open.
    names
        What versions of the data are called, by their hash.
    """

    asked: Json | None = None
    names: Mapping[str, str] = field(default_factory=dict)

    def data_name(self, spec: Json) -> str:
        """What the data of a run is called; the beginning of its hash where no version is that any more."""
        known = str(spec.get("data_hash") or "")
        return self.names.get(known) or known[:HASH_CHARS]

    def is_other_data(self, spec: Json) -> bool:
        """Whether a run was trained on other data than that of now."""
        return self.asked is not None and spec.get("data_hash") != self.asked.get("data_hash")

    def marks(self, spec: Json) -> list[str]:
        """In what a run differs from the next one, in words; none where their numbers may be ranked together."""
        if self.asked is None:
            return []
        mine, others = _terms(spec, fold=False), self._terms
        unlike = [what for what in ("data", "filters", "split") if mine[what] != others[what]]
        if not unlike:  # as most of hundreds of runs
            return []
        words = {
            "data": translate("RunGroups", "other data"),
            "filters": translate("RunGroups", "other filters"),
            "split": translate("RunGroups", "another split"),
        }
        return [words[what] for what in unlike]

    @cached_property
    def _terms(self) -> Json:
        return _terms(self.asked or {}, fold=False)

    def mark(self, spec: Json) -> str:
        """The same in a line; "" where there is nothing to say."""
        return " · ".join(self.marks(spec))

    def mark_in_full(self, spec: Json) -> str:
        """The same with what the other data and the other split are."""
        words = self.marks(spec)
        if self.is_other_data(spec):
            words[0] = translate("RunGroups", "other data: {name}").format(name=self.data_name(spec))
        if words and words[-1] == translate("RunGroups", "another split"):
            words[-1] = translate("RunGroups", "another split: {split}").format(split=_split(spec))
        return " · ".join(words)


@dataclass
class RunGroup:
    """Runs that learn from the same and are tested alike.

    Attributes
    ----------
    title : str
        The split in two or three words, and what else sets it apart.
    current : bool
        Whether the next run would belong to it.
    data : str
        What their data is called where it is not that of now; else "".
    """

    title: str
    current: bool
    runs: "list[RunInfo]" = field(default_factory=list)
    data: str = ""


def short_split(name: str, settings: Json) -> str:
    """A split with its settings in two or three words, such as "last 1"; its name where this version cannot make it."""
    from workbench.data.splitting import make_split
    from workbench.errors import WorkbenchError

    try:
        split = make_split(name, settings)
    except WorkbenchError:
        return name
    return declared(split.short).format(split=split)


def groups_of(runs: "Iterable[RunInfo]", now: Now) -> list[RunGroup]:
    """Runs by their data, filters and split, in their order: those of what is chosen now first, then those of its data."""
    from workbench.evaluation.comparable import key_of, terms_of

    wanted = None if now.asked is None else key_of(terms_of(now.asked), fold=False)
    found: dict[str, RunGroup] = {}
    datas: list[Any] = [now.asked.get("data_hash")] if now.asked is not None else []
    place: dict[str, int] = {}
    for info in runs:
        key = key_of(terms_of(info.spec | {"include_seen": False}), fold=False)
        if key not in found:
            found[key] = _group(info.spec, now, current=key == wanted)
            data = info.spec.get("data_hash")
            datas += [] if data in datas else [data]
            place[key] = datas.index(data)
        found[key].runs.append(info)
    return [found[key] for key in sorted(found, key=lambda key: (not found[key].current, place[key]))]


def beside(first: "RunInfo", others: "Iterable[RunInfo]") -> "list[RunInfo]":
    """Of other runs those that may be drawn on one axis with the first: of the same data, filters and split."""
    mine = _terms(first.spec)
    return [info for info in others if info is not first and _terms(info.spec) == mine]


def _terms(spec: Json, *, fold: bool = True) -> Json:
    """What decides whether runs belong together; of many runs it is the same, and found once."""
    told = [spec.get(name) for name in ("data_hash", "filters", "split", "split_settings")]
    return _terms_of(json.dumps(told, sort_keys=True), fold)


@lru_cache(maxsize=256)
def _terms_of(told: str, fold: bool) -> Json:
    from workbench.data.splitting import is_folded
    from workbench.evaluation.comparable import terms_of

    data, filters, name, settings = json.loads(told)
    terms = terms_of({"data_hash": data, "filters": filters, "split": name, "split_settings": settings})
    split = terms["split"]
    if not fold and is_folded(split["name"]):
        split = {name: value for name, value in split.items() if name != "fold"}
    return {"data": terms["data"], "filters": terms["filters"], "split": split}


def _group(spec: Json, now: Now, *, current: bool) -> RunGroup:
    words = [_split(spec), *([translate("RunGroups", "filtered")] if spec.get("filters") else [])]
    if now.is_other_data(spec):
        return RunGroup(" · ".join(words), current, data=now.data_name(spec))
    return RunGroup(" · ".join([*words, *([] if current else now.marks(spec))]), current)


def _split(spec: Json) -> str:
    return short_split(str(spec.get("split")), spec.get("split_settings") or {})
