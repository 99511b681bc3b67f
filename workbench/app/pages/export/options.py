"""What a person chooses of an export: the run, for whom, how long, which columns, and where to."""

from collections.abc import Collection
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QGridLayout, QHBoxLayout, QWidget

from workbench.app.pages.export.columns import ColumnsChoice
from workbench.app.pages.export.destination import PlaceChoice
from workbench.app.pages.export.users import LIST, ONE, UsersChoice
from workbench.app.session.run_combo import RunCombo
from workbench.app.widgets.basic import Card, Text
from workbench.app.widgets.field import NumberInput, parsed
from workbench.app.widgets.theme import GRID
from workbench.export.columns import EXACT
from workbench.insight.asked_list import AskedList

K, MOST_K = 10, 1000
LEFT = 52 * GRID
MOST_KEPT = 20_000  # letters of pasted ids that are kept with the project
TOP_LEFT = Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft
Json = dict[str, Any]


class Choices(Card):
    """One choice below the other, each beside its name."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(self.tr("What to write"))
        self.title.setText(self.tr("What to write"))
        self.body.addLayout(self.head)
        self.setFixedWidth(LEFT)
        self.runs = RunCombo(self.tr("Run that recommends"))
        self.users = UsersChoice()
        self.k = NumberInput({"minimum": 1, "maximum": MOST_K}, "integer")
        self.k.setFixedWidth(8 * GRID)
        self.k.setText(str(K))
        self.k.setAccessibleName(self.tr("Items in each list"))
        self.k.setToolTip(self.tr("1 to {most:,}; the arrow keys change it").format(most=MOST_K))
        self.seen = QCheckBox(self.tr("Seen items too"))
        self.seen.setToolTip(self.tr("Also list items that the user already has"))
        self._own: tuple[str, bool] | None = None  # length and seen items, while those of a list are shown
        self.columns = ColumnsChoice()
        self.place = PlaceChoice()
        for signal in (
            self.users.changed, self.k.textChanged, self.seen.toggled, self.columns.changed, self.place.changed,
        ):  # fmt: skip
            signal.connect(self._tell)
        self._build()

    def _build(self) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(2 * GRID)
        grid.setVerticalSpacing(12)
        grid.setColumnStretch(1, 1)
        rows = (
            (self.tr("Run"), self.runs), (self.tr("For"), self.users), (self.tr("Items in a list"), self._length()),
            (self.tr("Columns"), self.columns), (self.tr("Format"), self.place.format), (self.tr("File"), self.place),
        )  # fmt: skip
        for at, (words, widget) in enumerate(rows):
            label = Text(words, ink="muted")
            label.setFixedHeight(20 if widget == self.users else self.runs.sizeHint().height())
            grid.addWidget(label, at, 0, TOP_LEFT)
            grid.addWidget(widget, at, 1)
        self.body.addSpacing(4)
        self.body.addLayout(grid)
        self.body.addStretch(1)

    def _length(self) -> QWidget:
        both = QWidget()
        row = QHBoxLayout(both)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2 * GRID)
        row.addWidget(self.k)
        row.addWidget(self.seen, 1)
        return both

    @Slot()
    def _tell(self, *_: object) -> None:
        self.changed.emit()

    def follow(self, listed: AskedList | None) -> None:
        """Show length and seen items of a list that is made already; None: what the person chose, to be chosen again."""
        if listed is not None and self._own is None:
            self._own = self.k.text(), self.seen.isChecked()
        if listed is not None:
            self.k.setText(str(listed.k))
            self.seen.setChecked(listed.include_seen)
        elif self._own is not None:
            self.k.setText(self._own[0])
            self.seen.setChecked(self._own[1])
            self._own = None
        for widget in (self.runs, self.k, self.seen):
            widget.setEnabled(listed is None)

    @property
    def length(self) -> int | None:
        """Items in a list; None where the field holds no such number."""
        return _length(self.k.text())

    def tell(self, bytes_to_come: float | None) -> str:
        """Mark what is wrong; returns why nothing can be written, in a sentence, "" where something can."""
        wrong = "false" if self.length else "true"
        if self.k.property("wrong") != wrong:
            self.k.setProperty("wrong", wrong)
            self.k.style().unpolish(self.k)
            self.k.style().polish(self.k)
        place = self.place.tell(bytes_to_come)
        length = "" if self.length else self.tr("A list has 1 to {most:,} items.").format(most=MOST_K)
        columns = "" if self.columns.names else self.tr("Choose at least one column.")
        return place or self.users.problem or length or columns

    def args(self) -> Json:
        """What the export is asked for, but for the run and the place."""
        usual = self.columns.are_usual
        return {
            "k": self.length or K,
            "include_seen": self.seen.isChecked(),
            "columns": None if usual else self.columns.names,
            **({"exact": True} if self.place.kind == EXACT else {}),
        }

    def remember(self) -> Json:
        """What to keep with the project."""
        ids = self.users.ids.toPlainText()
        text, seen = self._own or (self.k.text(), self.seen.isChecked())
        return {
            "whom": self.users.whom,
            "ids": ids if len(ids) <= MOST_KEPT else "",
            "k": _length(text) or K,
            "seen": seen,
            "columns": self.columns.chosen,
            "format": self.place.kind,
            "path": self.place.field.text() if self.place.own else "",
        }

    def recall(self, view: Json, there: Collection[str]) -> None:
        """Take back what `remember` gave; `there` is what of one user and one list there is to choose."""
        self.users.ids.setPlainText(str(view.get("ids") or ""))
        whom = str(view.get("whom"))
        self.users.choose(whom if whom in there or whom not in (ONE, LIST) else "")
        if isinstance(view.get("k"), int):
            self.k.setText(str(view["k"]))
        self.seen.setChecked(view.get("seen") is True)
        if isinstance(view.get("columns"), list):
            self.columns.choose([str(name) for name in view["columns"]])
        self.place.format.setCurrentIndex(max(0, self.place.format.findData(view.get("format"))))
        if view.get("path"):
            self.place.take(str(view["path"]))

    def suggest(self, folder: Path, *words: str) -> None:
        """Name the file after some words, unless the person named it."""
        self.place.blockSignals(True)
        self.place.suggest(folder, *words)
        self.place.blockSignals(False)


def _length(text: str) -> int | None:
    k = parsed(text, "integer", optional=True)
    return k if isinstance(k, int) and 1 <= k <= MOST_K else None
