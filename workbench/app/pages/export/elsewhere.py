"""The model for use elsewhere: as a folder to take along, and as a server that other programs ask."""

from typing import Any

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QApplication, QCheckBox, QHBoxLayout, QVBoxLayout, QWidget

from workbench.app.jobs.server_process import ServerProcess
from workbench.app.runs.run_store import RunInfo
from workbench.app.runs.run_text import short_title
from workbench.app.session.session import Session
from workbench.app.widgets.basic import Button, Card, Elided
from workbench.app.widgets.file_dialog import choose_files_folder
from workbench.app.widgets.theme import GRID, SMALL
from workbench.app.widgets.translate import translate

Json = dict[str, Any]


class Elsewhere(Card):
    """One row; while a server runs a second one, with its address and figures."""

    wanted = Signal(str, object, object, object)
    """Job, what it is asked besides the place, the place, and how its answer is told."""
    failed = Signal(str)
    """Why the server ended."""

    def __init__(self, session: Session) -> None:
        super().__init__(translate("Elsewhere", "Use this model elsewhere"))
        self._session, self._info = session, None
        self._served: RunInfo | None = None
        self.server = ServerProcess(self)
        self.take = Button(
            self.tr("Take the model along…"),
            tip=self.tr("A folder that makes lists without this program, with a card and a check of its own"),
        )
        self.serve = Button(
            self.tr("Serve"), tip=self.tr("Let other programs of this computer ask for lists, over HTTP")
        )
        self.take.clicked.connect(self._take)
        self.serve.clicked.connect(self._serve)
        self.head.addWidget(self.take)
        self.head.addWidget(self.serve)
        self.body.setContentsMargins(2 * GRID, GRID, 2 * GRID, GRID)
        self._build_server()
        self.server.started.connect(self._show_server)
        self.server.measured.connect(self._show_figures)
        self.server.ended.connect(self._show_ended)
        session.project_closing.connect(self._leave)

    def _build_server(self) -> None:
        self.address, self.figures = Elided("", bold=True), Elided("", SMALL, "muted")
        self.curl = Button(self.tr("Copy curl line"), tip=self.tr("A command that asks for a list, with the token"))
        self.token = Button(self.tr("Copy token"), tip=self.tr("What each request must carry: Authorization: Bearer …"))
        self.stays = QCheckBox(self.tr("Stays when the window closes"))
        self.curl.clicked.connect(lambda: QApplication.clipboard().setText(self.server.curl()))
        self.token.clicked.connect(lambda: QApplication.clipboard().setText(self.server.token))
        self.details = QWidget()
        rows, told, row = QVBoxLayout(self.details), QHBoxLayout(), QHBoxLayout()
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(GRID)
        for part in (told, row):
            part.setSpacing(GRID)
            rows.addLayout(part)
        told.addWidget(self.address, 1)
        told.addWidget(self.figures, 1)
        row.addWidget(self.stays, 1)
        row.addWidget(self.token)
        row.addWidget(self.curl)
        self.add(self.details)
        self.details.hide()

    def show_run(self, info: RunInfo, *, busy: bool) -> None:
        """The run that is meant; nothing is written while something else is."""
        self._info = info
        self.take.setEnabled(not busy)

    @Slot()
    def _take(self) -> None:
        project = self._session.project.current
        title = self.tr("Where shall the folder with the model lie?")
        chosen = choose_files_folder(self.window(), title, project.folder if project is not None else None)
        if chosen is not None and self._info is not None:
            run = self._info.folder
            self.wanted.emit("bundle", {"run": str(run)}, chosen / f"{run.name} model", self._words)

    def _words(self, answer: Json) -> list[str]:
        told = self.tr("{equal:,} of {checked:,} lists compared are equal").format(**answer)
        return [self.tr("{n} files").format(n=len(answer["files"])), told]

    @Slot()
    def _serve(self) -> None:
        if self.server.runs:
            self.serve.setText(self.tr("Stopping…"))
            self.server.stop()
        elif self._info is not None:
            self._served = self._info
            self.server.start(self._info.folder)
            self.serve.setText(self.tr("Stop serving"))
            self.address.set_text(self.tr("The server is starting…"))
            self._show_answering(answers=False)
            self.details.show()

    @Slot()
    def _show_server(self) -> None:
        name = short_title(self._served) if self._served is not None else self.server.run.name
        self.address.set_text(f"{self.server.address} · {name}")
        self._show_answering(answers=True)

    def _show_answering(self, *, answers: bool) -> None:
        self.figures.set_text(self.tr("No requests yet") if answers else "")
        for widget in (self.stays, self.token, self.curl):
            widget.setEnabled(answers)

    @Slot(float, float, float)
    def _show_figures(self, rate: float, half: float, most: float) -> None:
        if half == half:  # noqa: PLR0124 - not NaN: there were requests
            told = self.tr("{rate:.1f} requests/s, p50 {half:.3g} ms, p99 {most:.3g} ms")
            self.figures.set_text(told.format(rate=rate, half=1000 * half, most=1000 * most))

    @Slot(str)
    def _show_ended(self, sentence: str) -> None:
        self.serve.setText(self.tr("Serve"))
        self.details.hide()
        if sentence:
            self.failed.emit(sentence)

    @Slot()
    def _leave(self) -> None:
        """The window closes, or another project is opened."""
        if self.stays.isChecked() and self.server.address:
            self.server.leave()
        else:
            self.server.end()
