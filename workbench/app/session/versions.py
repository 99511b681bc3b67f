"""The versions of the open project's data, and the runs that belong to each: ``session.versions``."""

import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from workbench.app.runs.folder_bin import FolderBin
from workbench.app.runs.run_store import RunInfo, Runs
from workbench.app.session.history import History
from workbench.app.session.project import OpenProject
from workbench.errors import WorkbenchError

if TYPE_CHECKING:
    from workbench.data.importing.versions import DataVersion


class Versions(QObject):
    """Each step can be taken back: other names and what is removed here, other data by `Session.use_version`."""

    changed = Signal()
    """Others are there, or are called otherwise."""
    failed = Signal(str, str, str)
    """What failed, a sentence on why and what to do, details."""

    def __init__(self, parent: QObject, project: OpenProject, runs: Runs, history: History) -> None:
        super().__init__(parent)
        self._history = history
        self._project, self._runs = project, runs
        self._removed = FolderBin()
        self._known: list[DataVersion] | None = None

    def all(self) -> "list[DataVersion]":
        """All of them, the one read first at the head."""
        if self._known is None:
            from workbench.data.importing.versions import versions_of

            project = self._project.current
            self._known = versions_of(project) if project is not None else []
        return list(self._known)

    def get(self, folder: str) -> "DataVersion | None":
        """One by the name of its folder."""
        return next((version for version in self.all() if version.folder == folder), None)

    def names(self) -> dict[str, str]:
        """What data is called, by its hash: of versions with the same content the one read first."""
        return {version.hash: version.name for version in reversed(self.all()) if version.hash}

    def look_again(self) -> None:
        """Read anew what there is."""
        self._known = None
        self.changed.emit()

    def runs_of(self, folder: str) -> list[RunInfo]:
        """Runs that were trained on a version."""
        project = self._project.current
        place = project and Path(os.path.normpath(project.folder / "data" / folder))
        return [info for info in self._runs.all() if data_folder(info) == place]

    def rename(self, folder: str, name: str) -> str | None:
        """Call a version something else, "" for its files and the day; returns the former name, None without a project."""
        from workbench.data.importing.versions import rename

        if self._project.current is None:
            return None
        former = rename(self._project.current, folder, name)
        self._project.save()
        self.look_again()
        version = self.get(folder)
        if version is not None and former != name:
            back, again = (partial(self._call, folder, called) for called in (former, name))
            self._history.add(self.tr("Data named {name}").format(name=version.name), back, again)
        return former

    def _call(self, folder: str, name: str) -> bool:
        return self.get(folder) is not None and self.rename(folder, name) is not None

    def why_kept(self, folder: str) -> str:
        """Why a version cannot be removed, in a sentence; "" where it can."""
        project = self._project.current
        if project is None or project.data == folder:
            return self.tr("This version is in use. Go to another one first.")
        place = (project.folder / "data" / folder).resolve()
        n = sum((info.folder / str(info.spec.get("data", ""))).resolve() == place for info in self._runs.all())
        gone = [info for info in self._runs.removed() if data_folder(info).name == folder]
        if n:
            return (
                self.tr("{n} runs need it. Remove them first.").format(n=n)
                if n > 1
                else self.tr("1 run needs it. Remove that first.")
            )
        return self.tr("A run that was just removed needs it, and could still be brought back.") if gone else ""

    def remove(self, folder: str) -> bool:
        """Remove a version that no run needs; `restore` brings it back until the project is closed."""
        version, why = self.get(folder), self.why_kept(folder)
        if version is not None and not why:
            try:
                self._removed.put(version.place)
            except WorkbenchError as error:
                why = str(error)
        if version is None or why:
            self.failed.emit(self.tr("This version was not removed"), why or self.tr("It is not there any more."), "")
            return False
        self.look_again()
        sentence = self.tr("{data} removed").format(data=version.name)
        self._history.add(sentence, partial(self.restore, folder), partial(self.remove, folder))
        return True

    def restore(self, folder: str) -> bool:
        """Bring back a version that was removed."""
        project = self._project.current
        try:
            back = project is not None and self._removed.bring_back(project.folder / "data" / folder)
        except WorkbenchError as error:
            self.failed.emit(self.tr("This version was not restored"), str(error), "")
            return False
        self.look_again()
        return back

    def close(self) -> None:
        """Remove for good what was removed."""
        self._removed.empty()
        self._known = None


def data_folder(info: RunInfo) -> Path:
    """The data folder that a run was trained on; nothing is asked of the disk."""
    return Path(os.path.normpath(info.folder / str(info.spec.get("data", ""))))
