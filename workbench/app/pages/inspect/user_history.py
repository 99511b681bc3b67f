"""The left side of a user: the history, why an item is recommended, or what is wanted of the list."""

from typing import Any

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from workbench.app.pages.inspect.explanation import Reasons
from workbench.app.pages.inspect.rerank import Reorder
from workbench.app.pages.inspect.user_text import about_history, no_history
from workbench.app.pages.inspect.what_if import WhatIf
from workbench.app.session.session import Session
from workbench.app.tables.item_tables import HistoryTable
from workbench.app.widgets.basic import Card, Text
from workbench.app.widgets.tabs import Tabs
from workbench.app.widgets.theme import GRID, SMALL, font
from workbench.app.widgets.translate import translate

Json = dict[str, Any]


class UserHistory(Card):
    """One of three: the history with what can be changed in it, the reasons, or the wishes for another order."""

    turned = Signal(str)
    """Another of the three is shown: ``history``, ``why`` or ``reorder``."""
    opened = Signal(str)
    """An item was opened."""

    def __init__(self, session: Session, reorder: Reorder) -> None:
        super().__init__(translate("UserHistory", "History"), " ")
        self._base: Json = {}
        self.title.hide()
        self.head.removeWidget(self.hint)
        self.head.addStretch(1)
        self.tabs = Tabs({"history": self.tr("History"), "why": self.tr("Why"), "reorder": self.tr("Reorder")})
        self.tabs.chosen.connect(self.turn)
        self.head.insertWidget(0, self.tabs)
        self.table = HistoryTable()
        self.table.row_opened.connect(self._open)
        self._stack, self.nothing = with_sentence(self.table)
        self.what_if = WhatIf(session, self.table)
        first = QWidget()
        column = QVBoxLayout(first)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._stack, 1)
        column.addWidget(self.what_if)
        self.reasons, self.reorder = Reasons(session), reorder
        self.reasons.opened.connect(self.opened)
        self._pages = QStackedWidget()
        for widget in (first, self.reasons, self.reorder):
            self._pages.addWidget(widget)
        self.hint.setFont(font(SMALL))
        below = QVBoxLayout()
        below.setSpacing(4)
        below.addWidget(self.hint)  # as high as what stands above the list, so that both tables begin at one height
        below.addWidget(self._pages, 1)
        self.body.addLayout(below, 1)

    def show_history(self, base: Json, stars: float | None) -> None:
        """Show the history as it is (`base`, the answer of the job ``recommend``), or as it was changed."""
        self._base = base
        changed = self.what_if.history is not None
        shown = self.what_if.shown() if changed else base["history"]
        item = self.what_if.selected()
        self.table.show_items(shown, stars)
        self.table.select_item(item)
        self._tell()
        nobody = self.tr("The history is empty. Add an item below and see the list change.")
        self.nothing.setText(nobody if self.what_if.new_person else no_history(of_file=base.get("of_file") is True))
        self._stack.setCurrentIndex(0 if shown else 1)

    def _tell(self) -> None:
        """How much of the history is shown; where it is changed, of what it is now."""
        about = about_history(self._base)
        if self.what_if.history is not None:
            about = self.tr("{n:,}, changed").format(n=len(self.what_if.history))
        self.hint.set_text(about if self.tabs.current == "history" else "")

    @Slot(str)
    def turn(self, tab: str) -> None:
        """Show the history, the reasons, or what is wanted of the list."""
        self.tabs.buttons[tab].setChecked(True)
        self._pages.setCurrentIndex(list(self.tabs.buttons).index(tab))
        if self._base:
            self._tell()
        self.turned.emit(tab)

    @Slot(int)
    def _open(self, row: int) -> None:
        self.opened.emit(self.table.items[row]["item"])


def with_sentence(table: QWidget) -> tuple[QStackedWidget, Text]:
    """A table, or a sentence in its place."""
    stack = QStackedWidget()
    place = QWidget()
    column = QVBoxLayout(place)
    column.setContentsMargins(0, GRID, GRID, 0)
    sentence = Text("", ink="muted", wrap=True)
    column.addWidget(sentence)
    column.addStretch(1)
    stack.addWidget(table)
    stack.addWidget(place)
    return stack, sentence
