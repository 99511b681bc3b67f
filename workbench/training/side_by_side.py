"""Tested runs beside each other, short enough for a picture: who gains, which parts, how alike the lists are."""

import math
from collections.abc import Sequence
from dataclasses import asdict
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np

from workbench.control import Control
from workbench.data.interactions import Array
from workbench.data.reading.text.cells import row_writer
from workbench.errors import WorkbenchError
from workbench.evaluation.overlap import rank_biased_overlap
from workbench.evaluation.segments import ERRORS
from workbench.files import whole_file
from workbench.metrics import all_metrics
from workbench.training.comparing import by_user, segments
from workbench.training.results import in_both, lists_of, tested
from workbench.training.run import Run

Json = dict[str, Any]
MAX_POINTS = 1000  # of a curve of users
BLOCK_USERS = 4096  # whose lists are compared at once


def gains(a: Run, b: Run, metric: str) -> Json:
    """Who gains and who loses by the second run, as a falling curve of few points.

    Returns
    -------
    dict
        ``users`` in number, of whom ``gain``, ``lose`` and ``same`` (what is better counts, whichever way the metric is),
        ``mean`` of all differences, and ``at`` and ``by``: places in the order of `by_user` and the differences there.
        The ends, and where gaining and losing begin and end, are always among them.
    """
    _, first, second = by_user(a, b, metric)
    difference = second - first
    n = len(difference)
    above, below = int((difference > 0).sum()), int((difference < 0).sum())
    turns = [place for place in (0, above - 1, above, n - below - 1, n - below, n - 1) if 0 <= place < n]
    at = np.unique(
        np.concatenate([np.linspace(0, max(n - 1, 0), min(n, MAX_POINTS)).astype(np.int64), turns]).astype(np.int64)
    )
    gain, lose = (above, below) if _higher(metric) else (below, above)
    return {
        "users": n,
        "gain": gain,
        "lose": lose,
        "same": n - above - below,
        "mean": math.fsum(difference) / n if n else None,
        "at": at[:n].tolist(),
        "by": difference[at[:n]].tolist(),
    }


def users_at(a: Run, b: Run, metric: str, place: int, n: int) -> list[Json]:
    """Users around a place in the order of `by_user`, with their ``place`` and their values in ``a`` and ``b``."""
    users, first, second = by_user(a, b, metric)
    start = max(0, min(place - n // 2, len(users) - n))
    return [
        {"place": at, "user": users[at], "a": float(first[at]), "b": float(second[at])}
        for at in range(start, min(len(users), start + n))
    ]


def write_gains(a: Run, b: Run, metric: str, path: Path) -> int:
    """Write every user's values in two runs to a .csv file; returns how many there are."""
    users, first, second = by_user(a, b, metric)
    with whole_file(path) as part, part.open("w", encoding="utf-8", newline="") as file:
        write = row_writer(file)
        write(["user", a.name, b.name, "difference"])
        for row in zip(users, first.tolist(), second.tolist(), (second - first).tolist(), strict=True):
            write(row)
    return len(users)


def _higher(metric: str) -> bool:
    known = all_metrics().get(metric.partition("@")[0])
    return known is None or known.higher_is_better is not False


def parts(runs: Sequence[Run], metric: str, by: str, control: Control) -> Json:
    """Segments of several runs.

    Returns
    -------
    dict
        ``names`` of the segments, and for each run its ``segments`` (in the order of the names, None where it has none of
        that name), the ``sum`` of their parts, and ``whole``, the number of all that the test found. They are the same
        number, for RMSE that of the squares.
    """
    found = []
    names: dict[str, None] = {}
    for at, run in enumerate(runs):
        control.check()
        some = segments(run, metric, by)
        names.update(dict.fromkeys(segment.name for segment in some))
        mean = float(tested(run)["metrics"][metric]["mean"])
        whole = mean**2 if metric == "rmse" else mean
        by_name = {segment.name: asdict(segment) for segment in some}
        found.append((by_name, math.fsum(segment.part for segment in some), whole))
        control.progress((at + 1) / len(runs), "runs")
    return {
        "names": list(names),
        "squares": metric == "rmse",
        "errors": metric in ERRORS,
        "runs": [
            {"segments": [by_name.get(name) for name in names], "sum": total, "whole": whole}
            for by_name, total, whole in found
        ],
    }


def overlaps(runs: Sequence[Run], control: Control) -> list[list[float | None]]:
    """How alike the lists of runs are on average (rank-biased overlap), each with each; None where no user is in both."""
    opened = []
    for run in runs:
        control.check()
        if run.data_identity != runs[0].data_identity:
            message = (
                f"The runs {runs[0].name} and {run.name} were trained on different data. Select runs of one data set."
            )
            raise WorkbenchError(message)
        opened.append(lists_of(run))
    values: list[list[float | None]] = [[1.0 if a == b else None for b in range(len(runs))] for a in range(len(runs))]
    pairs = list(combinations(range(len(runs)), 2))
    for at, (a, b) in enumerate(pairs):
        control.check()
        values[a][b] = values[b][a] = _alike(opened[a], opened[b])
        control.progress((at + 1) / len(pairs), "pairs")
    return values


def _alike(a: tuple[Any, Array], b: tuple[Any, Array]) -> float | None:
    rows = [np.arange(len(users)).astype(np.float64) for users, _ in (a, b)]
    _, at_a, at_b = in_both((a[0], rows[0]), (b[0], rows[1]))
    at_a, at_b = at_a.astype(np.int64), at_b.astype(np.int64)
    found = [
        rank_biased_overlap(a[1][at_a[start : start + BLOCK_USERS]], b[1][at_b[start : start + BLOCK_USERS]])
        for start in range(0, len(at_a), BLOCK_USERS)
    ]
    known = [values[~np.isnan(values)] for values in found]
    number = sum(map(len, known))
    return math.fsum(math.fsum(values) for values in known) / number if number else None
