"""Who is looked at: a search, the next and the previous user, somebody at random, and users of a kind."""

from collections.abc import Callable
from functools import partial

import pyarrow as pa
import pyarrow.compute as pc
from PySide6.QtCore import QObject, QRandomGenerator
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from workbench.app.pages.inspect.user_menu import Kinds
from workbench.app.pages.inspect.user_search import UserSearch
from workbench.app.session.session import Session
from workbench.app.widgets.basic import Button
from workbench.data.interactions import Interactions


class UserChoice(QObject):
    """The widgets above the page; `data` gives the interactions among whose users one chooses, where there are any."""

    def __init__(self, session: Session, data: Callable[[], Interactions | None], parent: QObject) -> None:
        super().__init__(parent)
        self._session, self._data = session, data
        self.random = QAction(self.tr("Random user"), self)
        self.random.setToolTip(self.tr("Go to a random user"))
        self.random.triggered.connect(partial(self._go_to, None))
        self.somebody = QAction(self.tr("Somebody new…"), self)
        self.somebody.setToolTip(self.tr("People who are not in the data, from a file of their histories"))
        self.search = UserSearch(session)
        self.previous = Button("", icon="chevron-left", tip=self.tr("Previous user (Alt+Up)"))
        self.next = Button("", icon="chevron-right", tip=self.tr("Next user (Alt+Down)"))
        for button, keys, step in ((self.previous, "Alt+Up", -1), (self.next, "Alt+Down", 1)):
            button.setShortcut(QKeySequence(keys))
            button.clicked.connect(partial(self._go_to, step))
        self.kinds = Kinds(session, self.search, self.random, self.somebody)
        self.widgets: list[QAction | QWidget] = [self.search, self.previous, self.next, self.kinds]

    def set_enabled(self, enabled: bool) -> None:
        """Let somebody choose, or not."""
        for widget in (*self.widgets, self.random):
            widget.setEnabled(enabled)

    def user(self) -> str | None:
        """The selected user, where the data has them; else the first."""
        data, user = self._data(), self._session.selection.user
        if data is None:
            return user or ""
        if user is not None and self._place(data, user) >= 0:
            return user
        return data.user_ids[0].as_py() if data.n_users else None

    def _place(self, data: Interactions, user: str) -> int:
        return int(pc.index(data.user_ids, pa.scalar(user, data.user_ids.type)).as_py())

    def _go_to(self, step: int | None, _checked: bool = False) -> None:
        """Select the user so many places on, or any (None)."""
        data = self._data()
        if data is None or not data.n_users:
            return
        if step is None:
            at = QRandomGenerator.global_().bounded(data.n_users)
        else:
            at = self._place(data, self._session.selection.user or "") + step
        self._session.selection.select_user(data.user_ids[at % data.n_users].as_py())
