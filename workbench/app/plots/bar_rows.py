"""Lying bars in groups, each with its interval and its value."""

import math
from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter

from workbench.app.plots.painted import Painted, Spot, spot_at
from workbench.app.widgets.theme import GRID, SMALL, font, theme
from workbench.charts.chart import Bar, BarChart, BarGroup

ALONE, TOGETHER, GAP = 14, 9, 12  # pixels: a bar that is alone in its group, one among others, between groups
FIGURES = 8 * GRID  # for the value at the end


class BarRows(Painted):
    """Groups one under another; as high as they need, to be put into something that scrolls."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.setFont(font(SMALL, figures=True))
        self._groups: list[BarGroup] = []
        self._spots: list[Spot] = []

    def groups(self) -> list[BarGroup]:
        """What is shown."""
        return list(self._groups)

    def show_chart(self, chart: BarChart) -> None:
        """Show this chart."""
        self.set_groups(chart.groups)

    def set_groups(self, groups: Sequence[BarGroup]) -> None:
        """Show these."""
        self._groups = list(groups)
        self.setMinimumHeight(round(sum(map(self._height, self._groups))) + GRID)
        self.setAccessibleDescription("; ".join(bar.words for group in groups for bar in group.bars if bar.words))
        self.update()

    @staticmethod
    def _height(group: BarGroup) -> float:
        return (ALONE if len(group.bars) == 1 else TOGETHER * max(2, len(group.bars))) + GAP

    def tip_at(self, place: QPointF) -> str:
        return spot_at(self._spots, place)

    def _span(self) -> tuple[float, float]:
        ends = [
            end
            for group in self._groups
            for bar in group.bars
            for end in (bar.value, bar.low, bar.high)
            if end is not None and math.isfinite(end)
        ]
        return min([0.0, *ends]), max([0.0, *ends])

    def paint(self, painter: QPainter) -> None:
        self._spots = []
        if not self._groups:
            return
        metrics = painter.fontMetrics()
        wanted = max(metrics.horizontalAdvance(group.name[:200]) for group in self._groups) + 2 * GRID
        left = min(max(10 * GRID, self.width() * 2 // 5), wanted)
        low, high = self._span()
        room = max(GRID, self.width() - left - FIGURES)
        scale = room / ((high - low) or 1.0)
        zero = left - low * scale
        top = GRID / 2
        for group in self._groups:
            height = self._height(group)
            self._paint_name(painter, group.name, QRectF(0, top, left - GRID, height - GAP))
            thick = ALONE if len(group.bars) == 1 else TOGETHER
            for at, bar in enumerate(group.bars):
                self._paint_bar(painter, bar, QRectF(zero, top + at * thick, scale, thick - 2))
            top += height
        painter.setPen(theme().tokens.color("strong_line"))
        painter.drawLine(QPointF(zero, 0), QPointF(zero, top - GAP / 2))

    def _paint_name(self, painter: QPainter, name: str, box: QRectF) -> None:
        painter.setPen(theme().tokens.color("text"))
        shown = painter.fontMetrics().elidedText(name[:2000], Qt.TextElideMode.ElideRight, int(box.width()))
        middle = QRectF(box.x(), box.center().y() - 10, box.width(), 20)
        painter.drawText(middle, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, shown)

    def _paint_bar(self, painter: QPainter, bar: Bar, place: QRectF) -> None:
        """`place` begins at zero; its width is the scale."""
        tokens, zero, scale = theme().tokens, place.x(), place.width()
        line = QRectF(0, place.y(), self.width(), place.height() + 2)
        self._spots.append(Spot(line, bar.words))
        middle = place.center().y()
        ends = [zero + one * scale for one in (bar.value, bar.low, bar.high) if one is not None and math.isfinite(one)]
        known = bar.value is not None and math.isfinite(bar.value)
        if bar.value is not None and known:
            color = theme().series(bar.number)
            painter.fillRect(QRectF(zero, place.y(), bar.value * scale, place.height()).normalized(), color)
            pen = theme().pen(bar.number)
            if bar.low is None and pen.style() != Qt.PenStyle.SolidLine:  # the dashes of its line: colours come round
                pen.setColor(tokens.color("surface"))
                painter.setPen(pen)
                painter.drawLine(QPointF(zero, middle), QPointF(zero + bar.value * scale, middle))
        if bar.low is not None and bar.high is not None:
            painter.setPen(tokens.color("text"))
            a, b = zero + bar.low * scale, zero + bar.high * scale
            painter.drawLine(QPointF(a, middle), QPointF(b, middle))
            for end in (a, b):
                painter.drawLine(QPointF(end, middle - 3), QPointF(end, middle + 3))
        if place.height() >= ALONE - 2 or not known:
            painter.setPen(tokens.color("text" if known else "faint"))
            text = f"{bar.value:.4f}" if known else "–"
            start = max([*ends, zero]) + GRID
            painter.drawText(QRectF(start, middle - 10, FIGURES, 20), Qt.AlignmentFlag.AlignVCenter, text)
