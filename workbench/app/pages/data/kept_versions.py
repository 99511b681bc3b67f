"""Fills the list of versions from the session, and carries out what is asked of it."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QDateTime, QLocale, QObject, QTimer, Slot

from workbench.app.pages.data.version_list import Row, VersionList
from workbench.app.runs.run_text import short_title
from workbench.app.session.session import Session
from workbench.app.widgets.amounts import size

if TYPE_CHECKING:
    from workbench.data.importing.versions import DataVersion

MOST_RUNS = 5  # that are named


class KeptVersions(QObject):
    """Reads nothing while the list is out of sight."""

    def __init__(self, session: Session, listed: VersionList, parent: QObject) -> None:
        super().__init__(parent)
        self._session, self._list = session, listed
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self.refresh)
        for signal in (session.versions.changed, session.data_changed, session.runs.changed, session.runs.run_changed):
            signal.connect(self._refresh_soon)
        session.project_changed.connect(self._forget_removed)
        listed.use_wanted.connect(self._use)
        listed.renamed.connect(self._rename)
        listed.remove_wanted.connect(self._remove)
        listed.restore_wanted.connect(self._restore)

    @Slot()
    def _refresh_soon(self, *_: object) -> None:
        if self._list.isVisible():
            self._soon.start()

    @Slot()
    def refresh(self) -> None:
        """Catch up with the session."""
        versions = self._session.versions.all()
        total = self.tr("{size} on disk in all").format(size=size(sum(version.size for version in versions)))
        self._list.show_rows([self._row(version) for version in reversed(versions)], total)

    def _row(self, version: "DataVersion") -> Row:
        project = self._session.project.current
        current = project is not None and project.data == version.folder
        when = QLocale().toString(QDateTime.fromSecsSinceEpoch(int(version.added.timestamp())), "d MMM yyyy, HH:mm")
        facts = [
            self.tr("{n:,} interactions").format(n=version.interactions),
            self.tr("{n:,} users").format(n=version.users),
            self.tr("{n:,} items").format(n=version.items),
            size(version.size),
            self.tr("read {when}").format(when=when),
        ]
        why = self._session.versions.why_kept(version.folder)
        return Row(version.folder, version.name, " · ".join(facts), self._runs(version), current, why)

    def _runs(self, version: "DataVersion") -> str:
        runs = self._session.versions.runs_of(version.folder)
        if not runs:
            return self.tr("No runs")
        names = [short_title(info) for info in runs[-MOST_RUNS:][::-1]]
        names += [self.tr("{n} more").format(n=len(runs) - MOST_RUNS)] if len(runs) > MOST_RUNS else []
        words = self.tr("1 run: {names}") if len(runs) == 1 else self.tr("{n} runs: {names}")
        return words.format(n=len(runs), names=", ".join(names))

    @Slot(str)
    def _use(self, folder: str) -> None:
        self._session.use_version(folder)

    @Slot(str, str)
    def _rename(self, folder: str, name: str) -> None:
        version = self._session.versions.get(folder)
        if version is not None and name != version.name:
            self._session.versions.rename(folder, name)

    @Slot(str)
    def _remove(self, folder: str) -> None:
        version = self._session.versions.get(folder)
        if version is not None and self._session.versions.remove(folder):
            words = self.tr("“{name}” was removed; it is gone for good when the project is closed.")
            self._list.show_removed(folder, words.format(name=version.name))

    @Slot(str)
    def _restore(self, folder: str) -> None:
        if self._session.versions.restore(folder):
            self._forget_removed()

    @Slot()
    def _forget_removed(self) -> None:
        self._list.show_removed("", "")
