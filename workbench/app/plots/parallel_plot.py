"""Lines across upright axes: which settings lead to which result."""

from collections.abc import Sequence
from itertools import pairwise

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from workbench.app.plots.painted import Painted, blend
from workbench.app.widgets.theme import GRID, SMALL, font, theme
from workbench.charts.chart import Across, ParallelChart, Upright

TOP, BOTTOM, SIDE = 28, 12, 5 * GRID
NEAR = 6  # pixels from the pointer
SMOOTH_LINES = 60  # of more, smooth ones take longer to paint than a window may wait


class ParallelPlot(Painted):
    """From blue (least) to orange (most), two colours that nobody confuses; the best is drawn wider, and last."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.setFont(font(SMALL, figures=True))
        self.setMinimumHeight(14 * GRID)
        self._axes: list[Upright] = []
        self._lines: list[Across] = []
        self._best = ""

    def lines(self) -> list[Across]:
        """What is shown."""
        return list(self._lines)

    def show_chart(self, chart: ParallelChart) -> None:
        """Show this chart."""
        self._axes, self._best = list(chart.axes), chart.best
        shares = {line.name: -1.0 if line.share is None else line.share for line in chart.lines}
        self._lines = sorted(chart.lines, key=lambda one: (one.name == chart.best, shares[one.name]))
        self.setAccessibleDescription("; ".join(line.words or line.name for line in chart.lines))
        self.update()

    @staticmethod
    def color(share: float | None) -> QColor:
        """The colour of a line as good as that."""
        if share is None:
            return theme().tokens.color("faint")
        return blend(theme().series(0), theme().series(4), share)

    def _across(self, at: int) -> float:
        room = self.width() - 2 * SIDE - self._room_for_last()
        return SIDE + room * at / max(1, len(self._axes) - 1)

    def _room_for_last(self) -> float:
        """What the words at the last axis need, to the right of it."""
        words = [text for _, text in self._axes[-1].ticks] if self._axes else []
        return max((self.fontMetrics().horizontalAdvance(word) for word in words), default=0)

    def _up(self, share: float) -> float:
        return TOP + (1 - share) * (self.height() - TOP - BOTTOM)

    def _corners(self, line: Across, across: Sequence[float]) -> list[QPointF]:
        up, room = self._up(0), self._up(0) - self._up(1)
        return [QPointF(x, up - share * room) for x, share in zip(across, line.places, strict=False)]

    def _places(self) -> list[float]:
        """Where the axes stand: found once for all lines, for it takes longer than to draw one."""
        return [self._across(at) for at in range(len(self._axes))]

    def tip_at(self, place: QPointF) -> str:
        near, across = [], self._places()
        for line in self._lines:
            corners = self._corners(line, across)
            for a, b in pairwise(corners):
                if a.x() <= place.x() <= b.x() and b.x() > a.x():
                    share = (place.x() - a.x()) / (b.x() - a.x())
                    if abs(a.y() + share * (b.y() - a.y()) - place.y()) <= NEAR:
                        near.append(line.words or line.name)
        return "\n".join(near[:10])

    def paint(self, painter: QPainter) -> None:
        many, across = len(self._lines) > SMOOTH_LINES, self._places()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, not many)
        for line in self._lines:
            pen = QPen(self.color(line.share), 3 if line.name == self._best else 1 if many else 1.5)
            painter.setPen(pen)
            painter.drawPolyline(self._corners(line, across))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        for at, axis in enumerate(self._axes):
            self._paint_axis(painter, axis, across[at], last=at == len(self._axes) - 1)

    def _paint_axis(self, painter: QPainter, axis: Upright, x: float, *, last: bool) -> None:
        tokens, metrics = theme().tokens, painter.fontMetrics()
        painter.setPen(tokens.color("strong_line"))
        painter.drawLine(QPointF(x, self._up(1)), QPointF(x, self._up(0)))
        painter.setPen(tokens.color("muted"))
        room = (self.width() - 2 * SIDE) / max(1, len(self._axes) - 1) - GRID
        name = metrics.elidedText(axis.name, Qt.TextElideMode.ElideRight, int(room))
        wide = metrics.horizontalAdvance(name)
        start = min(max(0.0, x - wide / 2), self.width() - wide)
        painter.drawText(QRectF(start, 0, wide + 2, 18), Qt.AlignmentFlag.AlignVCenter, name)
        before = 1e9
        for share, text in sorted(axis.ticks, reverse=True):
            y = self._up(share)
            if abs(before - y) < metrics.height():
                continue  # no room between two
            before = y
            shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, max(3 * GRID, int(room)))
            box = QRectF(x + 5, y - 9, metrics.horizontalAdvance(shown) + 4, 18)
            backing = tokens.color("surface")
            backing.setAlpha(205)
            painter.fillRect(box.adjusted(-1, 2, 0, -2), backing)
            painter.setPen(tokens.color("text"))
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, shown)
