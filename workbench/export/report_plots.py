"""The charts of a report, which are also written one by one as SVG."""

import contextlib
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from markupsafe import Markup

from workbench.charts import learning, people, results, settings
from workbench.charts.chart import Axis, Chart, Line, LineChart
from workbench.charts.runs import ChartRun, RunCurve, finite, tested
from workbench.control import Control
from workbench.data.interactions import Interactions
from workbench.errors import WorkbenchError
from workbench.export.run_report import Group, RunReport, data_name, groups_of, is_number, report_on
from workbench.export.svg import draw
from workbench.export.svg.page import sample
from workbench.files import whole_file
from workbench.metrics import metric_title
from workbench.training import side_by_side
from workbench.training.run import Run

TAIL_POINTS = 200
# Bars and lines in one chart, runs whose learning has a chart of its own, and runs whose lists and users are held against
# each other: the best ones.
MOST_BARS, MOST_LINES, MOST_LEARNING, MOST_BESIDE = 30, 12, 12, 6
# What accuracy is held against, where it was tested.
ACROSS = ("coverage@10", "epc@10", "novelty@10")


@dataclass(frozen=True)
class Plot:
    """A chart with what stands above and below it, and how each of its series looks, where they have to be named."""

    title: str
    caption: str
    svg: Markup
    alone: str
    key: list[tuple[str, Markup]] = field(default_factory=list)


def plots_of(groups: Sequence[Group], datas: Mapping[str, Interactions]) -> list[Plot]:
    """All charts of runs that were judged alike, group by group, and of their data, each by its name."""
    found = []
    for number, group in enumerate(groups, 1):
        several = f" (group {number})" if len(groups) > 1 else ""
        found += [_plot(replace(chart, title=f"{chart.title}{several}")) for chart in charts_of(group)]
    found += [_plot(_learning(run)) for run in [run for group in groups for run in group.runs][:MOST_LEARNING]]
    for name, data in datas.items():
        tail = _long_tail(data)
        found.append(_plot(replace(tail, title=f"{tail.title} of {name}") if len(datas) > 1 else tail))
    return [plot for plot in found if plot is not None]


def _plot(chart: Chart) -> Plot | None:
    drawn = draw(chart)
    if drawn is None:
        return None
    key = [(name, Markup(sample(number))) for name, number in drawn.key]  # noqa: S704 - made of numbers alone
    return Plot(chart.title, chart.words, drawn.inline(), drawn.alone(chart.title), key)


def write_plots(folder: Path, runs: Sequence[Run], metric: str) -> list[str]:
    """Write each chart of some runs as an SVG file into a folder; returns the names of the files.

    Raises
    ------
    WorkbenchError
        If the folder is not there, or nothing can be drawn of these runs.
    """
    if not folder.is_dir():
        raise WorkbenchError(f"The folder {folder} does not exist. Create it, or choose another one.")
    names: list[str] = []
    for plot in plots_of(groups_of(report_on(runs), metric), data_of(runs)):
        word = re.sub(r"[^\w@]+", "-", plot.title.lower()).strip("-")[:60]
        name = next(one for n in range(1, 1000) if (one := f"{word}{'' if n == 1 else f'-{n}'}.svg") not in names)
        with whole_file(folder / name) as part:
            part.write_text(plot.alone, encoding="utf-8")
        names.append(name)
    if not names:
        raise WorkbenchError("There is nothing to draw of these runs. Train and test one first.")
    return names


def data_of(runs: Sequence[Run]) -> dict[str, Interactions]:
    """The data of the runs by its name, each the least filtered; without those that are not there any more."""
    alike: dict[str, list[Run]] = {}
    for run in runs:
        alike.setdefault(run.spec.data_hash, []).append(run)
    found: dict[str, Interactions] = {}
    for group in alike.values():
        with contextlib.suppress(WorkbenchError, OSError):
            run = min(group, key=lambda run: len(run.spec.filters))
            found[data_name(run)] = run.data
    return found


def charts_of(group: Group) -> Iterator[Chart]:
    """What the page Compare shows of these runs: the same descriptions, of fewer runs where there are many."""
    runs, metric = [chart_run(member) for member in group.runs], group.metric or ""
    found = tested(runs, metric)
    yield _first(results.bars(found[:MOST_BARS], metric), MOST_BARS, found)
    yield _first(results.at_cutoffs(runs[:MOST_LINES], metric), MOST_LINES, runs)
    yield _first(learning.validation([curve_of(member) for member in group.runs[:MOST_LINES]]), MOST_LINES, runs)
    if len(found) > 1:
        across = next((axis for axis in ACROSS if axis != metric and tested(found, axis)), results.SECONDS)
        yield results.trade_off(found[:MOST_BARS], across, metric)
    for algorithm in dict.fromkeys(run.algorithm for run in runs):
        yield settings.hyperparameters([run for run in runs if run.algorithm == algorithm][:MOST_BARS], metric)
    if len(found) > 1:
        yield from _of_people(
            [member for member in group.runs if member.mean(metric) is not None][:MOST_BESIDE], metric
        )


def _first(chart: Chart, most: int, runs: Sequence[ChartRun]) -> Chart:
    return replace(chart, words=f"{chart.words} · the best {most} of {len(runs)}") if len(runs) > most else chart


def _of_people(best: Sequence[RunReport], metric: str) -> Iterator[Chart]:
    """Users and lists of the best runs beside each other, where they were kept and the metric is one of users."""
    runs, opened = [chart_run(run) for run in best], [run.run for run in best]
    # One number of all lists together, or what was kept of the users is gone.
    with contextlib.suppress(WorkbenchError, OSError):
        answer = side_by_side.gains(opened[1], opened[0], metric)
        if answer["users"]:
            yield people.gains(answer, runs[1].name, runs[0].name, metric)
        parts = side_by_side.parts(opened, metric, "activity", Control())
        yield people.segments(parts, runs, metric, by="users by activity")
    with contextlib.suppress(WorkbenchError, OSError):  # the lists were not kept
        yield people.overlap(side_by_side.overlaps(opened, Control()), runs)


def chart_run(one: RunReport) -> ChartRun:
    """What charts have to know of a run."""
    last = one.records[-1].get("seconds") if one.records else None
    best = one.run.status().best
    known = next(iter(best.validation.items()), None) if best is not None else None
    return ChartRun(
        one.run.name,
        one.title,
        one.run.number,
        one.run.spec.algorithm,
        one.algorithm,
        one.metrics,
        finite(last),
        known,
        one.run.spec.hyperparameters,
    )


def curve_of(one: RunReport) -> RunCurve:
    """The validation of a run after each epoch, by the first metric that it names."""
    found = [
        (record["epoch"], record.get("seconds"), name, value)
        for record in one.records
        for name, value in (record.get("validation") or {}).items()
        if is_number(value) and is_number(record.get("epoch"))
    ]
    metric = found[0][2] if found else ""
    points = [(epoch, seconds if is_number(seconds) else math.nan, value) for epoch, seconds, name, value in found
              if name == metric]  # fmt: skip
    epochs, seconds, values = (np.array(column, dtype=float) for column in zip(*points, strict=True)) if points else (
        np.empty(0),) * 3  # fmt: skip
    return RunCurve(chart_run(one), metric, epochs, seconds, values, flat=len(values) == 1 and epochs[0] == 0)


def _learning(one: RunReport) -> LineChart:
    """Loss of a run that learned step by step: losses of different algorithms have no common scale."""
    ends = [record for record in one.records if "part" not in record and record.get("epochs")]
    loss = [(record["epoch"], record["loss"]) for record in ends if is_number(record.get("loss"))]
    epochs, losses = zip(*loss, strict=True) if len(loss) > 1 else ((), ())
    lines = [Line("loss", "loss", one.run.number, epochs, losses)]
    title = f"{one.title}: loss by epoch"
    return LineChart(title, Axis("epoch", whole=True), Axis("loss"), lines, _best_words(curve_of(one)))


def _best_words(curve: RunCurve) -> str:
    if not len(curve.values):
        return "Mean training loss of each epoch."
    at = int(np.argmin(curve.values) if curve.metric == "rmse" else np.argmax(curve.values))
    best = f"Best validation {metric_title(curve.metric)}: {curve.values[at]:.4f} in epoch {curve.epochs[at]:g}"
    return f"Mean training loss of each epoch. {best}, which was kept."


def _long_tail(data: Interactions) -> LineChart:
    counts = np.sort(data.item_counts[data.item_counts > 0])[::-1]
    ranks = np.unique(np.geomspace(1, len(counts), TAIL_POINTS).astype(int)) if len(counts) else np.zeros(0, int)
    top = counts[: max(1, len(counts) // 10)].sum() / max(1, counts.sum())
    words = f"Interactions of each item, most popular first, on logarithmic scales. The top tenth has {top:.0%}."
    axes = Axis("rank of the item", log=True), Axis("interactions", log=True)
    return LineChart("Long tail", *axes, [Line("items", "items", 0, ranks, counts[ranks - 1])], words)
