"""Ranges and values as somebody names them, for all algorithms of a search that have such a hyperparameter."""

from collections.abc import Iterable, Sequence
from typing import Any

from workbench.algorithms import find
from workbench.declaring import meant, schema_of
from workbench.errors import WorkbenchError
from workbench.searching.search_spec import Range

Ranges = dict[str, dict[str, Range]]


def by_algorithm(
    algorithms: Sequence[str],
    ranges: Iterable[tuple[str, Range]],
    fixed: Iterable[tuple[str, Any]],
) -> tuple[Ranges, dict[str, dict[str, Any]]]:
    """The ranges and the values that were named for each algorithm.

    Parameters
    ----------
    ranges, fixed
        By names such as ``factors``, which every algorithm gets that has it, or ``bpr.factors``.

    Raises
    ------
    WorkbenchError
        If no algorithm of the search has such a hyperparameter.
    """
    names = [find(name).name for name in algorithms]
    chosen: Ranges = {name: {} for name in names}
    values: dict[str, dict[str, Any]] = {name: {} for name in names}
    for given, wanted in ranges:
        for algorithm, name in _meant(names, given):
            chosen[algorithm][name] = wanted
    for given, value in fixed:
        for algorithm, name in _meant(names, given):
            values[algorithm][name] = value
    return chosen, values


def _meant(algorithms: Sequence[str], given: str) -> list[tuple[str, str]]:
    algorithm, dot, name = given.partition(".")
    algorithm = algorithm.replace("_", "-")
    if dot and algorithm not in algorithms:
        raise WorkbenchError(f"'{given}': {algorithm} is not searched. {meant(algorithm, list(algorithms))}")
    among = [algorithm] if dot else list(algorithms)
    wanted = name if dot else given
    fields = {one: list(schema_of(find(one)).get("properties", {})) for one in among}
    found = [(one, wanted) for one in among if wanted in fields[one]]
    if not found:
        known = sorted({field for one in among for field in fields[one]})
        titles = " or ".join(find(one).title for one in among)
        raise WorkbenchError(f"{titles} has no hyperparameter '{wanted}'. {meant(wanted, known)}")
    return found
