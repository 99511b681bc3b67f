"""The command palette: everything that can be done, found by typing a few of its letters."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from workbench.app.widgets.basic import SearchField, Text
from workbench.app.widgets.theme import GRID, SMALL


def match(query: str, title: str) -> int | None:
    """How well the letters of `query` appear in `title` in this order: smaller is better, None: they do not.

    A letter right behind the one before costs nothing, one that begins a word costs 1, any other what is skipped and 2.
    """
    query, lower = query.lower().replace(" ", ""), title.lower()
    best: dict[int, int] = {-1: 0}  # place of the last letter found to the least cost of getting there
    for letter in query:
        reached: dict[int, int] = {}
        for at in (i for i, letter_at in enumerate(lower) if letter_at == letter):
            begins = at == 0 or lower[at - 1] == " "
            costs = [
                cost + (0 if at == before + 1 else 1 if begins else at - before + 1)
                for before, cost in best.items()
                if before < at
            ]
            if costs:
                reached[at] = min(costs)
        best = reached
    return min(best.values(), default=None)


class CommandPalette(QDialog):
    """A field and a list over the window; Return does what is marked, Escape closes."""

    def __init__(self, actions: Sequence[QAction], parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.FramelessWindowHint | Qt.WindowType.Dialog)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Find anything"))
        self._actions = [action for action in actions if action.text()]
        column = QVBoxLayout(self)
        column.setContentsMargins(GRID, GRID, GRID, GRID)
        self.field = SearchField(self.tr("What would you like to do?"), empties=False)
        self.list = QListWidget()
        self.list.setAccessibleName(self.tr("Commands"))
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        column.addWidget(self.field)
        self.nothing = Text(self.tr("No matches. Try fewer letters."), ink="muted")
        self.nothing.setContentsMargins(12, 7, 12, 7)
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignTop)
        column.addWidget(self.list, 1)
        column.addWidget(self.nothing, 1)
        self.setFixedSize(60 * GRID, 44 * GRID)
        top = parent.mapToGlobal(parent.rect().topLeft())
        self.move(top.x() + (parent.width() - self.width()) // 2, top.y() + 10 * GRID)
        self.field.textChanged.connect(self._fill)
        self.field.returnPressed.connect(self._do)
        self.list.itemClicked.connect(self._do)
        self._fill("")

    def titles(self) -> list[str]:
        """What the list shows now."""
        return [self.list.item(row).data(Qt.ItemDataRole.UserRole).text() for row in range(self.list.count())]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()))
        if step is not None and self.list.count():
            self.list.setCurrentRow((self.list.currentRow() + step) % self.list.count())
            return
        super().keyPressEvent(event)

    def _fill(self, query: str) -> None:
        self.list.clear()
        found = [(cost, place, action) for place, action in enumerate(self._actions) if action.isEnabled()
                 and (cost := match(query, _plain(action))) is not None]  # fmt: skip
        for _, _, action in sorted(found, key=lambda one: one[:2]):
            item = QListWidgetItem(self.list)
            item.setData(Qt.ItemDataRole.UserRole, action)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, _plain(action))
            row = _Row(action)
            item.setSizeHint(row.sizeHint())
            self.list.setItemWidget(item, row)
        self.list.setCurrentRow(0)
        self.list.setVisible(bool(found))
        self.nothing.setVisible(not found)

    def _do(self, *_: object) -> None:
        item = self.list.currentItem()
        self.close()
        if item is not None:
            item.data(Qt.ItemDataRole.UserRole).trigger()


class _Row(QWidget):
    """Title at the left, shortcut at the right."""

    def __init__(self, action: QAction) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 7, 12, 7)
        row.addWidget(Text(_plain(action)), 1)
        row.addWidget(Text(action.shortcut().toString(), SMALL, "muted"))


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
            row.addWidget(Text(_plain(action)), 1)
            row.addWidget(Text(", ".join(shortcut.toString() for shortcut in action.shortcuts()), ink="muted"))
            column.addLayout(row)


def _plain(action: QAction) -> str:
    return action.text().replace("&", "")
