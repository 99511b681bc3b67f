"""What the page Data shows besides the sheet and the data: a place to drop files, a reading in progress, a failure."""

from PySide6.QtCore import QRectF, Qt, Signal, Slot
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from workbench.app.widgets.basic import Button, Card, ErrorCard, Picture, Text, clear
from workbench.app.widgets.theme import GRID, HEADING, SMALL, TITLE, theme


class DropTarget(QWidget):
    """Says what can be dropped here, and offers the same by button; the sample stands below."""

    def __init__(self) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(4 * GRID, 4 * GRID, 4 * GRID, 4 * GRID)
        column.setSpacing(12)
        middle = Qt.AlignmentFlag.AlignHCenter
        title = Text(self.tr("Drop a ratings file here"), TITLE, bold=True)
        sentence = self.tr(
            "CSV, TSV, “::”, .inter, Parquet, Excel, JSON lines or SQLite, also packed: a user and an item in each row, "
            "perhaps a rating and a time. Titles, pictures, user attributes or your own test file can be added."
        )
        words = Text(sentence, ink="muted", wrap=True)
        words.setAlignment(middle)
        words.setFixedWidth(60 * GRID)
        words.setMinimumHeight(words.heightForWidth(60 * GRID))
        self.open = Button(self.tr("Open a file…"), "primary", icon="file")
        self.sample = Button(self.tr("Try the sample"), "secondary", icon="sample")
        self.sample.setToolTip(self.tr("100,004 ratings of films, from MovieLens"))
        about = self.tr(
            "The sample: MovieLens small, 100,004 ratings of 9,066 films by 671 people. GroupLens, for research."
        )
        buttons = QHBoxLayout()
        buttons.setSpacing(12)
        for widget in (self.open, self.sample):
            buttons.addWidget(widget)
        column.addStretch(2)
        column.addWidget(Picture("data", 44, "accent"), 0, middle)
        column.addWidget(title, 0, middle)
        column.addWidget(words, 0, middle)
        column.addSpacing(GRID)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addLayout(buttons)
        row.addStretch(1)
        column.addLayout(row)
        column.addWidget(Text(about, SMALL, "faint"), 0, middle)
        column.addStretch(3)
        theme().changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = theme().tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = painter.pen()
        pen.setColor(tokens.color("strong_line"))
        pen.setWidthF(1.5)
        pen.setDashPattern([4, 4])
        painter.setPen(pen)
        painter.setBrush(tokens.color("surface"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 12, 12)


class Reading(QWidget):
    """A file is being read: how far, and a way out."""

    cancel_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        card = Card()
        card.setFixedWidth(62 * GRID)
        card.body.setContentsMargins(3 * GRID, 3 * GRID, 3 * GRID, 2 * GRID)
        card.body.setSpacing(12)
        self.title = Text("", HEADING, bold=True, wrap=True)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(self.tr("Progress of reading"))
        self.words = Text(" ", ink="muted")
        self.cancel = Button(self.tr("Cancel"))
        foot = QHBoxLayout()
        foot.addWidget(self.words, 1)
        foot.addWidget(self.cancel)
        card.add(self.title)
        card.add(self.bar)
        card.body.addLayout(foot)
        note = Text(self.tr("Nothing changes in the project until all of it is read."), SMALL, "faint")
        card.add(note)
        column = QVBoxLayout(self)
        column.addStretch(2)
        column.addWidget(card, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(3)
        self.cancel.clicked.connect(self._cancel)

    def begin(self, title: str) -> None:
        """Show that a file is begun."""
        self.title.setText(title)
        self.bar.setRange(0, 0)
        self.words.setText(self.tr("Starting…"))
        self.cancel.setEnabled(True)

    @Slot(float, str)
    def show_progress(self, fraction: float, words: str) -> None:
        """Show how far it is; negative while nothing is known."""
        if not self.cancel.isEnabled():
            return
        self.bar.setRange(0, 1000 if fraction >= 0 else 0)
        self.bar.setValue(round(1000 * max(0.0, fraction)))
        share = self.tr("{share:.0%} · ").format(share=fraction).replace("%", " %") if fraction >= 0 else ""
        self.words.setText(share + words)

    def _cancel(self) -> None:
        self.cancel.setEnabled(False)
        self.words.setText(self.tr("Cancelling…"))
        self.cancel_wanted.emit()


class Failure(QWidget):
    """Says what went wrong, in the place where the result would be."""

    closed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(self.tr("What went wrong"))
        self.card: ErrorCard | None = None
        self.again = DropTarget()
        self._place = QVBoxLayout()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2 * GRID)
        column.addLayout(self._place)
        column.addWidget(self.again, 1)

    def show_failure(self, title: str, sentence: str, details: str) -> None:
        """Show a failure instead of the one before."""
        clear(self._place)
        self.card = ErrorCard(title, sentence, details)
        self.card.closed.connect(self.closed)
        self._place.addWidget(self.card)
