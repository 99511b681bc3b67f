"""Vectors are made from pictures or texts while the person goes on, and taken along with the file when they are there."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot

from workbench.app.pages.data.side_files import Further
from workbench.app.session.session import Session
from workbench.app.widgets.file_dialog import choose_files_folder, choose_one, choose_place

Json = dict[str, Any]


class VectorMaker(QObject):
    """Two entries in the menu of further files. The strip at the foot shows the job and cancels it.

    Parameters
    ----------
    file
        The file that is about to be read: vectors that come when another one is there are not taken along.
    """

    made = Signal(Path)
    """A file with vectors is there."""

    def __init__(self, session: Session, further: Further, file: Callable[[], Path | None]) -> None:
        super().__init__(further)
        self._session, self._further, self._file = session, further, file
        self._asked: tuple[Path | None, Path] | None = None
        further.menu.addSeparator()
        self.actions = {
            "pictures": further.menu.addAction(self.tr("Make vectors from pictures…")),
            "texts": further.menu.addAction(self.tr("Make vectors from titles or texts…")),
        }
        for reads, action in self.actions.items():
            action.triggered.connect(partial(self._start, reads))

    def _start(self, reads: str, *_: object) -> None:
        """Ask for what is not known yet, and begin."""
        slot = "pictures" if reads == "pictures" else "items"
        source = self._further.slots[slot].file or self._ask(reads)
        if source is None:
            return
        name = str(source.with_name(f"{source.stem}-vectors.npy"))
        title = self.tr("Where shall the vectors be written?")
        output = choose_place(self._further.window(), title, name, self.tr("Vectors (*.npy *.parquet)"))
        if output is None:
            return
        self._asked = self._file(), output
        self._let(False)
        args = {"reads": reads, "source": str(source), "output": str(output)}
        task = self._session.jobs.submit("encode", args, done=self._take)
        task.failed.connect(self._end)
        task.cancelled.connect(self._end)

    def _ask(self, reads: str) -> Path | None:
        window = self._further.window()
        if reads == "pictures":
            return choose_files_folder(window, self.tr("A folder of pictures, called like the ids of the items"))
        return choose_one(window, self.tr("A file of items with titles or texts"))

    @Slot(object)
    def _take(self, answer: Json) -> None:
        asked = self._asked
        self._end()
        if asked is not None and asked[0] == self._file():
            self._further.put("vectors", asked[1])
        self.made.emit(Path(answer["output"]))

    def _end(self, *_: object) -> None:
        self._asked = None
        self._let(True)

    def _let(self, enabled: bool) -> None:
        for action in self.actions.values():
            action.setEnabled(enabled)
