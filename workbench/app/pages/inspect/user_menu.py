"""Kinds of users: the heaviest, the worst served, those like this one; a menu that opens a list of them."""

from functools import partial
from typing import Any

from PySide6.QtCore import Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from workbench.app.pages.inspect.user_search import UserSearch
from workbench.app.session.latest import Latest
from workbench.app.session.session import Session
from workbench.app.widgets.basic import Button

Json = dict[str, Any]


class Kinds(Button):
    """Draws somebody at random, or offers users of a kind in the list of the search field."""

    def __init__(self, session: Session, search: UserSearch, random: QAction, somebody: QAction) -> None:
        super().__init__(
            self.tr("Users with…"), tip=self.tr("Most interactions, best or worst results, similar history…")
        )
        self._search = search
        self._run, self._other, self._user = "", "", ""
        self._kinds = Latest(session, "kinds_of_users", self)
        self._alike = Latest(session, "similar_users", self)
        for widget in (self._kinds, self._alike):
            widget.answered.connect(self._offer)
            widget.failed.connect(self._fail)
        menu = QMenu(self)
        menu.addAction(random)
        menu.addSeparator()
        self.actions_of: dict[str, QAction] = {}
        for kind, words in {
            "heaviest": self.tr("Most interactions"), "worst": self.tr("Worst test results"),
            "best": self.tr("Best test results"), "changed": self.tr("Most different second list"),
            "alike": self.tr("Most similar history"),
        }.items():  # fmt: skip
            action = QAction(words, menu)
            action.triggered.connect(partial(self.ask, kind))
            menu.addAction(action)
            self.actions_of[kind] = action
        menu.addSeparator()
        menu.addAction(somebody)
        menu.setToolTipsVisible(True)
        self.setMenu(menu)

    def set_place(self, run: str, other: str, user: str) -> None:
        """Say of which run, beside which other one (or ""), and of which user one will ask."""
        self._run, self._other, self._user = run, other, user
        self.actions_of["changed"].setEnabled(bool(other))
        tip = self.tr("Users whose lists differ most between the two runs")
        self.actions_of["changed"].setToolTip(tip if other else self.tr("Choose a second list first"))

    def ask(self, kind: str, _checked: bool = False) -> None:
        """Look for users of a kind."""
        if kind == "alike":
            self._alike.ask({"run": self._run, "user": self._user})
        else:
            self._kinds.ask({"run": self._run, "kind": kind, "other": self._other or None})

    @Slot(object, object)
    def _offer(self, asked: Json, users: list[Json]) -> None:
        for user in users:
            user["note"] = self._note(asked.get("kind", "alike"), user)
        self._search.offer(users, self.tr("There are no such users"))

    def _note(self, kind: str, one: Json) -> str:
        if kind == "alike":
            return self.tr("{n:,} in common").format(n=one["shared"])
        if kind in ("worst", "best"):
            return self.tr("{value:.3f} with {n:,}").format(value=abs(one["value"]), n=one["interactions"])
        if kind == "changed":
            return self.tr("{value:.0%} different").format(value=one["value"])
        return f"{one['interactions']:,}"

    @Slot(object, str, str)
    def _fail(self, asked: Json, sentence: str, details: str) -> None:
        self._search.offer([], sentence)
