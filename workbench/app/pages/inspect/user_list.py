"""The right side of a user: what a run recommends to them, and another list beside it."""

from typing import Any

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QVBoxLayout

from workbench.app.pages.inspect.second_list import Beside
from workbench.app.pages.inspect.user_history import with_sentence
from workbench.app.pages.inspect.user_text import popular_instead
from workbench.app.session.run_combo import RunCombo
from workbench.app.session.session import Session
from workbench.app.tables.item_tables import ListTable
from workbench.app.widgets.basic import Card, Elided, Text
from workbench.app.widgets.quiet import QuietBox
from workbench.app.widgets.theme import GRID, SMALL
from workbench.app.widgets.translate import translate

K, LENGTHS = 20, (5, 10, 20, 50, 100, 200)
Json = dict[str, Any]


class UserList(Card):
    """The list under the choices that it depends on. Its menu asks why, looks at an item, or makes a rule."""

    wanted = Signal()
    """Another length, or seen items too."""
    selected = Signal()
    """Another item of the list was selected."""
    asked_why = Signal()
    opened = Signal(str)
    """An item was opened."""
    kept = Signal()
    """The list is to be kept."""
    ruled = Signal(str, object)
    """``pin`` or ``exclude``, and an item."""

    def __init__(self, session: Session) -> None:
        super().__init__(translate("UserList", "Recommendations"), " ")
        self.title.hide()  # the run says what it is
        self.item: str | None = None
        self._build_head(session)
        self.table = ListTable()
        self.table.row_selected.connect(self._select)
        self.table.row_opened.connect(self._open_row)
        for words, order in (
            (self.tr("Why?"), self.asked_why), (self.tr("Show the item"), self._open),
            (self.tr("Pin to the top"), self.pin), (self.tr("Exclude"), self.exclude),
            (self.tr("Keep this list"), self.kept),
        ):  # fmt: skip
            action = QAction(words, self.table)
            action.triggered.connect(order)
            self.table.addAction(action)
        self._stack, self.nothing = with_sentence(self.table)
        self.note = Text("", SMALL, "muted", wrap=True)
        self.instead = Text("", SMALL, "warn", wrap=True)
        for words in (self.note, self.instead):
            words.hide()
        lists = QHBoxLayout()
        lists.setSpacing(GRID)
        first = QVBoxLayout()
        first.setSpacing(4)
        first.addWidget(self.heading)
        first.addWidget(self._stack, 1)
        lists.addLayout(first, 1)
        lists.addWidget(self.beside, 1)
        self.body.addWidget(self.instead)
        self.body.addWidget(self.note)
        self.body.addLayout(lists, 1)

    def _build_head(self, session: Session) -> None:
        self.runs = RunCombo(self.tr("Run that recommends"))
        self.seen = QCheckBox(self.tr("Seen items"))
        self.seen.setToolTip(self.tr("Also list items that the user already has"))
        self.seen.setAccessibleName(self.tr("List seen items too"))
        self.seen.toggled.connect(self.wanted)
        self.k = QuietBox()
        for k in LENGTHS:
            self.k.addItem(self.tr("Top {k}").format(k=k), k)
        self.k.setCurrentIndex(self.k.findData(K))
        self.k.setAccessibleName(self.tr("Length of the list"))
        self.k.setToolTip(self.tr("Length of the list"))
        self.k.currentIndexChanged.connect(self.wanted)
        self.beside = Beside(session)
        self.heading = Elided("", SMALL, "muted")
        self.runs.setMinimumContentsLength(8)  # with the hits beside it where the window is narrow
        self.beside.choice.setMinimumContentsLength(6)
        self.head.insertWidget(1, self.runs)
        self.head.insertWidget(2, self.beside.choice)
        for widget in (self.seen, self.k):
            self.head.addWidget(widget)

    def show_items(self, items: list[Json], number: int, *, heading: str, about: str, basis: str) -> None:
        """Show a list in the colour `number` of its run: which it is, how good it is, and what it was made from."""
        self.heading.set_text(heading)
        self.note.setText(popular_instead() if basis == "popularity" and items else "")
        self.note.setVisible(bool(self.note.text()))
        self.table.set_narrow(self.beside.isVisibleTo(self))
        self.table.show_items(items, number, heading)
        self.table.select_item(self.item)
        self.hint.set_text(about)
        self._stack.setCurrentIndex(0 if items else 1)
        self.beside.lay_beside(items)

    def say_instead(self, words: str) -> None:
        """Say why it is not the list of the run that is selected; "" where it is."""
        self.instead.setText(words)
        self.instead.setVisible(bool(words))

    def add_note(self, sentences: list[str]) -> None:
        """Say more above the list, such as what was wished and cannot be met."""
        self.note.setText("\n".join(filter(None, [self.note.text(), *sentences])))
        self.note.setVisible(bool(self.note.text()))

    def make_room(self) -> None:
        """Leave out what there is no room for beside another list."""
        self.hint.setVisible(not self.beside.isVisibleTo(self))

    @property
    def chosen(self) -> Json | None:
        """The selected item, where it is in the list."""
        return next((item for item in self.table.items if item["item"] == self.item), None)

    @Slot(int)
    def _select(self, row: int) -> None:
        if 0 <= row < len(self.table.items) and self.table.items[row]["item"] != self.item:
            self.item = self.table.items[row]["item"]
            self.selected.emit()

    @Slot(int)
    def _open_row(self, row: int) -> None:
        self.opened.emit(self.table.items[row]["item"])

    @Slot()
    def _open(self) -> None:
        if self.chosen is not None:
            self.opened.emit(self.chosen["item"])

    @Slot()
    def pin(self) -> None:
        """Put the selected item at the top."""
        self._rule("pin")

    @Slot()
    def exclude(self) -> None:
        """Leave the selected item out."""
        self._rule("exclude")

    def _rule(self, kind: str) -> None:
        if self.chosen is not None:
            self.ruled.emit(kind, self.chosen)
