"""The command palette: everything that can be done or looked at, found by typing a part of what it is called."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from workbench.app.session.latest import Latest
from workbench.app.session.session import Session
from workbench.app.shell.offers import Finder, Offer, commands, people_and_items, plain_title, things
from workbench.app.widgets.basic import SearchField, Text
from workbench.app.widgets.note_delegate import NOTE, NoteDelegate
from workbench.app.widgets.theme import GRID

PAUSE_MS = 80  # milliseconds of rest before users and items are looked for
WIDTH = 72 * GRID


class CommandPalette(QDialog):
    """A field and a list over the window; Return does what is marked, Escape closes.

    Commands and what is in the project are found at once; users and items are asked of the worker, and stand below, where
    the list does not move under the pointer, unless one of them is called just what was typed.
    """

    def __init__(self, actions: Sequence[QAction], session: Session, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.FramelessWindowHint | Qt.WindowType.Dialog)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Find anything"))
        self._session = session
        self._finder = Finder([*commands(actions), *things(session)])
        self._do_first = False
        self._search = Latest(session, "find_anything", self)
        self._search.answered.connect(self._take)
        self._search.failed.connect(self._fail)
        self._rest = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._rest.timeout.connect(self._ask)
        column = QVBoxLayout(self)
        column.setContentsMargins(GRID, GRID, GRID, GRID)
        self.field = SearchField(self.tr("A command, item, user, run, algorithm or setting"), empties=False)
        self.list = QListWidget()
        self.list.setAccessibleName(self.tr("Found"))
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setUniformItemSizes(True)
        self.list.setItemDelegate(NoteDelegate(WIDTH - 3 * GRID, self.list))
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        column.addWidget(self.field)
        self.nothing = Text("", ink="muted")
        self.nothing.setContentsMargins(12, 7, 12, 7)
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignTop)
        column.addWidget(self.list, 1)
        column.addWidget(self.nothing, 1)
        self.setFixedSize(WIDTH, 44 * GRID)
        top = parent.mapToGlobal(parent.rect().topLeft())
        self.move(top.x() + (parent.width() - self.width()) // 2, top.y() + 10 * GRID)
        self.field.textChanged.connect(self._type)
        self.field.returnPressed.connect(self._return)
        self.list.itemClicked.connect(self._do)
        self._fill()

    def titles(self) -> list[str]:
        """What the list shows now."""
        return [self.list.item(row).data(Qt.ItemDataRole.UserRole).title for row in range(self.list.count())]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()))
        if step is not None and self.list.count():
            self.list.setCurrentRow((self.list.currentRow() + step) % self.list.count())
            return
        super().keyPressEvent(event)

    @property
    def waiting(self) -> bool:
        """Whether users and items are still looked for."""
        return self._rest.isActive() or self._search.pending is not None

    @Slot()
    def _type(self) -> None:
        self._do_first = False
        self._search.forget()
        if self.field.text().strip() and self._session.data is not None:
            self._rest.start()
        else:
            self._rest.stop()
        self._fill()

    @Slot()
    def _ask(self) -> None:
        self._rest.stop()
        project = self._session.project.current
        if project is not None and project.data_folder is not None:
            self._search.ask({"data": str(project.data_folder), "query": self.field.text()})

    @Slot(object, object)
    def _take(self, _asked: dict[str, Any], answer: dict[str, Any]) -> None:
        self._fill(people_and_items(self._session, answer))
        if self._do_first:
            self._do()

    @Slot(object, str, str)
    def _fail(self, _asked: dict[str, Any], sentence: str, _details: str) -> None:
        self._do_first = False
        self.nothing.setText(sentence)

    def _fill(self, others: Sequence[Offer] = ()) -> None:
        marked = self.list.currentRow()
        self.list.clear()
        for offer in self._finder.find(self.field.text(), others):
            item = QListWidgetItem(offer.title, self.list)
            item.setData(Qt.ItemDataRole.UserRole, offer)
            item.setData(NOTE, offer.note)
            item.setData(
                Qt.ItemDataRole.AccessibleTextRole, f"{offer.title}, {offer.note}" if offer.note else offer.title
            )
        self.list.setCurrentRow(marked if others and 0 < marked < self.list.count() else 0)
        found = self.list.count() > 0
        self.nothing.setText(self.tr("Looking…") if self.waiting else self.tr("No matches. Try fewer letters."))
        self.list.setVisible(found)
        self.nothing.setVisible(not found)

    @Slot()
    def _return(self) -> None:
        """Do what is marked; where nothing is found yet, the first of what is still looked for."""
        if self.waiting and not self._sure():
            self._do_first = True
            if self._rest.isActive():
                self._ask()
        else:
            self._do()

    def _sure(self) -> bool:
        """Whether what is marked stays marked, whatever else is found."""
        item = self.list.currentItem()
        typed = self.field.text().strip().casefold()
        return item is not None and (
            self.list.currentRow() > 0 or item.data(Qt.ItemDataRole.UserRole).title.casefold() == typed
            or item.data(Qt.ItemDataRole.UserRole).command
        )  # fmt: skip

    @Slot()
    def _do(self, *_: object) -> None:
        item = self.list.currentItem()
        if item is None and not self._do_first:
            return
        self.close()
        if item is not None:
            self.parentWidget().activateWindow()  # what is done may put the cursor somewhere
            item.data(Qt.ItemDataRole.UserRole).do()


class CheatSheet(QDialog):
    """Every shortcut on one sheet."""

    def __init__(self, actions: Sequence[QAction], parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Shortcuts"))
        column = QVBoxLayout(self)
        column.setContentsMargins(3 * GRID, 2 * GRID, 3 * GRID, 2 * GRID)
        column.setSpacing(6)
        for action in actions:
            if action.shortcut().isEmpty() or not action.text():
                continue
            row = QHBoxLayout()
            row.setSpacing(4 * GRID)
            row.addWidget(Text(plain_title(action)), 1)
            row.addWidget(Text(", ".join(shortcut.toString() for shortcut in action.shortcuts()), ink="muted"))
            column.addLayout(row)
