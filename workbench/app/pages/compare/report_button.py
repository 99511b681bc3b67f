"""The button that makes a report of the chosen runs, how far it is, and the report itself once it is there."""

from pathlib import Path

from PySide6.QtCore import QUrl, Signal, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QHBoxLayout, QWidget

from workbench.app.runs.run_store import RunInfo
from workbench.app.session.file_writer import Writing
from workbench.app.session.report_text import ask_report, report_words, title_of
from workbench.app.session.session import Session
from workbench.app.widgets.basic import Button
from workbench.app.widgets.theme import GRID


class ReportOrder(QWidget):
    """One of two buttons: "Report…", or "Cancel" with how far it is; and "Open report" after it was written."""

    cancel_wanted = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._path: Path | None = None
        self.metric = ""  # by which runs are ranked in it
        self.make = Button(self.tr("Report…"), tip=self.tr("Save the selected runs, or all, as one HTML page"))
        self.cancel = Button("", tip=self.tr("Cancel the report; nothing is written"))
        self.open = Button(self.tr("Open report"), icon="file")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID)
        for widget in (self.open, self.make, self.cancel):
            row.addWidget(widget)
        self.make.clicked.connect(self._ask)
        self.cancel.clicked.connect(self.cancel_wanted)
        self.open.clicked.connect(self._open)
        self.writing = Writing(session, self, self)
        self.writing.failed.connect(self._failed)
        self.open.hide()
        self.cancel.hide()
        session.project_changed.connect(self.open.hide)

    def folders(self) -> list[str]:
        """Folders of the selected runs, or of all where none is selected, oldest first."""
        return [str(info.folder) for info in self._chosen() if info.usable]

    def refresh(self) -> None:
        """A report needs a run."""
        self.make.setEnabled(any(info.usable for info in self._chosen()))  # one is enough: each has the disk asked

    def _chosen(self) -> list[RunInfo]:
        chosen = set(self._session.selection.runs)
        return [info for info in self._session.runs.all() if info.id in chosen or not chosen]

    @Slot()
    def _ask(self) -> None:
        path = ask_report(self._session, self.window())
        if path is not None:
            args = {"runs": self.folders(), "title": title_of(self._session), "metric": self.metric}
            self.writing.start("report", args, path, report_words)

    # How it goes ---------------------------------------------------------------------------------------------------

    def show_progress(self, name: str) -> None:
        """It has begun."""
        self.open.hide()
        self._turn(busy=True)
        self.cancel.setAccessibleName(self.tr("Cancel the report"))
        self.cancel.setText(self.tr("Cancel report"))
        self.cancel.setEnabled(True)

    def set_progress(self, fraction: float, _what: str) -> None:
        """How far it is, 0 to 1; negative where that is not known."""
        if fraction >= 0 and self.cancel.isEnabled():
            self.cancel.setText(self.tr("Cancel report ({share} %)").format(share=int(fraction * 100)))

    def show_cancelling(self) -> None:
        """It is being ended."""
        self.cancel.setEnabled(False)
        self.cancel.setText(self.tr("Cancelling…"))

    def show_cancelled(self) -> None:
        """It was ended."""
        self._turn(busy=False)
        self._session.notice.emit("info", self.tr("The report was cancelled; nothing was written"))

    def show_done(self, path: Path, words: list[str], _sha256: str = "") -> None:
        """What was written."""
        self._path = path
        self._turn(busy=False)
        self.open.setToolTip(str(path))
        self.open.show()
        told = self.tr("Saved {file}: {words}").format(file=path.name, words=" · ".join(words))
        self._session.notice.emit("ok", told)

    def show_failed(self) -> None:
        """It did not work."""
        self._turn(busy=False)

    def _turn(self, *, busy: bool) -> None:
        focused = self.make.hasFocus() or self.cancel.hasFocus()
        self.make.setVisible(not busy)
        self.cancel.setVisible(busy)
        if focused:
            (self.cancel if busy else self.make).setFocus()

    @Slot(str, str)
    def _failed(self, sentence: str, details: str) -> None:
        self._session.failure.emit(self.tr("The report was not written"), sentence, details)

    @Slot()
    def _open(self) -> None:
        if self._path is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._path)))
