"""What each of several files was taken for, and how many rows met: a line for each, above the first rows."""

from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from workbench.app.pages.data.dropped_files import Offer
from workbench.app.widgets.basic import Picture, Text
from workbench.app.widgets.theme import GRID, SMALL

# With more parts, the others are counted.
MAX_PARTS = 3
Json = dict[str, Any]


class FilesTaken(QWidget):
    """Away while there is one file of interactions only; what comes along stands beside the button that adds it."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: tuple[Path, ...] = ()
        self.joined: Path | None = None
        self.setAccessibleName(self.tr("What each file was taken for"))
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(GRID, 0, 0, 0)
        self._grid.setHorizontalSpacing(GRID)
        self._grid.setVerticalSpacing(2)
        self._grid.setColumnStretch(3, 1)
        self._met = Text("", SMALL, "muted")
        self.hide()

    def show_offer(self, offer: Offer) -> None:
        """Show the files of an offer; nothing where one file tells everything, or only others come along."""
        self.parts, self.joined = offer.parts, offer.joined
        while self._grid.count():
            widget = self._grid.takeAt(0).widget()
            if widget is not self._met:
                widget.deleteLater()
        self._met.setParent(self)
        self._met.setText("")
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
        left = len(self.parts) + 1 - len(shown)
        if left:
            self._line(self.tr("and {n:,} more").format(n=left), self.tr("parts of the same table"))
        if self.joined is not None:
            self._line(self.joined.name, self.tr("says who each of them is by"))
            self._grid.addWidget(self._met, self._grid.rowCount() - 1, 3)

    def _line(self, name: str, words: str) -> None:
        row = self._grid.rowCount()
        label = Text(name if len(name) < 48 else f"{name[:24]}…{name[-22:]}", SMALL)  # noqa: PLR2004 - as wide as a title
        label.setToolTip(name)
        self._grid.addWidget(Picture("file", 16), row, 0)
        self._grid.addWidget(label, row, 1)
        self._grid.addWidget(Text(f"→ {words}", SMALL, "muted"), row, 2, Qt.AlignmentFlag.AlignLeft)
