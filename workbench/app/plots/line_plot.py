"""Lines on a plot: however long they are, no more of them is drawn than can be seen (`workbench.app.plots.thinning`)."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, QTimer, Signal
from PySide6.QtGui import QColor, QPen

from workbench.app.plots.marks import Marks
from workbench.app.plots.plot import Key, Plot
from workbench.app.plots.thinning import MOST_DRAWN, Ends, thinned
from workbench.app.widgets.basic import clear
from workbench.app.widgets.theme import theme
from workbench.charts.style import MARKERS, round_of

FAINT = 90  # of 255: how strong a pale line is
FEW = 500  # points up to which a line may be two pixels wide
MANY = 8  # lines above which none is: twenty wide ones take a frame by themselves
FRAME = 16  # milliseconds between two drawings while one zooms


class LinePlot(Plot):
    """Several named lines; each has colour, dashes and, where it has few points, a marker.

    With `whole`, as of epochs, there are no fractions under the axis. However long a line is, no more of it is drawn than
    there are pixels for; of each piece its least and its greatest value are seen.
    """

    pointed = Signal(float)
    """Where the pointer is, once `follow_pointer` was called."""

    def __init__(
        self, name: str, *, x: str = "", y: str = "", empty: str = "", legend: bool = True, whole: bool = False
    ) -> None:
        super().__init__(name, x=x, y=y, empty=empty, whole=whole)
        self._lines: dict[str, tuple[pg.PlotDataItem, int]] = {}
        self._faint: set[str] = set()
        self._data: dict[str, tuple[np.ndarray, np.ndarray]] = {}
        self._grows: dict[str, Any] = {}
        self._ends: dict[str, Ends] = {}
        self._known: dict[str, tuple[Any, ...]] = {}
        self._cut: set[str] = set()  # lines of which only a part is drawn
        self._together = False
        self._expected, self._narrow = 0, False
        self._spare: list[pg.PlotDataItem] = []
        self._with_legend = legend
        self._fill: tuple[pg.PlotDataItem, ...] = ()
        self._level: float | None = None
        self._drawn: dict[str, tuple[np.ndarray, np.ndarray]] = {}
        self.marks = Marks(self.plot)
        self._again = QTimer(self, singleShot=True, interval=FRAME)
        self._again.timeout.connect(self._draw_again)
        self.plot.getViewBox().sigXRangeChanged.connect(self._range_changed)
        self._describe()

    def set_line(
        self,
        name: str,
        x: Any,
        y: Any,
        number: int = 0,
        *,
        markers: bool = False,
        fill: bool = False,
        faint: bool = False,
        grows: Any = None,
    ) -> None:
        """Draw a line, or replace the one of this name.

        Parameters
        ----------
        number
            The series whose colour, dashes and marker it has (a run's ``number``).
        markers
            Mark each point; for lines of few points.
        fill
            Shade what lies under it.
        faint
            Pale, solid and not in the legend: the raw values behind a line of means.
        grows
            Anything that stays equal as long as points are only added to those that were given before: then a long line
            costs no more than what is new of it. None: nothing is known of that.
        """
        x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
        if self._stays(name, x, y, grows, (number, markers, fill, faint)):
            return
        (self._faint.add if faint else self._faint.discard)(name)
        if name not in self._lines:
            if self._spare:
                curve = self._spare.pop()
            else:
                curve = pg.PlotDataItem(antialias=False)
                self.plot.addItem(curve)
            self._lines[name] = (curve, number)
            self._lay_legend()
            self._judge_width()
        curve, old = self._lines[name]
        if old != number:
            self._lines[name] = (curve, number)
            self._lay_legend()
        color = theme().series(number)
        self._data[name] = (x, y)
        self._grows[name] = grows
        # Style before data: each of the setters has all of the line worked out anew.
        curve.opts["pen"] = self._pen(name, number)
        curve.opts["symbol"] = MARKERS[round_of(number)] if markers else None
        curve.opts.update(symbolSize=6, symbolPen=pg.mkPen(None), symbolBrush=pg.mkBrush(color))
        if fill:
            wash = QColor(color)
            wash.setAlpha(32)
            curve.opts.update(fillLevel=0.0, fillBrush=pg.mkBrush(wash))
        self._draw(name)
        curve.show()  # one that was kept from a line before
        self._describe()

    def _stays(self, name: str, x: np.ndarray, y: np.ndarray, grows: Any, how: tuple[Any, ...]) -> bool:
        """Whether a line is drawn like this already: to draw it again takes a hundred times as long."""
        known = self._known.pop(name, ("nothing",))
        if grows is not None:
            self._known[name] = ("grows", how, grows, len(x))
            return known == self._known[name]
        if len(x) > FEW:
            return False
        if known[:2] == ("few", how) and np.array_equal(known[2], x) and np.array_equal(known[3], y):
            self._known[name] = known
            return True
        self._known[name] = ("few", how, x.copy(), y.copy())  # what was given may grow
        return False

    @contextmanager
    def together(self) -> Iterator[None]:
        """Several lines that change at once: what is to be said of all of them is said when the last one is drawn."""
        self.begin_together()
        try:
            yield
        finally:
            self.end_together()

    def begin_together(self) -> None:
        """Say nothing of lines that change until `end_together`."""
        self._together = True

    def end_together(self) -> None:
        """Say what there is to say of all lines."""
        self._together = False
        self._describe()

    def expect(self, n: int) -> None:
        """So many lines will be there: they are as wide from the first one on as all of them will be."""
        self._expected = n
        self._judge_width()

    def _judge_width(self) -> None:
        narrow = max(len(self._lines), self._expected) > MANY
        if narrow != self._narrow:
            self._narrow = narrow
            self._take_pens()

    def remove_line(self, name: str) -> None:
        """Take a line away."""
        if name in self._lines:
            self._known.pop(name, None)
            curve, _ = self._lines.pop(name)
            self._faint.discard(name)
            del self._data[name]
            self._ends.pop(name, None)
            self._cut.discard(name)
            self._drawn.pop(name, None)
            curve.opts.update(fillLevel=None, fillBrush=None)
            curve.hide()
            self._spare.append(curve)  # to make another takes longer than to draw it
            self._lay_legend()
            self._judge_width()
            self._describe()

    def clear(self) -> None:
        """Take all lines and marks away."""
        for name in list(self._lines):
            self.remove_line(name)
        self.marks.clear_rings()
        self.marks.show_changes([])

    def lines(self) -> list[str]:
        """Names of the lines."""
        return list(self._lines)

    def set_log(self, *, x: bool = False, y: bool = False) -> None:
        """Use logarithmic scales; what is not above 0 is left out of them."""
        if (x, y) == tuple(bool(self.plot.getAxis(side).logMode) for side in ("bottom", "left")):
            return
        for name in self._lines:  # no value may be without a logarithm at the moment of change
            self._draw(name, x=x, y=y)
        for curve in self._spare:
            curve.setData([], [])
        self.plot.setLogMode(x=x, y=y)

    def _draw(self, name: str, *, x: bool | None = None, y: bool | None = None) -> None:
        """Give a line what can be drawn of it: pyqtgraph fails while painting where nothing is a finite number."""
        log_x = self.plot.getAxis("bottom").logMode if x is None else x
        log_y = self.plot.getAxis("left").logMode if y is None else y
        window, grows = self._window(log_x=log_x), self._grows[name]
        cut = bool(np.isfinite(window).any())
        (self._cut.add if cut else self._cut.discard)(name)
        whole, ends = self._data[name], None
        if grows is not None and len(whole[1]) > MOST_DRAWN:
            ends = self._ends.setdefault(name, Ends()).of(whole[1], grows)
        across, up = thinned(*whole, *window, ends=ends)
        fits = np.isfinite(across) & np.isfinite(up)
        fits &= (across > 0) if log_x else True
        fits &= (up > 0) if log_y else True
        if not fits.any():
            across, up = np.empty(0), np.empty(0)
        elif not fits.all():  # gaps stay gaps
            up = np.where(fits, up, np.nan)
            across = np.where(np.isfinite(across) & ((across > 0) | (not log_x)), across, np.nan)
        self._drawn[name] = (across, up)
        self._lines[name][0].setData(across, up, connect="finite")

    def _window(self, *, log_x: bool) -> tuple[float, float]:
        """What of the lines is to be seen from left to right; all of it where nobody zoomed."""
        box = self.plot.getViewBox()
        if box.autoRangeEnabled()[0]:
            return -np.inf, np.inf
        low, high = box.viewRange()[0]
        return (10.0**low, 10.0**high) if log_x else (low, high)

    def _range_changed(self, *_: Any) -> None:
        if self.plot.getViewBox().autoRangeEnabled()[0] and not self._cut:
            return  # all of each line is drawn, and all of it is seen
        if not self._again.isActive() and any(len(x) > MOST_DRAWN for x, _ in self._data.values()):
            self._again.start()

    def _draw_again(self) -> None:
        for name, (x, _) in self._data.items():
            if len(x) > MOST_DRAWN:
                self._draw(name)

    def _range_level(self) -> None:
        """Give a single value a scale that fits it; by itself it would get one from half below it to half above it."""
        box = self.plot.getViewBox()
        if not (box.autoRangeEnabled()[1] or self._level is not None):
            return  # a person chose what is seen
        ends = [(y[fits].min(), y[fits].max()) for _, y in self._drawn.values() if (fits := np.isfinite(y)).any()]
        low, high = min((end[0] for end in ends), default=0.0), max((end[1] for end in ends), default=1.0)
        level = float(low) if low == high and low and not self.plot.getAxis("left").logMode else None
        if level is not None and level != self._level:
            self.set_range(y=(level - abs(level) / 2, level + abs(level) / 2))
        elif level is None and self._level is not None:
            self.set_range(y=None)
        self._level = level

    def reset_view(self) -> None:
        """Show everything again."""
        self._level = None
        self.plot.getViewBox().enableAutoRange()
        for name in self._lines:
            self._draw(name)
        self._range_level()

    def follow_pointer(self) -> None:
        """Tell by `pointed` where the pointer is: `nan` where it is elsewhere."""
        self.view.scene().sigMouseMoved.connect(self._point)
        self.view.viewport().installEventFilter(self)

    def eventFilter(self, watched: Any, event: Any) -> bool:
        if event.type() == QEvent.Type.Leave:
            self.pointed.emit(float("nan"))
        elif event.type() == QEvent.Type.MouseButtonDblClick:
            self.reset_view()
        return super().eventFilter(watched, event)

    def _point(self, place: QPointF) -> None:
        box = self.plot.getViewBox()
        inside = box.sceneBoundingRect().contains(place) and not self._is_empty
        self.pointed.emit(float(box.mapSceneToView(place).x()) if inside else float("nan"))

    def values_at(self, x: float) -> dict[str, tuple[float, float]]:
        """Of each line the point nearest to x, exactly as it was given."""
        found = {}
        for name, (across, up) in self._data.items():
            if len(across):
                at = int(np.searchsorted(across, x))
                at = min(
                    (near for near in (at - 1, at) if 0 <= near < len(across)), key=lambda one: abs(across[one] - x)
                )
                found[name] = (float(across[at]), float(up[at]))
        return found

    def set_range(self, x: tuple[float, float] | None = None, y: tuple[float, float] | None = None) -> None:
        """Fix the ranges of the axes; None: follow the lines."""
        for axis, span in ((pg.ViewBox.XAxis, x), (pg.ViewBox.YAxis, y)):
            if span is None:
                self.plot.getViewBox().enableAutoRange(axis, True)
            elif axis == pg.ViewBox.XAxis:
                self.plot.setXRange(*span, padding=0)
            else:
                self.plot.setYRange(*span, padding=0)

    def _lay_legend(self) -> None:
        clear(self.legend)
        named = {name: number for name, (_, number) in self._lines.items() if name not in self._faint}
        if self._with_legend and len(named) > 1:
            self.legend.addStretch(1)
            for name, number in named.items():
                self.legend.addWidget(Key(name, number))

    def _pen(self, name: str, number: int) -> QPen:
        if name not in self._faint:
            pen = theme().pen(number)
            # Two pixels read better, and cost nothing where there are few points.
            pen.setWidth(2 if len(self._data[name][0]) <= FEW and not self._narrow else 1)
            return pen
        color = theme().series(number)
        color.setAlpha(FAINT)
        return pg.mkPen(color, width=1)

    def _take_pens(self) -> None:
        for name, (curve, number) in self._lines.items():
            if name in self._data:
                curve.setPen(self._pen(name, number))

    def _recolor(self) -> None:
        self._take_pens()
        for curve, number in self._lines.values():
            if curve.opts.get("symbol"):
                curve.setSymbolBrush(theme().series(number))
        self.marks.recolor()

    def _describe(self) -> None:
        if self._together:
            return
        words, drawn = [], False
        for name in self._lines:
            y = self._drawn[name][1] if name in self._drawn else np.empty(0)
            finite = y[np.isfinite(y)]
            drawn = drawn or bool(len(finite))
            if len(finite) and name not in self._faint:
                whole = self._data[name][1]
                count = len(finite) if len(whole) <= MOST_DRAWN else len(whole)
                words.append(
                    f"{name}: {count} points, last {finite[-1]:.4g}, from {finite.min():.4g} to {finite.max():.4g}"
                )
        self._range_level()
        self._say("; ".join(words) or ("" if drawn else self._empty), empty=not drawn)
