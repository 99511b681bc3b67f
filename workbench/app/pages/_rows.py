"""The rows of the data in four tables, sorted by a click on a column's head, searched, and copied."""

from functools import partial
from typing import Any

import numpy as np
from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QWidget

from workbench.app.pages._background import Background
from workbench.app.pages._preview import moment
from workbench.app.pages._tables import Prepared, of_numbers, of_texts, of_times
from workbench.app.pages._tabs import Tabs
from workbench.app.tables import Column, TableView
from workbench.app.theme import GRID, SMALL
from workbench.app.widgets import Button, Card, Elided, SearchField, Text

Json = dict[str, Any]
TABLES = ("interactions", "users", "items", "refused")
NARROW = 12 * GRID  # of columns that are made narrower so that all are seen
PAUSE = 150  # milliseconds from the last key to the search


def ratings_text(rating: Json | None) -> Any:
    """How to write a rating: with as many digits as the levels of the file have, at most two."""
    levels = (rating or {}).get("levels") or []
    digits = next((d for d in (0, 1, 2) if all(abs(round(v, d) - v) < 1e-6 for v in levels)), 2)  # noqa: PLR2004
    digits = digits if levels else 2
    return lambda value: f"{value:,.{digits}f}"


class Rows(Card):
    """The rows of the data in four tables. `tabs` choose the table; `tools` stand beside them while one is shown."""

    save_refused = Signal()

    def __init__(self, tabs: Tabs) -> None:
        super().__init__()
        self.setAccessibleName(self.tr("Rows"))
        self._prepared: Prepared | None = None
        self._about: Json = {}
        self._total = 0
        self._which = ""
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
        for one in (self._counting, self._searching):
            one.refused.connect(self._say)
        model = self.table.model()
        model.sorting.connect(self._show_sorting)
        self.table.sort_given_up.connect(self._say_count_again)
        self.table.copied.connect(self._say_copied)
        self._soon = QTimer(self, singleShot=True, interval=PAUSE)
        self._soon.timeout.connect(self._search)

    def _make_tools(self) -> None:
        self.tools = QWidget()
        self.count = Elided("", SMALL, "faint")
        self.cancel = Button(self.tr("Cancel"), "quiet", tip=self.tr("Leave the rows as they are (Esc)"))
        self.cancel.clicked.connect(self._cancel)
        self.save = Button(
            self.tr("Save as CSV…"), "quiet", icon="download", tip=self.tr("Write all refused rows to a file")
        )
        self.save.clicked.connect(self.save_refused)
        self.search = SearchField(self.tr("Search users, items, titles"))
        self.search.setFixedWidth(30 * GRID)
        self.search.textChanged.connect(self._type)
        row = QHBoxLayout(self.tools)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID)
        row.addWidget(self.count, 1)
        for one in (self.cancel, self.save, self.search):
            row.addWidget(one)
        self.cancel.hide()

    def show_data(self, prepared: Prepared | None, about: Json) -> None:
        """Take other interactions; the table at the front shows them at once, any other when it is chosen."""
        self._prepared, self._about = prepared, about
        self.search.clear()
        self._soon.stop()
        for one in (self._counting, self._searching):
            one.forget()
        number = (about.get("report") or {}).get("refused_count", 0)
        self.tabs.set_text("refused", self.tr("Refused {n:,}").format(n=number))
        self.tabs.buttons["refused"].setEnabled(number > 0)
        searchable = prepared is None or prepared.searchable
        self.search.setEnabled(searchable)
        tip = self.tr("There are too many users and items to look through; find users on the page Inspect.")
        self.search.setToolTip("" if searchable else tip)
        self.table.show_columns([], 0)  # what was there is gone
        self._which = ""

    def show_table(self, which: str) -> None:
        """Show one of the tables."""
        if which == self._which:
            return
        self._which = which
        self._searching.forget()
        self._counting.forget()
        self.save.setVisible(which == "refused")
        self.search.setVisible(which != "refused")
        self.table.horizontalHeader().setSortIndicatorShown(False)
        if self._prepared is None:
            self.table.show_columns([], 0)
            return
        if which == "refused":
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
        if self.search.text() and which != "refused":
            self._search()

    def _columns(self, which: str) -> tuple[list[Column], int]:
        if which == "refused":
            return self._refused()
        return {"interactions": self._interactions, "users": self._users, "items": self._items}[which](self._prepared)

    def _interactions(self, all_: Prepared) -> tuple[list[Column], int]:
        data = all_.data
        columns = [of_texts(self.tr("User"), lambda: data.user_ids, data.user, lambda: all_.user_ranks[data.user])]
        if all_.items is not None:
            columns.append(
                of_texts(self.tr("Title"), lambda: all_.names, data.item, lambda: all_.name_ranks[data.item])
            )
        columns.append(of_texts(self.tr("Item"), lambda: data.item_ids, data.item, lambda: all_.item_ranks[data.item]))
        if data.rating is not None:
            text = ratings_text(self._about.get("summary", {}).get("rating"))
            columns.append(of_numbers(self.tr("Rating"), lambda: data.rating, text))
        if data.time is not None:
            columns.append(of_times(self.tr("Time"), lambda: data.time, moment))
        return columns, len(data)

    def _users(self, all_: Prepared) -> tuple[list[Column], int]:
        data, starts = all_.data, all_.user_starts
        columns = [
            of_texts(self.tr("User"), lambda: data.user_ids, None, lambda: all_.user_ranks),
            of_numbers(self.tr("Interactions"), lambda: all_.user_counts, "{:,}".format),
        ]
        if data.rating is not None:
            columns.append(of_numbers(self.tr("Mean rating"), lambda: all_.user_means, "{:.2f}".format))
        if data.time is not None:
            last = len(data) - 1
            columns += [
                of_times(self.tr("First"), lambda: data.time[np.minimum(starts[:-1], last)], moment),
                of_times(self.tr("Last"), lambda: data.time[np.maximum(starts[1:] - 1, 0)], moment),
            ]
        return columns, data.n_users

    def _items(self, all_: Prepared) -> tuple[list[Column], int]:
        data, items = all_.data, all_.items
        columns = [of_texts(self.tr("Item"), lambda: data.item_ids, None, lambda: all_.item_ranks)]
        if items is not None:
            columns.insert(0, of_texts(self.tr("Title"), lambda: all_.names, None, lambda: all_.name_ranks))
        columns.append(of_numbers(self.tr("Interactions"), lambda: all_.item_counts, "{:,}".format))
        if data.rating is not None:
            columns.append(of_numbers(self.tr("Mean rating"), lambda: all_.item_means, "{:.2f}".format))
        if items is not None and items.year.null_count < len(items):
            columns.append(Column(self.tr("Year"), lambda rows: _taken(items.year, rows), lambda: _years(items.year)))
        if items is not None and items.genres.null_count < len(items):
            columns.append(Column(self.tr("Genres"), lambda rows: _taken(items.genres, rows)))
        return columns, data.n_items

    def _refused(self) -> tuple[list[Column], int]:
        rows = (self._about.get("report") or {}).get("refused") or []
        lines = np.array([one.get("line", 0) for one in rows], np.int64)

        def column(title: str, key: str) -> Column:
            texts = [str(one.get(key) or "") for one in rows]
            return Column(
                title, lambda at: [texts[i][:200] for i in at.tolist()], lambda: texts, lambda row: texts[row][:2000]
            )

        columns = [of_numbers(self.tr("Line"), lambda: lines, "{:,}".format), column(self.tr("Reason"), "reason")]
        if any(one.get("file") for one in rows):
            columns.insert(0, column(self.tr("File"), "file"))
        return [*columns, column(self.tr("Text"), "text")], len(rows)

    def _widen(self) -> None:
        """Let the columns fill the table: what is left over goes to all alike, what is lacking is taken from the widest."""
        columns = self.table.model().columnCount()
        widths = [self.table.columnWidth(at) for at in range(columns)]
        left = self.table.viewport().width() - sum(widths)
        if not columns:
            return
        if left > 0:
            widths = [one + left // columns for one in widths]
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
        if self._prepared is None or which in ("", "refused") or self._counting.busy:
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
        self._nothing(self.tr("Nothing here has “{words}” in it.").format(words=words[:60]) if not shown else "")

    def _nothing(self, sentence: str) -> None:
        self.nothing.setText(sentence)
        self.nothing.setVisible(bool(sentence))
        self.table.setVisible(not sentence)

    def _say_count(self, shown: int) -> None:
        if self._which == "refused":
            total = (self._about.get("report") or {}).get("refused_count", 0)
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


def _taken(values: Any, rows: np.ndarray) -> list[str]:
    import pyarrow as pa

    found = values.take(pa.array(rows)).to_pylist()
    return ["" if v is None else ", ".join(v) if isinstance(v, list) else str(v) for v in found]


def _years(values: Any) -> np.ndarray:
    return values.to_numpy(zero_copy_only=False).astype(float)
