"""Lines of runs on a plot: those that stay are only given their new points, and the plot speaks of runs by title."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from workbench.app.pages._run_words import short_title
from workbench.app.plots import LinePlot
from workbench.app.runs import RunInfo


@dataclass
class RunLine:
    """One line of a run; `faint` for the raw values behind a line of means."""

    info: RunInfo
    x: Any
    y: Any
    faint: bool = False
    markers: bool = False


def show_lines(plot: LinePlot, wanted: Sequence[RunLine]) -> None:
    """Draw these lines and no others."""
    named = {f"{one.info.id}/steps" if one.faint else one.info.id: one for one in wanted}
    with plot.together():
        for name in plot.lines():
            if name not in named:
                plot.remove_line(name)
        for name, one in named.items():
            alone = len(one.x) == 1 and not one.faint
            plot.set_line(name, one.x, one.y, one.info.number, faint=one.faint, markers=one.markers or alone)
    words = plot.summary()
    for one in wanted:
        words = words.replace(one.info.id, short_title(one.info))
    plot.setAccessibleDescription(words)
    plot.view.setAccessibleDescription(words)
