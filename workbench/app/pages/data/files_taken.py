"""What each of several files was taken for, and how many rows met: a line for each, above the first rows."""

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QWidget

from workbench.app.pages.data.dropped_files import Offer
from workbench.app.widgets.basic import Button, Picture, Text
from workbench.app.widgets.quiet import QuietBox
from workbench.app.widgets.theme import GRID, SMALL

# With more parts, the others are counted.
MAX_PARTS = 3
Json = dict[str, Any]


class FilesTaken(QWidget):
    """Away while there is one file of interactions only; what comes along stands beside the button that adds it."""

    changed = Signal()
    """A part was taken out."""
    key_chosen = Signal()
    """Another column is to join the files."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: tuple[Path, ...] = ()
        self.joined: Path | None = None
        self.setAccessibleName(self.tr("What each file was taken for"))
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(GRID, 0, 0, 0)
        self._grid.setHorizontalSpacing(GRID)
        self._grid.setVerticalSpacing(2)
        self._grid.setColumnStretch(4, 1)
        self._met = Text("", SMALL, "muted")
        self._offer: Offer | None = None
        self.removers: dict[Path, Button] = {}
        self.choice = QuietBox()
        self.choice.setAccessibleName(self.tr("Column that joins the files"))
        self.choice.setToolTip(self.tr("Both files have it: by its values each row finds who it is by"))
        self.choice.activated.connect(self.key_chosen)
        self.hide()

    def show_offer(self, offer: Offer) -> None:
        """Show the files of an offer; nothing where one file tells everything, or only others come along."""
        self.parts, self.joined = offer.parts, offer.joined
        while self._grid.count():
            widget = self._grid.takeAt(0).widget()
            if widget not in (self._met, self.choice):
                widget.deleteLater()
        self.removers = {}
        if self._offer is None or self._offer.joined != offer.joined:
            self.choice.clear()
            self._met.setText("")
        self._offer = offer
        self.choice.setParent(self)
        self.choice.setVisible(self.joined is not None and self.choice.count() > 1)
        self._met.setParent(self)
        self._met.setVisible(self.joined is not None)
        self.setVisible(bool(self.parts or self.joined))
        if not self.isHidden():
            self._show_lines(offer)

    def show_met(self, met: list[Json]) -> None:
        """Show how many rows of the lines have found theirs, in what was looked at."""
        for found in met[:1]:
            rows = found["matched"] + found["without"]
            words = self.tr("{n:,} of the first {rows:,} rows found theirs, by {key}")
            told = words.format(n=found["matched"], rows=rows, key=found["key"])
            such = ", ".join(text[:20] for text in found["without_examples"][:3])
            more = self.tr("{words}; not {such}") if found["without"] else "{words}"
            told = more.format(words=told, such=such)
            if found["twice"]:
                again = self.tr("{words}; came again with other values, and the first row counts: {such}")
                told = again.format(words=told, such=", ".join(text[:20] for text in found["twice_examples"][:3]))
            self._met.setText(told)
            self._met.set_ink("warn" if found["without"] or found["twice"] else "muted")

    def _show_lines(self, offer: Offer) -> None:
        shown = [offer.main, *self.parts][: MAX_PARTS + 1]
        for number, file in enumerate(shown):
            as_part = self.tr("interactions, part {n}").format(n=number + 1)
            self._line(file.name, as_part if self.parts else self.tr("interactions"))
            if number:
                self._add_remover(file)
        left = len(self.parts) + 1 - len(shown)
        if left:
            self._line(self.tr("and {n:,} more").format(n=left), self.tr("parts of the same table"))
        if self.joined is not None:
            self._line(self.joined.name, self.tr("says who each of them is by"))
            self._grid.addWidget(self.choice, self._grid.rowCount() - 1, 3, Qt.AlignmentFlag.AlignLeft)
            self._grid.addWidget(self._met, self._grid.rowCount() - 1, 4)

    @property
    def key(self) -> str | None:
        """The column that a person chose to join by; None where it is the one that was found."""
        return self.choice.currentData() if self.choice.currentIndex() >= 0 else None

    def show_keys(self, keys: list[str], key: str | None) -> None:
        """Offer columns that both files have, of which one joins them."""
        self.choice.clear()
        for name in keys:
            self.choice.addItem(self.tr("by {key}").format(key=name), name)
        self.choice.setCurrentIndex(self.choice.findData(key))
        self.choice.setVisible(self.joined is not None and len(keys) > 1)

    def take_out(self, file: Path) -> None:
        """Leave a part out."""
        if self._offer is not None:
            self.show_offer(replace(self._offer, parts=tuple(part for part in self.parts if part != file)))
            self.changed.emit()

    def _add_remover(self, file: Path) -> None:
        button = Button("", "quiet", icon="close", tip=self.tr("Leave {file} out").format(file=file.name))
        button.clicked.connect(partial(self.take_out, file))
        self.removers[file] = button
        self._grid.addWidget(button, self._grid.rowCount() - 1, 3, Qt.AlignmentFlag.AlignLeft)

    def _line(self, name: str, words: str) -> None:
        row = self._grid.rowCount()
        label = Text(name if len(name) < 48 else f"{name[:24]}…{name[-22:]}", SMALL)  # noqa: PLR2004 - as wide as a title
        label.setToolTip(name)
        self._grid.addWidget(Picture("file", 16), row, 0)
        self._grid.addWidget(label, row, 1)
        self._grid.addWidget(Text(f"→ {words}", SMALL, "muted"), row, 2, Qt.AlignmentFlag.AlignLeft)
