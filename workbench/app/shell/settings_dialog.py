"""What a person sets for all projects: which machines make the lists of everybody, and a try of them."""

from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from workbench.app.jobs.job_process import Task
from workbench.app.session.session import Session
from workbench.app.widgets.amounts import several
from workbench.app.widgets.basic import Button, Text
from workbench.app.widgets.quiet import QuietBox
from workbench.app.widgets.theme import GRID, SMALL
from workbench.errors import WorkbenchError
from workbench.project import set_setting, settings

Json = dict[str, Any]
RAY = "ray"


class SettingsDialog(QDialog):
    """What is chosen holds at once; closing it needs no answer."""

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Settings"))
        self.setMinimumWidth(76 * GRID)
        self._session = session
        self._task: Task | None = None
        self._tried = ""  # the engine that is being tried
        kept = settings().engine
        self.who = QuietBox()
        self.who.addItem(self.tr("One process"), "")
        self.who.addItem(self.tr("All cores of this machine"), "here")
        self.who.addItem(self.tr("A Ray cluster"), RAY)
        self.who.setCurrentIndex(max(0, self.who.findData(RAY if kept.startswith(RAY) else kept)))
        self.address = QLineEdit(kept.removeprefix(f"{RAY}://") if kept.startswith(f"{RAY}://") else "")
        self.address.setPlaceholderText(self.tr("HOST:PORT; empty: this machine alone"))
        self.hint = Text("", SMALL, "muted", wrap=True)
        self.hint.setMinimumHeight(5 * GRID)  # two lines: what stands below stays where it is
        self.found = QPlainTextEdit(readOnly=True)
        self.found.setAccessibleName(self.tr("What the machines are"))
        self.found.setPlaceholderText(self.tr("What the machines are is told here when you have tried them."))
        self.found.setFixedHeight(18 * GRID)
        self.found.setTabChangesFocus(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        column.setSpacing(2 * GRID)
        column.addLayout(self._build_fields())
        column.addWidget(self.hint)
        column.addWidget(self.found)
        column.addLayout(self._build_buttons())
        self.who.currentIndexChanged.connect(self._changed)
        self.address.textChanged.connect(self._changed)
        self._show()

    def _build_fields(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(GRID)
        grid.setColumnStretch(1, 1)
        fields = ((self.tr("Lists of everybody are made by"), self.who), (self.tr("Address"), self.address))
        for row, (text, field) in enumerate(fields):
            label = Text(text)
            label.setBuddy(field)
            field.setAccessibleName(text)
            grid.addWidget(label, row, 0)
            grid.addWidget(field, row, 1)
        return grid

    def _build_buttons(self) -> QHBoxLayout:
        self.go = Button(self.tr("Try it"), tip=self.tr("Ask each machine what it is, and what it sees"))
        self.go.clicked.connect(self._try)
        close = Button(self.tr("Close"), "primary")
        close.clicked.connect(self.accept)
        row = QHBoxLayout()
        row.setSpacing(GRID)
        row.addWidget(self.go)
        row.addStretch(1)
        row.addWidget(close)
        return row

    @property
    def engine(self) -> str:
        """What is chosen, as the command line says it."""
        chosen, address = str(self.who.currentData()), self.address.text().strip()
        return f"{RAY}://{address}" if chosen == RAY and address else chosen

    def done(self, result: int) -> None:
        """Keep what is chosen, however the dialog is closed."""
        try:
            set_setting("engine", self.engine)
        except WorkbenchError as error:
            self._session.failure.emit(self.tr("The settings were not kept"), str(error), "")
        super().done(result)

    @Slot()
    def _changed(self) -> None:
        self.found.setPlainText("")
        self._show()

    def _show(self) -> None:
        ray = self.who.currentData() == RAY
        hints = {
            "": self.tr("One process makes the lists of everybody."),
            "here": self.tr("A process for each core makes a part of the lists; the file is the same."),
            RAY: self.tr(
                "Ray must be installed here and on each machine, with the same version of this program, and all must see "
                "the project's folder under the same name. Nothing is sent anywhere else."
            ),
        }
        self.hint.setText(hints[str(self.who.currentData())])
        self.address.setEnabled(ray)
        self.go.setEnabled(bool(self.engine) and self._task is None)

    @Slot()
    def _try(self) -> None:
        project = self._session.project.current
        folder = None if project is None else str(project.folder)
        self.found.setPlainText(self.tr("Asking the machines …"))
        self._tried = self.engine
        self._task = self._session.jobs.submit(
            "try_engine", {"engine": self.engine, "folder": folder}, done=self._take, failed=self._fail
        )
        self._task.cancelled.connect(self._lose)
        self._show()

    @Slot(object)
    def _take(self, answer: Json) -> None:
        self._task = None
        if self._tried != self.engine:  # something else was chosen meanwhile
            self._show()
            return
        machines = answer["machines"]
        cores = sum(machine["cores"] for machine in machines)
        one, more = self.tr("1 machine"), self.tr("{n:,} machines")
        head = self.tr("{machines}, {cores} cores, asked in {seconds:.1f} s").format(
            machines=several(len(machines), one, more), cores=cores, seconds=answer["seconds"]
        )
        lines = [head, *(self._line(machine) for machine in machines)]
        if "token_file" in answer:
            words = self.tr("The token that each machine needs is in {file}: {token}")
            lines.append(words.format(file=answer["token_file"], token=_token(answer["token_file"])))
        self.found.setPlainText("\n".join(lines))
        self._show()

    def _line(self, machine: Json) -> str:
        versions = machine["versions"]
        words = [
            self.tr("{where} on {host}: {cores} cores, {memory:.0f} GB").format(
                where=machine["where"],
                host=machine["host"],
                cores=machine["cores"],
                memory=machine["memory_bytes"] / 1e9,
            ),
            f"Python {versions['python']}, workbench {versions['workbench']}",
            *([] if machine["alike"] else [self.tr("OTHER VERSIONS than here")]),
        ]
        if machine["sees"] is not None:
            words.append(
                self.tr("sees the project") if machine["sees"] else self.tr("does NOT see the project's folder")
            )
        return " · ".join(words)

    @Slot(str, str)
    def _fail(self, sentence: str, _details: str) -> None:
        self._task = None
        self.found.setPlainText(sentence if self._tried == self.engine else "")
        self._show()

    @Slot()
    def _lose(self) -> None:
        self._fail(self.tr("Cancelled"), "")


def _token(path: str) -> str:
    try:
        return Path(path).read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        return "?"
