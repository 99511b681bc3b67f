"""How the cells of a table of runs are painted."""

from typing import Any

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter
from PySide6.QtWidgets import QAbstractItemView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from workbench.app.tables.column import SERIES
from workbench.app.widgets.theme import BODY, GRID, SMALL, font, theme

DETAIL = SERIES + 1
"""Role of what tells a run from others of its algorithm; written after the title, quietly."""
INTERVAL = SERIES + 2
"""Role of (low, mean, high) as shares of the width, for `IntervalDelegate`."""
INK = SERIES + 3
"""Role of the token in which a text is written, for `InkDelegate`."""
BOLD = SERIES + 4
LEVEL = SERIES + 5
"""Role of how far inside a row is: 0, or 1 and 2 under the titles of groups in groups."""
LIGHTS = SERIES + 6
"""Role of what each check found, for `LightsDelegate`: True for a leak; None where nobody looked."""
CLOSED = SERIES + 7
"""Role of whether the runs of a line that sums them up are out of sight; None where a row is no such line."""
SELECTED = QStyle.StateFlag.State_Selected
ALIGNMENT = Qt.ItemDataRole.TextAlignmentRole
LEFT, RIGHT = (
    int(side | Qt.AlignmentFlag.AlignVCenter) for side in (Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight)
)
ARROW = 2 * GRID  # pixels for the sign that opens and closes a line
ACROSS, LIGHT, APART = 5, 6, 10  # lights in a line; how wide one is, and from one to the next
MOST_CUT = 4096  # texts of which is kept how they were cut to fit


class CellDelegate(QStyledItemDelegate):
    """Base of them: makes fonts and colours once and cuts texts once, for a table paints a hundred cells a frame."""

    def __init__(self, table: QAbstractItemView) -> None:
        super().__init__(table)
        # Asked without Qt in between, which takes three times as long.
        self._said = table.model().data
        self._fonts: dict[tuple[int, bool], QFont] = {}
        self._colors: dict[tuple[str, str], QColor] = {}
        self._cut: dict[tuple[str, int, int, bool], tuple[str, int]] = {}

    def _ground(self, painter: QPainter, option: QStyleOptionViewItem) -> QRectF:
        """Paint what lies under the text; returns the room for the text."""
        # What the style sheet has painted for `QTableView::item`: to have it looked up for each cell takes half the time.
        rect = option.rect
        if option.state & SELECTED:
            painter.fillRect(rect, self._color("wash"))
        painter.fillRect(rect.x(), rect.y() + rect.height() - 1, rect.width(), 1, self._color("line"))
        return QRectF(rect).adjusted(GRID, 0, -GRID, 0)

    def _color(self, token: str) -> QColor:
        tokens = theme().tokens
        if (tokens.window, token) not in self._colors:
            self._colors[tokens.window, token] = tokens.color(token)
        return self._colors[tokens.window, token]

    def _write(
        self,
        painter: QPainter,
        room: QRectF,
        text: str,
        ink: str,
        align: int = LEFT,
        *,
        size: int = BODY,
        bold: bool = False,
    ) -> int:
        """Write on one line, cut with … where it is too long; returns the width used."""
        if not text:
            return 0
        if (size, bold) not in self._fonts:  # each font that is made has Qt look for its figures again
            self._fonts[size, bold] = font(size, bold=bold, figures=True)
        painter.setFont(self._fonts[size, bold])
        wide = int(room.width())
        if (text, wide, size, bold) not in self._cut:
            if len(self._cut) >= MOST_CUT:
                self._cut.clear()
            metrics = painter.fontMetrics()
            used, cut = metrics.horizontalAdvance(text), Qt.TextElideMode.ElideRight
            fits = used <= wide
            self._cut[text, wide, size, bold] = (text, used) if fits else (metrics.elidedText(text, cut, wide), wide)
        shown, used = self._cut[text, wide, size, bold]
        painter.setPen(self._color(ink))
        painter.drawText(room, align, shown)
        return used


class RunDelegate(CellDelegate):
    """Dot, title, and quietly what tells it from its like; or the title of a group."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Any) -> None:
        room, said = self._ground(painter, option), self._said
        text = str(said(index) or "")[:400]
        number, level = said(index, SERIES), said(index, LEVEL) or 0
        room.setLeft(room.left() + 2 * GRID * max(0, level - 1))
        closed = said(index, CLOSED)
        if closed is not None:
            self._write(painter, room, "▸" if closed else "▾", "muted", size=SMALL)
            room.setLeft(room.left() + ARROW)
            used = self._write(painter, room, text, "text")
        elif number is None:
            used = self._write(painter, room, text, said(index, INK) or "muted", size=SMALL, bold=level == 1)
        else:
            _dot(painter, QPointF(room.left() + 4, room.center().y()), number)
            room.setLeft(room.left() + 2 * GRID)
            used = self._write(painter, room, text, "text")
        detail = str(said(index, DETAIL) or "")[:400]
        if detail and room.width() - used > 4 * GRID:
            room.setLeft(room.left() + used + GRID)
            self._write(painter, room, detail, "muted", size=SMALL)


class InkDelegate(CellDelegate):
    """A text in the colour of a token (`INK`), bold where it is the one to look at (`BOLD`)."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Any) -> None:
        room, said = self._ground(painter, option), self._said
        ink, bold = said(index, INK) or "text", bool(said(index, BOLD))
        self._write(painter, room, str(said(index) or "")[:400], ink, said(index, ALIGNMENT), bold=bold)


class IntervalDelegate(CellDelegate):
    """A point with its interval, on a scale that all rows of the group share."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Any) -> None:
        room = self._ground(painter, option).adjusted(4, 0, -4, 0)
        given = self._said(index, INTERVAL)
        if given is None or room.width() <= 0:
            return
        low, mean, high = (room.left() + min(1.0, max(0.0, share)) * room.width() for share in given)
        middle = room.center().y()
        painter.setPen(self._color("line"))
        painter.drawLine(QPointF(room.left(), middle), QPointF(room.right(), middle))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme().series(self._said(index, SERIES) or 0))
        painter.drawRoundedRect(QRectF(low, middle - 1.5, max(1.0, high - low), 3), 1.5, 1.5)
        painter.drawEllipse(QPointF(mean, middle), 4, 4)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)


class LightsDelegate(CellDelegate):
    """A small light for each check, in two lines: a quiet dot, or a square that stands out where something was found."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Any) -> None:
        room = self._ground(painter, option)
        given = self._said(index, LIGHTS)
        if given is None:
            self._write(painter, room, str(self._said(index) or ""), "faint")
            return
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        lines = -(-len(given) // ACROSS)
        top = room.center().y() - APART * (lines - 1) / 2
        for at, found in enumerate(given):
            middle = QPointF(room.left() + LIGHT / 2 + APART * (at % ACROSS), top + APART * (at // ACROSS))
            painter.setBrush(self._color(found or "ok"))
            if found:
                half = LIGHT / 2 + 1
                painter.drawRect(QRectF(middle.x() - half, middle.y() - half, 2 * half, 2 * half))
            else:
                painter.drawEllipse(middle, 2, 2)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)


def _dot(painter: QPainter, at: QPointF, number: int) -> None:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme().series(number))
    painter.drawEllipse(at, 4, 4)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
