"""One item: who had it, what is like it, and where it is recommended."""

from functools import partial
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QStackedLayout, QVBoxLayout, QWidget

from workbench.app.plots.bar_plot import BarPlot
from workbench.app.runs.run_store import RunInfo
from workbench.app.session.latest import Latest
from workbench.app.session.session import Session
from workbench.app.tables.column import Column, bars, texts, times
from workbench.app.tables.item_delegates import ScoreDelegate, TitleDelegate
from workbench.app.tables.item_pictures import ItemPictures
from workbench.app.tables.item_tables import ItemTable, digits_for, lay_columns, line
from workbench.app.tables.table_view import TableView
from workbench.app.widgets.amounts import several
from workbench.app.widgets.basic import Button, Card, Elided, EmptyState, Figure
from workbench.app.widgets.deferred import Deferred
from workbench.app.widgets.quiet import QuietBox
from workbench.app.widgets.theme import GRID, HEADING, ROW_HEIGHT

LATE = 400
PICTURE_HEIGHT, MAX_TEXT_CHARS = 7 * GRID, 2000
Json = dict[str, Any]


class ItemView(QWidget):
    """The story of an item; similar items lead on to their stories, and a button leads back."""

    user_chosen = Signal(str)
    left = Signal()
    """Back from the first item."""

    def __init__(self, session: Session, pictures: ItemPictures) -> None:
        super().__init__()
        self._pictures = pictures
        pictures.changed.connect(self._show_picture)
        self._story: Json = {}
        self._info: RunInfo | None = None
        self._way: list[str] = []
        self._users: list[Json] = []
        self._stories = Latest(session, "item_story", self)
        self._stories.answered.connect(self._show)
        self._stories.failed.connect(self._fail)
        self._late = QTimer(self, singleShot=True, interval=LATE)
        self._late.timeout.connect(lambda: self.summary.set_text(self.tr("Looking up the item…")))
        self._stack = QStackedLayout(self)
        self._stack.addWidget(
            EmptyState("inspect", self.tr("No item is chosen"), more=self.tr(
                "Double-click an item in a list or history, or click it on the map, to see its users and similar items."))
        )  # fmt: skip
        self._stack.addWidget(self._build())

    def _build(self) -> QWidget:
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2 * GRID)
        head = QHBoxLayout()
        head.setSpacing(12)
        self.back = Button(self.tr("Back"), icon="chevron-left", tip=self.tr("Back (Ctrl+Backspace)"))
        self.back.setShortcut("Ctrl+Backspace")
        self.back.clicked.connect(self.go_back)
        words = QVBoxLayout()
        words.setSpacing(0)
        self.title, self.summary = Elided("", HEADING, bold=True), Elided("", ink="muted")
        words.addWidget(self.title)
        words.addWidget(self.summary)
        self.text = Elided("", ink="muted")
        words.addWidget(self.text)
        self.picture = QLabel()
        head.addWidget(self.back)
        head.addWidget(self.picture)
        head.addLayout(words, 1)
        column.addLayout(head)
        row = QHBoxLayout()
        row.setSpacing(2 * GRID)
        column.addLayout(row, 1)
        self.users, self.similar, self.alike = TableView(""), ItemTable(""), ItemTable("")
        self.users.row_opened.connect(self._open_user)
        for table in (self.similar, self.alike):
            table.set_pictures(self._pictures)
            table.row_opened.connect(partial(self._open_item, table))
        self._delegates = {table: (TitleDelegate(table), ScoreDelegate(table)) for table in (self.similar, self.alike)}
        self._like = Card(self.tr("Similar items"), " ")
        self._content = Card(self.tr("Alike by"))
        self.kinds = QuietBox()
        self.kinds.setAccessibleName(self.tr("Alike by"))
        self.kinds.activated.connect(self._show_alike)
        self._content.head.addWidget(self.kinds)
        self._had = Card(self.tr("Users who had it"), " ")
        for card, table in ((self._like, self.similar), (self._content, self.alike), (self._had, self.users)):
            table.setAccessibleName(card.title.text())
            card.add(table, 1)
            card.body.setContentsMargins(2 * GRID, 12, GRID, GRID)
        self._where = Card(self.tr("Where it is recommended"), " ")
        self.listed = Figure("–", "", " ")
        self._where.add(self.listed)
        for card, stretch in ((self._like, 4), (self._content, 4), (self._had, 3), (self._where, 4)):
            policy = card.sizePolicy().Policy
            card.setSizePolicy(policy.Ignored, policy.Expanding)
            row.addWidget(card, stretch)
        return content

    @Deferred
    def ranks(self) -> BarPlot:
        """At which places of how many lists the item stands; it takes as long to make as all the rest."""
        made = BarPlot(
            self.tr("Ranks in the lists"), x=self.tr("rank"), y=self.tr("users"),
            empty=self.tr("Test this run on the page Compare to see in whose lists the item is."),
        )  # fmt: skip
        self._where.add(made, 1)
        return made

    @property
    def item(self) -> str | None:
        """Id of the item that is shown or asked for."""
        return self._way[-1] if self._way else None

    def set_run(self, info: RunInfo) -> None:
        """Look with the eyes of this run."""
        if self._info is None or (self._info.folder, self._info.number) != (info.folder, info.number):
            self._info = info
            if self._way:
                self._ask()
        self._info = info

    def open(self, item: str) -> None:
        """Show an item, from outside: the way back begins here."""
        self._way = [item]
        self._ask()

    @Slot()
    def go_back(self) -> None:
        """The item before, or where one came from."""
        if len(self._way) > 1:
            self._way.pop()
            self._ask()
        else:
            self.left.emit()

    def _ask(self) -> None:
        if self._info is not None:
            self._stories.ask({"run": str(self._info.folder), "item": self._way[-1]})
            self._late.start()
            self._stack.setCurrentIndex(1)

    @Slot(int)
    def _open_user(self, row: int) -> None:
        self.user_chosen.emit(self._users[row]["user"])

    def _open_item(self, table: ItemTable, row: int) -> None:
        self._way.append(table.items[row]["item"])
        self._ask()

    @Slot(object, str, str)
    def _fail(self, asked: Json, sentence: str, details: str) -> None:
        self._late.stop()
        self.title.set_text(line(asked["item"]))
        self.summary.set_text(sentence)
        self.text.set_text("")
        self._users, self._story = [], {}
        self._show_picture()
        for table in (self.users, self.similar, self.alike):
            lay_columns(table, [], [], 0, ROW_HEIGHT)
        self.listed.set("–", "", " ")
        self.ranks.set_bars([], [])

    @Slot(object, object)
    def _show(self, asked: Json, story: Json) -> None:
        self._late.stop()
        self.title.set_text(line(story.get("title") or story["item"]))
        parts = [str(story["year"])] if story.get("year") else []
        parts += [line(", ".join(story["genres"]))] if story.get("genres") else []
        parts.append(several(story["interactions"], self.tr("1 interaction"), self.tr("{n:,} interactions")))
        if story.get("mean") is not None:
            parts.append(self.tr("mean {mean:.1f}").format(mean=story["mean"]))
        self.summary.set_text(" · ".join(parts))
        self.text.set_text(line(story.get("text") or "", MAX_TEXT_CHARS))
        self.text.setVisible(bool(story.get("text")))
        self._story = story
        self._pictures.want([story["item"]])
        self._show_picture()
        self._show_similar(story)
        self._name_kinds(list(story.get("alike") or {}))
        self._show_alike()
        self._show_users(story)
        listed = story.get("listed")
        if listed is None:
            self.listed.set("–", self.tr("lists"), " ")
            self.ranks.set_bars([], [])
            return
        share = listed["users"] / listed["of"] if listed["of"] else 0.0
        self.listed.set(f"{listed['users']:,}", self.tr("of {n:,} tested lists").format(n=listed["of"]), f"{share:.1%}")
        self.ranks.set_bars([str(place) for place in range(1, len(listed["ranks"]) + 1)], listed["ranks"])

    @Slot()
    def _show_picture(self) -> None:
        """The picture of the item, where it has one."""
        picture = self._pictures.picture(self._story["item"]) if self._story else None
        self.picture.setVisible(picture is not None)
        if picture is not None:
            mode = Qt.TransformationMode.SmoothTransformation
            self.picture.setPixmap(picture.scaledToHeight(PICTURE_HEIGHT, mode))

    def _show_similar(self, story: Json) -> None:
        how = {"vectors": self.tr("by learned vectors"), "alone": self.tr("recommended for this item alone")}
        self._like.hint.set_text(how.get(story["how"], ""))
        self._fill(self.similar, story["similar"])

    def _name_kinds(self, kinds: list[str]) -> None:
        """Offer the kinds of vectors that the data has; the one that was looked at stays."""
        before = self.kinds.currentText()
        self.kinds.clear()
        self.kinds.addItems(kinds)
        self.kinds.setCurrentIndex(max(self.kinds.findText(before), 0) if kinds else -1)
        self._content.setVisible(bool(kinds))
        for card in (self._like, self._had, self._where):  # all tables begin at one height
            card.title.setMinimumHeight(self.kinds.sizeHint().height() if kinds else 0)

    @Slot()
    def _show_alike(self, *_: object) -> None:
        """Items that are alike by the chosen kind of vectors, beside those that are alike by people."""
        self._fill(self.alike, (self._story.get("alike") or {}).get(self.kinds.currentText(), []))

    def _fill(self, table: ItemTable, items: list[Json]) -> None:
        table.items = items
        values = [float(item["score"]) for item in items]
        score = bars(self.tr("similarity"), values, digits_for(values))
        score.right = False
        title, height = table.titles(items)
        lay_columns(table, [title, score], [0, 15 * GRID], len(items), height)
        titles, scores = self._delegates[table]
        scores.set_number(self._info.number if self._info is not None else 0)
        table.setItemDelegateForColumn(0, titles)
        table.setItemDelegateForColumn(1, scores)

    def _show_users(self, story: Json) -> None:
        self._users = users = story["users"]
        count = story["interactions"]
        self._had.hint.set_text(
            self.tr("the newest {n:,} of {all:,}").format(n=len(users), all=count)
            if len(users) < count
            else f"{count:,}"
        )
        columns: list[Column] = [texts(self.tr("user"), [line(user["user"]) for user in users])]
        widths = [0]
        if any(user.get("rating") is not None for user in users):
            ratings = ["" if user["rating"] is None else f"{user['rating']:.4g}" for user in users]
            rating = texts(self.tr("rating"), ratings)
            rating.right = True
            columns.append(rating)
            widths.append(8 * GRID)
        if any(user.get("time") is not None for user in users):
            columns.append(times(self.tr("date"), [user["time"] for user in users]))
            widths.append(14 * GRID)
        lay_columns(self.users, columns, widths, len(users), ROW_HEIGHT)
