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
    metric = next((curve.metric for curve in curves if curve.metric and not curve.flat), "")
    metric = metric or next((curve.metric for curve in curves if curve.metric), "")
    alike = [curve for curve in curves if curve.metric == metric and len(curve.values)]
    last = _last([_places(curve, by_seconds=by_seconds) for curve in alike if not curve.flat])
    lines = []
    for curve in alike if last > 0 else []:
        x, y = _places(curve, by_seconds=by_seconds), curve.values
        if curve.flat:
            x, y = [0.0, last], [float(y[0])] * 2
        lines.append(Line(curve.run.key, curve.run.name, curve.run.number, x, y))
    title = tr("{metric} on validation").format(metric=metric_title(metric)) if metric else tr("Validation")
    x_axis = Axis(tr("seconds of training")) if by_seconds else Axis(tr("epoch"), whole=True)
    words = tr("Validation decides which epoch is kept; the test set is not used for that.")
    return LineChart(title, x_axis, Axis(metric_title(metric) if metric else ""), lines, words)


def _places(curve: RunCurve, *, by_seconds: bool) -> Values:
    return curve.seconds if by_seconds else curve.epochs


def _last(places: Sequence[Values]) -> float:
    """The furthest place; where a record tells no seconds, its place is not a number."""
    return float(max((np.fmax.reduce(np.asarray(place)) for place in places), default=0.0, key=np.nan_to_num))
