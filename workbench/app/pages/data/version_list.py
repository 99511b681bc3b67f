"""The versions of the data, newest first: what is in each, which runs belong to it, and what can be done with it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from workbench.app.widgets.basic import Button, Card, Chip, Elided, Line, Text, clear, show_if
from workbench.app.widgets.theme import GRID, SMALL
from workbench.app.widgets.vertical_scroll import VerticalScroll

BUTTON_WIDTH = 11 * GRID


@dataclass(frozen=True)
class Row:
    """A version as it is told.

    Attributes
    ----------
    folder, name, facts, runs : str
        What it is asked for by, what it is called, what is in it, and which runs belong to it.
    current : bool
        Whether it is the one that is worked with.
    why_kept : str
        Why it cannot be removed, in a sentence; "" where it can.
    """

    folder: str
    name: str
    facts: str
    runs: str
    current: bool
    why_kept: str


class NameField(QLineEdit):
    """A name that is being changed; Escape leaves it as it was."""

    left = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
            return
        super().keyPressEvent(event)


class VersionRow(QWidget):
    """One version. Its name is changed in its place."""

    use_wanted = Signal(str)
    renamed = Signal(str, str)
    remove_wanted = Signal(str)

    def __init__(self, row: Row) -> None:
        super().__init__()
        self.row = row
        self.setAccessibleName(row.name)
        self.name = Elided(row.name, bold=True)
        self.field = NameField(row.name)
        self.field.setAccessibleName(self.tr("Name of this version"))
        self.field.setMaxLength(100)
        self.field.hide()
        self.use = Button(self.tr("Go back to it"), tip=self.tr("Work with this data, and with the split it had"))
        self.rename = Button(self.tr("Rename"), "quiet")
        self.remove = Button(self.tr("Remove"), "quiet", tip=row.why_kept)
        self.remove.setEnabled(not row.why_kept)
        told = QVBoxLayout()
        told.setSpacing(2)
        told.addLayout(self._head())
        told.addWidget(Elided(row.facts, SMALL, "muted"))
        told.addWidget(Elided(row.runs, SMALL, "muted"))
        line = QHBoxLayout(self)
        line.setContentsMargins(GRID, GRID, GRID, GRID)
        line.setSpacing(GRID)
        line.addLayout(told, 1)
        for button in (self.use, self.rename, self.remove):
            line.addWidget(button)
        self._connect()

    def _head(self) -> QHBoxLayout:
        head = QHBoxLayout()
        head.setSpacing(GRID)
        head.addWidget(self.field, 1)
        if self.row.current:
            head.addWidget(Chip(self.tr("in use"), strong=True))
        head.addWidget(self.name, 1)
        keep = self.use.sizePolicy()
        keep.setRetainSizeWhenHidden(True)  # what stands beside it has one place in all rows
        self.use.setSizePolicy(keep)
        self.use.setMinimumWidth(BUTTON_WIDTH)
        show_if(self.use, not self.row.current)
        return head

    def _connect(self) -> None:
        self.use.clicked.connect(partial(self.use_wanted.emit, self.row.folder))
        self.remove.clicked.connect(partial(self.remove_wanted.emit, self.row.folder))
        self.rename.clicked.connect(self._begin)
        self.field.returnPressed.connect(self._end)
        self.field.left.connect(self._leave)

    @Slot()
    def _begin(self) -> None:
        self.name.hide()
        self.field.show()
        self.field.setText(self.row.name)
        self.field.selectAll()
        self.field.setFocus()

    @Slot()
    def _end(self) -> None:
        self._leave()
        self.renamed.emit(self.row.folder, self.field.text())

    @Slot()
    def _leave(self) -> None:
        self.field.hide()
        self.name.show()
        self.rename.setFocus()


class VersionList(Card):
    """All versions, and what has just been removed.

    `use_wanted`, `remove_wanted` and `restore_wanted` name a folder; `renamed` a folder and its name.
    """

    use_wanted = Signal(str)
    renamed = Signal(str, str)
    remove_wanted = Signal(str)
    restore_wanted = Signal(str)

    def __init__(self) -> None:
        super().__init__(" ", " ")
        self.setAccessibleName(self.tr("Versions of the data"))
        self.title.setText(self.tr("Versions of the data"))
        self._rows: list[Row] = []
        self.made: dict[str, VersionRow] = {}
        inside = QWidget()
        self._column = QVBoxLayout(inside)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        area = VerticalScroll(inside)
        self.add(area, 1)
        self._gone = ""
        self.removed = Text("", SMALL, "muted")
        self.back = Button(self.tr("Bring it back"), "quiet")
        self.back.clicked.connect(self._restore)
        strip = QHBoxLayout()
        strip.addWidget(self.removed)
        strip.addWidget(self.back)
        strip.addStretch(1)
        self.body.addLayout(strip)
        self.show_removed("", "")

    def show_rows(self, rows: Sequence[Row], total: str) -> None:
        """Show these versions, in this order; `total` says what all of them take."""
        self.hint.set_text(total)
        if list(rows) == self._rows:
            return
        self._rows = list(rows)
        clear(self._column)
        self.made = {row.folder: VersionRow(row) for row in rows}
        for at, made in enumerate(self.made.values()):
            if at:
                self._column.addWidget(Line())
            self._column.addWidget(made)
            made.use_wanted.connect(self.use_wanted)
            made.renamed.connect(self.renamed)
            made.remove_wanted.connect(self.remove_wanted)
        self._column.addStretch(1)

    def show_removed(self, folder: str, words: str) -> None:
        """Say what has just been removed and can be brought back; "" says nothing."""
        self._gone = folder
        self.removed.setText(words)
        for widget in (self.removed, self.back):
            show_if(widget, bool(folder))

    @Slot()
    def _restore(self) -> None:
        self.restore_wanted.emit(self._gone)
