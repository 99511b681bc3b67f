"""How the cells of a table of runs are painted."""

from typing import Any

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from workbench.app.columns import SERIES
from workbench.app.theme import GRID, SMALL, font, theme

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
ALIGNMENT = Qt.ItemDataRole.TextAlignmentRole
LEFT, RIGHT = Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight
ACROSS, LIGHT, APART = 5, 6, 10  # lights in a line; how wide one is, and from one to the next


class RunDelegate(QStyledItemDelegate):
    """Dot, title, and quietly what tells it from its like; or the title of a group."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Any) -> None:
        room = _ground(painter, option)
        text = str(index.data() or "")[:400]
        number, level = index.data(SERIES), index.data(LEVEL) or 0
        room.setLeft(room.left() + 2 * GRID * max(0, level - 1))
        if number is None:
            painter.setFont(font(SMALL, bold=level == 1))
            used = _write(painter, room, text, index.data(INK) or "muted")
        else:
            painter.setFont(font(figures=True))
            _dot(painter, QPointF(room.left() + 4, room.center().y()), number)
            room.setLeft(room.left() + 2 * GRID)
            used = _write(painter, room, text, "text")
        detail = str(index.data(DETAIL) or "")[:400]
        if detail and room.width() - used > 4 * GRID:
            room.setLeft(room.left() + used + GRID)
            painter.setFont(font(SMALL, figures=True))
            _write(painter, room, detail, "muted")


class InkDelegate(QStyledItemDelegate):
    """A text in the colour of a token (`INK`), bold where it is the one to look at (`BOLD`)."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Any) -> None:
        room = _ground(painter, option)
        painter.setFont(font(bold=bool(index.data(BOLD)), figures=True))
        _write(
            painter,
            room,
            str(index.data() or "")[:400],
            index.data(INK) or "text",
            RIGHT if index.data(ALIGNMENT) & RIGHT else LEFT,
        )


class IntervalDelegate(QStyledItemDelegate):
    """A point with its interval, on a scale that all rows of the group share."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Any) -> None:
        room = _ground(painter, option).adjusted(4, 0, -4, 0)
        given = index.data(INTERVAL)
        if given is None or room.width() <= 0:
            return
        low, mean, high = (room.left() + min(1.0, max(0.0, share)) * room.width() for share in given)
        middle = room.center().y()
        painter.setPen(theme().tokens.color("line"))
        painter.drawLine(QPointF(room.left(), middle), QPointF(room.right(), middle))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme().series(index.data(SERIES) or 0))
        painter.drawRoundedRect(QRectF(low, middle - 1.5, max(1.0, high - low), 3), 1.5, 1.5)
        painter.drawEllipse(QPointF(mean, middle), 4, 4)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)


class LightsDelegate(QStyledItemDelegate):
    """A small light for each check, in two lines: a quiet dot, or a square that stands out where something was found."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Any) -> None:
        room = _ground(painter, option)
        given = index.data(LIGHTS)
        if given is None:
            _write(painter, room, str(index.data() or ""), "faint")
            return
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        lines = -(-len(given) // ACROSS)
        top = room.center().y() - APART * (lines - 1) / 2
        for at, found in enumerate(given):
            middle = QPointF(room.left() + LIGHT / 2 + APART * (at % ACROSS), top + APART * (at // ACROSS))
            painter.setBrush(theme().tokens.color("error" if found else "ok"))
            if found:
                half = LIGHT / 2 + 1
                painter.drawRect(QRectF(middle.x() - half, middle.y() - half, 2 * half, 2 * half))
            else:
                painter.drawEllipse(middle, 2, 2)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)


def _ground(painter: QPainter, option: QStyleOptionViewItem) -> QRectF:
    """Paint what lies under the text, as for any cell; returns the room for the text."""
    # Not `initStyleOption`: it asks the model for seven more things that no cell here has, and takes most of the time.
    style = option.widget.style()
    style.drawControl(style.ControlElement.CE_ItemViewItem, option, painter, option.widget)
    return QRectF(option.rect).adjusted(GRID, 0, -GRID, 0)


def _write(painter: QPainter, room: QRectF, text: str, ink: str, align: Qt.AlignmentFlag = LEFT) -> int:
    """Write on one line, cut with … where it is too long; returns the width used."""
    if not text:
        return 0
    metrics, wide = painter.fontMetrics(), int(room.width())
    used = metrics.horizontalAdvance(text)
    if used > wide:
        text, used = metrics.elidedText(text, Qt.TextElideMode.ElideRight, wide), wide
    painter.setPen(theme().tokens.color(ink))
    painter.drawText(room, int(align | Qt.AlignmentFlag.AlignVCenter), text)
    return used


def _dot(painter: QPainter, at: QPointF, number: int) -> None:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme().series(number))
    painter.drawEllipse(at, 4, 4)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
