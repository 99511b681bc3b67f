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
from workbench.app.pages._latest import Latest
from workbench.app.pages._lists import STARRED, HistoryTable, ListTable, line
from workbench.app.pages._run_combo import RunCombo, RunData, run_to_show, select_run, usable_runs
from workbench.app.pages._run_words import short_title, state_words
from workbench.app.pages._user_search import UserSearch
from workbench.app.runs import RunInfo
from workbench.app.session import Session
from workbench.app.theme import GRID
from workbench.app.widgets import Button, Card, EmptyState, ErrorCard, Text

LATE = 400  # milliseconds without an answer until the page says that it is waiting
K, LENGTHS = 20, (5, 10, 20, 50, 100, 200)
Json = dict[str, Any]


class InspectPage(Page):
    """The user's history at the left, the list at the right; both change together when the answer is there."""

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
        self.random = QAction(self.tr("Random"), self)
        self.random.setToolTip(self.tr("A user drawn at random"))
        self.random.triggered.connect(self._go_random)
        self.search = UserSearch(self.session)
        self.search.chosen.connect(self.session.select_user)
        self.previous = Button("", icon="chevron-left", tip=self.tr("Previous user (Alt+Up)"))
        self.next = Button("", icon="chevron-right", tip=self.tr("Next user (Alt+Down)"))
        for button, keys, slot in ((self.previous, "Alt+Up", self._go_back), (self.next, "Alt+Down", self._go_on)):
            button.setShortcut(QKeySequence(keys))
            button.clicked.connect(slot)
        self.secondary = [self.search, self.previous, self.next, self.random]

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
        row = QHBoxLayout(content)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2 * GRID)
        self._history_card = Card(self.tr("History"), " ")
        self.history = HistoryTable()
        self._history_stack, self._no_history = _with_sentence(self.history)
        self._history_card.add(self._history_stack, 1)
        self._list_card = Card(self.tr("Recommendations"), " ")
        self._build_list_head()
        self.list = ListTable()
        self._list_stack, self._no_list = _with_sentence(self.list)
        self._list_card.add(self._list_stack, 1)
        for card, stretch in ((self._history_card, 2), (self._list_card, 3)):
            card.body.setContentsMargins(2 * GRID, 12, GRID, GRID)
            card.setSizePolicy(card.sizePolicy().Policy.Ignored, card.sizePolicy().Policy.Expanding)
            row.addWidget(card, stretch)
        return content

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
        head = self._list_card.head
        head.insertWidget(1, self.runs)
        for one in (self.seen, self.k):
            head.addWidget(one)
        self._history_card.title.setMinimumHeight(self.k.sizeHint().height())  # both tables begin at one height

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
        for one in (self.search, self.previous, self.next, self.random, self.primary):
            one.setEnabled(usable)
        if info is None:
            self._show_empty()
            return
        self._run = info.id
        self.runs.show_runs(usable_runs(self.session), info.id)
        self.search.set_data(self._data.folder(info))
        user = self._user(info)
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
        self._shown = (asked, self._stamp)
        history, items = answer["history"], answer["items"]
        info = self.info
        self.history.show_items(history, self._scale(info, history))
        self.list.show_items(items, info.number if info is not None else 0)
        self._history_card.hint.set_text(self._about_history(answer))
        self._list_card.hint.set_text(self._about_list(answer))
        self._no_history.setText(self._why_no_history())
        self._no_list.setText(self.tr("Nothing is left to recommend: this user has seen every item."))
        self._history_stack.setCurrentIndex(0 if history else 1)
        self._list_stack.setCurrentIndex(0 if items else 1)
        self.set_heading(self.tr("User {user}").format(user=line(answer["user"])))
        self.set_facts(" · ".join(self._facts(answer)))
        self._stack.setCurrentIndex(2)

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
