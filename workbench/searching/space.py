"""Where a search looks: ranges of an algorithm's hyperparameters, as they are declared, and as somebody narrows them."""

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from workbench.algorithms import Algorithm, find
from workbench.algorithms.hybrid.blend import Blend
from workbench.declaring import meant, schema_of
from workbench.errors import WorkbenchError
from workbench.searching.search_spec import Range

# What has a better judge than a search: pruning and patience choose the epochs.
LEFT_OUT = ("epochs",)
MAX_VALUES = 2_000  # of a whole number that are tried one by one, where one of the first few is refused
FEW_VALUES = 40


@dataclass(frozen=True)
class Dimension:
    """A hyperparameter that a search can choose.

    Attributes
    ----------
    kind : {"whole", "number", "choice"}
    low, high : float
        Ends of the range; the declared ones of a whole hyperparameter in `space`.
    log : bool
        Whether it is drawn on a logarithmic scale.
    choices : tuple
        Values of a choice; of a whole number those of its range that the algorithm takes, where it does not take all.
    when : dict
        Values that others must have for this one to matter.
    advanced : bool
        Whether it is searched only where that is asked for.
    needs : str
        What the data must have, as in `Algorithm.needs`; empty where nothing.
    """

    name: str
    title: str
    kind: Literal["whole", "number", "choice"]
    low: float = 0.0
    high: float = 0.0
    log: bool = False
    choices: tuple[Any, ...] = ()
    when: Mapping[str, Any] | None = None
    advanced: bool = False
    unit: str = ""
    needs: str = ""

    @property
    def range(self) -> Range:
        """The same as it stands in ``search.json``."""
        if self.kind == "choice":
            return Range(choices=list(self.choices))
        return Range(low=self.low, high=self.high)


def space(algorithm: str) -> list[Dimension]:
    """What a search can choose of an algorithm, in the order of the declaration, with the declared ranges.

    Ranges of numbers are those that are declared for searches; choices and switches have all their values.
    """
    if find(algorithm) is Blend:  # which weighs its runs by itself
        return []
    entries = schema_of(find(algorithm)).get("properties", {})
    found = (_declared(name, entry) for name, entry in entries.items() if name not in LEFT_OUT)
    return [dimension for dimension in found if dimension is not None]


def usual_ranges(algorithm: str, *, advanced: bool = False, lacking: Collection[str] = ()) -> dict[str, Range]:
    """What is searched where nobody chose, of data that lacks some things (``time``, ``ratings``, ``items``)."""
    return {
        dimension.name: dimension.range
        for dimension in space(algorithm)
        if (advanced or not dimension.advanced) and dimension.needs not in lacking
    }


def _declared(name: str, entry: Mapping[str, Any]) -> Dimension | None:
    about: dict[str, Any] = {
        "name": name,
        "title": entry.get("title", name),
        "when": entry.get("when"),
        "advanced": bool(entry.get("advanced")),
        "unit": entry.get("unit", ""),
        "needs": entry.get("needs", ""),
    }
    if entry.get("enum"):
        return Dimension(kind="choice", choices=tuple(entry["enum"]), **about)
    if entry.get("type") == "boolean":
        return Dimension(kind="choice", choices=(False, True), **about)
    if not entry.get("search"):
        return None
    low, high = entry["search"]
    kind: Any = "whole" if entry.get("type") == "integer" else "number"
    return Dimension(kind=kind, low=float(low), high=float(high), log=bool(entry.get("log")), **about)


def chosen_space(algorithm: str, ranges: Mapping[str, Range], fixed: Mapping[str, Any]) -> list[Dimension]:
    """The dimensions of a search, with the ranges that were chosen.

    Raises
    ------
    WorkbenchError
        If the algorithm has no such hyperparameter, or does not take a value of the range.
    """
    kind = find(algorithm)
    entries = schema_of(kind).get("properties", {})
    for name in (*ranges, *fixed):
        if name not in entries:
            raise WorkbenchError(f"{kind.title} has no hyperparameter '{name}'. {meant(name, list(entries))}")
    twice = next((name for name in ranges if name in fixed), None)
    if twice is not None:
        raise WorkbenchError(f"{kind.title}: {twice} has a range and a fixed value. Leave one of both out.")
    kind.make(dict(fixed))
    return [_narrowed(kind, name, entries[name], ranges[name], fixed) for name in entries if name in ranges]


def _narrowed(
    kind: type[Algorithm], name: str, entry: Mapping[str, Any], wanted: Range, fixed: Mapping[str, Any]
) -> Dimension:
    about: dict[str, Any] = {"name": name, "title": entry.get("title", name), "when": entry.get("when")}
    if wanted.choices is not None:
        values = tuple(kind.make({**fixed, name: value}).model_dump()[name] for value in wanted.choices)
        return Dimension(kind="choice", choices=values, **about)
    if entry.get("type") not in ("integer", "number"):
        raise WorkbenchError(f"{kind.title}: {name} is no number. Give the values to choose from, with commas.")
    assert wanted.low is not None and wanted.high is not None  # noqa: PT018 - so it is declared
    whole, log = entry["type"] == "integer", bool(entry.get("log"))
    _check_ends(kind, name, wanted, whole=whole, log=log)
    values = _taken(kind, name, wanted, fixed) if whole else ()
    if not whole:
        for value in (wanted.low, wanted.high):
            kind.make({**fixed, name: value})
    return Dimension(
        kind="whole" if whole else "number", low=wanted.low, high=wanted.high, log=log, choices=values, **about
    )


def _check_ends(kind: type[Algorithm], name: str, wanted: Range, *, whole: bool, log: bool) -> None:
    assert wanted.low is not None and wanted.high is not None  # noqa: PT018 - so it is declared
    if whole and not (wanted.low.is_integer() and wanted.high.is_integer()):
        raise WorkbenchError(f"{kind.title}: {name} is a whole number, and so are the ends of its range.")
    if log and wanted.low <= 0:
        message = f"{kind.title}: {name} is searched on a logarithmic scale, which has no {wanted.low:g}. "
        raise WorkbenchError(message + "Begin its range above 0.")


def _taken(kind: type[Algorithm], name: str, wanted: Range, fixed: Mapping[str, Any]) -> tuple[int, ...]:
    """Those of a range of whole numbers that the algorithm takes; empty where it takes all.

    Raises
    ------
    WorkbenchError
        If an end is out of what it takes at all, or it takes none.
    """
    low, high = int(wanted.low or 0), int(wanted.high or 0)
    if all(_takes(kind, {**fixed, name: value}) for value in _between(low, high, FEW_VALUES)):
        return ()
    taken = [value for value in _between(low, high, MAX_VALUES) if _takes(kind, {**fixed, name: value})]
    limits = _limits(schema_of(kind)["properties"][name])
    if not taken or low < limits[0] or high > limits[1]:
        kind.make({**fixed, name: low if low < limits[0] or not taken else high})  # says why
        kind.make({**fixed, name: high})
    return tuple(taken)


def _between(low: int, high: int, most: int) -> list[int]:
    """Whole numbers of a range, both ends with them, at most so many."""
    found: list[int] = np.unique(np.linspace(low, high, min(high - low + 1, most)).round().astype(np.int64)).tolist()
    return found


def _limits(entry: Mapping[str, Any]) -> tuple[float, float]:
    """What a field takes at least and at most."""
    least = max(entry.get("minimum", -math.inf), entry.get("exclusiveMinimum", -math.inf))
    most = min(entry.get("maximum", math.inf), entry.get("exclusiveMaximum", math.inf))
    return least, most


def _takes(kind: type[Algorithm], hyperparameters: dict[str, Any]) -> bool:
    try:
        kind.make(hyperparameters)
    except WorkbenchError:
        return False
    return True
