"""The lists of rows that were refused or that repeat others: found, shown, and saved as CSV."""

import shutil
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Slot

from workbench.app.jobs.background import Background
from workbench.app.pages.data.row_tables import Rows
from workbench.app.session.latest import Latest
from workbench.app.session.session import Session
from workbench.app.widgets.file_dialog import choose_place


class SavedLists(QObject):
    """Has duplicates listed when somebody wants to see them, and copies either list to where the person wants it."""

    def __init__(self, session: Session, rows: Rows, parent: QObject) -> None:
        super().__init__(parent)
        self._session, self._rows = session, rows
        self._copying = Background(self)
        self._copying.answered.connect(self._saved)
        self._listing = Latest(session, "duplicates", self)
        self._listing.answered.connect(self._listed)
        self._listing.failed.connect(self._not_listed)
        rows.duplicates_wanted.connect(self._list)
        rows.save_wanted.connect(self._save)
        session.data_changed.connect(self._listing.forget)

    @property
    def _folder(self) -> Path | None:
        project = self._session.project.current
        return project.data_folder if project is not None else None

    @Slot()
    def _list(self) -> None:
        if self._folder is not None:
            self._listing.ask({"data": str(self._folder)})

    @Slot(object, object)
    def _listed(self, asked: dict[str, Any], answer: dict[str, Any]) -> None:
        self._rows.show_duplicates(answer)

    @Slot(object, str, str)
    def _not_listed(self, asked: dict[str, Any], sentence: str, details: str) -> None:
        self._rows.show_no_duplicates(sentence)

    @Slot(str)
    def _save(self, which: str) -> None:
        source = self._folder / f"{which}.csv" if self._folder is not None else None
        if source is None or not source.is_file():
            return
        titles = {"refused": self.tr("Save refused rows"), "duplicates": self.tr("Save duplicates")}
        path = choose_place(self._rows.window(), titles[which], source.name, "CSV (*.csv)")
        if path is not None:
            self._copying.ask(partial(_copy, source, path))

    @Slot(object)
    def _saved(self, outcome: tuple[str, str]) -> None:
        name, trouble = outcome
        if trouble:
            words = self.tr("{file}: {why}. Choose another place.").format(file=name, why=trouble)
            self._session.failure.emit(self.tr("The rows were not saved"), words, "")
        else:
            self._session.notice.emit("ok", self.tr("Saved as {file}").format(file=name))


def _copy(source: Path, target: Path) -> tuple[str, str]:
    try:
        shutil.copyfile(source, target)
    except (OSError, shutil.SameFileError) as error:
        return target.name, getattr(error, "strerror", None) or str(error)
    return target.name, ""
