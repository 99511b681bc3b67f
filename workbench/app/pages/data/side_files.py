"""Files that come along with the interactions: titles, users, vectors, pictures, and the person's own test."""

from pathlib import Path
from typing import Any

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QMenu, QWidget

from workbench.app.pages.data.dropped_files import FURTHER, Offer, role_of
from workbench.app.widgets.basic import Button, Picture, Text
from workbench.app.widgets.file_dialog import choose_one
from workbench.app.widgets.theme import GRID, SMALL
from workbench.app.widgets.translate import translate

RECIPE = "recipe"


class FileSlot(QWidget):
    """A place for a file: its name with a button to take it out; away while it is empty."""

    changed = Signal()

    def __init__(self, name: str, remove: str) -> None:
        super().__init__()
        self.file: Path | None = None
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        self.label = Text(name, SMALL, "muted")
        self.name = Text("", SMALL)
        self.remove = Button("", "quiet", icon="close", tip=remove)
        for widget in (Picture("file", 16), self.label, self.name, self.remove):
            row.addWidget(widget)
        self.remove.clicked.connect(self.take_out)
        self.hide()

    def put(self, file: Path | None) -> None:
        """Show a file, or that there is none."""
        self.file = file
        self.setVisible(file is not None)
        if file is not None:
            short = file.name if len(file.name) < 28 else f"{file.name[:14]}…{file.name[-12:]}"  # noqa: PLR2004
            self.name.setText(short)
            self.name.setToolTip(str(file))

    @Slot()
    def take_out(self) -> None:
        """Leave the file out."""
        self.put(None)
        self.changed.emit()


class Further(QWidget):
    """The files that come along, a button to add one, and a place to drop them."""

    changed = Signal()
    recipe_chosen = Signal(Path)

    def __init__(self) -> None:
        super().__init__()
        self.setAcceptDrops(True)
        self.setFixedHeight(4 * GRID)
        names = further_names()
        leave = self.tr("Leave out: {what}")
        self._kinds: dict[str, Path] = {}  # vectors with names, which stay joined
        self.slots = {what: FileSlot(name, leave.format(what=name)) for what, name in names.items()}
        self.add = Button(self.tr("Add a file…"), "quiet", icon="plus")
        self.add.setToolTip(
            self.tr("Titles, user attributes, vectors, pictures or your own test file; or drop it here")
        )
        self.menu = FurtherMenu(self, list(names))
        self.menu.chosen.connect(self._choose)
        self.menu.addSeparator()
        self.menu.addAction(self.tr("A saved recipe…")).setData(RECIPE)
        self.add.setMenu(self.menu)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2 * GRID)
        row.addWidget(self.add)
        for slot in self.slots.values():
            row.addWidget(slot)
            slot.changed.connect(self._taken_out)
        row.addStretch(1)

    def show_offer(self, offer: Offer) -> None:
        """Show the files of an offer."""
        self._kinds = dict(offer.kinds)
        for what, slot in self.slots.items():
            slot.put(getattr(offer, what))

    def files(self) -> dict[str, Path]:
        """The files that tell of items and users."""
        return {what: file for what in FURTHER if (file := self.slots[what].file) is not None} | self._kinds

    def put(self, what: str, file: Path) -> None:
        """Take a file for something."""
        self.slots[what].put(file)
        self.changed.emit()

    @Slot()
    def _taken_out(self) -> None:
        self.add.setFocus()
        self.changed.emit()

    @Slot(str, Path)
    def _choose(self, what: str, file: Path) -> None:
        if what == RECIPE:
            self.recipe_chosen.emit(file)
            return
        self.put(what, file)
        self.slots[what].remove.setFocus()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        for url in event.mimeData().urls():
            file = Path(url.toLocalFile())
            what = role_of(file)
            if what:
                self.put(what, file)
            else:
                self.menu.ask_about(file, self.mapToGlobal(event.position().toPoint()))
        event.acceptProposedAction()


class FurtherMenu(QMenu):
    """What a file can be for; choosing it asks for the file. `chosen` tells what, and the file."""

    chosen = Signal(str, Path)

    def __init__(self, parent: QWidget, kinds: list[str]) -> None:
        super().__init__(parent)
        names = further_names()
        self._file: Path | None = None
        for what in kinds:
            self.addAction(names[what] + "…").setData(what)
        self.triggered.connect(self._pick)
        self.aboutToShow.connect(self._forget)

    def ask_about(self, file: Path, at: Any) -> None:
        """Ask what a file is for whose name does not say it."""
        self.popup(at)
        self._file = file

    @Slot()
    def _forget(self) -> None:
        """A file that was asked about before, without an answer, is not meant any more."""
        self._file = None

    @Slot(object)
    def _pick(self, action: Any) -> None:
        what, file = action.data(), self._file
        self._file = None
        if what is None:  # an action that somebody else added does its own work
            return
        if file is None:
            window, title = self.parentWidget().window(), action.text()
            if what == "pictures":
                name = QFileDialog.getExistingDirectory(window, title)
                file = Path(name) if name else None
            else:
                file = choose_one(window, title)
        if file is not None:
            self.chosen.emit(what, file)


def further_names() -> dict[str, str]:
    """What each further file is called."""
    return {
        "items": translate("SideFiles", "Titles"),
        "users": translate("SideFiles", "Users"),
        "vectors": translate("SideFiles", "Vectors"),
        "pictures": translate("SideFiles", "Pictures"),
        "test": translate("SideFiles", "Test"),
        "validation": translate("SideFiles", "Validation"),
    }
