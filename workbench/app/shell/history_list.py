"""What was changed since the project was opened, a line for each step, and the way back to any of them."""

from typing import Any

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QUndoView,
    QVBoxLayout,
    QWidget,
)

from workbench.app.session.history import History
from workbench.app.widgets.basic import Button, Text
from workbench.app.widgets.theme import BODY, GRID, SMALL, font, theme

HEIGHT = 4 * GRID


class HistoryList(QDialog):
    """Follows the history while it is open; a chosen line is where the project stands."""

    def __init__(self, history: History, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._history = history
        self.setWindowTitle(self.tr("History"))
        self.resize(64 * GRID, 52 * GRID)
        self.words = Text(
            self.tr(
                "Choose a line to go to where the project stood then. The history ends when the project is closed."
            ),
            SMALL,
            "muted",
            wrap=True,
        )
        self.steps = QUndoView(history.stack)
        self.steps.setAccessibleName(self.tr("Changes, the newest last"))
        self.steps.setItemDelegate(_Line(history, self.steps))
        self.steps.setEmptyLabel(self.tr("The project as it was opened"))
        self.back, self.again = Button(self.tr("Undo"), icon="undo"), Button(self.tr("Redo"), icon="redo")
        self.back.clicked.connect(history.undo)
        self.again.clicked.connect(history.redo)
        row = QHBoxLayout()
        row.setSpacing(GRID)
        row.addStretch(1)
        row.addWidget(self.back)
        row.addWidget(self.again)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        column.setSpacing(12)
        column.addWidget(self.words)
        column.addWidget(self.steps, 1)
        column.addLayout(row)
        history.changed.connect(self._refresh)
        self._refresh()

    @Slot()
    def _refresh(self) -> None:
        self.back.setEnabled(self._history.can_undo)
        self.again.setEnabled(self._history.can_redo)


class _Line(QStyledItemDelegate):
    """A step with room around it; those that are taken back are faint."""

    def __init__(self, history: History, parent: QWidget) -> None:
        super().__init__(parent)
        self._history = history

    def sizeHint(self, option: QStyleOptionViewItem, index: Any) -> QSize:
        return QSize(super().sizeHint(option, index).width(), HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Any) -> None:
        tokens, place = theme().tokens, self._history.stack.index()
        room = option.rect
        if index.row() == place:
            painter.fillRect(room, tokens.color("wash"))
        painter.fillRect(room.x(), room.bottom(), room.width(), 1, tokens.color("line"))
        room = room.adjusted(12, 0, -12, 0)
        text = option.fontMetrics.elidedText(index.data(), Qt.TextElideMode.ElideRight, room.width())
        painter.setFont(font(BODY, bold=index.row() == place))
        painter.setPen(tokens.color("faint" if index.row() > place else "text"))
        painter.drawText(room, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), text)
