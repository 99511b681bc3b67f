"""Look at one user: what they had, and what a run recommends to them."""

import math
from datetime import UTC, datetime
from typing import Any, ClassVar

import pyarrow as pa
import pyarrow.compute as pc
from PySide6.QtCore import QCoreApplication, QRandomGenerator, Qt, QTimer, Slot
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QProgressBar,
    QStackedLayout,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from workbench.app.pages import Page, preview
from workbench.app.pages._beside import Beside
from workbench.app.pages._item_map import ItemMap
from workbench.app.pages._item_view import ItemView
from workbench.app.pages._kinds import Kinds
from workbench.app.pages._latest import Latest
from workbench.app.pages._lists import STARRED, HistoryTable, ListTable, line
from workbench.app.pages._reasons import Reasons
from workbench.app.pages._reorder import Reorder
from workbench.app.pages._run_combo import RunCombo, RunData, run_to_show, select_run, usable_runs
from workbench.app.pages._run_words import short_title, state_words
from workbench.app.pages._tabs import Tabs
from workbench.app.pages._user_search import UserSearch
from workbench.app.pages._what_if import WhatIf
from workbench.app.runs import RunInfo
from workbench.app.session import Session
from workbench.app.theme import GRID
from workbench.app.widgets import Button, Card, EmptyState, ErrorCard, Text

LATE = 400  # milliseconds without an answer until the page says that it is waiting
K, LENGTHS = 20, (5, 10, 20, 50, 100, 200)
Json = dict[str, Any]


class InspectPage(Page):
    """The list at the right; at the left the history, the reasons, or what is wanted of the list besides high scores.

    Both sides change together when the answer is there. Two more views show one item, and a map of all.
    """

    name: ClassVar[str] = "inspect"
    title: ClassVar[str] = QCoreApplication.translate("InspectPage", "Inspect")
    icon: ClassVar[str] = "inspect"
    order: ClassVar[int] = 6

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self._at_front = False
        self._run: str | None = None
        self._shown: tuple[Json, str] | None = None
        self._stamp = ""
        self._data = RunData(session)
        self._lists = Latest(session, "recommend", self)
        self._lists.answered.connect(self._show)
        self._lists.failed.connect(self._show_failure)
        self._base: Json = {}
        self._item: str | None = None
        self._others = {name: Latest(session, name, self) for name in ("what_if", "reorder")}
        for other, show in (("what_if", self._show_imagined), ("reorder", self._show_reordered)):
            self._others[other].answered.connect(show)
            self._others[other].failed.connect(self._show_no_other)
        self._late = QTimer(self, singleShot=True, interval=LATE)
        self._late.timeout.connect(self._say_late)
        self._make_actions()
        self._build()
        session.selection_changed.connect(self.refresh)
        session.data_changed.connect(self.refresh)
        session.runs_changed.connect(self.refresh)
        session.run_changed.connect(self._refresh_run)

    @classmethod
    def state(cls, session: Session) -> tuple[str, str]:
        if session.data is None and not session.all_runs():
            return "", QCoreApplication.translate("InspectPage", "Open a ratings file first")
        if not usable_runs(session):
            return "", QCoreApplication.translate("InspectPage", "Train an algorithm first")
        return "", ""

    # Widgets -------------------------------------------------------------------------------------------------------

    def _make_actions(self) -> None:
        self.primary = QAction(self.tr("Export this list"), self)
        self.primary.triggered.connect(self._export)
        self.random = QAction(self.tr("Somebody at random"), self)
        self.random.setToolTip(self.tr("A user drawn at random"))
        self.random.triggered.connect(self._go_random)
        self.search = UserSearch(self.session)
        self.search.chosen.connect(self._go_to_user)
        self.previous = Button("", icon="chevron-left", tip=self.tr("Previous user (Alt+Up)"))
        self.next = Button("", icon="chevron-right", tip=self.tr("Next user (Alt+Down)"))
        for button, keys, slot in ((self.previous, "Alt+Up", self._go_back), (self.next, "Alt+Down", self._go_on)):
            button.setShortcut(QKeySequence(keys))
            button.clicked.connect(slot)
        self.kinds = Kinds(self.session, self.search, self.random)
        self.secondary = [self.search, self.previous, self.next, self.kinds]

    def _build(self) -> None:
        self._stack = QStackedLayout(self)
        self.empty = EmptyState("inspect", "", self.tr("Go to Train"))
        self.empty.button.clicked.connect(self._go_to_next_step)
        self._stack.addWidget(self.empty)
        self._stack.addWidget(self._build_waiting())
        self._stack.addWidget(self._build_content())
        self._failure = QWidget()
        column = QVBoxLayout(self._failure)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2 * GRID)
        self._failed_card: ErrorCard | None = None
        self.again = Button(self.tr("Try again"), icon="reset")
        self.again.clicked.connect(self._ask_again)
        column.addWidget(self.again, 0, Qt.AlignmentFlag.AlignLeft)
        column.addStretch(1)
        self._stack.addWidget(self._failure)

    def _build_waiting(self) -> QWidget:
        waiting = QWidget()
        column = QVBoxLayout(waiting)
        column.setSpacing(2 * GRID)
        self.waiting = Text("", bold=True)
        self._waiting_more = Text(self.tr("The first list appears here as soon as the training is done."), ink="muted")
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setFixedWidth(40 * GRID)
        self._bar.setAccessibleName(self.tr("Progress of the training"))
        column.addStretch(2)
        for one in (self.waiting, self._bar, self._waiting_more):
            column.addWidget(one, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(3)
        return waiting

    def _build_content(self) -> QWidget:
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        self.views = Tabs({"user": self.tr("User"), "item": self.tr("Item"), "map": self.tr("Map")})
        self.views.chosen.connect(self.show_view)
        column.addWidget(self.views, 0, Qt.AlignmentFlag.AlignLeft)
        self._views = QStackedWidget()
        self.item_view, self.map = ItemView(self.session), ItemMap(self.session)
        for one in (self._build_user(), self.item_view, self.map):
            self._views.addWidget(one)
        column.addWidget(self._views, 1)
        self.item_view.left.connect(self._leave_item)
        self.item_view.user_chosen.connect(self._go_to_user)
        self.map.opened.connect(self.open_item)
        return content

    def _build_user(self) -> QWidget:
        content = QWidget()
        row = QHBoxLayout(content)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2 * GRID)
        self._history_card = Card(self.tr("History"), " ")
        self._build_left()
        self._list_card = Card(self.tr("Recommendations"), " ")
        self._list_card.title.hide()  # the run says what it is
        self._build_list_head()
        self.list = ListTable()
        self.list.row_selected.connect(self._select)
        self.list.row_opened.connect(self._open_row)
        for words, order in (
            (self.tr("Why?"), self._ask_why), (self.tr("Look at the item"), self._open_selected),
            (self.tr("Put at the top"), self._pin), (self.tr("Leave out"), self._exclude),
        ):  # fmt: skip
            action = QAction(words, self.list)
            action.triggered.connect(order)
            self.list.addAction(action)
        self._list_stack, self._no_list = _with_sentence(self.list)
        lists = QHBoxLayout()
        lists.setSpacing(GRID)
        lists.addWidget(self._list_stack, 1)
        lists.addWidget(self.beside, 1)
        self._list_card.body.addLayout(lists, 1)
        for card, stretch in ((self._history_card, 2), (self._list_card, 3)):
            card.body.setContentsMargins(2 * GRID, 12, GRID, GRID)
            card.setSizePolicy(card.sizePolicy().Policy.Ignored, card.sizePolicy().Policy.Expanding)
            row.addWidget(card, stretch)
        self._sides = row
        return content

    def _build_left(self) -> None:
        card = self._history_card
        card.title.hide()
        self.tabs = Tabs({"history": self.tr("History"), "why": self.tr("Why"), "reorder": self.tr("Reorder")})
        self.tabs.chosen.connect(self.show_tab)
        card.head.insertWidget(0, self.tabs)
        self.history = HistoryTable()
        self.history.row_opened.connect(lambda row: self.open_item(self.history.items[row]["item"]))
        self._history_stack, self._no_history = _with_sentence(self.history)
        self.what_if = WhatIf(self.session, self.history)
        self.what_if.changed.connect(self._change_history)
        self.what_if.keep.clicked.connect(self._keep)
        first = QWidget()
        column = QVBoxLayout(first)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._history_stack, 1)
        column.addWidget(self.what_if)
        self.reasons, self.reorder = Reasons(self.session), Reorder()
        self.reasons.opened.connect(self.open_item)
        self.reorder.changed.connect(self._update)
        self._left = QStackedWidget()
        for one in (first, self.reasons, self.reorder):
            self._left.addWidget(one)
        card.add(self._left, 1)

    def _build_list_head(self) -> None:
        self.runs = RunCombo(self.tr("Run that recommends"))
        self.runs.chosen.connect(self._choose_run)
        self.seen = QCheckBox(self.tr("Seen too"))
        self.seen.setToolTip(self.tr("Also list what the user already has"))
        self.seen.setAccessibleName(self.tr("List seen items too"))
        self.seen.toggled.connect(self.refresh)
        self.k = QComboBox()
        for k in LENGTHS:
            self.k.addItem(self.tr("Top {k}").format(k=k), k)
        self.k.setCurrentIndex(self.k.findData(K))
        self.k.setAccessibleName(self.tr("Length of the list"))
        self.k.setToolTip(self.tr("Length of the list"))
        self.k.currentIndexChanged.connect(self.refresh)
        self.beside = Beside(self.session)
        self.beside.chosen.connect(self._choose_beside)
        head = self._list_card.head
        head.insertWidget(1, self.runs)
        head.insertWidget(2, self.beside.choice)
        for one in (self.seen, self.k):
            head.addWidget(one)
        self.tabs.setMinimumHeight(self.k.sizeHint().height())  # both tables begin at one height

    # The page ------------------------------------------------------------------------------------------------------

    def shown(self) -> None:
        self._at_front = True
        self.refresh()

    def hidden(self) -> None:
        self._at_front = False
        self.search.close_list()

    def find(self) -> None:
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    def remember(self) -> dict[str, Any]:
        return {"k": self.k.currentData(), "seen": self.seen.isChecked()}

    def recall(self, view: dict[str, Any]) -> None:
        self.k.setCurrentIndex(self.k.findData(view["k"] if view.get("k") in LENGTHS else K))
        self.seen.setChecked(view.get("seen") is True)

    @property
    def info(self) -> RunInfo | None:
        """The run that recommends."""
        return run_to_show(self.session, self._run)

    @Slot()
    def refresh(self, *_: object) -> None:
        """Catch up with the session: ask for another list where another is wanted."""
        if not self._at_front:
            return
        info = self.info
        usable = info is not None
        for one in (self.search, self.previous, self.next, self.random, self.kinds, self.primary):
            one.setEnabled(usable)
        if info is None:
            self._show_empty()
            return
        self._run = info.id
        self.runs.show_runs(usable_runs(self.session), info.id)
        self.search.set_data(self._data.folder(info))
        self.beside.show_runs(usable_runs(self.session), info)
        self.reasons.set_run(info)
        self.item_view.set_run(info)
        user = self._user(info)
        other = self.beside.info
        self.kinds.set_place(str(info.folder), str(other.folder) if other is not None else "", user or "")
        if self.views.current == "map":
            self.map.show_run(info, self._data.of(info))
        if user is None:
            self._say_empty(self.tr("The data of this run has no users."), "")
            return
        self._want(info, user)

    def _refresh_run(self, run_id: str) -> None:
        if self._run is None or run_id == self._run:
            self.refresh()

    def _user(self, info: RunInfo) -> str | None:
        """The selected user, where the run's data has them; else the first."""
        data, user = self._data.of(info), self.session.user
        if data is None:
            return user or ""
        if user is not None and pc.index(data.user_ids, pa.scalar(user, data.user_ids.type)).as_py() >= 0:
            return user
        return data.user_ids[0].as_py() if data.n_users else None

    def _want(self, info: RunInfo, user: str) -> None:
        if user != self.session.user:
            self.session.select_user(user)  # comes back here
            return
        args = {"run": str(info.folder), "user": user, "k": self.k.currentData(), "include_seen": self.seen.isChecked()}
        stamp = f"{info.status.get('at')} {info.number}"
        if self._lists.pending == args:
            return
        if self._shown == (args, stamp):
            self._lists.forget()
            self._late.stop()
            return
        self._stamp = stamp
        self._lists.ask(args)
        self._late.start()

    @Slot()
    def _ask_again(self) -> None:
        self._shown = None
        self.refresh()

    @Slot()
    def _say_late(self) -> None:
        pending = self._lists.pending
        if pending is not None:
            self.set_facts(self.tr("Looking up user {user}…").format(user=line(pending["user"])))
        if self._shown is None and self._stack.currentIndex() == 0:
            self.empty.set_text(self.tr("Getting the first list…"), "")

    # What is shown -------------------------------------------------------------------------------------------------

    @Slot(object, object)
    def _show(self, asked: Json, answer: Json) -> None:
        self._late.stop()
        before = self._shown[0] if self._shown is not None else {}
        if (before.get("user"), before.get("run")) != (asked["user"], asked["run"]):
            keeps = before.get("user") == asked["user"] and self.what_if.history is not None
            if not keeps:  # with another run the same changed history is asked again
                self.what_if.set_real(answer["history"], self.info)
                self._item = None
            self.reasons.clear()
        self._shown = (asked, self._stamp)
        self._base = answer
        self._show_history()
        self._no_list.setText(self.tr("Nothing is left to recommend: this user has seen every item."))
        self.set_heading(self.tr("User {user}").format(user=line(answer["user"])))
        self.set_facts(" · ".join(self._facts(answer)))
        self._update()
        self._stack.setCurrentIndex(2)

    def _show_history(self) -> None:
        """The history as it is, or as it was changed."""
        history, changed = self._base["history"], self.what_if.history is not None
        shown = self.what_if.shown() if changed else history
        item = self.what_if.selected()
        self.history.show_items(shown, self._scale(self.info, history))
        self.history.select_item(item)
        about = self.tr("{n:,}, changed").format(n=len(shown)) if changed else self._about_history(self._base)
        self._history_card.hint.set_text(about if self.tabs.current == "history" else "")
        nobody = self.tr("Nobody is known yet. Add an item below, and see the list change.")
        self._no_history.setText(nobody if self.what_if.new_person else self._why_no_history())
        self._history_stack.setCurrentIndex(0 if shown else 1)

    @Slot()
    def _change_history(self) -> None:
        self._show_history()
        self._update()

    @Slot()
    def _update(self) -> None:
        """Get the list that is wanted: as it is, for a changed history, or in another order."""
        info, base = self.info, self._base
        if info is None or not base or self._shown is None:
            return
        for one in self._others.values():
            one.forget()
        args = {"run": str(info.folder), "k": self.k.currentData()}
        changed = self.what_if.history is not None
        self.reorder.setEnabled(not changed)
        self.seen.setEnabled(not changed and not self.reorder.wishes)
        self.what_if.say("exact")
        self._about_other()
        if changed:
            user = None if self.what_if.new_person else base["user"]
            self._others["what_if"].ask(args | {"history": self.what_if.asked(), "user": user})
        elif self.reorder.wishes or self.tabs.current == "reorder":
            self._others["reorder"].ask(args | {"user": base["user"], "wishes": self.reorder.wishes})
            if not self.reorder.wishes:
                self._show_list(base["items"], self._about_list(base))
        else:
            self._show_list(base["items"], self._about_list(base))
        self.beside.ask(args, base["user"], self.what_if)

    def _about_other(self) -> None:
        if self.what_if.new_person:
            self.set_heading(self.tr("Somebody new"))
        else:
            self.set_heading(self.tr("User {user}").format(user=line(self._base["user"])))

    @Slot(object, object)
    def _show_imagined(self, asked: Json, answer: Json) -> None:
        self.what_if.say(answer["fold_in"])
        self._show_list(answer["items"], self.tr("for the changed history"))

    @Slot(object, object)
    def _show_reordered(self, asked: Json, answer: Json) -> None:
        self.reorder.show_answer(answer)
        if asked["wishes"]:
            self._show_list(answer["items"], self.tr("in another order"))

    @Slot(object, str, str)
    def _show_no_other(self, asked: Json, sentence: str, details: str) -> None:
        self._no_list.setText(sentence)
        self._show_list([], "")

    def _show_list(self, items: list[Json], about: str) -> None:
        info = self.info
        self.list.set_narrow(self.beside.isVisibleTo(self))
        self.list.show_items(items, info.number if info is not None else 0)
        self.list.select_item(self._item)
        self._list_card.hint.set_text(about)
        self._list_stack.setCurrentIndex(0 if items else 1)
        self.beside.lay_beside(items)
        had = [one["item"] for one in self.what_if.shown()]
        self.map.mark(had, [one["item"] for one in items])
        if self.tabs.current == "why":
            self._ask_why()

    def _facts(self, answer: Json) -> list[str]:
        history = answer["history"]
        ratings = [one["rating"] for one in history if one.get("rating") is not None]
        number = answer.get("history_count", len(history))
        one_word, more = (self.tr("rating"), self.tr("ratings")) if ratings else (
            self.tr("interaction"), self.tr("interactions"))  # fmt: skip
        count = f"{number:,} {one_word if number == 1 else more}"
        since = _year(answer.get("history_since"))
        facts = [self.tr("{count} since {year}").format(count=count, year=since) if since else count]
        mean = answer.get("history_mean")
        if mean is not None and math.isfinite(mean):
            facts.append(self.tr("mean {mean:.1f}").format(mean=mean))
        if answer.get("known"):
            facts.append(self.tr("known from training"))
        elif history:
            facts.append(self.tr("not in training, judged by the history alone"))
        else:
            facts.append(self.tr("not in training"))
        return facts

    def _about_history(self, answer: Json) -> str:
        history = answer["history"]
        number = answer.get("history_count", len(history))
        if not history:
            return ""
        if len(history) < number:
            return self.tr("the newest {n:,} of {all:,}").format(n=len(history), all=number)
        if history[0].get("time") is None:
            return self.tr("{n:,}, the last of the file first").format(n=number)
        return self.tr("{n:,}, newest first").format(n=number)

    def _about_list(self, answer: Json) -> str:
        hidden = answer.get("hidden") or 0
        found = sum(bool(one.get("hit")) for one in answer["items"])
        if not hidden:
            return self.tr("nothing hidden")
        return self.tr("{found} of {n} hits").format(found=found, n=hidden)

    def _why_no_history(self) -> str:
        return self.tr(
            "There is no history of this user before the test. Whoever has none gets the same list, "
            "or one that says little about them."
        )

    def _scale(self, info: RunInfo | None, history: list[Json]) -> float | None:
        """End of the scale of ratings where they are drawn as stars; None where they are not."""
        rating = (self.session.about.get("summary") or {}).get("rating") or {}
        values = [one["rating"] for one in history if one.get("rating") is not None and one["rating"] == one["rating"]]
        if info is not None and self._data.of(info) is not self.session.data:
            rating = {}
        low, high = rating.get("min", min(values, default=0.0)), rating.get("max", max(values, default=0.0))
        if low < 0 or low == high == 1:
            return None
        return next((float(end) for end in STARRED if 1 < high <= end), None)

    def _show_empty(self) -> None:
        active = self.session.runs.active()
        waiting = next(iter(self.session.runs.waiting()), None) if active is None else active
        self.set_heading(self.title)
        self.set_facts("")
        if waiting is not None:
            self.waiting.setText(f"{short_title(waiting)} · {state_words(waiting)}")
            self._bar.setRange(0, 0 if waiting.fraction < 0 else 1000)
            self._bar.setValue(max(0, round(waiting.fraction * 1000)))
            self._stack.setCurrentIndex(1)
        elif self.session.data is None:
            self._say_empty(self.tr("There is nothing to look at yet"), self.tr("Open a ratings file"))
        else:
            self._say_empty(self.tr("No run is trained yet"), self.tr("Go to Train"))

    def _say_empty(self, sentence: str, button: str) -> None:
        more = self.tr("Here you see what a user had, what a run recommends to them, and which of it was right.")
        self.empty.set_text(sentence, button, more)
        self._stack.setCurrentIndex(0)

    @Slot(object, str, str)
    def _show_failure(self, asked: Json, sentence: str, details: str) -> None:
        self._late.stop()
        self._shown = None
        if self._failed_card is not None:
            self._failed_card.hide()
            self._failed_card.deleteLater()
        title = self.tr("There is no list for user {user}").format(user=line(asked["user"]))
        self._failed_card = ErrorCard(title, sentence, details)
        self._failed_card.close_button.hide()
        self._failure.layout().insertWidget(0, self._failed_card)
        self.set_heading(self.tr("User {user}").format(user=line(asked["user"])))
        self.set_facts("")
        self._stack.setCurrentIndex(3)

    # Orders --------------------------------------------------------------------------------------------------------

    @Slot(str)
    def show_view(self, view: str) -> None:
        """Show the user, an item, or the map."""
        self.views.buttons[view].setChecked(True)
        self._views.setCurrentIndex(list(self.views.buttons).index(view))
        info = self.info
        if view == "map" and info is not None:
            self.map.show_run(info, self._data.of(info))

    @Slot(str)
    def show_tab(self, tab: str) -> None:
        """Show the history, the reasons, or what is wanted of the list."""
        self.tabs.buttons[tab].setChecked(True)
        self._left.setCurrentIndex(list(self.tabs.buttons).index(tab))
        if self._base:
            self._history_card.hint.set_text(self._about_history(self._base) if tab == "history" else "")
            if tab == "reorder":
                self._update()
            elif tab == "why":
                self._ask_why()

    @Slot(int)
    def _select(self, row: int) -> None:
        """A recommendation was selected: say why it is there, unless the history is being changed."""
        if not 0 <= row < len(self.list.items) or self.list.items[row]["item"] == self._item:
            return
        self._item = self.list.items[row]["item"]
        if self.tabs.current == "history" and self.what_if.history is None:
            self.show_tab("why")
        elif self.tabs.current == "why":
            self._ask_why()

    def _selected(self) -> Json | None:
        return next((one for one in self.list.items if one["item"] == self._item), None)

    @Slot()
    def _ask_why(self) -> None:
        chosen, info = self._selected(), self.info
        if self.tabs.current != "why":
            self.show_tab("why")
        elif chosen is None or info is None:
            self.reasons.clear()
        else:
            history = None if self.what_if.history is None else self.what_if.asked()
            self.reasons.ask({"run": str(info.folder), "user": self._base["user"]}, chosen, history)

    @Slot()
    def _pin(self) -> None:
        self._rule("pin")

    @Slot()
    def _exclude(self) -> None:
        self._rule("exclude")

    def _rule(self, kind: str) -> None:
        chosen = self._selected()
        if chosen is not None and self.what_if.history is None:
            self.show_tab("reorder")
            self.reorder.rule(kind, chosen)

    @Slot(str)
    def open_item(self, item: str) -> None:
        """Show one item."""
        self._came_from = self.views.current if self.views.current != "item" else self._came_from
        self.item_view.open(item)
        self.show_view("item")

    _came_from = "user"

    @Slot(int)
    def _open_row(self, row: int) -> None:
        self.open_item(self.list.items[row]["item"])

    @Slot()
    def _open_selected(self) -> None:
        chosen = self._selected()
        if chosen is not None:
            self.open_item(chosen["item"])

    @Slot()
    def _leave_item(self) -> None:
        self.show_view(self._came_from)

    @Slot(str)
    def _go_to_user(self, user: str) -> None:
        self.show_view("user")
        self.session.select_user(user)

    @Slot()
    def _choose_beside(self) -> None:
        self._sides.setStretch(1, 4 if self.beside.isVisibleTo(self) else 3)
        self._list_card.hint.setVisible(not self.beside.isVisibleTo(self))
        self.refresh()
        self._update()

    @Slot()
    def _keep(self) -> None:
        """Keep this what-if, to lay the next one beside it."""
        self.beside.keep(self.list.items)

    @Slot(str)
    def _choose_run(self, run_id: str) -> None:
        self._run = run_id
        select_run(self.session, run_id)
        self.refresh()

    @Slot()
    def _go_random(self) -> None:
        self._go_to(None)

    @Slot()
    def _go_back(self) -> None:
        self._go_to(-1)

    @Slot()
    def _go_on(self) -> None:
        self._go_to(1)

    def _go_to(self, step: int | None) -> None:
        """Select the user so many places on, or any (None)."""
        info = self.info
        data = self._data.of(info) if info is not None else None
        if data is None or not data.n_users:
            return
        if step is None:
            at = QRandomGenerator.global_().bounded(data.n_users)
        else:
            at = pc.index(data.user_ids, pa.scalar(self.session.user or "", data.user_ids.type)).as_py() + step
        self.session.select_user(data.user_ids[at % data.n_users].as_py())

    @Slot()
    def _go_to_next_step(self) -> None:
        self.session.request_page("data" if self.session.data is None else "train")

    @Slot()
    def _export(self) -> None:
        self.session.set_view("export", {"whom": "one"})  # the page Export takes it up
        self.session.request_page("export")


def _with_sentence(table: QWidget) -> tuple[QStackedWidget, Text]:
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


def _year(milliseconds: int | None) -> str:
    if milliseconds is None:
        return ""
    try:
        return str(datetime.fromtimestamp(milliseconds / 1000, UTC).year)
    except (OverflowError, OSError, ValueError):
        return ""


if __name__ == "__main__":
    preview(InspectPage)
