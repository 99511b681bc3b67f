"""What an offered file is to the project that is open: a project of its own, a new version of its data, or more of it."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QWidget

from workbench.app.pages.data.dropped_files import FURTHER, Offer
from workbench.app.widgets.basic import Elided, Text
from workbench.app.widgets.tabs import Tabs
from workbench.app.widgets.theme import GRID
from workbench.app.widgets.translate import translate

NEW, VERSION, ADDITION = "new", "version", "addition"
JOINED, OWN_PARTS = "joined", ("test", "validation")


class Belonging(QWidget):
    """A line at the head of the sheet; away where the open project has no data yet."""

    chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(self.tr("What this file is to the open project"))
        self.ways = Tabs({
            NEW: self.tr("A new project"), VERSION: self.tr("A new version of this data"),
            ADDITION: self.tr("An addition to it"),
        })  # fmt: skip
        self._words: dict[str, str] = {}
        self._told = Elided("", ink="muted")
        row = QHBoxLayout(self)
        row.setContentsMargins(GRID, 0, 0, 0)
        row.setSpacing(GRID)
        row.addWidget(Text(self.tr("This is"), bold=True))
        row.addWidget(self.ways)
        row.addWidget(self._told, 1)
        self.ways.chosen.connect(self._choose)
        self.hide()

    @property
    def value(self) -> str:
        """What was chosen; `VERSION` where nothing had to be."""
        return VERSION if self.isHidden() else self.ways.current

    def begin(self, project: str, *, runs: int, why_no_addition: str) -> None:
        """Ask about another file; a project of its own is what is meant unless somebody says otherwise.

        Parameters
        ----------
        project
            What the open project is called; "" where it has no data, so that nothing is to be asked.
        runs
            So many were trained on its current data.
        why_no_addition
            Why no rows can be added to it, in a sentence; "" where they can.
        """
        self.setVisible(bool(project))
        self._words = {
            NEW: self.tr("{project} stays as it is.").format(project=project),
            VERSION: self._stays(runs),
            ADDITION: self.tr("Its rows are added below the current ones, as a new version."),
        }
        self.ways.buttons[ADDITION].setEnabled(not why_no_addition)
        self.ways.buttons[ADDITION].setToolTip(why_no_addition)
        self.ways.buttons[NEW].setChecked(True)
        self._tell()

    def _stays(self, runs: int) -> str:
        if not runs:
            return self.tr("The current data stays, and you can go back to it.")
        words = (
            self.tr("The current data stays, with its {n} runs.")
            if runs > 1
            else self.tr("The current data stays, with its 1 run.")
        )
        return words.format(n=runs)

    @Slot(str)
    def _choose(self, way: str) -> None:
        self._tell()
        self.chosen.emit(way)

    def _tell(self) -> None:
        self._told.set_text(self._words.get(self.ways.current, ""))


@dataclass(frozen=True)
class Read:
    """The files that the current data was read from, and the further ones that were joined."""

    sources: dict[str, Path]
    sizes: dict[str, int]
    joined: dict[str, Path]

    @classmethod
    def of(cls, about: dict[str, Any], joined: dict[str, Path]) -> "Read":
        """As ``data.json`` tells it."""
        source = {name: file for name, file in (about.get("source") or {}).items() if "path" in file}
        paths = {name: Path(file["path"]) for name, file in source.items()}
        return cls(paths, {name: file["size"] for name, file in source.items()}, joined)


def why_no_addition(read: Read, offer: Offer) -> str:
    """Why the rows of an offer cannot be added to what was read, in a sentence; "" where they can."""
    if set(read.sources) & set(OWN_PARTS) or offer.test is not None:
        return translate("Belonging", "With a test file of your own, open all files together, as a new version.")
    if not read.sources:
        return translate("Belonging", "It is not known which file the current data was read from.")
    own = {file.absolute() for file in read.sources.values()}
    if {file.absolute() for file in (offer.main, *offer.parts)} & own:
        words = translate("Belonging", "{file} is in the data already. If it has changed, it is a new version.")
        return words.format(file=offer.main.name)
    for name, file in read.sources.items():
        if not file.exists() or file.stat().st_size != read.sizes[name]:
            words = translate("Belonging", "{file} has to be read again for that, but it was moved or changed.")
            return words.format(file=file.name)
    return ""


def as_addition(read: Read, offer: Offer) -> Offer:
    """All files together: those of now first, then the rows that are added; what was joined stays joined."""
    paths = dict(read.sources)
    joined = paths.pop(JOINED, None)
    first, *parts = paths.values()
    beside = {what: read.joined.get(what) or getattr(offer, what) for what in FURTHER}
    both = [file for what in FURTHER if (file := getattr(offer, what)) is not None and beside[what] != file]
    told = replace(offer, main=first, parts=(*parts, offer.main, *offer.parts), joined=joined, choices=(), is_told=True)
    kinds = tuple((what, file) for what, file in read.joined.items() if what not in FURTHER)
    return replace(told, unused=(*offer.unused, *both), kinds=kinds, **beside)
