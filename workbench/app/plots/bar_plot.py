"""Bars with a name each, and means with their intervals."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from workbench.app.plots.plot import Plot
from workbench.app.widgets.theme import GRID, SMALL, font, theme


class BarPlot(Plot):
    """Bars with a name each, or the counts of a histogram."""

    def __init__(self, name: str, *, x: str = "", y: str = "", empty: str = "", number: int = 0) -> None:
        super().__init__(name, x=x, y=y, empty=empty, names=[])
        self._bars: pg.BarGraphItem | None = None
        self._number = number
        self._say(empty, empty=True)

    def set_bars(self, names: Sequence[str], values: Any) -> None:
        """Draw one bar for each name."""
        values = np.nan_to_num(np.asarray(values, dtype=float))
        axis = self.plot.getAxis("bottom")
        axis.names = [str(one) for one in names]
        # Every n-th name, so that they never run into each other.
        step = max(1, int(np.ceil(len(values) / 12)))
        axis.setTicks([[(at, axis.names[at]) for at in range(0, len(values), step)]])
        if self._bars is None:
            self._bars = pg.BarGraphItem(x=[], height=[], width=0.74, pen=None)
            self.plot.addItem(self._bars)
        color = theme().series(self._number)
        self._bars.setOpts(x=np.arange(len(values)), height=values, width=0.74, brush=color, pen=pg.mkPen(color))
        if len(values):
            self.plot.setYRange(0, float(values.max()) or 1.0, padding=0.04)
            self.plot.setXRange(-0.6, len(values) - 0.4, padding=0)
        pairs = ", ".join(f"{name}: {value:,.4g}" for name, value in zip(names, values[:20], strict=False))
        self._say(pairs or self._empty, empty=not len(values))

    def set_histogram(self, counts: Any, edges: Any) -> None:
        """Draw the counts of bins with these edges (one more than counts)."""
        middles = (np.asarray(edges)[:-1] + np.asarray(edges)[1:]) / 2
        self.set_bars([f"{one:g}" for one in middles], counts)

    def _recolor(self) -> None:
        if self._bars is not None:
            color = theme().series(self._number)
            self._bars.setOpts(brush=color, pen=pg.mkPen(color))


class IntervalPlot(QWidget):
    """One row for each name: a point with its interval, to see at once which ones differ."""

    ROW = 32

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self._rows: list[tuple[str, float, float, float, int]] = []

    def set_rows(self, rows: Sequence[tuple[str, float, float, float, int]]) -> None:
        """Show rows of (name, mean, low, high, number of the series)."""
        self._rows = list(rows)
        self.setMinimumHeight(self.ROW * len(self._rows) + 3 * GRID)
        words = "; ".join(f"{name} {mean:.4g} ({low:.4g} to {high:.4g})" for name, mean, low, high, _ in self._rows)
        self.setAccessibleDescription(words)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._rows:
            return
        painter = QPainter(self)
        tokens = theme().tokens
        labels: QFont = font(SMALL, figures=True)
        painter.setFont(labels)
        metrics = painter.fontMetrics()
        left = min(self.width() // 3, max(metrics.horizontalAdvance(one[0]) for one in self._rows) + 2 * GRID)
        low = min(one[2] for one in self._rows)
        high = max(one[3] for one in self._rows)
        span = (high - low) or 1.0
        room = max(1, self.width() - left - 8 * GRID)

        def at(value: float) -> float:
            return left + (value - low) / span * room

        for place, (name, mean, start, stop, number) in enumerate(self._rows):
            middle = place * self.ROW + self.ROW / 2
            painter.setPen(tokens.color("line"))
            painter.drawLine(QPointF(left, middle), QPointF(left + room, middle))
            painter.setPen(tokens.color("text"))
            shown = metrics.elidedText(name, Qt.TextElideMode.ElideRight, left - GRID)
            painter.drawText(QRectF(0, middle - 12, left, 24), Qt.AlignmentFlag.AlignVCenter, shown)
            painter.drawText(
                QRectF(self.width() - 7 * GRID, middle - 12, 7 * GRID, 24),
                Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight,
                f"{mean:.3f}",
            )
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme().series(number))
            painter.drawRoundedRect(QRectF(at(start), middle - 1.5, max(1.0, at(stop) - at(start)), 3), 1.5, 1.5)
            painter.drawEllipse(QPointF(at(mean), middle), 4, 4)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
