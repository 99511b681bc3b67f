"""For whom the numbers of runs hold: who gains by another run, parts of the users or items, and how alike the lists are.

The functions take the answers of `workbench.training.side_by_side`.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from workbench.charts.chart import Axis, Bar, BarChart, BarGroup, GridChart, Line, LineChart
from workbench.charts.runs import ChartRun, Translate
from workbench.charts.style import GAIN, LOSE
from workbench.metrics import higher_is_better, metric_title

EXACT = 1e-9  # what rounding may leave
Json = Mapping[str, Any]


def gains(answer: Json, a: str, b: str, metric: str, tr: Translate = str) -> LineChart:
    """The difference of each user, falling: who gains and who loses by run b instead of run a."""
    at, by = np.array(answer["at"], dtype=float), np.array(answer["by"], dtype=float)
    falls = higher_is_better(metric) is False  # those who gain are then at the right
    sides = (("up", by >= 0, LOSE if falls else GAIN), ("down", by <= 0, GAIN if falls else LOSE))
    names = {GAIN: tr("gain"), LOSE: tr("lose")}
    lines = [
        Line(key, names[number], number, at[inside] + 1, by[inside], fill=True)
        for key, inside, number in sides
        if inside.any()
    ]
    told = tr("on the test set · {gain:,} gain, {lose:,} lose, {same:,} stay the same")
    words = told.format(**{key: answer[key] for key in ("gain", "lose", "same")})
    if answer["mean"] is not None:
        words += " · " + tr("mean {mean:+.4f}").format(mean=answer["mean"])
    title = f"{metric_title(metric)}, {a} → {b}"
    return LineChart(title, Axis(tr("users, in order"), whole=True), Axis(tr("difference")), lines, words)


def segments(
    answer: Json, runs: Sequence[ChartRun], metric: str, *, what: str = "mean", by: str = "", tr: Translate = str
) -> BarChart:
    """A bar for each run in each part.

    Parameters
    ----------
    what : {"mean", "part"}
        The metric within each part, or what each adds to the number of all.
    by
        What the parts are, in words.
    """
    groups = []
    for at, name in enumerate(answer["names"]):
        parts = [answer_of_run["segments"][at] for answer_of_run in answer["runs"]]
        groups.append(BarGroup(name, [_part(name, run, of_run, what) for run, of_run in zip(runs, parts, strict=True)]))
    shown = tr("mean of each") if what == "mean" else tr("contribution of each")
    title = ", ".join(filter(None, [metric_title(metric), by, shown]))
    return BarChart(title, groups, _sum(answer, metric, tr), legend=True)


def _part(name: str, run: ChartRun, part: Json | None, what: str) -> Bar:
    value = part[what] if part is not None else None
    words = f"{name}, {run.name}: " + ("–" if value is None else f"{value:.4f}")
    words += f" ({part['count']:,.0f})" if part is not None else ""
    return Bar(run.number, value, words=words, name=run.name)


def _sum(answer: Json, metric: str, tr: Translate) -> str:
    first = answer["runs"][0]
    if not all(abs(run["sum"] - run["whole"]) <= EXACT * max(1.0, abs(run["whole"])) for run in answer["runs"]):
        return tr("These segments do not add up to the overall value: test the runs again")
    if answer["squares"]:
        told, value = (
            tr("The segments sum to {value}², the square of the overall {metric} on the test set"),
            first["whole"] ** 0.5,
        )
    else:
        told, value = tr("The segments sum to {value}, the overall {metric} on the test set"), first["whole"]
    return told.format(metric=metric_title(metric), value=f"{value:.4f}")


def overlap(values: Sequence[Sequence[float | None]], runs: Sequence[ChartRun], tr: Translate = str) -> GridChart:
    """How alike the lists of runs are, each with each."""
    words = tr("Rank-biased overlap, mean over users: 1 identical lists, 0 no common items")
    return GridChart(tr("Overlap of lists"), [(run.name, run.number) for run in runs], values, words)
