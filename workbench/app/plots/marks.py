"""What is marked on lines: points with a ring, moments of a change, and where the pointer is."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt

from workbench.app.widgets.theme import font, theme


class Marks:
    """The marks of one plot; none of them moves its axes."""

    def __init__(self, plot: Any) -> None:
        self._plot = plot
        self._rings: list[Any] = []
        self._changes: list[tuple[float, pg.InfiniteLine]] = []
        self._cross: pg.InfiniteLine | None = None

    def ring(self, x: float, y: float, number: int) -> None:
        """Mark a point of a series, such as the best epoch, with a ring."""
        ring = pg.ScatterPlotItem([x], [y], size=9, pen=pg.mkPen(theme().series(number), width=2))
        ring.setBrush(theme().tokens.color("surface"))
        self._plot.addItem(ring, ignoreBounds=True)
        self._rings.append(ring)

    def clear_rings(self) -> None:
        """Take all rings away."""
        for mark in self._rings:
            self._plot.removeItem(mark)
        self._rings = []

    def show_changes(self, changes: Sequence[tuple[float, str]]) -> None:
        """Draw an upright line with words where something was changed."""
        wanted = [float(change) for change, _ in changes]
        if wanted == self.changes():
            return
        for _, line in self._changes:
            self._plot.removeItem(line)
        self._changes = []
        color = theme().tokens.color("muted")
        for at, words in changes:
            pen = pg.mkPen(color, width=1, style=Qt.PenStyle.DashLine)
            options = {"color": color, "position": 0.92, "anchors": [(1, 0.5), (0, 0.5)]}
            line = pg.InfiniteLine(at, angle=90, pen=pen, label=words, labelOpts=options)
            line.label.setFont(font(11))
            self._plot.addItem(line, ignoreBounds=True)
            self._changes.append((float(at), line))

    def changes(self) -> list[float]:
        """Where changes are marked."""
        return [at for at, _ in self._changes]

    def show_cross(self, x: float) -> None:
        """Draw an upright line here; `nan` takes it away."""
        if self._cross is None:
            self._cross = pg.InfiniteLine(0, angle=90, pen=pg.mkPen(theme().tokens.color("faint"), width=1))
            self._plot.addItem(self._cross, ignoreBounds=True)
        self._cross.setVisible(bool(np.isfinite(x)))
        if np.isfinite(x):
            self._cross.setPos(x)

    def recolor(self) -> None:
        """Follow the theme; rings are drawn anew by whoever knows their points."""
        self.clear_rings()
        for _, line in self._changes:
            line.setPen(pg.mkPen(theme().tokens.color("muted"), width=1, style=Qt.PenStyle.DashLine))
            line.label.setColor(theme().tokens.color("muted"))
        if self._cross is not None:
            self._cross.setPen(pg.mkPen(theme().tokens.color("faint"), width=1))
