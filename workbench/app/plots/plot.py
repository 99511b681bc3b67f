"""What all plots share: one pyqtgraph plot in the colours of the theme, with a summary in words.

Lines are one pixel wide and not smoothed: wider or smoothed ones were measured to cost ten to two hundred times more.
"""

import math
from collections.abc import Sequence
from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from workbench.app.widgets.basic import Text
from workbench.app.widgets.theme import GRID, SMALL, font, theme

CLOSE = 7  # pixels between two hairlines


class Axis(pg.AxisItem):
    """An axis with few, quiet figures."""

    _label = ""  # as it was last laid out

    def __init__(self, orientation: str, names: Sequence[str] | None = None, *, whole: bool = False) -> None:
        super().__init__(orientation)
        self.whole = whole
        self.names = list(names) if names is not None else None
        self._hairlines: list[tuple[QColor, QPointF, QPointF]] = []
        self.setStyle(tickLength=0, tickTextOffset=6)
        if orientation == "bottom" and names is None:
            self.setStyle(maxTickLevel=1)  # of the third there are too many for words, and no hairline goes down

    def tickSpacing(self, low: float, high: float, size: float) -> list[tuple[float, float]]:
        levels = super().tickSpacing(low, high, size)
        if not self.logMode:
            # As close as this there are no words, and hairlines so pale that nobody sees them, but they take as long.
            levels = levels[:2] + [level for level in levels[2:] if level[0] * size >= CLOSE * (high - low)]
        if not self.whole or self.logMode:
            return levels
        return [level for level in levels if level[0] >= 1] or [(1.0, 0.0)]

    def tickValues(self, low: float, high: float, size: float) -> list[tuple[float, list[float]]]:
        """What the base gives, without arrays: for ten figures they take five times as long."""
        if self.logMode or self.scale != 1.0:
            return super().tickValues(low, high, size)
        low, high = sorted((low, high))
        ticks: list[tuple[float, list[float]]] = []
        seen: list[float] = []
        for spacing, offset in self.tickSpacing(low, high, size):
            start = math.ceil((low - offset) / spacing) * spacing + offset
            values = [at * spacing + start for at in range(int((high - start) / spacing) + 1)]
            values = [value for value in values if all(abs(value - other) > spacing * 0.01 for other in seen)]
            seen += values
            ticks.append((spacing, values))
        return ticks

    def _updateLabel(self) -> None:
        """Lay the label out where it says something else: this is called with each change of the range."""
        words = self.labelString()
        if words != self._label:
            self._label = words
            super()._updateLabel()
        else:
            self.picture = None
            self.update()

    def generateDrawSpecs(self, p: QPainter) -> Any:
        specs, self._hairlines = super().generateDrawSpecs(p), []
        if specs is None:
            return None
        line, ticks, words = specs
        # Ticks of no length, where no hairline goes across, are as slow to draw as others.
        self._hairlines = [(pen.color(), start, end) for pen, start, end in ticks if start != end]
        return line, [], words

    def paint(self, p: QPainter, option: Any, widget: Any) -> None:
        """Fill the hairlines, to the very pixels that a pen would draw.

        A pale pen blends a line pixel by pixel and asks other threads to help: fifty hairlines took 4 ms, filled 0.1 ms.
        """
        super().paint(p, option, widget)
        p.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        half = 0.5 / p.deviceTransform().m22()  # of a pixel, however many of them the device has
        for color, start, end in self._hairlines:
            p.fillRect(QRectF(start, end).normalized().adjusted(-half, -half, half, half), color)

    def tickStrings(self, values: Any, scale: float, spacing: float) -> list[str]:
        if self.names is not None:
            return [self.names[round(v)] if v == round(v) and 0 <= round(v) < len(self.names) else "" for v in values]
        if self.logMode:
            return [f"{10.0**v:g}" for v in values]
        return super().tickStrings(values, scale, spacing)


class Plot(QWidget):
    """Base of all plots: one pyqtgraph plot that follows the theme, a legend above it, a text where it is empty."""

    def __init__(
        self,
        name: str,
        *,
        x: str = "",
        y: str = "",
        empty: str = "",
        names: Sequence[str] | None = None,
        whole: bool = False,
    ) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self._x, self._y, self._empty, self._is_empty = x, y, empty, True
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        self.legend = QHBoxLayout()
        self.legend.setSpacing(2 * GRID)
        column.addLayout(self.legend)
        axes = {"left": Axis("left"), "bottom": Axis("bottom", names, whole=whole)}
        self.view = pg.PlotWidget(axisItems=axes, enableMenu=False)  # making a menu only to drop it takes half the time
        self.view.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # there is nothing to type; the summary speaks for it
        self.view.viewport().setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.view.setAccessibleName(name)
        # Once: each time a style sheet is set, the widgets inside forget the colours they were given.
        self.view.setStyleSheet("background: transparent; border: none")
        self.plot = self.view.getPlotItem()
        self.plot.hideButtons()
        self.plot.setClipToView(False)
        for side in ("top", "right"):  # never shown; else their labels are laid out anew with each change of the range
            self.plot.getAxis(side).enableAutoSIPrefix(False)
        self.plot.getViewBox().setMouseEnabled(False, False)
        self.plot.getViewBox().setDefaultPadding(0.02)
        self.view.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.view.setMinimumHeight(12 * GRID)
        column.addWidget(self.view, 1)
        self._nothing = Text(empty, ink="muted", wrap=True)
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._nothing.setParent(self.view)
        self._dress()
        theme().changed.connect(self._redress)

    def summary(self) -> str:
        """What the plot shows, in words."""
        return self.accessibleDescription()

    def set_empty(self, sentence: str) -> None:
        """Say something else where there is nothing to draw."""
        if sentence != self._empty:
            self._empty = sentence
            self._nothing.setText(sentence)
            self._describe()

    def _describe(self) -> None:
        """Put in words what is drawn, and show the sentence where nothing is."""

    def zoom(self, on: bool = True) -> None:
        """Let the mouse zoom and move it (double click shows everything again)."""
        self.plot.getViewBox().setMouseEnabled(on, on)

    def set_labels(self, x: str, y: str) -> None:
        """Name the axes."""
        if (x, y) != (self._x, self._y):
            self._x, self._y = x, y
            self._dress()
            self._hide_empty()

    def _say(self, words: str, *, empty: bool) -> None:
        self.setAccessibleDescription(words)
        self.view.setAccessibleDescription(words)
        self._is_empty = empty
        self._hide_empty()

    def _hide_empty(self) -> None:
        self._nothing.setVisible(self._is_empty and bool(self._empty))
        for side in ("left", "bottom"):
            self.plot.getAxis(side).setVisible(not self._is_empty)

    def resizeEvent(self, event: Any) -> None:
        super().resizeEvent(event)
        self._nothing.setGeometry(self.view.rect().adjusted(GRID, GRID, -GRID, -GRID))

    def _dress(self) -> None:
        tokens = theme().tokens
        self.view.setBackground(None)
        for side in ("left", "bottom"):
            axis = self.plot.getAxis(side)
            axis.setTickFont(font(11, figures=True))
            axis.setPen(pg.mkPen(tokens.color("line") if side == "bottom" else None))
            axis.setTickPen(pg.mkPen(tokens.color("line")))
            axis.setTextPen(tokens.color("muted"))
        # Hairlines across, none down.
        self.plot.showGrid(x=False, y=True, alpha=0.9)
        label = {"color": tokens.muted, "font-size": f"{SMALL}px"}
        for side, text in (("bottom", self._x), ("left", self._y)):
            self.plot.setLabel(side, text or None, **label)
            self.plot.getAxis(side).showLabel(bool(text))

    def _redress(self) -> None:
        self._dress()
        self._hide_empty()  # naming an axis shows it
        self._recolor()

    def _recolor(self) -> None:
        """Take the colours of the theme for what is drawn."""


class Key(QWidget):
    """One entry of a legend: a bit of the line, and its name."""

    def __init__(self, name: str, number: int) -> None:
        super().__init__()
        self._name, self._number = name, number
        self.setFont(font(SMALL))
        self.setFixedSize(self.fontMetrics().horizontalAdvance(name) + 30, self.fontMetrics().height() + 4)
        self.setAccessibleName(name)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(theme().pen(self._number))
        middle = self.height() / 2
        painter.drawLine(QPointF(0, middle), QPointF(20, middle))
        painter.drawLine(QPointF(0, middle + 1), QPointF(20, middle + 1))
        painter.setPen(theme().tokens.color("text"))
        painter.drawText(QRectF(26, 0, self.width(), self.height()), Qt.AlignmentFlag.AlignVCenter, self._name)
