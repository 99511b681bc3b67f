"""Lines of runs on a plot: those that stay are only given their new points, and the plot speaks of runs by title."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain, zip_longest
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from workbench.app.jobs.slices import Slices
from workbench.app.plots.line_plot import LinePlot
from workbench.app.runs.run_store import RunInfo
from workbench.app.runs.run_text import short_title

AT_A_STRETCH = 0.003  # seconds: something else may have been done in the same frame


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
    """Draws lines a few at a time: twenty that are new take longer than a frame.

    Where that takes more than one frame, the plot is painted once, when all of them are there: to paint those that are
    drawn so far each time takes longer than to draw them, and lines that come one by one flicker.
    """

    drawn = Signal()
    """All lines are there that were asked for last."""

    def __init__(self, plot: LinePlot) -> None:
        super().__init__(plot)
        self._plot = plot
        self.wanted: Sequence[RunLine] = ()
        """What is to be drawn in the end."""
        self._slices = Slices(self._do, self, AT_A_STRETCH)
        self._slices.paused.connect(self._hold)
        self._slices.ended.connect(self._end)
        self._last = QTimer(self, singleShot=True, interval=0)
        self._last.timeout.connect(self._reveal)

    @property
    def over(self) -> bool:
        """Whether all of them are drawn, and can be seen."""
        return self._slices.over and not self._last.isActive()

    def show(self, wanted: Sequence[RunLine]) -> None:
        """Draw these lines and no others."""
        self.wanted = wanted
        self._last.stop()
        self._plot.expect(len(wanted))
        # A line that goes is the one that comes: to make another takes longer than to draw it.
        both = zip_longest(*_changes(self._plot, wanted))
        self._slices.begin(change for change in chain.from_iterable(both) if change is not None)

    def finish(self) -> None:
        """Draw now what is not drawn yet."""
        self._slices.finish()
        if self._last.isActive():
            self._reveal()

    def _do(self, change: Callable[[], None]) -> None:
        self._plot.begin_together()
        change()

    @Slot()
    def _hold(self) -> None:
        self._plot.view.setUpdatesEnabled(False)

    @Slot()
    def _end(self) -> None:
        if self._plot.view.updatesEnabled():
            self._reveal()
        else:
            self._last.start()  # in a frame of its own: to paint them all takes most of it

    @Slot()
    def _reveal(self) -> None:
        self._last.stop()
        self._plot.expect(0)
        self._plot.end_together()
        _speak_of(self._plot, self.wanted)
        self._plot.view.setUpdatesEnabled(True)
        self.drawn.emit()


def show_lines(plot: LinePlot, wanted: Sequence[RunLine]) -> None:
    """Draw these lines and no others, all at once."""
    with plot.together():
        for change in chain(*_changes(plot, wanted)):
            change()
    _speak_of(plot, wanted)


def _changes(plot: LinePlot, wanted: Sequence[RunLine]) -> tuple[list[Callable[[], None]], list[Callable[[], None]]]:
    """What takes lines away, and what draws them."""
    names = {curve.name for curve in wanted}
    gone: list[Callable[[], None]] = [partial(plot.remove_line, name) for name in plot.lines() if name not in names]
    return gone, [partial(_draw, plot, curve) for curve in wanted]


def _draw(plot: LinePlot, one: RunLine) -> None:
    alone = len(one.x) == 1 and not one.faint
    plot.set_line(
        one.name, one.x, one.y, one.info.number, faint=one.faint, markers=one.markers or alone, grows=one.grows
    )


def _speak_of(plot: LinePlot, lines: Sequence[RunLine]) -> None:
    words = plot.summary()
    for line in lines:
        words = words.replace(line.info.id, short_title(line.info))
    plot.setAccessibleDescription(words)
    plot.view.setAccessibleDescription(words)
