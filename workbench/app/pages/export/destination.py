"""Where a file goes, in which format, and what is to be said of that place before it is written to."""

import os
import re
import shutil
from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from workbench.app.widgets.amounts import size
from workbench.app.widgets.basic import Button, Elided
from workbench.app.widgets.file_dialog import choose_place
from workbench.app.widgets.path_field import PathField
from workbench.app.widgets.quiet import QuietBox
from workbench.app.widgets.theme import GRID, SMALL
from workbench.export.columns import EXACT

ENDINGS = (".csv", ".xlsx", ".parquet", ".jsonl")


class PlaceChoice(QWidget):
    """A path with a button to choose it, and a sentence on what will happen there."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._folder = Path.home()
        self._name = "recommendations"
        self.own = False
        """Whether the person named the file; else its name follows the other choices."""
        self.format = QuietBox()
        self.format.setAccessibleName(self.tr("Format"))
        formats = (self.tr("CSV for a spreadsheet"), self.tr("Excel"), self.tr("Parquet"), self.tr("JSON lines"))
        for ending, words in zip(ENDINGS, formats, strict=True):
            self.format.addItem(f"{words}  ({ending})", ending)
        self.format.insertItem(1, f"{self.tr('CSV for a program')}  (.csv)", EXACT)
        self.field = PathField()
        self.field.setAccessibleName(self.tr("File"))
        self.browse = Button("", icon="folder", tip=self.tr("Browse…"))
        self.words = Elided("", SMALL, "muted")
        self.words.setMinimumHeight(2 * GRID)
        row = QHBoxLayout()
        row.setSpacing(GRID)
        row.addWidget(self.field, 1)
        row.addWidget(self.browse)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(row)
        column.addWidget(self.words)
        self.field.textEdited.connect(self._edit)
        self.field.textChanged.connect(self.field.setToolTip)
        self.field.textChanged.connect(self.changed)
        self.browse.clicked.connect(self._browse)
        self.format.currentIndexChanged.connect(self._follow_format)

    @property
    def ending(self) -> str:
        """Of the chosen format."""
        return self.kind.rpartition(" ")[2]

    @property
    def kind(self) -> str:
        """The chosen format: an ending, or `EXACT`."""
        return str(self.format.currentData())

    @property
    def path(self) -> Path | None:
        """The file, absolute; None where none is named."""
        text = self.field.text().strip()
        return self._folder / Path(text).expanduser() if text else None

    def suggest(self, folder: Path, *words: str) -> None:
        """Name a file in `folder` after some words, unless the person named one."""
        self._folder = folder
        self._name = "-".join(filter(None, map(_plain, words)))
        if not self.own:
            self.field.setText(str(folder / (self._name + self.ending)))
            self.field.setCursorPosition(len(self.field.text()))

    def take(self, path: str) -> None:
        """Take a file that the person named."""
        self.own = True
        self.field.setText(path)
        self._edit()

    def problem(self) -> str:
        """Why nothing can be written there, in a sentence; empty where it can."""
        path = self.path
        if path is None:
            return self.tr("Enter a file name.")
        try:
            if path.is_dir():
                return self.tr("This is a folder. Enter the name of a file in it.")
            if path.suffix.lower() not in ENDINGS:
                return self.tr("End the name in {endings}.").format(endings=", ".join(ENDINGS))
            if not path.parent.is_dir():
                return self.tr("The folder {folder} does not exist.").format(folder=path.parent)
            if not os.access(path.parent, os.W_OK):
                return self.tr("No permission to write in {folder}. Choose another folder.").format(folder=path.parent)
        except (OSError, ValueError) as error:  # a name that the system does not take
            reason = getattr(error, "strerror", None) or str(error)
            return self.tr("This name cannot be used: {reason}.").format(reason=reason)
        return ""

    def tell(self, bytes_to_come: float | None) -> str:
        """Say what will happen there; returns the problem, if there is one."""
        problem = self.problem()
        text, ink = problem, "error"
        if not problem:
            text, ink = self._harmless(bytes_to_come)
        self.field.setProperty("wrong", "true" if problem else "false")
        self.field.style().unpolish(self.field)
        self.field.style().polish(self.field)
        self.words.set_ink(ink)
        self.words.set_text(text)
        return problem

    def _harmless(self, bytes_to_come: float | None) -> tuple[str, str]:
        path = self.path
        try:
            free = shutil.disk_usage(path.parent).free
            there = path.exists()
        except OSError:
            return "", "muted"
        if bytes_to_come is not None and free < bytes_to_come:
            words = self.tr("Only {free} are free there, but about {need} will be written.")
            return words.format(free=size(free), need=size(bytes_to_come)), "warn"
        if there:
            return self.tr("The existing file will be replaced."), "warn"
        return self.tr("A new file."), "muted"

    @Slot()
    def _edit(self, *_: object) -> None:
        """The person named a file: its ending says the format."""
        self.own = True
        path = self.path
        place = self.format.findData(path.suffix.lower()) if path is not None else -1
        if place >= 0 and path is not None and path.suffix.lower() != self.ending:
            self.format.setCurrentIndex(place)

    @Slot()
    def _follow_format(self) -> None:
        """Another format: the name ends as it does."""
        path = self.path
        if path is not None and path.suffix.lower() != self.ending:
            known = path.suffix.lower() in ENDINGS
            self.field.setText(str(path.with_suffix(self.ending) if known else Path(f"{path}{self.ending}")))
        self.changed.emit()

    @Slot()
    def _browse(self) -> None:
        # That a file is replaced is said beside the field; one question about it is enough.
        name = str(self.path or self._folder / self._name)
        path = choose_place(self.window(), self.tr("Write lists to"), name, "", confirm=False)
        if path is not None:
            self.take(str(path) if path.suffix.lower() in ENDINGS else f"{path}{self.ending}")


def _plain(word: str) -> str:
    """A part of a file's name that every system takes."""
    return re.sub(r"[^\w]+", "-", word[:40].lower()).strip("-")
