"""Pictures that are painted at once, for a few hundred marks: cheaper than a plot, and as easy to put into a file."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QToolTip, QWidget

from workbench.app.widgets.theme import GRID, SMALL, font, theme
from workbench.charts.style import MARKERS, round_of


class Painted(QWidget):
    """Base of them: follows the theme, says in words what it shows, and tells more under the pointer."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        theme().changed.connect(self.update)

    def paint(self, painter: QPainter) -> None:
        """Draw it, from its upper left corner on."""
        raise NotImplementedError

    def paintEvent(self, event: QPaintEvent) -> None:
        self.paint(QPainter(self))

    @property
    def view(self) -> "Drawing":
        """What is drawn into a file, as the view of a plot is."""
        return Drawing(self)

    def summary(self) -> str:
        """What it shows, in words."""
        return self.accessibleDescription()

    def tip_at(self, place: QPointF) -> str:
        """What is under this place, in words."""
        return ""

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip:
            QToolTip.showText(event.globalPos(), self.tip_at(QPointF(event.pos())), self)
            return True
        return super().event(event)


@dataclass(frozen=True)
class Drawing:
    """A painted picture, as something that draws itself into a part of another."""

    painted: Painted

    def width(self) -> int:
        """In pixels."""
        return self.painted.width()

    def height(self) -> int:
        """In pixels."""
        return self.painted.height()

    def render(self, painter: QPainter, box: QRect) -> None:
        """Draw it there."""
        painter.save()
        painter.translate(box.topLeft())
        painter.setFont(self.painted.font())
        self.painted.paint(painter)
        painter.restore()


def blend(low: QColor, high: QColor, share: float) -> QColor:
    """A colour between two."""
    pairs = ((low.red(), high.red()), (low.green(), high.green()), (low.blue(), high.blue()))
    return QColor(*(round(a + (b - a) * share) for a, b in pairs))


def draw_marker(painter: QPainter, number: int, middle: QPointF, size: float = 8) -> None:
    """The marker of a series: its shape as well as its colour tells which it is."""
    half = size / 2
    box = QRectF(middle.x() - half, middle.y() - half, size, size)
    shape = MARKERS[round_of(number)]
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme().series(number))
    corners: dict[str, Sequence[tuple[float, float]]] = {
        "t": ((-1, -1), (1, -1), (0, 1)),
        "d": ((0, -1.3), (0.9, 0), (0, 1.3), (-0.9, 0)),
    }
    if shape == "o":
        painter.drawEllipse(box)
    elif shape in corners:
        path = QPainterPath()
        for at, (x, y) in enumerate(corners[shape]):
            (path.lineTo if at else path.moveTo)(middle.x() + x * half, middle.y() + y * half)
        painter.drawPath(path)
    elif shape in "+x":
        painter.translate(middle)
        painter.rotate(45 if shape == "x" else 0)
        painter.drawRect(QRectF(-half, -half / 3, size, 2 * half / 3))
        painter.drawRect(QRectF(-half / 3, -half, 2 * half / 3, size))
    else:
        painter.drawRect(box)
    painter.restore()


class Names(Painted):
    """Which series is which, as many lines as it takes: what a file needs that nobody can point at."""

    LINE = 20

    def __init__(self, names: Sequence[tuple[str, int]], width: int) -> None:
        super().__init__("")
        self.setFont(font(SMALL))
        self._names = list(names)
        self.resize(width, self.LINE)
        rows = self._lay()
        self.resize(width, self.LINE * (1 + max((row for row, _, _, _ in rows), default=0)) + GRID)

    def _lay(self) -> list[tuple[int, int, str, int]]:
        placed, row, left = [], 0, GRID
        for name, number in self._names:
            shown = self.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, max(40, self.width() - 60))
            wide = self.fontMetrics().horizontalAdvance(shown) + 46
            if left > GRID and left + wide > self.width():
                row, left = row + 1, GRID
            placed.append((row, left, shown, number))
            left += wide
        return placed

    def paint(self, painter: QPainter) -> None:
        for row, left, name, number in self._lay():
            middle = row * self.LINE + self.LINE / 2
            pen = theme().pen(number)
            pen.setWidth(2)
            painter.setPen(pen)
            painter.drawLine(QPointF(left, middle), QPointF(left + 24, middle))
            draw_marker(painter, number, QPointF(left + 12, middle), 6)
            painter.setPen(theme().tokens.color("text"))
            painter.drawText(
                QRectF(left + 30, row * self.LINE, self.width(), self.LINE), Qt.AlignmentFlag.AlignVCenter, name
            )


@dataclass(frozen=True)
class Spot:
    """A place that tells something when it is pointed at."""

    box: QRectF
    words: str


def spot_at(spots: Sequence[Spot], place: QPointF) -> str:
    """What the first spot under a place says."""
    return next((spot.words for spot in spots if spot.box.contains(place)), "")
