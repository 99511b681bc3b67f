"""Lines of runs on a plot: those that stay are only given their new points, and the plot speaks of runs by title."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain, zip_longest
from typing import Any

from PySide6.QtCore import QObject, Slot

from workbench.app.pages._run_words import short_title
from workbench.app.plots import LinePlot
from workbench.app.runs import RunInfo
from workbench.app.slices import Slices

AT_A_STRETCH = 0.002  # seconds: the frame has to paint all that is drawn, too


@dataclass
class RunLine:
    """One line of a run; `faint` for the raw values behind a line of means."""

    info: RunInfo
    x: Any
    y: Any
    faint: bool = False
    markers: bool = False
    grows: Any = None  # see `LinePlot.set_line`

    @property
    def name(self) -> str:
        """What the line is called on the plot."""
        return f"{self.info.id}/steps" if self.faint else self.info.id


class RunLines(QObject):
    """Draws lines a few at a time, the first ones at once: twenty that are new take longer than a frame."""

    def __init__(self, plot: LinePlot) -> None:
        super().__init__(plot)
        self._plot = plot
        self.wanted: Sequence[RunLine] = ()
        """What is to be drawn in the end."""
        self._slices = Slices(self._do, self, AT_A_STRETCH)
        self._slices.paused.connect(plot.end_together)
        self._slices.ended.connect(self._end)

    @property
    def over(self) -> bool:
        """Whether all of them are drawn."""
        return self._slices.over

    def show(self, wanted: Sequence[RunLine]) -> None:
        """Draw these lines and no others."""
        self.wanted = wanted
        self._plot.expect(len(wanted))
        # One goes, one comes, so that there is always something to see.
        both = zip_longest(*_changes(self._plot, wanted))
        self._slices.begin(change for change in chain.from_iterable(both) if change is not None)

    def finish(self) -> None:
        """Draw now what is not drawn yet."""
        self._slices.finish()

    def _do(self, change: Callable[[], None]) -> None:
        self._plot.begin_together()
        change()

    @Slot()
    def _end(self) -> None:
        self._plot.expect(0)
        self._plot.end_together()
        _speak_of(self._plot, self.wanted)


def show_lines(plot: LinePlot, wanted: Sequence[RunLine]) -> None:
    """Draw these lines and no others, all at once."""
    with plot.together():
        for change in chain(*_changes(plot, wanted)):
            change()
    _speak_of(plot, wanted)


def _changes(plot: LinePlot, wanted: Sequence[RunLine]) -> tuple[list[Callable[[], None]], list[Callable[[], None]]]:
    """What takes lines away, and what draws them."""
    names = {one.name for one in wanted}
    gone: list[Callable[[], None]] = [partial(plot.remove_line, name) for name in plot.lines() if name not in names]
    return gone, [partial(_draw, plot, one) for one in wanted]


def _draw(plot: LinePlot, one: RunLine) -> None:
    alone = len(one.x) == 1 and not one.faint
    plot.set_line(
        one.name, one.x, one.y, one.info.number, faint=one.faint, markers=one.markers or alone, grows=one.grows
    )


def _speak_of(plot: LinePlot, lines: Sequence[RunLine]) -> None:
    words = plot.summary()
    for one in lines:
        words = words.replace(one.info.id, short_title(one.info))
    plot.setAccessibleDescription(words)
    plot.view.setAccessibleDescription(words)
