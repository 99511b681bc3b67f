"""The open project: what is kept with it, and how its data is filtered and divided."""

from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QThreadPool, QTimer, Signal, Slot

from workbench.app.runs.run_groups import short_split
from workbench.app.session.history import History
from workbench.errors import WorkbenchError
from workbench.project import FILE, Project, ProjectFile
from workbench.stored import write_stored

Json = dict[str, Any]
SAVE_PAUSE = 1000  # milliseconds from a change of the view to its place on disk
PATIENCE_MS = 5000  # milliseconds that closing waits for the disk


class OpenProject(QObject):
    """Keeps the file of the open project up to date: ``session.project``."""

    split_changed = Signal()
    """Another split, or other filters before it."""
    saved = Signal()
    failed = Signal(str, str, str)
    """What failed, a sentence on why and what to do, details."""

    def __init__(self, parent: QObject, history: History) -> None:
        super().__init__(parent)
        self._history = history
        self.current: Project | None = None
        """The project; None where none is open."""
        self._saver = QThreadPool(self)
        self._saver.setMaxThreadCount(1)
        self._save_soon = QTimer(self, singleShot=True, interval=SAVE_PAUSE)
        self._save_soon.timeout.connect(self.save)

    def view(self, key: str) -> dict[str, Any]:
        """What was kept with the project under `key`; empty where nothing was."""
        kept = self.current.view.get(key) if self.current is not None else None
        return dict(kept) if isinstance(kept, dict) else {}

    def set_view(self, key: str, value: Any) -> None:
        """Keep something with the project (JSON values); on disk within two seconds."""
        if self.current is not None and self.current.view.get(key) != value:
            self.current.view[key] = value
            self._save_soon.start()

    @Slot()
    def save(self, *, wait: bool = False) -> None:
        """Write ``project.json`` now, outside the UI thread; `wait` for it when closing."""
        self._save_soon.stop()
        if self.current is None:
            return
        self._saver.start(partial(self._write, self.current.folder, self.current.stored()))
        if wait:
            self._saver.waitForDone(PATIENCE_MS)

    def _write(self, folder: Path, stored: dict[str, Any]) -> None:
        try:
            write_stored(ProjectFile, folder / FILE, stored)
        except WorkbenchError as error:
            self.failed.emit(self.tr("The project was not saved"), str(error), "")
        else:
            self.saved.emit()

    def close(self) -> None:
        """Wait for what is being written."""
        self._save_soon.stop()
        self._saver.waitForDone(PATIENCE_MS)

    @property
    def split(self) -> dict[str, Any] | None:
        """``{"name": …, "settings": {…}}``; None where there is no data yet."""
        return self.current.split if self.current is not None else None

    @property
    def holds_validation(self) -> bool | None:
        """Whether the split holds something for validation; None where only its files can tell, or there is none."""
        from workbench.data.splitting import OWN_FILES

        split = self.split
        if split is None or split["name"] == OWN_FILES:
            return None
        return (split.get("settings") or {}).get("validation", 1) != 0

    def set_split(self, name: str, settings: dict[str, Any] | None = None) -> bool:
        """Choose how the data is divided. False where a setting is out of range; a card says which."""
        from workbench.data.splitting import make_split

        if self.current is None:
            return False
        try:
            make_split(name, settings)
        except WorkbenchError as error:
            self.failed.emit(self.tr("This split cannot be used"), str(error), "")
            return False
        before, self.current.split = self.current.split, {"name": name, "settings": dict(settings or {})}
        self._note_split(before, self.current.split)
        self.save()
        self.split_changed.emit()
        return True

    def _note_split(self, before: Json | None, now: Json) -> None:
        if before is None or before == now:  # the first one is part of the data
            return
        words = [short_split(split["name"], split.get("settings") or {}) for split in (before, now)]
        sentence = self.tr("Split changed to “{now}”").format(now=words[1])
        if words[0] == words[1]:
            sentence = self.tr("Settings of the split “{now}” changed").format(now=words[1])
        kind = f"split {now['name']}" if before["name"] == now["name"] else ""
        back, again = (partial(self.set_split, split["name"], split.get("settings")) for split in (before, now))
        self._history.add(sentence, back, again, kind)

    @property
    def filters(self) -> list[dict[str, Any]]:
        """Names and settings of the filters that come before the split, in their order."""
        return list(self.current.filters) if self.current is not None else []

    def set_filters(self, filters: list[dict[str, Any]]) -> bool:
        """Choose what is worked with at all. False where a setting is out of range; a card says which."""
        from workbench.data.filtering import make_filters

        if self.current is None:
            return False
        try:
            make_filters(filters)
        except WorkbenchError as error:
            self.failed.emit(self.tr("These filters cannot be used"), str(error), "")
            return False
        before, self.current.filters = self.current.filters, [dict(step) for step in filters]
        self._note_filters(before, self.current.filters)
        self.save()
        self.split_changed.emit()
        return True

    def _note_filters(self, before: list[Json], now: list[Json]) -> None:
        from workbench.data.filtering import describe

        if before == now:
            return
        names = [[step["name"] for step in filters] for filters in (before, now)]
        sentence = self.tr("Filters changed to: {filters}").format(filters=describe(now))
        kind = "filters " + " ".join(names[0]) if names[0] == names[1] else ""
        back, again = (partial(self.set_filters, filters) for filters in (before, now))
        self._history.add(sentence if now else self.tr("All filters removed"), back, again, kind)
