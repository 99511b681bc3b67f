"""What stands in the place of a list that is not there: the next step, a training to wait for, or what went wrong."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QProgressBar, QVBoxLayout, QWidget

from workbench.app.runs.run_store import RunInfo
from workbench.app.runs.run_text import short_title, state_text
from workbench.app.widgets.basic import Button, ErrorCard, Text
from workbench.app.widgets.theme import GRID


class Waiting(QWidget):
    """How far the training of the first run is."""

    def __init__(self) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setSpacing(2 * GRID)
        self.words = Text("", bold=True)
        more = Text(self.tr("The first list appears here as soon as the training is done."), ink="muted")
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setFixedWidth(40 * GRID)
        self._bar.setAccessibleName(self.tr("Progress of the training"))
        column.addStretch(2)
        for widget in (self.words, self._bar, more):
            column.addWidget(widget, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(3)

    def show_run(self, info: RunInfo) -> None:
        """Show where a run stands."""
        self.words.setText(f"{short_title(info)} · {state_text(info)}")
        self._bar.setRange(0, 0 if info.fraction < 0 else 1000)
        self._bar.setValue(max(0, round(info.fraction * 1000)))


class Failure(QWidget):
    """Why there is no list, and a button to try again."""

    again = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.card: ErrorCard | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2 * GRID)
        self.button = Button(self.tr("Try again"), icon="reset")
        self.button.clicked.connect(self.again)
        column.addWidget(self.button, 0, Qt.AlignmentFlag.AlignLeft)
        column.addStretch(1)
        self._column = column

    def tell(self, title: str, sentence: str, details: str) -> None:
        """Show a card."""
        if self.card is not None:
            self.card.hide()
            self.card.deleteLater()
        self.card = ErrorCard(title, sentence, details)
        self.card.close_button.hide()
        self._column.insertWidget(0, self.card)
