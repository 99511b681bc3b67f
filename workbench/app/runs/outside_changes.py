"""What others do with the runs of the open project, such as the command line: new runs, training, tests."""

import os
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from workbench.app.jobs.background import Background
from workbench.owned import is_owned

LOOK_MS = 2000  # between two looks

Stamps = dict[str, tuple[int, ...]]


class OutsideChanges(QObject):
    """Looks at a folder of runs now and then, in a thread of its own; it says where to look and not what there is."""

    appeared = Signal(list)
    """Folders with a ``run.json`` that were not there at the last look (list of Path)."""
    changed = Signal(list)
    """Names of folders in which something was written since the last look."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._folder = Path()
        self._seen: Stamps = {}
        self._first = True
        self._background = Background(self)
        self._background.answered.connect(self._compare)
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._look)

    def start(self, folder: Path) -> None:
        """Look at `folder` from now on."""
        self._folder, self._seen, self._first = folder, {}, True
        self._timer.start(LOOK_MS)
        self._look()

    def overlook(self, name: str) -> None:
        """Tell of this run again at the next look, as if it had not been seen."""
        self._seen.pop(name, None)

    def stop(self) -> None:
        """Look no more."""
        self._timer.stop()
        self._background.forget()

    @Slot()
    def _look(self) -> None:
        if not self._background.busy:
            self._background.ask(partial(_stamps, self._folder))

    @Slot(object)
    def _compare(self, found: Stamps) -> None:
        before, self._seen = self._seen, found
        if self._first:
            self._first = False
            self.appeared.emit([self._folder / name for name in found])
            return
        new = [self._folder / name for name in found if name not in before]
        other = [name for name, stamp in found.items() if before.get(name, stamp) != stamp]
        if new:
            self.appeared.emit(new)
        if other:
            self.changed.emit(other)


def _stamps(folder: Path) -> Stamps:
    """When the files of each run were written; 0 where one is not there."""
    from workbench.training.run_status import FILE

    try:
        names = sorted(entry.name for entry in os.scandir(folder) if entry.is_dir())
    except OSError:  # the folder is gone, or a disk that was taken out
        return {}
    runs = (name for name in names if not is_owned(Path(name)) and (folder / name / "run.json").is_file())
    return {name: tuple(_written(folder / name / file) for file in (FILE, "evaluation.json")) for name in runs}


def _written(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0
