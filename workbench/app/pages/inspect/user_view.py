"""One user: what they had at the left, what a run recommends to them at the right."""

from typing import Any

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QWidget

from workbench.app.pages.inspect.user_history import UserHistory
from workbench.app.pages.inspect.user_list import UserList
from workbench.app.pages.inspect.user_text import about_list, end_of_stars
from workbench.app.runs.run_store import RunInfo
from workbench.app.session.latest import Latest
from workbench.app.session.run_combo import RunData
from workbench.app.session.session import Session
from workbench.app.widgets.theme import GRID

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
        self._others = {name: Latest(session, name, self) for name in ("what_if", "reorder")}
        for other, show in (("what_if", self._show_imagined), ("reorder", self._show_reordered)):
            self._others[other].answered.connect(show)
            self._others[other].failed.connect(self._show_no_other)
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
        self.beside.chosen.connect(self._choose_beside)

    def set_runs(self, infos: list[RunInfo], info: RunInfo) -> None:
        """Offer runs, one of which recommends."""
        self._info = info
        self.right.runs.show_runs(infos, info.id)
        self.beside.show_runs(infos, info)
        self.left.reasons.set_run(info)

    def show_answer(self, answer: Json, *, same_user: bool, same_run: bool) -> None:
        """Show what the job ``recommend`` answered. A changed history stays for the same user under another run."""
        if not (same_user and same_run):
            if not same_user or self.what_if.history is None:
                self.what_if.set_real(answer["history"], self._info)
                self.right.item = None
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
        if self._base:
            self.left.show_history(self._base, self._stars())
            self._update()
            self.changed.emit()

    @Slot()
    def _update(self) -> None:
        """Get the list that is wanted: as it is, for a changed history, or in another order."""
        info, base = self._info, self._base
        if info is None or not base:
            return
        for other in self._others.values():
            other.forget()
        args = {"run": str(info.folder), "k": self.right.k.currentData()}
        changed, wishes = self.what_if.history is not None, self.left.reorder.wishes
        self.left.reorder.setEnabled(not changed)
        self.right.seen.setEnabled(not changed and not wishes)
        self.what_if.say("exact")
        if changed:
            user = None if self.what_if.new_person else base["user"]
            self._others["what_if"].ask(args | {"history": self.what_if.asked(), "user": user})
        else:
            if wishes or self.left.tabs.current == "reorder":
                self._others["reorder"].ask(args | {"user": base["user"], "wishes": wishes})
            if not wishes:
                self._show_list(base, about_list(base))
        self.beside.ask(args, base["user"], self.what_if)

    @Slot(object, object)
    def _show_imagined(self, asked: Json, answer: Json) -> None:
        self.what_if.say(answer["fold_in"])
        self._show_list(answer, self.tr("for the changed history"))

    @Slot(object, object)
    def _show_reordered(self, asked: Json, answer: Json) -> None:
        self.left.reorder.show_answer(answer)
        if asked["wishes"]:
            self._show_list(answer, self.tr("in another order"))

    @Slot(object, str, str)
    def _show_no_other(self, asked: Json, sentence: str, details: str) -> None:
        self.right.nothing.setText(sentence)
        self._show_list({"items": []}, "")

    def _show_list(self, answer: Json, about: str) -> None:
        number = self._info.number if self._info is not None else 0
        self.right.show_items(answer["items"], number, about, answer.get("basis", "model"))
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
        chosen, info = self.right.chosen, self._info
        if self.left.tabs.current != "why":
            self.left.turn("why")
        elif chosen is None or info is None:
            self.left.reasons.clear()
        else:
            history = None if self.what_if.history is None else self.what_if.asked()
            self.left.reasons.ask({"run": str(info.folder), "user": self._base["user"]}, chosen, history)

    @Slot(str, object)
    def _rule(self, kind: str, item: Json) -> None:
        if self.what_if.history is None:
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
        """Keep this what-if, to lay the next one beside it."""
        self.beside.keep(self.right.table.items)
