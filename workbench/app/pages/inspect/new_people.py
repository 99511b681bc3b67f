"""Somebody new: a file of histories, or a text that holds them, and the people in it, to look at or to write lists of."""

import itertools
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QDialog, QHBoxLayout, QVBoxLayout, QWidget

from workbench.app.runs.run_store import RunInfo
from workbench.app.session.latest import Latest
from workbench.app.session.session import Session
from workbench.app.tables.column import numbers, texts
from workbench.app.tables.item_tables import line
from workbench.app.tables.table_view import TableView
from workbench.app.widgets.basic import Button, Text
from workbench.app.widgets.file_dialog import choose_one, choose_place
from workbench.app.widgets.theme import GRID
from workbench.errors import WorkbenchError
from workbench.files import whole_file

Json = dict[str, Any]
# Where a text that was pasted is kept, in the folder of the project: lists of its people can be made again.
PASTED = "histories"


class NewPeople(QDialog):
    """A window beside the page: a file becomes rows of people; `chosen` tells the person and the file."""

    chosen = Signal(str, str)

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Somebody new"))
        self.setAcceptDrops(True)
        self.resize(560, 520)
        self._session = session
        self._info: RunInfo | None = None
        self._how: Json = {}
        self.file: Path | None = None
        self.users: list[str] = []
        self._people = Latest(session, "new_people", self)
        self._people.answered.connect(self._show)
        self._people.failed.connect(self._fail)
        self._build()

    def _build(self) -> None:
        self.words = Text(self.tr("Drop a file of their histories here, choose one, or paste its rows."), wrap=True)
        self.words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.file_button = Button(self.tr("Choose a file…"), "primary")
        self.file_button.clicked.connect(self._choose)
        self.paste_button = Button(
            self.tr("Paste"), tip=self.tr("Take the rows on the clipboard, such as from a spreadsheet")
        )
        self.paste_button.clicked.connect(self.paste)
        QShortcut(QKeySequence(QKeySequence.StandardKey.Paste), self, self.paste)
        self.table = TableView(self.tr("People of the file"))
        self.table.row_selected.connect(self._select)
        self.export_button = Button(
            self.tr("Export all lists…"), tip=self.tr("Write the lists of all people of the file")
        )
        self.export_button.clicked.connect(self._export)
        self.export_button.setEnabled(False)
        buttons = QHBoxLayout()
        for widget in (self.file_button, self.paste_button):
            buttons.addWidget(widget)
        buttons.addStretch(1)
        buttons.addWidget(self.export_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        column.setSpacing(GRID)
        column.addLayout(buttons)
        column.addWidget(self.words)
        column.addWidget(self.table, 1)

    def set_run(self, info: RunInfo, k: int, *, include_seen: bool) -> None:
        """Say which run recommends, how long its lists are, and whether they hold what is in the history."""
        before, self._info = self._info, info
        self._how = {"k": k, "include_seen": include_seen}
        if self.file is not None and before is not None and before.id != info.id:
            self.read(self.file)

    def read(self, file: Path) -> None:
        """Read the people of a file."""
        if self._info is None:
            return
        self.words.setText(self.tr("Reading {file}…").format(file=line(file.name)))
        self._empty()
        self._people.ask({"run": str(self._info.folder), "history": str(file)})

    def _empty(self) -> None:
        """Show nobody: neither those of another file, nor a way to write their lists."""
        self.file, self.users = None, []
        self.table.show_columns([], 0)
        self.export_button.setEnabled(False)

    @Slot(object, object)
    def _show(self, asked: Json, answer: Json) -> None:
        self.file, told = Path(asked["history"]), answer["told"]
        self.users = [one["user"] for one in answer["people"]]
        known = numbers(self.tr("interactions"), [one["known"] for one in answer["people"]])
        self.table.show_columns([texts(self.tr("user"), self.users), known], len(self.users))
        said = [
            self.tr("People in {file}: {n:,}.").format(file=line(self.file.name), n=told["people"]),
            *answer["said"],
        ]
        if len(self.users) < told["people"]:
            said.append(self.tr("The first {n:,} are shown.").format(n=len(self.users)))
        self.words.setText(" ".join(said))
        self.export_button.setEnabled(bool(self.users))
        if self.users:
            self.table.select(0)

    @Slot(object, str, str)
    def _fail(self, asked: Json, sentence: str, details: str) -> None:
        self.words.setText(sentence)

    @Slot(int)
    def _select(self, row: int) -> None:
        if 0 <= row < len(self.users) and self.file is not None:
            self.chosen.emit(self.users[row], str(self.file))

    # Where histories come from -----------------------------------------------------------------------------------------

    @Slot()
    def _choose(self) -> None:
        file = choose_one(self, self.tr("Histories of people who are not in the data"))
        if file is not None:
            self.read(file)

    @Slot()
    def paste(self) -> None:
        """Take what is on the clipboard: files, or a text of rows."""
        content = QApplication.clipboard().mimeData()
        if not self._take_files(content) and content.text().strip():
            self._keep(content.text())
        elif not content.hasUrls():
            self.words.setText(self.tr("There is no text on the clipboard. Copy rows with a user and an item first."))

    def _keep(self, text: str) -> None:
        project = self._session.project.current
        if project is None:
            return
        folder = project.folder / PASTED
        try:
            folder.mkdir(exist_ok=True)
            names = (folder / f"pasted-{number}.csv" for number in itertools.count(1))
            file = next(name for name in names if not name.exists())
            with whole_file(file, new=True) as part:
                part.write_text(text.strip("\n") + "\n", encoding="utf-8")
        except (OSError, WorkbenchError) as error:
            self.words.setText(str(error))
            return
        self.read(file)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls() or event.mimeData().hasText():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        event.acceptProposedAction()
        if not self._take_files(event.mimeData()) and event.mimeData().hasText():
            self._keep(event.mimeData().text())

    def _take_files(self, content: Any) -> bool:
        """Read the first of some files; whether there is one."""
        files = [Path(url.toLocalFile()) for url in content.urls() if url.isLocalFile()]
        if files:
            self.read(files[0])
        return bool(files)

    # Lists of all ------------------------------------------------------------------------------------------------------

    @Slot()
    def _export(self) -> None:
        if self._info is None or self.file is None:
            return
        kinds = "CSV (*.csv);;Excel (*.xlsx);;Parquet (*.parquet);;JSON lines (*.jsonl)"
        place = choose_place(self, self.tr("Lists of the people of the file"), f"{self.file.stem}-lists.csv", kinds)
        if place is not None:
            self.export(place)

    def export(self, place: Path) -> None:
        """Write the lists of all people of the file."""
        args = {"run": str(self._info.folder) if self._info else "", "output": str(place), **self._how}
        self.export_button.setEnabled(False)
        task = self._session.jobs.submit(
            "export",
            args | {"history": str(self.file)},
            title=self.tr("Writing {file}").format(file=line(place.name)),
            done=partial(self._written, place),
            failed=self._not_written,
        )
        task.finished.connect(self._ready)

    @Slot()
    def _ready(self) -> None:
        self.export_button.setEnabled(bool(self.users))

    def _written(self, place: Path, answer: Json) -> None:
        told = self.tr("Rows written to {file}: {rows:,}, of lists: {users:,}.")
        self.words.setText(told.format(file=line(place.name), rows=answer["rows"], users=answer["users"]))

    @Slot(str, str)
    def _not_written(self, sentence: str, details: str) -> None:
        self.words.setText(sentence)
