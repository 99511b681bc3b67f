"""One user: what they had at the left, what a run recommends to them at the right."""

from typing import Any

from PySide6.QtCore import QSignalBlocker, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QWidget

from workbench.app.pages.inspect.user_history import UserHistory
from workbench.app.pages.inspect.user_list import UserList
from workbench.app.pages.inspect.user_text import about_list, end_of_stars
from workbench.app.runs.run_store import RunInfo
from workbench.app.session.latest import Latest
from workbench.app.session.now import now_of
from workbench.app.session.run_combo import RunData
from workbench.app.session.session import Session
from workbench.app.session.shown_list import list_heading
from workbench.app.widgets.theme import GRID
from workbench.insight.asked_list import AskedList

Json = dict[str, Any]


class UserView(QWidget):
    """Both sides change together when the answer is there. The left one changes the history, or the order of the list."""

    wanted = Signal()
    """Something else is to be asked for: another length, seen items too, a list beside."""
    changed = Signal()
    """The history was changed, or is as it was."""
    listed = Signal()
    """Another list is shown."""
    opened = Signal(str)
    """An item was opened."""

    def __init__(self, session: Session, data: RunData, left: UserHistory, right: UserList) -> None:
        super().__init__()
        self.left, self.right = left, right
        self._session, self._data = session, data
        self._info: RunInfo | None = None
        self._base: Json = {}
        self._new_person = False
        self._plain: AskedList | None = None
        self.shown: AskedList | None = None
        """The list that is shown."""
        self._lists = Latest(session, "list", self)
        self._lists.answered.connect(self._show_made)
        self._lists.failed.connect(self._show_not_made)
        self._build()

    def _build(self) -> None:
        self._sides = QHBoxLayout(self)
        self._sides.setContentsMargins(0, 0, 0, 0)
        self._sides.setSpacing(2 * GRID)
        for card, stretch in ((self.left, 2), (self.right, 3)):
            card.body.setContentsMargins(2 * GRID, 12, GRID, GRID)
            card.setSizePolicy(card.sizePolicy().Policy.Ignored, card.sizePolicy().Policy.Expanding)
            card.opened.connect(self.opened)
            self._sides.addWidget(card, stretch)
        self.left.tabs.setMinimumHeight(self.right.k.sizeHint().height())  # both tables begin at one height
        self.what_if, self.beside = self.left.what_if, self.right.beside
        self.left.turned.connect(self._turned)
        self.what_if.changed.connect(self._change_history)
        self.what_if.keep.clicked.connect(self._keep)
        self.left.reorder.changed.connect(self._update)
        self.right.wanted.connect(self.wanted)
        self.right.selected.connect(self._select)
        self.right.asked_why.connect(self.ask_why)
        self.right.ruled.connect(self._rule)
        self.right.kept.connect(self._keep)
        self.beside.chosen.connect(self._choose_beside)

    def set_runs(self, infos: list[RunInfo], info: RunInfo) -> None:
        """Offer runs, one of which recommends."""
        self._info = info
        self.right.runs.show_runs(infos, info.id, now_of(self._session))
        self.beside.show_runs(infos, info)
        self.left.reasons.set_run(info)

    def show_answer(self, asked: AskedList, answer: Json) -> None:
        """Show what the job ``recommend`` answered.

        What was changed in the history, and the order that was wished for, stay for the same user alone.
        """
        before, self._plain = self._plain, asked
        same_user = before is not None and (before.user, before.history) == (asked.user, asked.history)
        if not (same_user and before is not None and before.run == asked.run):
            if not same_user:
                self.right.item = None
            self.what_if.set_real(answer, self._info, file=asked.history, keep=same_user)
            if not same_user:
                self._forget_order()
            self.left.reasons.clear()
        self._base = answer
        self.left.show_history(answer, self._stars())
        self.right.nothing.setText(
            self.tr(
                "Nothing is left to recommend: this user has seen every item, or the run has no score for the others."
            )
        )
        self._update()

    def _stars(self) -> float | None:
        """End of the scale of ratings where they are drawn as stars."""
        rating = (self._session.about.get("summary") or {}).get("rating") or {}
        if self._info is not None and self._data.of(self._info) is not self._session.data:
            rating = {}
        return end_of_stars(rating.get("min"), rating.get("max"), self._base["history"])

    @Slot()
    def _change_history(self) -> None:
        if not self._base:
            return
        if self._new_person != self.what_if.new_person:  # somebody else, who has wished for nothing yet
            self._forget_order()
        self.left.show_history(self._base, self._stars())
        self._update()
        self.changed.emit()

    def _forget_order(self) -> None:
        self._new_person = self.what_if.new_person
        with QSignalBlocker(self.left.reorder):
            self.left.reorder.clear()

    @property
    def asked(self) -> AskedList | None:
        """The list that is wanted; None while there is no user."""
        if self._plain is None:
            return None
        wanted = {"changes": self.what_if.changes, "order": self.left.reorder.order}
        return self._plain.model_copy(
            update=wanted | ({"user": None, "history": None} if self.what_if.new_person else {})
        )

    @Slot()
    def _update(self) -> None:
        """Get the list that is wanted: as it is, for a changed history, or in another order."""
        asked = self.asked
        if asked is None:
            return
        self._lists.forget()
        self.what_if.say("exact")
        plain, ordering = asked == self._plain, self.left.tabs.current == "reorder"
        if not plain or ordering:
            self._lists.ask(asked.to_json() | ({"with_figures": True} if ordering else {}))
        if plain:
            self._show_list(asked, self._base)
        self.beside.ask(asked)

    @Slot(object, object)
    def _show_made(self, args: Json, answer: Json) -> None:
        asked = AskedList.from_json(args)
        self.what_if.say(answer["fold_in"])
        if "figures" in answer:
            self.left.reorder.show_answer(answer["figures"])
        if asked != self._plain:
            self._show_list(asked, answer)

    @Slot(object, str, str)
    def _show_not_made(self, args: Json, sentence: str, details: str) -> None:
        self.right.nothing.setText(sentence)
        self._show_list(AskedList.from_json(args), {"items": []})

    def _show_list(self, asked: AskedList, answer: Json) -> None:
        self.shown = asked
        items, heading = answer["items"], list_heading(self._session, asked)
        about = about_list(items, answer.get("hidden") or 0) if asked.user is not None and items else ""
        number = self._info.number if self._info is not None else 0
        self.right.show_items(items, number, heading=heading, about=about, basis=answer.get("basis", "model"))
        self.right.add_note(answer.get("unmet") or [])
        self.listed.emit()
        if self.left.tabs.current == "why":
            self.ask_why()

    # Orders --------------------------------------------------------------------------------------------------------

    @Slot(str)
    def _turned(self, tab: str) -> None:
        if self._base and tab == "reorder":
            self._update()
        elif self._base and tab == "why":
            self.ask_why()

    @Slot()
    def _select(self) -> None:
        """A recommendation was selected: say why it is there, unless the history is being changed."""
        if self.left.tabs.current == "history" and self.what_if.history is None:
            self.left.turn("why")
        elif self.left.tabs.current == "why":
            self.ask_why()

    @Slot()
    def ask_why(self) -> None:
        """Tell why the selected item is there."""
        chosen = self.right.chosen
        if self.left.tabs.current != "why":
            self.left.turn("why")
        elif chosen is None or self.shown is None:
            self.left.reasons.clear()
        else:
            self.left.reasons.ask(self.shown, chosen)

    @Slot(str, object)
    def _rule(self, kind: str, item: Json) -> None:
        self.left.turn("reorder")
        self.left.reorder.rule(kind, item)

    @Slot()
    def _choose_beside(self) -> None:
        self._sides.setStretch(1, 4 if self.beside.isVisibleTo(self) else 3)
        self.right.make_room()
        self.wanted.emit()
        self._update()

    @Slot()
    def _keep(self) -> None:
        """Keep this list, to lay the next one beside it."""
        if self.shown is not None:
            self.beside.keep(self.shown, self.right.table.items)
