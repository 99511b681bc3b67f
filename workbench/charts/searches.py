"""How far a search has come: the best value after each trial, and the front of two goals."""

import math
from collections.abc import Sequence

from workbench.charts.chart import Axis, Line, LineChart, Point, PointChart
from workbench.charts.runs import Translate

BEST = "best"


def best_so_far(
    trials: Sequence[tuple[int, float | None]], metric: str, *, higher: bool, tr: Translate = str
) -> LineChart:
    """The best value after each trial, and pale behind it what each trial reached; trials are counted from 1.

    Parameters
    ----------
    trials
        Number and value of each trial that has ended; None where it reached nothing that counts.
    """
    known = [(number + 1, value) for number, value in sorted(trials) if value is not None and math.isfinite(value)]
    numbers, values = [number for number, _ in known], [value for _, value in known]
    best: list[float] = []
    for value in values:
        best.append(value if not best else max(best[-1], value) if higher else min(best[-1], value))
    lines = [
        Line("each", tr("each trial"), 5, numbers, values, markers=True),
        Line(BEST, tr("best so far"), 0, numbers, best),
    ]
    words = tr("best so far: {value:.4f} in trial {n}")
    told = words.format(value=best[-1], n=numbers[values.index(best[-1])]) if best else ""
    return LineChart(tr("Best so far"), Axis(tr("trial"), whole=True), Axis(metric), lines if known else [], told)


def two_goals(
    points: Sequence[tuple[int, float | None, float | None]], front: Sequence[int], metric: str, second: str
) -> PointChart:
    """Trials by both goals, the second one across; those in `front`, by number, are beaten by no other in both."""
    known = [(number, x, y) for number, y, x in points if x is not None and y is not None]
    made = [Point(str(number), str(number + 1), 1 if number in front else 5, x, y) for number, x, y in known]
    places = {number: at for at, (number, _, _) in enumerate(known)}
    along = [places[number] for number in front if number in places]
    return PointChart("", Axis(second), Axis(metric), made, along)
