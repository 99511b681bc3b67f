"""A square of values between the same names at both edges."""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter

from workbench.app.plots.painted import Painted, blend, draw_marker
from workbench.app.widgets.theme import GRID, SMALL, font, theme
from workbench.charts.chart import GridChart

HEAD = 24
STRONGEST = 0.55  # share of the colour at 1: more would hide the figures


class ValueGrid(Painted):
    """Values from 0 to 1 in cells that are the darker the more they are; None where there is nothing to tell."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.setFont(font(SMALL, figures=True))
        self._names: list[tuple[str, int]] = []
        self._values: list[list[float | None]] = []

    def values(self) -> list[list[float | None]]:
        """What is shown."""
        return [list(row) for row in self._values]

    def show_chart(self, chart: GridChart) -> None:
        """Show this chart: values[i][j] stands between names i and j."""
        self._names, self._values = list(chart.names), [list(row) for row in chart.values]
        self.setMinimumHeight(HEAD + 22 * len(self._names))
        words = [self._words(a, b) for a in range(len(self._names)) for b in range(a) if self._values[a][b] is not None]
        self.setAccessibleDescription("; ".join(words))
        self.update()

    def _words(self, a: int, b: int) -> str:
        value = self._values[a][b]
        return f"{self._names[b][0]} – {self._names[a][0]}: {'–' if value is None else f'{value:.4f}'}"

    def _cells(self) -> tuple[float, float, float]:
        """Where the cells begin, and how wide and high each is."""
        metrics = self.fontMetrics()
        left = max((metrics.horizontalAdvance(name[:200]) for name, _ in self._names), default=0) + 4 * GRID + 6
        left = min(left, self.width() // 3)
        n = max(1, len(self._names))
        return left, min(14.0 * GRID, (self.width() - left) / n), min(5.0 * GRID, (self.height() - HEAD) / n)

    def tip_at(self, place: QPointF) -> str:
        left, wide, high = self._cells()
        column, row = int((place.x() - left) // wide), int((place.y() - HEAD) // high)
        n = len(self._names)
        return self._words(row, column) if 0 <= column < n and 0 <= row < n else ""

    def paint(self, painter: QPainter) -> None:
        tokens, metrics = theme().tokens, painter.fontMetrics()
        left, wide, high = self._cells()
        for row, (name, number) in enumerate(self._names):
            top = HEAD + row * high
            painter.setPen(tokens.color("text"))
            shown = metrics.elidedText(name[:2000], Qt.TextElideMode.ElideRight, int(left - 4 * GRID))
            draw_marker(painter, number, QPointF(GRID, top + high / 2))
            painter.drawText(QRectF(2 * GRID, top, left, high), Qt.AlignmentFlag.AlignVCenter, shown)
            head = metrics.elidedText(name[:2000], Qt.TextElideMode.ElideRight, int(wide - GRID))
            painter.setPen(tokens.color("muted"))
            painter.drawText(QRectF(left + row * wide, 0, wide, HEAD), Qt.AlignmentFlag.AlignCenter, head)
            for column, value in enumerate(self._values[row]):
                box = QRectF(left + column * wide + 1, top + 1, wide - 2, high - 2)
                share = 0.0 if value is None else max(0.0, min(1.0, value)) * STRONGEST
                painter.fillRect(box, blend(tokens.color("window"), theme().series(0), share))
                painter.setPen(tokens.color("text"))
                text = "–" if value is None else f"{value:.2f}"
                if metrics.horizontalAdvance(text) <= box.width():
                    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
