"""How runs learned: their validation over each other, by epoch or by seconds."""

from collections.abc import Sequence

import numpy as np

from workbench.charts.chart import Axis, Line, LineChart, Values
from workbench.charts.runs import RunCurve, Translate
from workbench.metrics import metric_title


def validation(curves: Sequence[RunCurve], *, by_seconds: bool = False, tr: Translate = str) -> LineChart:
    """The validation of runs that were validated by one metric, the first that somebody learned by.

    A run without epochs is a level over the whole width; levels alone are no chart.
    """
    metric = next((one.metric for one in curves if one.metric and not one.flat), "")
    metric = metric or next((one.metric for one in curves if one.metric), "")
    alike = [one for one in curves if one.metric == metric and len(one.values)]
    last = _last([_places(one, by_seconds=by_seconds) for one in alike if not one.flat])
    lines = []
    for one in alike if last > 0 else []:
        x, y = _places(one, by_seconds=by_seconds), one.values
        if one.flat:
            x, y = [0.0, last], [float(y[0])] * 2
        lines.append(Line(one.run.key, one.run.name, one.run.number, x, y))
    title = tr("{metric} on validation").format(metric=metric_title(metric)) if metric else tr("Validation")
    x_axis = Axis(tr("seconds of training")) if by_seconds else Axis(tr("epoch"), whole=True)
    words = tr("The validation chooses the epoch that is kept; the test has no say in it.")
    return LineChart(title, x_axis, Axis(metric_title(metric) if metric else ""), lines, words)


def _places(curve: RunCurve, *, by_seconds: bool) -> Values:
    return curve.seconds if by_seconds else curve.epochs


def _last(places: Sequence[Values]) -> float:
    """The furthest place; where a record tells no seconds, its place is not a number."""
    return float(max((np.fmax.reduce(np.asarray(one)) for one in places), default=0.0, key=np.nan_to_num))
