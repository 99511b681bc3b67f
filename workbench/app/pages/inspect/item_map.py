"""All items of a run on a plane, alike ones near each other, and those who had them."""

from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout

from workbench.app.pages.inspect.point_cloud import Points, picture
from workbench.app.runs.run_store import RunInfo
from workbench.app.session.latest import Latest
from workbench.app.session.session import Session
from workbench.app.tables.item_tables import line
from workbench.app.widgets.basic import Button, Card, Text, clear
from workbench.app.widgets.tabs import Tabs
from workbench.app.widgets.theme import theme
from workbench.app.widgets.translate import translate
from workbench.data.interactions import Interactions

MAX_CHARS = 16  # letters of a genre in the legend, and on hover all
Json = dict[str, Any]


class ItemMap(Card):
    """The map with its legend; a click opens an item, or goes to a user."""

    opened = Signal(str)
    user_chosen = Signal(str)

    def __init__(self, session: Session) -> None:
        super().__init__(translate("ItemMap", "Map"), " ")
        self._info: RunInfo | None = None
        self._stamp: tuple[Any, ...] = ()
        self._data: Interactions | None = None
        self._table, self._colours, self._n_items = np.zeros((0, 4), np.float32), np.zeros(0, np.int8), 0
        self._genres: list[str] = []
        self._genre: int | None = None
        self._wanted: tuple[list[str], list[str]] = ([], [])
        self._maps = Latest(session, "item_map", self)
        self._maps.answered.connect(self._show)
        self._maps.failed.connect(self._fail)
        self.points = Points(self.about)
        self.points.clicked.connect(self._open)
        self.who = Tabs({"items": self.tr("Items"), "users": self.tr("Users"), "both": self.tr("Both")})
        self.who.chosen.connect(self.show_only)
        self._legend = QHBoxLayout()
        self._legend.setSpacing(2)
        theme().changed.connect(self._repaint)
        self.whole = Button(self.tr("Show all"), "quiet", icon="reset", tip=self.tr("Show all points (double-click)"))
        self.whole.clicked.connect(self.points.show_all)
        self.head.addWidget(self.who)
        self.head.addWidget(self.whole)
        self.body.addLayout(self._legend)
        self.add(self.points, 1)
        self.note = Text(self.tr(
            "Points close to each other are similar to the algorithm. A ring is a user, placed near the items they had. "
            "Wheel, + or − to zoom, drag or arrow keys to move, click to open. "
            "Thin circles: items the user had; bold circles: recommended items."), ink="muted", wrap=True)  # fmt: skip
        self.add(self.note)

    def show_run(self, info: RunInfo, data: Interactions | None) -> None:
        """Show the map of a run; it is made where it is not known yet."""
        stamp = (str(info.folder), info.status.at)
        self._info, self._data = info, data
        if stamp == self._stamp:
            self._mark()
            return
        self._stamp = stamp
        self._table, self._colours = self._table[:0], self._colours[:0]
        self.points.set_points(self._table[:, :2], self._colours)
        self.points.say(self.tr("Drawing the map…"))
        self._maps.ask({"run": str(info.folder)})

    def mark(self, had: list[str], listed: list[str]) -> None:
        """Circle what the user had and what is recommended, by ids."""
        self._wanted = (had, listed)
        if self.isVisible():  # finding them among all takes longer than a frame: not while nobody looks
            self._mark()

    def _mark(self) -> None:
        if self._data is None or not len(self._table):
            return
        ids, index = self._data.item_ids, self._table[: self._n_items, 2].astype(np.int64)
        places = []
        for wanted in self._wanted:
            found = pc.index_in(pa.array(wanted, ids.type), ids).drop_null().to_numpy(zero_copy_only=False)
            places.append(np.flatnonzero(np.isin(index, found)))
        self.points.mark(*places)

    def about(self, place: int) -> str:
        """What a point is: an item's title, or a user, with the genre that gave the colour."""
        index, person = int(self._table[place, 2]), place >= self._n_items
        if self._data is None:
            return str(index)
        kind = int(self._colours[place])
        if not person:
            features = self._data.item_features
            return line(features.titles([index])[0] if features is not None else self._data.item_ids[index].as_py())
        name = self.tr("User {user}").format(user=line(self._data.user_ids[index].as_py()))
        return f"{name} · {line(self._genres[kind], 40)}" if 0 <= kind < len(self._genres) else name

    @Slot(object, object)
    def _show(self, asked: Json, answer: Json) -> None:
        self._table = np.load(Path(answer["points"]), allow_pickle=False)
        self._colours = np.load(Path(answer["colours"]), allow_pickle=False)
        self._n_items, self._genres = answer["items"], answer["genres"]
        self.hint.set_text(self.tr("{n:,} items, {m:,} users").format(n=answer["items"], m=answer["users"]))
        clear(self._legend)
        for number, name in enumerate([*self._genres, self.tr("others")] if self._genres else []):
            self._legend.addWidget(self._entry(number if number < len(self._genres) else -1, name))
        self._legend.addStretch(1)
        self.show_only(self.who.current)

    @Slot(str)
    def show_only(self, who: str) -> None:
        """Show ``items``, ``users`` or ``both``."""
        person = np.arange(len(self._table)) >= self._n_items
        left_out = {"items": person, "users": ~person}.get(who, np.zeros(len(person), bool))
        self.points.set_points(np.where(left_out[:, None], np.nan, self._table[:, :2]), self._colours, person)
        self.points.say("" if self.points.n else self.tr("There is nothing to show."))
        self._mark()

    def _entry(self, number: int, name: str) -> Button:
        tip = self.tr("Highlight only {genre}").format(genre=line(name))
        button = Button(line(name, MAX_CHARS), "quiet", tip=tip)
        button.setIcon(picture(number))
        button.setCheckable(True)
        button.clicked.connect(partial(self._emphasise, number))
        button.setProperty("number", number)
        return button

    def _entries(self) -> list[Button]:
        return [self._legend.itemAt(at).widget() for at in range(self._legend.count() - 1)]

    @Slot()
    def _repaint(self) -> None:
        for button in self._entries():
            button.setIcon(picture(button.property("number")))

    def _emphasise(self, number: int) -> None:
        self._genre = None if self._genre == number else number
        for button in self._entries():
            button.setChecked(self._genre is not None and button.property("number") == self._genre)
        self.points.emphasise(self._genre)

    @Slot(object, str, str)
    def _fail(self, asked: Json, sentence: str, details: str) -> None:
        self._stamp = ()
        self.points.say(sentence)

    @Slot(int)
    def _open(self, place: int) -> None:
        if self._data is None:
            return
        index = int(self._table[place, 2])
        if place < self._n_items:
            self.opened.emit(self._data.item_ids[index].as_py())
        else:
            self.user_chosen.emit(self._data.user_ids[index].as_py())
