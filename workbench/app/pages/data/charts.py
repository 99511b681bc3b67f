"""Small still charts of the data at a glance: bars, and a line with its area. Painted at once, from a few dozen numbers."""

import math
from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QHelpEvent, QPainter, QPainterPath, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from workbench.app.widgets.theme import GRID, SMALL, font, theme

TICKS = 3
GAP = 6  # pixels between labels and what they label
ONE = 0.5  # where logarithmic heights begin, so that one is more than nothing


def nice_ceiling(value: float) -> float:
    """The next round number: 1 to 10 times a power of ten."""
    if value <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(value))
    return next(step * power for step in (1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10) if step * power >= value * (1 - 1e-9))


def short(number: float) -> str:
    """A count in few letters: 950, 12k, 3.5M."""
    for limit, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if number >= limit:
            return f"{number / limit:.1f}".removesuffix(".0") + letter
    return f"{number:g}"


class Chart(QWidget):
    """A still chart. Hovering tells the exact figures; its accessible description tells the gist."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setFont(font(SMALL, figures=True))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumHeight(10 * GRID)
        self._kind = ""
        self._x: Sequence[float] = []
        self._y: Sequence[float] = []
        self._labels: Sequence[str] = []
        self._tips: Sequence[str] = []
        self._shares = self._log = False
        theme().changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(32 * GRID, 18 * GRID)

    def set_bars(
        self, counts: Sequence[float], labels: Sequence[str], tips: Sequence[str], gist: str, *, log: bool = False
    ) -> None:
        """One bar a count, with a label under it; `log` for heights on a logarithmic scale."""
        self._kind, self._x, self._y = "bars", list(range(len(counts))), list(counts)
        self._set(labels, tips, gist, log=log)

    def set_area(
        self, x: Sequence[float], y: Sequence[float], labels: Sequence[str], tips: Sequence[str], gist: str,
        *, shares: bool = False,
    ) -> None:  # fmt: skip
        """A line through the points with its area; `shares` for 0 to 1 on both axes, with the diagonal."""
        self._kind, self._x, self._y = "area", list(x), list(y)
        self._set(labels, tips, gist, shares=shares)

    def _set(
        self, labels: Sequence[str], tips: Sequence[str], gist: str, *, shares: bool = False, log: bool = False
    ) -> None:
        self._labels, self._tips, self._shares, self._log = labels, tips, shares, log
        self.setAccessibleDescription(gist)
        self.update()

    @property
    def counts(self) -> list[float]:
        """The heights shown."""
        return list(self._y)

    # Painting ------------------------------------------------------------------------------------------------------

    def _top(self) -> float:
        return 1.0 if self._shares else nice_ceiling(max(self._y, default=1))

    def _y_labels(self) -> list[tuple[float, str]]:
        top = self._top()
        if self._log:
            powers = [10.0**p for p in range(int(math.log10(max(top, 1))) + 1)]
            return [(power, short(power)) for power in powers[:: -(-len(powers) // (TICKS + 1))]]
        steps = [float(top * i / (TICKS - 1)) for i in range(TICKS)]
        if not self._shares and top < 100:  # noqa: PLR2004 - of what is counted there are no halves
            steps = [step for step in steps if step.is_integer()]
        return [(step, f"{step:.0%}".replace("%", " %") if self._shares else short(step)) for step in steps]

    def _height(self, value: float) -> float:
        """How high something stands, 0 to 1."""
        if self._log:
            return math.log10(value / ONE) / math.log10(self._top() / ONE) if value > ONE else 0.0
        return value / self._top()

    def _plot(self) -> QRectF:
        metrics = QFontMetricsF(self.font())
        left = max(metrics.horizontalAdvance(text) for _, text in self._y_labels()) + GAP
        # The last label under the axis is centred at the right edge: leave room for half of it.
        right = metrics.horizontalAdvance(self._labels[-1]) / 2 if self._kind == "area" and self._labels else 0
        high = metrics.height()
        return QRectF(left, high / 2, self.width() - left - right - 1, self.height() - 1.5 * high - GAP)

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._y:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        plot = self._plot()
        self._paint_grid(painter, plot)
        (self._paint_bars if self._kind == "bars" else self._paint_area)(painter, plot)
        self._paint_labels(painter, plot)

    def _paint_grid(self, painter: QPainter, plot: QRectF) -> None:
        tokens = theme().tokens
        for value, text in self._y_labels():
            y = round(plot.bottom() - self._height(value) * plot.height()) + 0.5
            painter.setPen(tokens.color("line"))
            painter.drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y))
            painter.setPen(tokens.color("faint"))
            box = QRectF(0, y - 10, plot.left() - GAP, 20)
            painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)

    def _slot(self, plot: QRectF) -> float:
        return plot.width() / max(1, len(self._y))

    def _paint_bars(self, painter: QPainter, plot: QRectF) -> None:
        slot = self._slot(plot)
        wide = min(slot * 0.7, 6 * GRID)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme().series(0))
        for at, value in enumerate(self._y):
            high = self._height(value) * plot.height()
            if value and high < 1:
                high = 1  # something is never shown as nothing
            bar = QRectF(plot.left() + at * slot + (slot - wide) / 2, plot.bottom() - high, wide, high)
            painter.drawRoundedRect(bar, min(2, high / 2), min(2, high / 2))

    def _points(self, plot: QRectF) -> list[QPointF]:
        low = self._x[0]
        span = (self._x[-1] - low) or 1
        return [
            QPointF(plot.left() + (x - low) / span * plot.width(), plot.bottom() - self._height(y) * plot.height())
            for x, y in zip(self._x, self._y, strict=True)
        ]

    def _paint_area(self, painter: QPainter, plot: QRectF) -> None:
        points = self._points(plot)
        if self._shares:
            pen = QPen(theme().tokens.color("faint"), 1, Qt.PenStyle.DotLine)
            painter.setPen(pen)
            painter.drawLine(plot.bottomLeft(), plot.topRight())
        line = theme().series(0)
        fill = QColor(line)
        fill.setAlpha(32)
        area = QPolygonF([QPointF(points[0].x(), plot.bottom()), *points, QPointF(points[-1].x(), plot.bottom())])
        path = QPainterPath()
        path.addPolygon(area)
        painter.fillPath(path, fill)
        painter.setPen(QPen(line, 1.5))
        painter.drawPolyline(points)
        if len(points) == 1:
            painter.setBrush(line)
            painter.drawEllipse(points[0], 3, 3)

    def _paint_labels(self, painter: QPainter, plot: QRectF) -> None:
        """As many labels under the axis as fit, evenly chosen."""
        if not self._labels:
            return
        metrics = QFontMetricsF(self.font())
        widest = max(metrics.horizontalAdvance(text) for text in self._labels) + 2 * GAP
        room = max(1, int(plot.width() // widest) + (self._kind == "area"))
        every = max(1, math.ceil(len(self._labels) / room))
        painter.setPen(theme().tokens.color("faint"))
        for at in range(0, len(self._labels), every):
            middle = self._middle(at, plot)
            box = QRectF(middle - widest / 2, plot.bottom() + GAP, widest, metrics.height())
            if self._kind == "area" and box.left() < 0:
                box.moveLeft(0)
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, self._labels[at])

    def _middle(self, label: int, plot: QRectF) -> float:
        if self._kind == "bars":
            return plot.left() + (label + 0.5) * self._slot(plot)
        return plot.left() + plot.width() * label / max(1, len(self._labels) - 1)

    # Hovering ------------------------------------------------------------------------------------------------------

    def tip_at(self, x: float) -> str:
        """What the point nearest to this place (pixels from the left) tells."""
        if not self._tips:
            return ""
        plot = self._plot()
        if self._kind == "bars":
            at = int((x - plot.left()) // self._slot(plot))
        else:
            places = [point.x() for point in self._points(plot)]
            at = min(range(len(places)), key=lambda i: abs(places[i] - x))
        return self._tips[min(max(at, 0), len(self._tips) - 1)]

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            QToolTip.showText(event.globalPos(), self.tip_at(event.pos().x()), self)
            return True
        return super().event(event)
