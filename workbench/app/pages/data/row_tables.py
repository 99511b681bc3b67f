"""The rows of the data in tables, sorted by a click on a column's head, searched, and copied."""

from functools import partial
from typing import Any

import numpy as np
from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QWidget

from workbench.app.jobs.background import Background
from workbench.app.pages.data.row_columns import of_interactions, of_items, of_listed, of_users
from workbench.app.pages.data.summary_line import joined_rows
from workbench.app.pages.data.table_columns import Prepared
from workbench.app.tables.column import Column
from workbench.app.tables.table_view import TableView
from workbench.app.widgets.basic import Button, Card, Elided, SearchField, Text
from workbench.app.widgets.tabs import Tabs
from workbench.app.widgets.theme import GRID, SMALL

Json = dict[str, Any]
SEARCHED, LISTED = ("interactions", "users", "items"), ("refused", "duplicates", "files")
TABLES = SEARCHED + LISTED
SAVED = ("refused", "duplicates")
NARROW = 12 * GRID  # of columns that are made narrower so that all are seen
PAUSE_MS = 150  # milliseconds from the last key to the search


class Rows(Card):
    """The rows of the data in tables. `tabs` choose the table; `tools` stand beside them while one is shown.

    `duplicates_wanted` asks for `show_duplicates` (or `show_no_duplicates`); `save_wanted` names a list to be saved.
    """

    duplicates_wanted = Signal()
    save_wanted = Signal(str)

    def __init__(self, tabs: Tabs) -> None:
        super().__init__()
        self.setAccessibleName(self.tr("Rows"))
        self._prepared: Prepared | None = None
        self._about: Json = {}
        self._total = 0
        self._which = ""
        self._listed: dict[str, list[Json]] = {name: [] for name in LISTED}
        self._many: dict[str, int] = {}
        self._has_duplicates = False
        self.tabs = tabs
        self._make_tools()
        self.body.setContentsMargins(GRID, GRID, GRID, GRID)
        self.table = TableView(self.tr("Rows"), several=True)
        self.add(self.table, 1)
        self.nothing = Text("", ink="muted", wrap=True)
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.nothing.hide()
        self.add(self.nothing, 1)
        self._counting, self._searching = Background(self), Background(self)
        self._counting.answered.connect(self._fill)
        self._searching.answered.connect(self._found)
        for widget in (self._counting, self._searching):
            widget.refused.connect(self._say)
        model = self.table.model()
        model.sorting.connect(self._show_sorting)
        self.table.sort_given_up.connect(self._say_count_again)
        self.table.copied.connect(self._say_copied)
        self._soon = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._soon.timeout.connect(self._search)

    def _make_tools(self) -> None:
        self.tools = QWidget()
        self.count = Elided("", SMALL, "faint")
        self.cancel = Button(self.tr("Cancel"), "quiet", tip=self.tr("Stop searching or sorting (Esc)"))
        self.cancel.clicked.connect(self._cancel)
        self.save = Button(
            self.tr("Save as CSV…"), "quiet", icon="download", tip=self.tr("Write the whole list to a file")
        )
        self.save.clicked.connect(self._save)
        self.search = SearchField(self.tr("Search users, items, titles"))
        self.search.setMinimumWidth(18 * GRID)
        self.search.setMaximumWidth(30 * GRID)
        self.search.textChanged.connect(self._type)
        row = QHBoxLayout(self.tools)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID)
        row.addWidget(self.count, 1)
        row.addWidget(self.cancel)
        row.addWidget(self.save)
        row.addWidget(self.search, 8)
        self.cancel.hide()

    def show_data(self, prepared: Prepared | None, about: Json) -> None:
        """Take other interactions; the table at the front shows them at once, any other when it is chosen."""
        self._prepared, self._about = prepared, about
        self.search.clear()
        self._soon.stop()
        for widget in (self._counting, self._searching):
            widget.forget()
        self._show_lists(about)
        searchable = prepared is None or prepared.searchable
        self.search.setEnabled(searchable)
        tip = self.tr("There are too many users and items to search here. Find users on the page Inspect.")
        self.search.setToolTip("" if searchable else tip)
        self.table.show_columns([], 0)  # what was there is gone
        self._which = ""

    def _show_lists(self, about: Json) -> None:
        report = about.get("report") or {}
        self._has_duplicates = False
        self._listed = {"refused": report.get("refused") or [], "duplicates": [], "files": joined_rows(about)}
        self._many = {"refused": report.get("refused_count", 0), "duplicates": report.get("duplicates", 0)}
        self._many["files"] = len(self._listed["files"])
        titles = {"refused": self.tr("Refused {n:,}"), "duplicates": self.tr("Duplicates {n:,}")}
        for name in LISTED:
            self.tabs.set_text(name, titles.get(name, self.tr("Files")).format(n=self._many[name]))
            self.tabs.buttons[name].setEnabled(self._many[name] > 0)

    def show_duplicates(self, answer: Json) -> None:
        """Show the answer of the job ``duplicates``."""
        self._has_duplicates = True
        self._listed["duplicates"], self._many["duplicates"] = answer["shown"], answer["rows"]
        if self._which == "duplicates":
            self.save.setEnabled(True)
            self._fill("duplicates")

    def show_no_duplicates(self, sentence: str) -> None:
        """Say why they cannot be listed."""
        if self._which == "duplicates":
            self._say("")
            self._nothing(sentence)

    @Slot()
    def _save(self) -> None:
        self.save_wanted.emit(self._which)

    def show_table(self, which: str) -> None:
        """Show one of the tables."""
        if which == self._which:
            return
        self._which = which
        self._searching.forget()
        self._counting.forget()
        self.save.setVisible(which in SAVED)
        self.save.setEnabled(which != "duplicates" or self._has_duplicates)
        self.search.setVisible(which not in LISTED)
        self.table.horizontalHeader().setSortIndicatorShown(False)
        if self._prepared is None:
            self.table.show_columns([], 0)
            return
        if which == "duplicates" and not self._has_duplicates:
            self._nothing("")
            self.table.show_columns([], 0)
            self._say(self.tr("Looking for duplicates…"))
            self.duplicates_wanted.emit()
            return
        if which in LISTED:
            self._fill(which)
            return
        self._say(self.tr("Counting…"))
        self._counting.ask(partial(_ready, self._prepared, which))

    @Slot(object)
    def _fill(self, which: str) -> None:
        columns, self._total = self._columns(which)
        self.table.setAccessibleName(self.tabs.buttons[which].text())
        self.table.show_columns(columns, self._total)
        self._widen()
        self._say_count(self._total)
        self._nothing("")
        if self.search.text() and which not in LISTED:
            self._search()

    def _columns(self, which: str) -> tuple[list[Column], int]:
        if which in LISTED:
            return of_listed(which, self._listed[which])
        columns = {"interactions": of_interactions, "users": of_users, "items": of_items}[which]
        return columns(self._prepared, self._about)

    def _widen(self) -> None:
        """Let the columns fill the table: what is left over goes to all alike, what is lacking is taken from the widest."""
        columns = self.table.model().columnCount()
        widths = [self.table.columnWidth(at) for at in range(columns)]
        left = self.table.viewport().width() - sum(widths)
        if not columns:
            return
        if left > 0:
            widths = [width + left // columns for width in widths]
        while left < 0 and max(widths) > NARROW:
            widest = widths.index(max(widths))
            taken = min(-left, widths[widest] - max(NARROW, sorted(widths)[-2] if columns > 1 else NARROW) + 1)
            widths[widest] -= taken
            left += taken
        for at, wide in enumerate(widths):
            self.table.setColumnWidth(at, wide)

    def resizeEvent(self, event: Any) -> None:
        super().resizeEvent(event)
        self._widen()

    # Searching -----------------------------------------------------------------------------------------------------

    def _type(self) -> None:
        self._soon.start()

    @Slot()
    def _search(self) -> None:
        self._soon.stop()
        words, which = self.search.text().strip(), self._which
        if self._prepared is None or which not in SEARCHED or self._counting.busy:
            return
        if not words:
            self._searching.forget()
            self._put(None)
            return
        self._say(self.tr("Searching…"))
        self.cancel.show()
        self._searching.ask(partial(self._prepared.found, which, words))

    @Slot(object)
    def _found(self, rows: np.ndarray) -> None:
        self._put(rows)

    def _put(self, rows: np.ndarray | None) -> None:
        model, head = self.table.model(), self.table.horizontalHeader()
        model.set_rows(rows)
        if head.isSortIndicatorShown():
            model.sort(head.sortIndicatorSection(), head.sortIndicatorOrder())
        shown = self._total if rows is None else len(rows)
        self._say_count(shown)
        words = self.search.text().strip()
        self._nothing(self.tr("Nothing here contains “{words}”.").format(words=words[:60]) if not shown else "")

    def _nothing(self, sentence: str) -> None:
        self.nothing.setText(sentence)
        self.nothing.setVisible(bool(sentence))
        self.table.setVisible(not sentence)

    def _say_count(self, shown: int) -> None:
        if self._which in LISTED:
            total = self._many[self._which]
            first = self.tr("the first {n:,} of {total:,}").format(n=shown, total=total)
            self._say(first if total > shown else self.tr("all of them"))
        elif shown != self._total:
            self._say(self.tr("{n:,} of {total:,}").format(n=shown, total=self._total))
        else:
            self._say("")

    @Slot()
    def _say_count_again(self) -> None:
        self._say_count(self.table.model().rowCount())

    @Slot(int, int)
    def _say_copied(self, copied: int, selected: int) -> None:
        words = self.tr("{n:,} rows copied") if copied != 1 else self.tr("1 row copied")
        cut = self.tr("the first {n:,} of {total:,} rows copied")
        self._say((words if copied == selected else cut).format(n=copied, total=selected))

    @Slot(str)
    def _say(self, words: str) -> None:
        self.count.set_text(words)
        self.cancel.setVisible(self.table.model().busy)

    # Giving up -----------------------------------------------------------------------------------------------------

    @Slot(bool)
    def _show_sorting(self, busy: bool) -> None:
        if busy:
            self._say(self.tr("Sorting…"))
        else:
            self._say_count_again()

    @Slot()
    def _cancel(self) -> None:
        """Give up what is being sought or sorted."""
        held = self.cancel.hasFocus()
        if self._searching.busy:
            self._searching.forget()
            self.search.clear()
        if self.table.model().busy:
            self.table.give_up_sort()
        self._say_count_again()
        if held:
            self.table.setFocus()


def _ready(prepared: Prepared, which: str) -> str:
    prepared.ready(which)
    return which
