"""Look at one user: what they had, and what a run recommends to them; at one item; and at a map of all."""

from pathlib import Path
from typing import Any, ClassVar

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QStackedLayout, QStackedWidget, QVBoxLayout, QWidget

from workbench.app.page import Page
from workbench.app.pages.inspect.item_map import ItemMap
from workbench.app.pages.inspect.item_view import ItemView
from workbench.app.pages.inspect.new_people import NewPeople
from workbench.app.pages.inspect.rerank import Reorder
from workbench.app.pages.inspect.states import Failure, Waiting
from workbench.app.pages.inspect.user_history import UserHistory
from workbench.app.pages.inspect.user_list import LENGTHS, K, UserList
from workbench.app.pages.inspect.user_picker import UserChoice
from workbench.app.pages.inspect.user_text import report_on, user_without_list
from workbench.app.pages.inspect.user_view import UserView
from workbench.app.pages.inspect.what_if import Kept
from workbench.app.runs.run_store import RunInfo
from workbench.app.runs.run_text import short_title
from workbench.app.runs.state_text import state_title
from workbench.app.session.latest import Latest
from workbench.app.session.run_combo import RunCombo, RunData, doubt_models, run_to_show, select_run, usable_runs
from workbench.app.session.session import Session
from workbench.app.session.shown_list import note_list
from workbench.app.session.thumbnails import Thumbnails
from workbench.app.tables.item_tables import ListTable, line
from workbench.app.widgets.basic import EmptyState
from workbench.app.widgets.deferred import Deferred
from workbench.app.widgets.tabs import Tabs
from workbench.app.widgets.theme import GRID
from workbench.app.widgets.translate import translate
from workbench.data.interactions import Interactions
from workbench.insight.asked_list import AskedList

LATE = 400  # milliseconds without an answer until the page says that it is waiting
Json = dict[str, Any]


class InspectPage(Page):
    """Chooses a user and a run, asks for the list, and hands it to the view of the user; two more show an item, and all."""

    name: ClassVar[str] = "inspect"
    title: ClassVar[str] = translate("InspectPage", "Inspect")
    icon: ClassVar[str] = "inspect"
    order: ClassVar[int] = 6

    def build(self) -> None:
        session = self.session
        self._at_front = False
        self._run: str | None = None
        self._shown: tuple[Json, str] | None = None
        self._stamp, self._facts = "", ""
        self._what_if: tuple[str, str | None, Kept] | None = None
        self._came_from = "user"
        self._stranger: tuple[str, str] | None = None  # somebody of a file, and the file
        self._passed: str | None = None  # who was selected when the stranger came
        self.new_people: NewPeople | None = None
        self._data = RunData(session)
        self.pictures = Thumbnails(session, self)
        self._lists = Latest(session, "recommend", self)
        self._lists.answered.connect(self._show)
        self._lists.failed.connect(self._show_failure)
        self._late = QTimer(self, singleShot=True, interval=LATE)
        self._late.timeout.connect(self._say_late)
        self._make_actions()
        self._build()
        session.selection.changed.connect(self._select)
        session.data_changed.connect(self.refresh)
        session.project.split_changed.connect(self.refresh)
        session.runs.changed.connect(self.refresh)
        session.runs.run_changed.connect(self._refresh_run)

    @classmethod
    def state(cls, session: Session) -> tuple[str, str]:
        if session.data is None and not session.runs.all():
            return "", translate("InspectPage", "Open a ratings file first")
        if not usable_runs(session):
            return "", translate("InspectPage", "Train an algorithm first")
        return "", ""

    # Widgets -------------------------------------------------------------------------------------------------------

    def _make_actions(self) -> None:
        self.primary = QAction(self.tr("Export this list"), self)
        self.primary.triggered.connect(self._export)
        self.who = UserChoice(self.session, self._data_shown, self)
        self.who.search.chosen.connect(self._go_to_user)
        self.who.somebody.triggered.connect(self.ask_for_somebody)
        self.search, self.previous, self.next = self.who.search, self.who.previous, self.who.next
        self.random, self.kinds = self.who.random, self.who.kinds
        self.secondary = self.who.widgets

    def _build(self) -> None:
        self._stack = QStackedLayout(self)
        self.empty = EmptyState("inspect", "", self.tr("Go to Train"))
        self.empty.button.clicked.connect(self._go_to_next_step)
        self.waiting, self.failure = Waiting(), Failure()
        self.failure.again.connect(self._ask_again)
        for widget in (self.empty, self.waiting, self._build_views(), self.failure):
            self._stack.addWidget(widget)

    def _build_views(self) -> QWidget:
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        self.views = Tabs({"user": self.tr("User"), "item": self.tr("Item"), "map": self.tr("Map")})
        self.views.chosen.connect(self.show_view)
        column.addWidget(self.views, 0, Qt.AlignmentFlag.AlignLeft)
        self._views = QStackedWidget()
        column.addWidget(self._views, 1)
        return content

    @Deferred
    def _reorder(self) -> Reorder:
        return Reorder()

    @Deferred
    def _left(self) -> UserHistory:
        return UserHistory(self.session, self._reorder)

    @Deferred
    def _right(self) -> UserList:
        return UserList(self.session)

    @Deferred
    def user(self) -> UserView:
        """What one user had, and the list."""
        made = UserView(self.session, self._data, self._left, self._right)
        for table in (made.left.table, made.right.table, made.beside.table):
            table.set_pictures(self.pictures)
        made.wanted.connect(self.refresh)
        made.changed.connect(self._name_user)
        made.listed.connect(self._mark)
        made.listed.connect(self._note)
        made.right.runs.chosen.connect(self._choose_run)
        made.opened.connect(self.open_item)
        self._views.insertWidget(0, made)
        self._views.setCurrentWidget(made)
        return made

    @Deferred
    def item_view(self) -> ItemView:
        """The story of one item."""
        made = ItemView(self.session, self.pictures)
        made.left.connect(self._leave_item)
        made.user_chosen.connect(self._go_to_user)
        if self.info is not None:
            made.set_run(self.info)
        self._views.addWidget(made)
        return made

    @Deferred
    def map(self) -> ItemMap:
        """All items and users."""
        made = ItemMap(self.session)
        made.opened.connect(self.open_item)
        made.user_chosen.connect(self._go_to_user)
        self._views.addWidget(made)
        return made

    # The page ------------------------------------------------------------------------------------------------------

    def shown(self) -> None:
        self._at_front = True
        self.refresh()

    def open(
        self,
        *,
        user: str | None = None,
        history: str | None = None,
        item: str | None = None,
        beside: str | None = None,
        what_if: Kept | None = None,
    ) -> None:
        """Show a user, perhaps of a file or with a changed history; an item; or another run's list beside the first."""
        self._what_if = (user, history, what_if) if user is not None and what_if is not None else None
        if item is not None:
            self.open_item(item)
        else:
            self.show_view("user")
        if user is not None and history is not None:
            self.show_somebody(user, history)
        elif user is not None:
            self._stranger = None
            self.session.selection.select_user(user)
            self.refresh()
        if beside is not None:
            self.user.beside.choose(beside)
        self._change_history()

    def _change_history(self) -> None:
        """Change the history of a user as was asked, once it is there."""
        if self._what_if is None or self._shown is None:
            return
        user, history, kept = self._what_if
        if (self._shown[0]["user"], self._shown[0].get("history")) == (user, history):
            self._what_if = None
            self.user.what_if.restore(kept)

    def hidden(self) -> None:
        self._at_front = False
        self.search.close_list()

    def find(self) -> None:
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    def remember(self) -> dict[str, Any]:
        return {"k": self.user.right.k.currentData(), "seen": self.user.right.seen.isChecked()}

    def recall(self, view: dict[str, Any]) -> None:
        k = self.user.right.k
        k.setCurrentIndex(k.findData(view["k"] if view.get("k") in LENGTHS else K))
        self.user.right.seen.setChecked(view.get("seen") is True)

    @property
    def list(self) -> ListTable:
        """The table of recommendations."""
        return self.user.right.table

    @property
    def runs(self) -> RunCombo:
        """The choice of the run that recommends."""
        return self.user.right.runs

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
        self.who.set_enabled(info is not None)
        self.primary.setEnabled(info is not None)
        if info is None:
            self._show_empty()
            return
        self._run = info.id
        self.pictures.set_run(info.folder, self._data.folder(info))
        self.user.set_runs(usable_runs(self.session), info)
        self.user.right.say_instead(self._instead(info))
        self.search.set_data(self._data.folder(info))
        if (item_view := InspectPage.item_view.made(self)) is not None:
            item_view.set_run(info)
        user, other = self.who.user(), self.user.beside.info
        self.kinds.set_place(str(info.folder), str(other.folder) if other is not None else "", user or "")
        if self.views.current == "map":
            self.map.show_run(info, self._data.of(info))
        self._tell_run(info)
        if self._stranger is not None:
            self._want(info, *self._stranger)
        elif user is None:
            self._say_empty(self.tr("The data of this run has no users."), "")
        else:
            self._want(info, user)

    def _instead(self, info: RunInfo) -> str:
        """Why another run is shown than the one that is selected."""
        selected = next((run for run_id in self.session.selection.runs if (run := self.session.runs.get(run_id))), info)
        if selected is info or selected.usable:
            return ""
        words = self.tr("{selected} has no model ({state}): this is the list of {shown}.")
        return words.format(
            selected=short_title(selected), state=state_title(selected.state).lower(), shown=short_title(info)
        )

    @Slot(str)
    def _refresh_run(self, run_id: str) -> None:
        if self._run is None or run_id == self._run:
            self.refresh()

    def _data_shown(self) -> Interactions | None:
        """The data of the run that recommends."""
        info = self.info
        return self._data.of(info) if info is not None else None

    def _want(self, info: RunInfo, user: str, history: str | None = None) -> None:
        if history is None and user != self.session.selection.user:
            self.session.selection.select_user(user)  # comes back here
            return
        args: Json = {"run": str(info.folder), "user": user, "k": self.user.right.k.currentData()}
        args["include_seen"] = self.user.right.seen.isChecked()
        args |= {} if history is None else {"history": history}
        stamp = f"{info.status.at} {info.number}"
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
            self.set_subtitle(self.tr("Looking up user {user}…").format(user=line(pending["user"])))
        if self._shown is None and self._stack.currentWidget() is self.empty:
            self.empty.set_text(self.tr("Loading the first list…"), "")

    # What is shown -------------------------------------------------------------------------------------------------

    @Slot(object, object)
    def _show(self, asked: Json, answer: Json) -> None:
        self._late.stop()
        self._shown = (asked, self._stamp)
        self._facts = " · ".join(report_on(answer))
        self.user.show_answer(AskedList.from_json(asked), answer)
        self._name_user()
        self._stack.setCurrentIndex(2)
        self._change_history()

    @Slot()
    def _name_user(self) -> None:
        """Say who it is."""
        if self.user.what_if.new_person:
            self.set_heading(self.tr("New user"))
            self.set_subtitle(user_without_list(self.user.what_if.shown()))
        elif self._shown is not None:
            self.set_subtitle(self._facts)
            self.set_heading(_heading(self._shown[0]))

    @Slot()
    def _note(self) -> None:
        """Keep which list is shown, for other pages."""
        if self.user.shown is not None:
            note_list(self.session, self.user.shown)

    @Slot()
    def _mark(self) -> None:
        """Circle on the map, where there is one, what the user had and what is listed."""
        drawn = InspectPage.map.made(self)
        if drawn is not None:
            shown = self.user.what_if.shown(), self.user.right.table.items
            drawn.mark(*([item["item"] for item in some] for some in shown))

    def _show_empty(self) -> None:
        active = self.session.runs.active()
        waiting = next(iter(self.session.runs.waiting()), None) if active is None else active
        self.set_heading(self.title)
        self.set_subtitle("")
        if waiting is not None:
            self.waiting.show_run(waiting)
            self._stack.setCurrentWidget(self.waiting)
        elif self.session.data is None:
            self._say_empty(self.tr("There is nothing to inspect yet"), self.tr("Open a ratings file"))
        else:
            self._say_empty(self.tr("No run is trained yet"), self.tr("Go to Train"))

    def _say_empty(self, sentence: str, button: str) -> None:
        more = self.tr("See a user's history, what a run recommends, and which recommendations are hits.")
        self.empty.set_text(sentence, button, more)
        self._stack.setCurrentWidget(self.empty)

    @Slot(object, str, str)
    def _show_failure(self, asked: Json, sentence: str, details: str) -> None:
        self._late.stop()
        self._shown = None
        doubt_models(self.session)
        self.failure.tell(
            self.tr("There is no list for user {user}").format(user=line(asked["user"])), sentence, details
        )
        self.set_heading(_heading(asked))
        self.set_subtitle("")
        self._stack.setCurrentWidget(self.failure)

    # Orders --------------------------------------------------------------------------------------------------------

    @Slot(str)
    def show_view(self, view: str) -> None:
        """Show the user, an item, or the map."""
        self.views.buttons[view].setChecked(True)
        self._views.setCurrentWidget(self.user if view == "user" else self.map if view == "map" else self.item_view)
        info = self.info
        if view == "map" and info is not None:
            self.map.show_run(info, self._data.of(info))
            self._mark()

    @Slot(str)
    def open_item(self, item: str) -> None:
        """Show one item."""
        self._came_from = self.views.current if self.views.current != "item" else self._came_from
        self.item_view.open(item)
        self.show_view("item")

    @Slot()
    def _leave_item(self) -> None:
        self.show_view(self._came_from)

    @Slot(str)
    def _go_to_user(self, user: str) -> None:
        self.show_view("user")
        self._stranger = None
        self.session.selection.select_user(user)
        self.refresh()

    @Slot()
    def _select(self, *_: object) -> None:
        """Somebody of the data was selected: no more of the stranger."""
        if self.session.selection.user != self._passed:
            self._stranger = None
        self.refresh()

    def _tell_run(self, info: RunInfo) -> None:
        """Let lists of somebody new be made as the list here."""
        if self.new_people is not None:
            right = self.user.right
            self.new_people.set_run(info, right.k.currentData(), include_seen=right.seen.isChecked())

    @Slot()
    def ask_for_somebody(self) -> None:
        """Ask for a file of histories of people who are not in the data."""
        if self.new_people is None:
            self.new_people = NewPeople(self.session, self)
            self.new_people.chosen.connect(self.show_somebody)
        if self.info is not None:
            self._tell_run(self.info)
        self.new_people.show()
        self.new_people.activateWindow()

    @Slot(str, str)
    def show_somebody(self, user: str, history: str) -> None:
        """Show somebody of a file of histories."""
        self.show_view("user")
        self._stranger, self._passed = (user, history), self.session.selection.user
        self.refresh()

    @Slot(str)
    def _choose_run(self, run_id: str) -> None:
        self._run = run_id
        select_run(self.session, run_id)
        self.refresh()

    @Slot()
    def _go_to_next_step(self) -> None:
        self.session.request_page("data" if self.session.data is None else "train")

    @Slot()
    def _export(self) -> None:
        self.session.project.set_view("export", {"whom": "list"})  # the page Export takes it up
        self.session.request_page("export")


def _heading(asked: Json) -> str:
    """Whose list it is."""
    user = line(asked["user"])
    if "history" not in asked:
        return translate("InspectPage", "User {user}").format(user=user)
    return translate("InspectPage", "User {user} of {file}").format(user=user, file=line(Path(asked["history"]).name))
