"""Points with a name each, and the front of those that nothing beats."""

import math
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPen
from PySide6.QtWidgets import QToolTip

from workbench.app.plots.plot import Plot
from workbench.app.widgets.theme import font, theme
from workbench.charts.chart import Point, PointChart
from workbench.charts.style import MARKERS, round_of

MOST_NAMED = 10  # points whose names have room beside them; of more, those on the front are named
SIZE = 11
NEAR = 14  # pixels from the pointer


class ScatterPlot(Plot):
    """One point for each series, in its colour and with its marker."""

    def __init__(self, name: str, *, empty: str = "") -> None:
        super().__init__(name, empty=empty)
        self._points: list[Point] = []
        self._front: list[int] = []
        self._items: list[Any] = []
        self.plot.getViewBox().setDefaultPadding(0.18)
        for side in ("left", "bottom"):
            self.plot.getAxis(side).enableAutoSIPrefix(False)
        self.view.scene().sigMouseMoved.connect(self._point)
        self._say(empty, empty=True)

    def points(self) -> list[Point]:
        """What is shown."""
        return list(self._points)

    def show_chart(self, chart: PointChart) -> None:
        """Show this chart, of whose points that are no numbers are left out."""
        there = [at for at, point in enumerate(chart.points) if math.isfinite(point.x) and math.isfinite(point.y)]
        points = [chart.points[at] for at in there]
        front = [there.index(at) for at in chart.front if at in there]
        self.set_labels(chart.x.label, chart.y.label)
        if (points, front) != (self._points, self._front):
            self._points, self._front = points, front
            self._draw()
        words = [
            f"{point.name}: {point.x:.4g}, {point.y:.4g}{' *' if at in front else ''}"
            for at, point in enumerate(points)
        ]
        self._say("; ".join(words) or self._empty, empty=not points)

    def _draw(self) -> None:
        for item in self._items:
            self.plot.removeItem(item)
        self._items = []
        tokens = theme().tokens
        if len(self._front) > 1:
            across, up = (np.array([getattr(self._points[at], axis) for at in self._front]) for axis in ("x", "y"))
            pen = pg.mkPen(tokens.color("muted"), width=1)
            self._add(pg.PlotDataItem(across, up, pen=pen))
        spots = [
            {
                "pos": (point.x, point.y),
                "symbol": MARKERS[round_of(point.number)],
                "brush": theme().series(point.number),
                "pen": pg.mkPen(tokens.color("text"), width=1) if at in self._front else QPen(Qt.PenStyle.NoPen),
                "size": SIZE,
            }
            for at, point in enumerate(self._points)
        ]
        self._add(pg.ScatterPlotItem(spots))
        middle = np.mean([point.x for point in self._points]) if self._points else 0.0
        for at, point in enumerate(self._points):
            if len(self._points) <= MOST_NAMED or at in self._front:
                side = 1.06 if point.x > middle else -0.06  # towards the middle, so that the edge does not cut it
                text = pg.TextItem(_short(point.name), color=tokens.color("text"), anchor=(side, 1.1))
                text.setFont(font(11))
                text.setPos(point.x, point.y)
                self._add(text)
        self.plot.getViewBox().enableAutoRange()

    def _add(self, item: Any) -> None:
        self.plot.addItem(item, ignoreBounds=isinstance(item, pg.TextItem))
        self._items.append(item)

    def _recolor(self) -> None:
        self._draw()

    def name_at(self, place: QPointF) -> str:
        """The points near a place of the scene."""
        box = self.plot.getViewBox()
        near = []
        for point in self._points:
            away = box.mapViewToScene(QPointF(point.x, point.y)) - place
            if math.hypot(away.x(), away.y()) <= NEAR:
                near.append(f"{point.name}: {point.x:.4g}, {point.y:.4g}")
        return "\n".join(near)

    def _point(self, place: QPointF) -> None:
        words = self.name_at(place)
        where = self.view.viewport().mapToGlobal(self.view.mapFromScene(place))
        QToolTip.showText(where, words, self.view) if words else QToolTip.hideText()


def _short(name: str) -> str:
    return name if len(name) <= 24 else f"{name[:23]}…"  # noqa: PLR2004 - as much as has room
