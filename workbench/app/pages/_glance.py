"""The data at a glance: figures, three charts, and the rows themselves."""

import itertools
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QVBoxLayout, QWidget

from workbench.app.pages._background import Background
from workbench.app.pages._charts import Chart
from workbench.app.pages._preview import moment
from workbench.app.pages._tables import Prepared, of_numbers, of_texts, of_times
from workbench.app.tables import Column, TableView
from workbench.app.theme import GRID, SMALL
from workbench.app.widgets import Button, Card, Elided, Figure, SearchField, Text

Json = dict[str, Any]
TABLES = ("interactions", "users", "items", "refused")
PAUSE = 150  # milliseconds from the last key to the search
YEAR = 365.25 * 86400
DAYS = 86400
MOST_PERIODS = 240  # points of the activity, more than pixels could tell apart
HEIGHT = 184  # of the charts in the lowest window


def span(seconds: float) -> tuple[float, str]:
    """A time span in the largest unit of which there are two: the number and years, months, days, hours or minutes."""
    for size, unit in ((YEAR, "years"), (YEAR / 12, "months"), (DAYS, "days"), (3600, "hours"), (60, "minutes")):
        if seconds >= 2 * size:
            return seconds / size, unit
    return seconds, "seconds"


def grouped(periods: list[str], counts: list[int]) -> tuple[list[str], list[int]]:
    """At most `MOST_PERIODS` periods, neighbours put together and called by the first and the last of them."""
    each = -(-len(periods) // MOST_PERIODS)
    if each <= 1:
        return periods, counts
    starts = range(0, len(periods), each)
    names = [f"{periods[at]}–{periods[min(at + each, len(periods)) - 1]}" for at in starts]
    return names, [sum(counts[at : at + each]) for at in starts]


def ratings_text(rating: Json | None) -> Any:
    """How to write a rating: with as many digits as the levels of the file have, at most two."""
    levels = (rating or {}).get("levels") or []
    digits = next((d for d in (0, 1, 2) if all(abs(round(v, d) - v) < 1e-6 for v in levels)), 2)  # noqa: PLR2004
    digits = digits if levels else 2
    return lambda value: f"{value:,.{digits}f}"


class Figures(QWidget):
    """Six large numbers."""

    def __init__(self) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2 * GRID)
        self.all = [Figure(remark=" ") for _ in range(6)]
        for one in self.all:
            row.addWidget(one, 1)

    def show_about(self, about: Json) -> None:
        """Show the figures of a ``data.json``."""
        summary, report = about.get("summary") or {}, about.get("report") or {}
        rating, time = summary.get("rating"), summary.get("time")
        rows, users, items, density, when, lost = self.all
        n = summary.get("interactions", about.get("interactions", 0))
        remark = self.tr("only presence counts")
        if rating:
            remark = self.tr("{low:g} to {high:g}, mean {mean:.2f}").format(
                low=rating["min"], high=rating["max"], mean=rating["mean"]
            )
            if rating["min"] == rating["max"]:
                remark = self.tr("all ratings {value:g}").format(value=rating["min"])
        rows.set(f"{n:,}", self.tr("interactions"), remark)
        for figure, what, title in ((users, "user", self.tr("users")), (items, "item", self.tr("items"))):
            median = summary.get(f"median_per_{what}", 0)
            figure.set(f"{summary.get(what + 's', 0):,}", title, self.tr("median {n:,.4g} each").format(n=median))
        share = summary.get("density", 0.0)
        remark = self.tr("one pair in {n:,}").format(n=round(1 / share)) if 0 < share < 0.5 else self.tr("of all pairs")  # noqa: PLR2004
        density.set(f"{share * 100:.3g} %", self.tr("density"), remark, f"{share:.6%}")
        self._show_time(when, time)
        merged, refused = report.get("merged", 0), report.get("refused_count", 0)
        lost.set(
            f"{merged:,}", self.tr("duplicates"),
            self.tr("{n:,} rows refused").format(n=refused) if refused else self.tr("no row refused"),
        )  # fmt: skip

    def _show_time(self, figure: Figure, time: Json | None) -> None:
        if not time:
            figure.set("–", self.tr("no times"), self.tr("the file's order counts"))
            return
        since, until = (datetime.fromisoformat(time[key]) for key in ("min", "max"))
        number, unit = span((until - since).total_seconds())
        names = {
            "years": self.tr("years"), "months": self.tr("months"), "days": self.tr("days"), "hours": self.tr("hours"),
            "minutes": self.tr("minutes"), "seconds": self.tr("seconds"),
        }  # fmt: skip
        first, last = (f"{one.day} {one:%b} {one.year}" for one in (since, until))
        years = self.tr("from {a} to {b}").format(a=since.year, b=until.year)
        same = self.tr("in {year}").format(year=since.year)
        figure.set(
            f"{number:.0f} {names[unit]}", years if since.year != until.year else same,
            self.tr("newest {day}").format(day=last), f"{first} – {last} (UTC)",
        )  # fmt: skip


class Charts(QWidget):
    """Three charts in a row: ratings, long tail, activity; what the file lacks is replaced by what it has."""

    def __init__(self) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2 * GRID)
        self.cards, self.charts = [], []
        for name in (self.tr("Ratings"), self.tr("Long tail"), self.tr("Activity")):
            card, chart = Card(name, " "), Chart(name)
            card.body.setContentsMargins(2 * GRID, 12, 2 * GRID, 10)
            card.add(chart, 1)
            row.addWidget(card, 1)
            self.cards.append(card)
            self.charts.append(chart)

    def show_summary(self, summary: Json) -> None:
        """Draw the summary of a ``data.json``."""
        rating, time = summary.get("rating"), summary.get("time")
        if rating:
            self._show_ratings(rating)
        else:
            self._show_spread(0, self.tr("Users"), self.tr("interactions of each"), summary.get("per_user"))
        self._show_tail(summary.get("long_tail") or [])
        if time:
            self._show_activity(time)
        else:
            self._show_spread(2, self.tr("Items"), self.tr("interactions of each"), summary.get("per_item"))

    def _name(self, at: int, title: str, hint: str) -> Chart:
        self.cards[at].title.setText(title)
        self.cards[at].hint.set_text(hint)
        self.cards[at].setAccessibleName(title)
        self.charts[at].setAccessibleName(f"{title}, {hint}")
        return self.charts[at]

    def _show_ratings(self, rating: Json) -> None:
        counts, total = rating["counts"], max(1, sum(rating["counts"]))
        if "levels" in rating:
            labels = [f"{one:g}" for one in rating["levels"]]
        else:
            labels = [f"{a:.3g}–{b:.3g}" for a, b in zip(rating["edges"], rating["edges"][1:], strict=False)]
        pattern = self.tr("{label}: {n:,} ({share:.1%})")
        tips = [pattern.format(label=a, n=n, share=n / total) for a, n in zip(labels, counts, strict=True)]
        chart = self._name(0, self.tr("Ratings"), self.tr("how many of each"))
        if "edges" in rating:  # a label for each bin's beginning is short enough
            labels = [f"{one:.3g}" for one in rating["edges"][:-1]]
        chart.set_bars(counts, labels, tips, "; ".join(tips))

    def _show_spread(self, at: int, title: str, hint: str, counted: Json | None) -> None:
        counted = counted or {"edges": [1, 2], "counts": [0]}
        edges = counted["edges"]
        labels = [f"{a:,}" if b == a + 1 else f"{a:,}+" for a, b in itertools.pairwise(edges)]
        spans = [f"{a:,}" if b == a + 1 else f"{a:,}–{b - 1:,}" for a, b in itertools.pairwise(edges)]
        tips = [f"{one}: {n:,}" for one, n in zip(spans, counted["counts"], strict=False)]
        chart = self._name(at, title, hint)
        chart.set_bars(counted["counts"], labels[: len(counted["counts"])], tips, "; ".join(tips))

    def _show_tail(self, points: list[list[float]]) -> None:
        # Of few items, several points stand on the same step: the last of them is where the step ends.
        ends = [one for one, after in itertools.pairwise(points) if after[1] > one[1]] + points[-1:]
        x, y = [0.0, *(a for a, _ in ends)], [0.0, *(b for _, b in ends)]
        pattern = self.tr("The most popular {items:.0%} of items have {share:.0%} of the interactions")
        tips = [pattern.format(items=a, share=b) for a, b in zip(x, y, strict=True)]
        hint = self.tr("share of the top items")
        labels = ["0 %", "25 %", "50 %", "75 %", "100 %"]
        fifth = next((tip for tip, a in zip(tips, x, strict=True) if a >= 0.2), "")  # noqa: PLR2004 - a fifth
        self._name(1, self.tr("Long tail"), hint).set_area(x, y, labels, tips, fifth, shares=True)

    def _show_activity(self, time: Json) -> None:
        periods, counts = grouped(time["periods"], time["counts"])
        year = time["unit"] == "year"
        hint = self.tr("interactions a year") if year else self.tr("interactions a month")
        if len(periods) < len(time["periods"]):
            hint = self.tr("interactions over time")
        tips = [f"{one}: {n:,}" for one, n in zip(periods, counts, strict=True)]
        chart = self._name(2, self.tr("Activity"), hint)
        busiest = tips[int(np.argmax(counts))] if counts else ""
        gist = self.tr("{first} to {last}, most in {busiest}").format(
            first=periods[0], last=periods[-1], busiest=busiest
        )
        if len(counts) <= 3:  # noqa: PLR2004 - a line through two points tells nothing
            chart.set_bars(counts, periods, tips, gist)
        else:
            chart.set_area(range(len(counts)), counts, periods, tips, gist)


class Tab(Button):
    """One of the words; it leaves the arrow keys to what holds it."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            event.ignore()
            return
        super().keyPressEvent(event)


class Tabs(QWidget):
    """Words to choose one of; the arrow keys move along them."""

    chosen = Signal(str)

    def __init__(self, names: dict[str, str]) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        self.group = QButtonGroup(self)
        self.buttons: dict[str, Button] = {}
        for key, title in names.items():
            button = Tab(title, "quiet")
            button.setCheckable(True)
            button.setAutoExclusive(False)
            button.clicked.connect(partial(self.chosen.emit, key))
            self.group.addButton(button)
            self.buttons[key] = button
            row.addWidget(button)
        next(iter(self.buttons.values())).setChecked(True)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()), 0)
        shown = [key for key, one in self.buttons.items() if one.isVisibleTo(self) and one.isEnabled()]
        current = self.current
        if step and current in shown:
            key = shown[(shown.index(current) + step) % len(shown)]
            self.buttons[key].setFocus()
            self.buttons[key].click()
            return
        super().keyPressEvent(event)

    @property
    def current(self) -> str:
        """The one chosen."""
        return next((key for key, one in self.buttons.items() if one.isChecked()), "")

    def set_text(self, key: str, text: str) -> None:
        """Call one of them something else."""
        self.buttons[key].setText(text)
        self.buttons[key].setAccessibleName(text)


class Rows(Card):
    """The rows of the data in four tables, with a search."""

    save_refused = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(self.tr("Rows"))
        self._prepared: Prepared | None = None
        self._about: Json = {}
        self._total = 0
        self.tabs = Tabs({
            "interactions": self.tr("Interactions"), "users": self.tr("Users"), "items": self.tr("Items"),
            "refused": self.tr("Refused"),
        })  # fmt: skip
        self.tabs.chosen.connect(self._show)
        self.count = Elided("", SMALL, "faint")
        self.save = Button(
            self.tr("Save as CSV…"), "quiet", icon="download", tip=self.tr("Write all refused rows to a file")
        )
        self.save.clicked.connect(self.save_refused)
        self.search = SearchField(self.tr("Search users, items, titles"))
        self.search.setFixedWidth(30 * GRID)
        self.search.textChanged.connect(self._type)
        head = QHBoxLayout()
        head.setSpacing(GRID)
        head.addWidget(self.tabs)
        head.addSpacing(GRID)
        head.addWidget(self.count, 1)
        head.addWidget(self.save)
        head.addWidget(self.search)
        self.body.addLayout(head)
        self.table = TableView(self.tr("Rows"))
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
        self._soon = QTimer(self, singleShot=True, interval=PAUSE)
        self._soon.timeout.connect(self._search)

    def show_data(self, prepared: Prepared | None, about: Json) -> None:
        """Show the rows of other interactions."""
        self._prepared, self._about = prepared, about
        self.search.clear()
        self._soon.stop()
        number = (about.get("report") or {}).get("refused_count", 0)
        self.tabs.set_text("refused", self.tr("Refused {n:,}").format(n=number))
        self.tabs.buttons["refused"].setEnabled(number > 0)
        if self.tabs.current == "refused" and not number:
            self.tabs.buttons["interactions"].setChecked(True)
        searchable = prepared is None or prepared.searchable
        self.search.setEnabled(searchable)
        tip = self.tr("There are too many users and items to look through; find users on the page Inspect.")
        self.search.setToolTip("" if searchable else tip)
        self._show(self.tabs.current)

    def choose(self, which: str) -> None:
        """Show one of the tables."""
        if which in self.tabs.buttons and self.tabs.buttons[which].isEnabled():
            self.tabs.buttons[which].setChecked(True)
            self._show(which)

    def _show(self, which: str) -> None:
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
        """Let the columns fill the table: what is left over goes to all alike."""
        columns = self.table.model().columnCount()
        left = self.table.viewport().width() - sum(self.table.columnWidth(at) for at in range(columns))
        if columns and left > 0:
            for at in range(columns):
                self.table.setColumnWidth(at, self.table.columnWidth(at) + left // columns)

    def resizeEvent(self, event: Any) -> None:
        super().resizeEvent(event)
        self._widen()

    # Searching -----------------------------------------------------------------------------------------------------

    def _type(self) -> None:
        self._soon.start()

    @Slot()
    def _search(self) -> None:
        self._soon.stop()
        words, which = self.search.text().strip(), self.tabs.current
        if self._prepared is None or which == "refused" or self._counting.busy:
            return
        if not words:
            self._searching.forget()
            self._put(None)
            return
        self._say(self.tr("Searching…"))
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
        if self.tabs.current == "refused":
            total = (self._about.get("report") or {}).get("refused_count", 0)
            first = self.tr("the first {n:,} of {total:,}").format(n=shown, total=total)
            self._say(first if total > shown else self.tr("all of them"))
        elif shown != self._total:
            self._say(self.tr("{n:,} of {total:,}").format(n=shown, total=self._total))
        else:
            self._say("")

    @Slot(str)
    def _say(self, words: str) -> None:
        self.count.set_text(words)


def _ready(prepared: Prepared, which: str) -> str:
    prepared.ready(which)
    return which


def _taken(values: Any, rows: np.ndarray) -> list[str]:
    import pyarrow as pa

    found = values.take(pa.array(rows)).to_pylist()
    return ["" if v is None else ", ".join(v) if isinstance(v, list) else str(v) for v in found]


def _years(values: Any) -> np.ndarray:
    return values.to_numpy(zero_copy_only=False).astype(float)


class Glance(QWidget):
    """All of it."""

    def __init__(self) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2 * GRID)
        self.figures, self.charts, self.rows = Figures(), Charts(), Rows()
        self.charts.setMinimumHeight(HEIGHT)
        column.addWidget(self.figures)
        column.addWidget(self.charts, 2)
        column.addWidget(self.rows, 3)

    def show_data(self, data: Any, items: Any, about: Json) -> None:
        """Show other data."""
        self.figures.show_about(about)
        self.charts.show_summary(about.get("summary") or {})
        self.rows.show_data(Prepared(data, items) if data is not None else None, about)


def refused_file(folder: Path | None) -> Path | None:
    """The file with all refused rows of a data folder; None where there is none."""
    file = folder / "refused.csv" if folder is not None else None
    return file if file is not None and file.is_file() else None
