"""A line of a list: what it is at the left, something quiet about it at the right; drawn, for a widget a line is slow."""

from typing import Any

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from workbench.app.widgets.theme import BODY, GRID, ROW_HEIGHT, SMALL, font, theme

NOTE = int(Qt.ItemDataRole.UserRole) + 1
"""The role of the text at the right; a line without it is muted."""
MAX_NOTE_SHARE = 0.6  # of the line


class NoteDelegate(QStyledItemDelegate):
    """Draws text and note; both are cut where there is no room."""

    def __init__(self, width: int, parent: QObject) -> None:
        super().__init__(parent)
        self._width = width

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(self._width, ROW_HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Any) -> None:
        self.initStyleOption(option, index)
        text, option.text = option.text, ""
        style = option.widget.style()
        style.drawControl(style.ControlElement.CE_ItemViewItem, option, painter, option.widget)
        room = QRectF(option.rect).adjusted(GRID, 0, -GRID, 0)
        tokens, elide = theme().tokens, Qt.TextElideMode.ElideRight
        note = index.data(NOTE)
        painter.setFont(font(SMALL, figures=True))
        painter.setPen(tokens.color("muted"))
        if note is not None:
            note = painter.fontMetrics().elidedText(note, elide, int(room.width() * MAX_NOTE_SHARE))
            painter.drawText(room, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), note)
            room.setRight(room.right() - painter.fontMetrics().horizontalAdvance(note) - GRID)
        painter.setFont(font(BODY, figures=True))
        if note is not None:
            painter.setPen(tokens.color("text"))
        shown = painter.fontMetrics().elidedText(text, elide, int(room.width()))
        painter.drawText(room, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), shown)
