"""The choosers with which a person corrects what was guessed of a file; each stands where it applies."""

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QWidget

from workbench.app.widgets.choice import Choice
from workbench.app.widgets.deferred import Deferred
from workbench.app.widgets.theme import GRID
from workbench.app.widgets.translate import declared
from workbench.data.columns.times import WRITTEN
from workbench.data.interactions import DUPLICATES
from workbench.data.reading.formats import all_formats
from workbench.data.reading.formats.table import Table

ACROSS = 5


class Choosers(QWidget):
    """All of them, by name, on a grid; `place` shows some."""

    chosen = Signal(str)
    """The name of a chooser: a person has chosen something else."""

    def __init__(self) -> None:
        super().__init__()
        self.grid = QGridLayout(self)
        self.grid.setContentsMargins(GRID, 0, GRID, GRID)
        self.grid.setHorizontalSpacing(2 * GRID)
        self.grid.setVerticalSpacing(GRID)
        for at in range(ACROSS):
            self.grid.setColumnStretch(at, 1)
        self.placed: list[str] = []

    def place(self, shown: list[str], below: QWidget) -> None:
        """Lay these out, in rows, and a widget below them; the others are away."""
        self.placed = shown
        for name, entry in self.all.items():
            self.grid.removeWidget(entry)
            entry.setVisible(name in shown)
        for at, name in enumerate(shown):
            self.grid.addWidget(self.all[name], at // ACROSS, at % ACROSS)
        self.grid.addWidget(below, 1 + len(shown) // ACROSS, 0, 1, ACROSS)

    @Deferred
    def _of_text(self) -> dict[str, Choice]:
        """How bytes become rows and fields."""
        marks = {
            self.tr("comma"): ",",
            self.tr("tab"): "\t",
            self.tr("semicolon"): ";",
            "::": "::",
            "|": "|",
            self.tr("space"): " ",
        }
        codes = {
            "UTF-8": "utf-8", "UTF-16": "utf-16", "Latin-1": "latin-1", "Windows-1252": "cp1252", "Windows-1251": "cp1251",
            "GB 18030": "gb18030", "Big5": "big5", "Shift-JIS": "shift_jis", "EUC-KR": "euc_kr",
            "KOI8-R": "koi8-r", "Windows-1253": "cp1253", "Windows-1255": "cp1255", "Windows-1256": "cp1256",
        }  # fmt: skip
        text = [kind for kind in all_formats().values() if kind.is_text]
        kinds = {declared(kind.title): kind.name for kind in sorted(text, key=lambda kind: kind is not Table)}
        found = {
            "file": Choice(self.tr("File"), {}),
            "table": Choice(self.tr("Sheet"), {}),
            "kind": Choice(self.tr("Rows are"), kinds),
            "encoding": Choice(self.tr("Encoding"), codes),
            "delimiter": Choice(self.tr("Delimiter"), marks, own=self.tr("such as ~")),
            "header": Choice(self.tr("First row"), {self.tr("names"): True, self.tr("data"): False}),
            "quotes": Choice(self.tr("Quotes"), {self.tr("enclose fields"): True, self.tr("plain characters"): False}),
            "comment": Choice(
                self.tr("Comments begin with"), {self.tr("nothing"): "", "#": "#", "%": "%", "//": "//"}, own="#"
            ),
        }
        tips = {
            "delimiter": self.tr("The characters between fields"),
            "comment": self.tr("Lines that begin with this are skipped"),
        }
        return self._own(found, tips)

    @Deferred
    def _of_values(self) -> dict[str, Choice]:
        """What fields mean, and what becomes of them."""
        policies = (
            self.tr("keep the last"), self.tr("keep the first"), self.tr("mean rating"), self.tr("sum of ratings"),
            self.tr("highest rating"), self.tr("number of them"),
        )  # fmt: skip
        found = {
            "decimal": Choice(self.tr("Decimal mark"), {self.tr("point"): ".", self.tr("comma"): ","}),
            "thousands": Choice(self.tr("Thousands"), {
                self.tr("none"): "", self.tr("comma"): ",", self.tr("point"): ".", self.tr("space"): " ", "'": "'",
            }),
            "first": Choice(self.tr("First column"), {
                self.tr("an item"): "cell", self.tr("the user"): "user", self.tr("a count"): "count",
            }),
            "missing": Choice(
                self.tr("Missing value"), {self.tr("empty"): "", "0": "0", "99": "99", "-1": "-1", "NA": "NA"}, own="99"
            ),
            "times": Choice(self.tr("Times"), {words: kind for kind, words in WRITTEN.items()}),
            "rating_as": Choice(self.tr("Ratings"), {
                self.tr("as they are"): "as is", self.tr("logarithm"): "log", self.tr("presence only"): "presence",
            }),
            "ids": Choice(self.tr("Ids"), {
                self.tr("as in the file"): "as is", self.tr("12.0 is 12"): "whole", self.tr("NA is missing, too"): "codes",
                self.tr("'=1 is =1"): "bare",
            }),
            "duplicates": Choice(self.tr("Duplicates"), dict(zip(policies, DUPLICATES, strict=True))),
        }  # fmt: skip
        tips = {
            "missing": self.tr("What a cell holds where user and item have no interaction"),
            "rating_as": self.tr("For counts such as plays: the logarithm of 1 + count, or only that there was one"),
            "duplicates": self.tr("What to keep where a user has the same item several times"),
        }
        return self._own(found, tips)

    @Deferred
    def all(self) -> dict[str, Choice]:
        """Every chooser by name, made in two steps, for all of them take longer than a tick may."""
        return {**self._of_text, **self._of_values}

    def _own(self, choosers: dict[str, Choice], tips: dict[str, str]) -> dict[str, Choice]:
        for name, chooser in choosers.items():
            chooser.setToolTip(tips.get(name, ""))
            chooser.setParent(self)
            chooser.chosen.connect(partial(self.chosen.emit, name))
        return choosers
