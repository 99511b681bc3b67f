"""A field that finds users while one types, with a list under it."""

from pathlib import Path
from typing import Any

from PySide6.QtCore import (
    QEvent,
    QObject,
    QPoint,
    Qt,
    QTimer,
    Signal,
    Slot,
)
from PySide6.QtGui import QFocusEvent, QHideEvent, QKeyEvent
from PySide6.QtWidgets import (
    QFrame,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
)

from workbench.app.session.latest import Latest
from workbench.app.session.session import Session
from workbench.app.widgets.amounts import several
from workbench.app.widgets.basic import SearchField
from workbench.app.widgets.note_delegate import NOTE, NoteDelegate
from workbench.app.widgets.theme import GRID, ROW_HEIGHT

PAUSE_MS = 120  # milliseconds of rest before what was typed is looked for
MOST_SHOWN = 9  # rows before the list scrolls
WIDTH = 36 * GRID
USER = int(Qt.ItemDataRole.UserRole)
MAX_CHARS = 200  # letters of an id that are drawn


class UserSearch(SearchField):
    """Type a part of an id; up and down walk the list, Return takes the marked user, Escape closes it."""

    chosen = Signal(str)
    job = "find_users"

    def __init__(self, session: Session, hint: str = "", tip: str = "") -> None:
        super().__init__(hint or self.tr("Find a user"))
        self.setToolTip(tip or self.tr("Find a user by part of the id (Ctrl+F)"))
        self._folder = ""
        self._take_first = False
        self._list: FoundUsers | None = None
        self.offered: list[dict[str, Any]] = []
        """What the list holds or held last."""
        self._search = Latest(session, self.job, self)
        self._search.answered.connect(self._show)
        self._search.failed.connect(self._fail)
        self._rest = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._rest.timeout.connect(self._ask)
        self.textEdited.connect(self._wait)

    @property
    def found(self) -> "FoundUsers | None":
        """The list under the field, where it is open."""
        return self._list if self._list is not None and self._list.isVisible() else None

    def set_data(self, folder: Path | None) -> None:
        """Search among the users of this data folder."""
        self._folder = str(folder) if folder is not None else ""

    def close_list(self) -> None:
        """Put the list away."""
        self._rest.stop()
        self._search.forget()
        self._take_first = False
        if self._list is not None:
            self._list.hide()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: 8, Qt.Key.Key_PageUp: -8}.get(
            Qt.Key(event.key())
        )
        if step is not None:
            if self.found is not None:
                self.found.walk(step)
            else:
                self._ask()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._accept()
        elif event.key() == Qt.Key.Key_Escape and self.found is not None:
            self.close_list()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.close_list()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.close_list()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self.close_list()
        return False

    @Slot()
    def _wait(self) -> None:
        self._take_first = False
        self._rest.start()

    @Slot()
    def _ask(self) -> None:
        self._rest.stop()
        if self._folder:
            self._search.ask(self.question(self._folder, self.text().strip()))

    def question(self, folder: str, query: str) -> dict[str, Any]:
        """What the job is asked."""
        return {"data": folder, "query": query}

    def nobody(self, query: str) -> str:
        """What is said where nothing is found."""
        return self.tr("No user id contains “{text}”").format(text=query[:MAX_CHARS])

    def offer(self, users: list[dict[str, Any]], nobody: str) -> None:
        """Open the list with users that were found in another way, to walk along them as if they had been searched."""
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        self._open(users, nobody)

    def _accept(self) -> None:
        """Take the marked user; where the answer is still on its way, the first one as soon as it is there."""
        if self._rest.isActive() or self._search.pending is not None:
            self._take_first = True
            if self._rest.isActive():
                self._ask()
        elif self.found is not None:
            self._take(self.found.marked())
        elif self.text().strip():
            self._ask()

    @Slot(object, object)
    def _show(self, asked: dict[str, Any], users: list[dict[str, Any]]) -> None:
        self.offered = users
        if self._take_first and users:
            self._take(users[0].get("user", users[0].get("item")))
            return
        self._take_first = False
        if self.hasFocus():
            self._open(users, self.nobody(asked["query"]))

    def _open(self, users: list[dict[str, Any]], nobody: str) -> None:
        if self._list is None or self._list.parent() is not self.window():
            if self._list is not None:
                self._list.deleteLater()
            self._list = FoundUsers(self.window())
            self._list.clicked.connect(self._take)
            self.window().installEventFilter(self)
        self._list.fill(users, nobody)
        self._list.place(self)

    @Slot(object, str, str)
    def _fail(self, asked: dict[str, Any], sentence: str, _details: str) -> None:
        self._take_first = False
        if self.hasFocus():
            self._show(asked, [])
            if self._list is not None:
                self._list.fill([], sentence)

    @Slot(str)
    def _take(self, user: str | None) -> None:
        if user is None:
            return
        self.close_list()
        self.clear()
        self.chosen.emit(user)


class ItemSearch(UserSearch):
    """The same for items, by a part of the title or the id, among the items of a run."""

    job = "find_items"

    def question(self, folder: str, query: str) -> dict[str, Any]:
        return {"run": folder, "query": query}

    def nobody(self, query: str) -> str:
        return self.tr("No title contains “{text}”").format(text=query[:MAX_CHARS])


class FoundUsers(QFrame):
    """Users under the field, over the page; never takes the focus from the field."""

    clicked = Signal(str)

    def __init__(self, window: Any) -> None:
        super().__init__(window)
        self.setProperty("card", "true")
        column = QVBoxLayout(self)
        column.setContentsMargins(4, 4, 4, 4)
        self.list = QListWidget()
        self.list.setAccessibleName(self.tr("Users found"))
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setUniformItemSizes(True)
        self.list.setItemDelegate(NoteDelegate(WIDTH // 2, self.list))
        self.list.itemClicked.connect(self._click)
        column.addWidget(self.list)
        self.hide()

    def fill(self, users: list[dict[str, Any]], nobody: str) -> None:
        """Show users, or that there is none."""
        self.list.clear()
        for user in users:
            named = user.get("title") or user.get("user") or user["item"]
            item = QListWidgetItem(" ".join(named[:MAX_CHARS].split()), self.list)
            item.setData(USER, user["user"] if "user" in user else user["item"])
            item.setData(NOTE, user.get("note") or f"{user['interactions']:,}")
            words = user.get("note") or several(
                user["interactions"], self.tr("1 interaction"), self.tr("{n:,} interactions")
            )
            words = f"{item.text()}, {words}"
            item.setData(Qt.ItemDataRole.AccessibleTextRole, words)
        if users:
            self.list.setCurrentRow(0)
        else:
            QListWidgetItem(nobody, self.list).setFlags(Qt.ItemFlag.NoItemFlags)

    def place(self, field: SearchField) -> None:
        """Come up right under a field, inside the window."""
        window = self.parentWidget()
        width = max(WIDTH, field.width())
        left = field.mapTo(window, QPoint(0, field.height() + 4))
        height = min(MOST_SHOWN, self.list.count()) * ROW_HEIGHT + 2 * 5
        self.setGeometry(max(0, min(left.x(), window.width() - width - GRID)), left.y(), width, height)
        self.raise_()
        self.show()

    def walk(self, step: int) -> None:
        """Mark another user."""
        last = self.list.count() - 1
        row = self.list.currentRow()
        wrapped = {-1: last, last + 1: 0}.get(row + step, row + step)
        self.list.setCurrentRow(min(last, max(0, wrapped)))

    def users(self) -> list[str]:
        """Ids in the list."""
        found = [self.list.item(row).data(USER) for row in range(self.list.count())]
        return [user for user in found if user is not None]

    def marked(self) -> str | None:
        """Id of the marked user."""
        item = self.list.currentItem()
        return item.data(USER) if item is not None else None

    @Slot(QListWidgetItem)
    def _click(self, item: QListWidgetItem) -> None:
        if item.data(USER) is not None:
            self.clicked.emit(item.data(USER))
