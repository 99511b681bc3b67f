"""What was changed since the project was opened, a line for each step, and the way back to any of them."""

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QDialog, QHBoxLayout, QUndoView, QVBoxLayout, QWidget

from workbench.app.session.history import History
from workbench.app.widgets.basic import Button, Text
from workbench.app.widgets.theme import GRID, SMALL


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
                "Choose a line to go back to where the project stood then. The history ends when the project is closed."
            ),
            SMALL,
            "muted",
            wrap=True,
        )
        self.steps = QUndoView(history.stack)
        self.steps.setAccessibleName(self.tr("Changes, the newest last"))
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
