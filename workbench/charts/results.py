"""What the tests of runs found: intervals, lengths of the list, and two figures against each other."""

from collections.abc import Sequence

import numpy as np

from workbench.charts.chart import Axis, Bar, BarChart, BarGroup, Line, LineChart, Point, PointChart
from workbench.charts.runs import ChartRun, Translate, figures_of, tested
from workbench.evaluation.pareto import front
from workbench.metrics import higher_is_better, metric_title

SECONDS = "seconds"  # of training, where a metric could stand


def bars(runs: Sequence[ChartRun], metric: str, tr: Translate = str) -> BarChart:
    """The metric of each run with its interval, the best run first."""
    sign = 1 if higher_is_better(metric) is False else -1
    groups = [_bar(run, metric) for run in sorted(tested(runs, metric), key=lambda run: sign * (run.mean(metric) or 0))]
    sure = any(group.bars[0].low is not None for group in groups)
    interval = tr("lines: 95 % interval of the mean over users") if sure else tr("without intervals")
    words = [tr("on the test set"), interval]
    words += [tr("lower is better")] if higher_is_better(metric) is False else []
    return BarChart(metric_title(metric), groups, " · ".join(words))


def _bar(run: ChartRun, metric: str) -> BarGroup:
    mean, low, high = figures_of(run.metrics, metric)
    words = f"{run.name}: {mean:.4f}"
    words += f" ({low:.4f} – {high:.4f})" if low is not None and high is not None else ""
    return BarGroup(run.name, [Bar(run.number, mean, low, high, words, run.name)])


def at_cutoffs(runs: Sequence[ChartRun], metric: str, tr: Translate = str) -> LineChart:
    """The metric at each length of the list; no lines where it has none."""
    name, _, cutoff = metric.partition("@")
    title = metric_title(name)
    lines = []
    for run in runs:
        points = of_cutoffs(run, name) if cutoff else []
        if points:
            k, values = zip(*points, strict=True)
            lines.append(Line(run.key, run.name, run.number, k, values, markers=True))
    words = tr("A ranking of runs that holds at every cutoff is more reliable.")
    titled = tr("{metric} at k on the test set").format(metric=title) if cutoff else title
    return LineChart(titled, Axis(tr("cutoff k"), whole=True), Axis(title), lines, words)


def of_cutoffs(run: ChartRun, name: str) -> list[tuple[int, float]]:
    """Each cutoff at which a run was tested, and the metric there."""
    keys = [metric.partition("@") for metric in run.metrics]
    known = [(int(k), run.mean(f"{key}@{k}")) for key, _, k in keys if key == name and k.isdecimal()]
    return sorted((k, value) for k, value in known if value is not None)


def figure_of(run: ChartRun, name: str) -> float | None:
    """A test metric of a run, or its seconds."""
    return run.seconds if name == SECONDS else run.mean(name)


def trade_off(runs: Sequence[ChartRun], x: str, y: str, tr: Translate = str) -> PointChart:
    """Two figures of each run that has both, and the front of those that no other beats in both."""
    points = []
    for run in runs:
        across, up = figure_of(run, x), figure_of(run, y)
        if across is not None and up is not None:
            points.append(Point(run.key, run.name, run.number, across, up))
    best = _front(points, x, y)
    across_title, up_title = (tr("Training, seconds") if axis == SECONDS else metric_title(axis) for axis in (x, y))
    title = tr("{y} against {x}, on the test set").format(x=across_title, y=up_title)
    return PointChart(title, Axis(across_title), Axis(up_title), points, best, _told(x, y, len(best), len(points), tr))


def _higher(name: str) -> bool | None:
    return False if name == SECONDS else higher_is_better(name)


def _front(points: Sequence[Point], x: str, y: str) -> list[int]:
    x_higher, y_higher = _higher(x), _higher(y)
    if x_higher is None or y_higher is None or not points:
        return []
    across, up = (np.array([getattr(point, axis) for point in points]) for axis in ("x", "y"))
    found: list[int] = front(across, up, x_higher=x_higher, y_higher=y_higher).tolist()
    return found


def _told(x: str, y: str, best: int, points: int, tr: Translate) -> str:
    unclear = [axis for axis in dict.fromkeys((x, y)) if _higher(axis) is None]
    if unclear:
        words = tr("Neither more nor less {metric} is better, so there is no Pareto front")
        return words.format(metric=metric_title(unclear[0]))
    words = tr("On the Pareto front (no run is better in both): {n} of {m}").format(n=best, m=points)
    less = [axis for axis in dict.fromkeys((x, y)) if _higher(axis) is False]
    figures = ", ".join(tr("seconds") if axis == SECONDS else metric_title(axis) for axis in less)
    return f"{words} · {tr('lower is better: {figures}').format(figures=figures)}" if less else words
