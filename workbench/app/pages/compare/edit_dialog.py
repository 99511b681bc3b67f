"""What a person says of a run: its name, its tags and a note, in a small dialog."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import (
    QCompleter,
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from workbench.app.runs.run_store import RunInfo
from workbench.app.session.session import Session
from workbench.app.widgets.basic import Button, Text
from workbench.app.widgets.theme import GRID, SMALL
from workbench.training.run_notes import MAX_TITLE_CHARS


def tags_of(text: str) -> list[str]:
    """Tags from a line with commas between them."""
    return [word for tag in text.split(",") if (word := " ".join(tag.split()))]


class RunEditor(QDialog):
    """Name, tags and note of a run; of several runs the tags that all of them have."""

    def __init__(self, session: Session, runs: Sequence[RunInfo], parent: QWidget, *, at: str = "title") -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._session, self._ids = session, [info.id for info in runs]
        first = runs[0]
        several = len(runs) > 1
        self.setWindowTitle(
            self.tr("Tags of {n} runs").format(n=len(runs)) if several else self.tr("Name, tags and note")
        )
        self._common = [tag for tag in first.notes.tags if all(tag in info.notes.tags for info in runs)]
        self.name = QLineEdit(first.notes.title)
        self.name.setMaxLength(MAX_TITLE_CHARS)
        self.name.setPlaceholderText(first.own_title[:MAX_TITLE_CHARS])
        self.tags = QLineEdit(", ".join(self._common))
        self.tags.setPlaceholderText(self.tr("separated by commas"))
        self.tags.setCompleter(_Tags(session, self.tags))
        self.note = QPlainTextEdit(first.notes.note)
        self.note.setTabChangesFocus(True)
        self.note.setFixedHeight(14 * GRID)
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(GRID)
        fields: dict[str, tuple[str, QWidget]] = {"tags": (self.tr("Tags"), self.tags)}
        if not several:
            fields = {"title": (self.tr("Name"), self.name), **fields, "note": (self.tr("Note"), self.note)}
        for row, (text, field) in enumerate(fields.values()):
            label = Text(text, ink="muted")
            label.setBuddy(field)
            label.setContentsMargins(0, 6, 0, 0)  # on a line with what is written in the field
            field.setAccessibleName(text)
            grid.addWidget(label, row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(field, row, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        column.setSpacing(2 * GRID)
        column.addLayout(grid)
        column.addLayout(self._buttons("" if several else self.tr("Leave empty for the default name")))
        self.setMinimumWidth(56 * GRID)
        chosen = fields.get(at, fields["tags"])[1]
        chosen.setFocus()
        if isinstance(chosen, QLineEdit):
            chosen.selectAll() if at == "title" else chosen.end(False)

    def _buttons(self, remark: str) -> QHBoxLayout:
        keep = Button(self.tr("Save"), "primary", tip=self.tr("Save (Ctrl+Return)"))
        leave = Button(self.tr("Cancel"))
        keep.clicked.connect(self.accept)
        leave.clicked.connect(self.reject)
        keep.setDefault(True)
        buttons = QHBoxLayout()
        buttons.addWidget(Text(remark, SMALL, "muted"), 1)
        buttons.addWidget(leave)
        buttons.addWidget(keep)
        whole = QAction(self)  # where Return begins a new line
        whole.setShortcuts([QKeySequence("Ctrl+Return"), QKeySequence("Ctrl+Enter")])
        whole.triggered.connect(self.accept)
        self.addAction(whole)
        return buttons

    def words(self, info: RunInfo) -> dict[str, object]:
        """What is to be kept of one run."""
        asked = tags_of(self.tags.text())
        own = [tag for tag in info.notes.tags if tag not in self._common or tag in asked]
        if len(self._ids) > 1:
            return {"tags": [*own, *(tag for tag in asked if tag not in own)]}
        return {"title": self.name.text(), "tags": asked, "note": self.note.toPlainText()}


class _Tags(QCompleter):
    """Offers the tags that other runs have, for the word behind the last comma."""

    def __init__(self, session: Session, field: QLineEdit) -> None:
        known = dict.fromkeys(tag for info in session.runs.all() for tag in info.notes.tags)
        super().__init__(list(known), field)
        self._field = field
        self.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)

    def splitPath(self, path: str) -> list[str]:
        return [path.rpartition(",")[2].strip()]

    def pathFromIndex(self, index: object) -> str:
        before = self._field.text().rpartition(",")[0]
        return f"{before.strip()}, {super().pathFromIndex(index)}" if before else super().pathFromIndex(index)
