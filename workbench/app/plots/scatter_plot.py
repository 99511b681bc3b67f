"""Points with a name each, and the front of those that nothing beats."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPen
from PySide6.QtWidgets import QToolTip

from workbench.app.plots.plot import Plot
from workbench.app.widgets.theme import MARKERS, font, round_of, theme

MOST_NAMED = 10  # points whose names have room beside them; of more, those on the front are named
SIZE = 11
NEAR = 14  # pixels from the pointer


class ScatterPlot(Plot):
    """One point for each series, in its colour and with its marker."""

    def __init__(self, name: str, *, empty: str = "") -> None:
        super().__init__(name, empty=empty)
        self._points: list[tuple[str, float, float, int]] = []
        self._front: list[int] = []
        self._items: list[Any] = []
        self.plot.getViewBox().setDefaultPadding(0.18)
        for side in ("left", "bottom"):
            self.plot.getAxis(side).enableAutoSIPrefix(False)
        self.view.scene().sigMouseMoved.connect(self._point)
        self._say(empty, empty=True)

    def points(self) -> list[tuple[str, float, float, int]]:
        """Name, x, y and number of the series of each."""
        return list(self._points)

    def set_points(self, points: Sequence[tuple[str, float, float, int]], front: Sequence[int] = ()) -> None:
        """Show points (name, x, y, number of the series); `front` are the places of those on the front, x rising."""
        points = [point for point in points if math.isfinite(point[1]) and math.isfinite(point[2])]
        if (points, list(front)) != (self._points, self._front):
            self._points, self._front = points, list(front)
            self._draw()
        best = {points[at][0] for at in front}
        words = [f"{name}: {x:.4g}, {y:.4g}{' *' if name in best else ''}" for name, x, y, _ in points]
        self._say("; ".join(words) or self._empty, empty=not points)

    def _draw(self) -> None:
        for item in self._items:
            self.plot.removeItem(item)
        self._items = []
        tokens = theme().tokens
        if len(self._front) > 1:
            across, up = (np.array([self._points[at][axis] for at in self._front]) for axis in (1, 2))
            pen = pg.mkPen(tokens.color("muted"), width=1)
            self._add(pg.PlotDataItem(across, up, pen=pen))
        spots = [
            {
                "pos": (x, y),
                "symbol": MARKERS[round_of(number)],
                "brush": theme().series(number),
                "pen": pg.mkPen(tokens.color("text"), width=1) if at in self._front else QPen(Qt.PenStyle.NoPen),
                "size": SIZE,
            }
            for at, (_, x, y, number) in enumerate(self._points)
        ]
        self._add(pg.ScatterPlotItem(spots))
        middle = np.mean([x for _, x, _, _ in self._points]) if self._points else 0.0
        for at, (name, x, y, _) in enumerate(self._points):
            if len(self._points) <= MOST_NAMED or at in self._front:
                side = 1.06 if x > middle else -0.06  # towards the middle, so that the edge does not cut it
                text = pg.TextItem(_short(name), color=tokens.color("text"), anchor=(side, 1.1))
                text.setFont(font(11))
                text.setPos(x, y)
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
        for name, x, y, _ in self._points:
            away = box.mapViewToScene(QPointF(x, y)) - place
            if math.hypot(away.x(), away.y()) <= NEAR:
                near.append(f"{name}: {x:.4g}, {y:.4g}")
        return "\n".join(near)

    def _point(self, place: QPointF) -> None:
        words = self.name_at(place)
        where = self.view.viewport().mapToGlobal(self.view.mapFromScene(place))
        QToolTip.showText(where, words, self.view) if words else QToolTip.hideText()


def _short(name: str) -> str:
    return name if len(name) <= 24 else f"{name[:23]}…"  # noqa: PLR2004 - as much as has room
