"""The pictures of a report, which are also written one by one as SVG."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from markupsafe import Markup

from workbench.data.interactions import Interactions
from workbench.errors import WorkbenchError
from workbench.export import svg
from workbench.export.run_report import Facts, Group, facts_of, groups_of, is_number
from workbench.files import whole_file
from workbench.metrics import all_metrics, metric_title
from workbench.training.run import Run

TAIL_POINTS = 200
# Bars in one picture, and runs whose learning has a picture of its own: the best ones.
MOST_BARS, MOST_LEARNING = 30, 12
Json = dict[str, Any]


@dataclass(frozen=True)
class Plot:
    """A plot with what stands above and below it."""

    title: str
    caption: str
    svg: Markup
    names: list[str] = field(default_factory=list)


def plots_of(groups: Sequence[Group], data: Interactions | None) -> list[Plot]:
    """All pictures of runs that were judged alike, group by group, and of their data."""
    found = []
    for number, group in enumerate(groups, 1):
        several = f" (group {number})" if len(groups) > 1 else ""
        found += [_bars(group, several), _at_cutoffs(group, several), _validation(group, several)]
    for one in [one for group in groups for one in group.runs][:MOST_LEARNING]:
        found.append(_learning(one))
    if data is not None:
        found.append(_long_tail(data))
    return [plot for plot in found if plot.svg]


def write_plots(folder: Path, runs: Sequence[Run], metric: str) -> list[str]:
    """Write each picture of some runs as an SVG file into a folder; returns the names of the files.

    Raises
    ------
    WorkbenchError
        If the folder is not there, or nothing can be drawn of these runs.
    """
    if not folder.is_dir():
        raise WorkbenchError(f"The folder {folder} is not there. Make it, or name another place.")
    names: list[str] = []
    for plot in plots_of(groups_of(facts_of(runs), metric), runs[0].data if runs else None):
        word = re.sub(r"[^\w@]+", "-", plot.title.lower()).strip("-")[:60]
        name = next(one for n in range(1, 1000) if (one := f"{word}{'' if n == 1 else f'-{n}'}.svg") not in names)
        with whole_file(folder / name) as part:
            part.write_text(svg.standalone(plot.svg, plot.title, plot.names), encoding="utf-8")
        names.append(name)
    if not names:
        raise WorkbenchError("There is nothing to draw of these runs. Train and test one first.")
    return names


def _bars(group: Group, several: str) -> Plot:
    title = metric_title(group.metric or "")
    known = [(one, one.mean(group.metric or "")) for one in group.runs]
    found = [svg.Bar(one.title, mean, *one.interval(group.metric or "")) for one, mean in known if mean is not None]
    shorter = all_metrics()[(group.metric or "ndcg").partition("@")[0]].higher_is_better is False
    told = f"Mean over users with its 95 % interval; {'shorter' if shorter else 'longer'} is better."
    told += f" The best {MOST_BARS} of {len(found)}." if len(found) > MOST_BARS else ""
    return Plot(f"{title}{several}", told, svg.bars(found[:MOST_BARS], title))


def _at_cutoffs(group: Group, several: str) -> Plot:
    name, _, k = (group.metric or "").partition("@")
    series = []
    for one in group.runs[: svg.SERIES] if k else []:
        given = [(int(key.partition("@")[2]), one.mean(key)) for key in one.metrics if key.startswith(f"{name}@")]
        at = sorted((cutoff, mean) for cutoff, mean in given if mean is not None)
        if len(at) > 1:  # a line needs two points
            series.append(svg.Series(one.title, *zip(*at, strict=True)))
    title = metric_title(name)
    told = "An ordering that holds at every length is worth more." + _best_only(group)
    return Plot(
        f"{title} by length of the list{several}", told, svg.lines(series, "length of the list", title), _names(series)
    )


def _best_only(group: Group) -> str:
    return f" The best {svg.SERIES} of {len(group.runs)}." if len(group.runs) > svg.SERIES else ""


def _names(series: Sequence[svg.Series]) -> list[str]:
    return [one.name for one in series]


def _validation(group: Group, several: str) -> Plot:
    """Validation by epoch of all runs that have one in the same metric."""
    lines: dict[str, list[svg.Series]] = {}
    for one in group.runs:
        by_name: dict[str, list[tuple[float, float]]] = {}
        for record in _ends(one):
            for name, value in (record.get("validation") or {}).items():
                if is_number(value):
                    by_name.setdefault(name, []).append((record["epoch"], value))
        for name, points in by_name.items():
            if len(points) > 1:
                lines.setdefault(name, []).append(svg.Series(one.title, *zip(*points, strict=True)))
    name, series = max(lines.items(), key=lambda item: len(item[1]), default=("", []))
    title = metric_title(name)
    told = "Of the validation part, which chooses the epoch that is kept; the test has no say in it." + _best_only(
        group
    )
    drawn = svg.lines(series[: svg.SERIES], "epoch", title)
    return Plot(f"{title} on validation by epoch{several}", told, drawn, _names(series[: svg.SERIES]))


def _ends(one: Facts) -> list[Json]:
    return [record for record in one.records if "part" not in record and record.get("epochs")]


def _learning(one: Facts) -> Plot:
    """Loss of a run that learned step by step: losses of different algorithms have no common scale."""
    ends = _ends(one)
    loss = [(record["epoch"], record["loss"]) for record in ends if is_number(record.get("loss"))]
    drawn = svg.lines([svg.Series("loss", *zip(*loss, strict=True))], "epoch", "loss") if len(loss) > 1 else Markup()
    return Plot(f"{one.title}: loss by epoch", _validation_words(ends), drawn)


def _validation_words(ends: list[Json]) -> str:
    known = [
        (record["epoch"], name, value)
        for record in ends
        for name, value in (record.get("validation") or {}).items()
        if is_number(value)
    ]
    if not known:
        return "Mean training loss of each epoch."
    sign = -1 if known[0][1] == "rmse" else 1
    epoch, name, value = max(known, key=lambda one: sign * one[2])
    best = f"Best validation {metric_title(name)}: {value:.4f} in epoch {epoch}, which was kept."
    return f"Mean training loss of each epoch. {best}"


def _long_tail(data: Interactions) -> Plot:
    counts = np.sort(data.item_counts[data.item_counts > 0])[::-1]
    ranks = np.unique(np.geomspace(1, len(counts), TAIL_POINTS).astype(int)) if len(counts) else np.zeros(0, int)
    drawn = svg.lines(
        [svg.Series("items", ranks.tolist(), counts[ranks - 1].tolist())], "rank of the item", "interactions", log=True
    )
    top = counts[: max(1, len(counts) // 10)].sum() / max(1, counts.sum())
    caption = (
        f"Interactions of each item, most popular first, on logarithmic scales. A tenth of the items has {top:.0%}."
    )
    return Plot("Long tail", caption, drawn)
