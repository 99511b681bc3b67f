"""The first rows of a file, with a chooser of its role above each column."""

from typing import Any

import pyarrow as pa
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPalette
from PySide6.QtWidgets import QComboBox, QHeaderView, QTableView, QVBoxLayout, QWidget

from workbench.app.theme import GRID, ROW_HEIGHT, SMALL, font, theme
from workbench.app.widgets import Elided
from workbench.data.columns import ROLES
from workbench.data.reading import NUMBER
from workbench.data.times import to_milliseconds

LONGEST = 120  # letters of a cell that are shown
LONGEST_TIP = 1000
MOST_COLUMNS = 60
NARROWEST = 19 * GRID
HEAD = 88


class FirstRows(QAbstractTableModel):
    """The first rows as text; times and rows that will be refused are shown as what they become."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._names: list[str] = []
        self._rows: list[list[str]] = []
        self._roles: dict[int, str] = {}
        self._times: dict[int, list[str]] = {}

    def show_rows(self, names: list[str], rows: list[list[str]]) -> None:
        """Show other rows."""
        self.beginResetModel()
        self._names, self._rows, self._roles, self._times = names[:MOST_COLUMNS], rows, {}, {}
        self.endResetModel()

    def set_roles(self, roles: dict[int, str], time_kind: str | None, words: Any) -> None:
        """Tell what each column is, so that times are read; `words` turns milliseconds into text."""
        self._roles, self._times = dict(roles), {}
        for column, role in roles.items():
            if role == "time" and time_kind:
                texts = pa.array([row[column] if column < len(row) else "" for row in self._rows], pa.string())
                times, good = to_milliseconds(texts, time_kind)
                self._times[column] = [words(int(at)) if ok else "" for at, ok in zip(times, good, strict=True)]
        if self._rows:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._rows) - 1, len(self._names) - 1))

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = QModelIndex()) -> int:  # noqa: B008 - Qt's way
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: QModelIndex | QPersistentModelIndex = QModelIndex()) -> int:  # noqa: B008 - Qt's way
        return 0 if parent.isValid() else len(self._names)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = 0) -> Any:
        if role == 0 and orientation == Qt.Orientation.Horizontal:
            return self._names[section]
        return None

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = 0) -> Any:
        row, column = self._rows[index.row()], index.column()
        raw = row[column] if column < len(row) else ""
        if role == 0:
            shown = self._times[column][index.row()] if column in self._times else ""
            return (shown or raw)[:LONGEST]
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._remark(row, column, raw)
        if role == Qt.ItemDataRole.ForegroundRole:
            wrong = len(row) != len(self._names) and len(self._names) < MOST_COLUMNS
            ink = (
                "error" if wrong or self._unread(index.row(), column) else "text" if column in self._roles else "faint"
            )
            return QColor(theme().tokens.color(ink))
        return None

    def _unread(self, row: int, column: int) -> bool:
        cells = self._rows[row]
        value = cells[column] if column < len(cells) else ""
        role = self._roles.get(column)
        return (role == "rating" and not NUMBER.fullmatch(value)) or (
            role == "time" and column in self._times and not self._times[column][row]
        )

    def _remark(self, row: list[str], column: int, raw: str) -> str:
        if len(row) != len(self._names) and len(self._names) < MOST_COLUMNS:
            return self.tr("This row has {n} fields, not {wanted}: it will be refused.").format(
                n=len(row), wanted=len(self._names)
            )
        return raw[:LONGEST_TIP]


class QuietBox(QComboBox):
    """A list to choose from that the wheel does not change while one scrolls past it."""

    def wheelEvent(self, event: Any) -> None:
        event.ignore()


class RoleBox(QuietBox):
    """A list whose arrow keys open it: moving along it must not take other columns' roles away on the way."""

    OPENS = frozenset({Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown, Qt.Key.Key_Home,
                       Qt.Key.Key_End})  # fmt: skip

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if Qt.Key(event.key()) in self.OPENS:
            self.showPopup()
            return
        super().keyPressEvent(event)


class Head(QWidget):
    """Name of a column, its role, and why."""

    role_chosen = Signal(int, str)

    def __init__(self, column: int, name: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.column = column
        lines = QVBoxLayout(self)
        # Inside a view, texts would take the colour of its cells; these are labels.
        self.setBackgroundRole(QPalette.ColorRole.Window)
        lines.setContentsMargins(GRID + 3, 6, GRID, 4)
        lines.setSpacing(2)
        self.name = Elided(name[:LONGEST], SMALL, "muted")
        self.box = RoleBox()
        self.box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.box.setAccessibleName(self.tr("Role of column {name}").format(name=name[:LONGEST]))
        titles = (self.tr("User"), self.tr("Item"), self.tr("Rating"), self.tr("Time"))
        for role, title in zip(ROLES, titles, strict=True):
            self.box.addItem(title, role)
        self.box.addItem(self.tr("–"), "")
        self.box.setItemData(len(ROLES), self.tr("Not used"), Qt.ItemDataRole.ToolTipRole)
        self.evidence = Elided("", SMALL, "faint")
        lines.addWidget(self.name)
        lines.addWidget(self.box, 0, Qt.AlignmentFlag.AlignLeft)
        lines.addWidget(self.evidence)
        self.box.activated.connect(self._tell)

    def show_role(self, role: str, evidence: str) -> None:
        """Show a role and what speaks for it."""
        self.box.setCurrentIndex(self.box.findData(role))
        self.evidence.set_text(evidence)
        self.box.setAccessibleDescription(evidence)

    def _tell(self) -> None:
        self.role_chosen.emit(self.column, self.box.currentData())


class RoleHeader(QHeaderView):
    """A header of the table whose sections hold a `Head` each."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.heads: list[Head] = []
        self.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.setSectionsClickable(False)
        self.sectionResized.connect(self.place)
        self.geometriesChanged.connect(self.place)

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), HEAD)

    def show_heads(self, names: list[str]) -> list[Head]:
        """Make a head for each column; those before go."""
        for old in self.heads:
            old.hide()
            old.deleteLater()
        self.heads = [Head(at, name, self.viewport()) for at, name in enumerate(names[:MOST_COLUMNS])]
        for one in self.heads:
            one.show()
        self.place()
        return self.heads

    def place(self, *_: object) -> None:
        """Put each head above its column."""
        for one in self.heads:
            if one.column < self.count():
                at = self.sectionViewportPosition(one.column)
                one.setGeometry(at, 0, self.sectionSize(one.column) - 1, self.height() - 1)

    def paintSection(self, painter: Any, rect: Any, section: int) -> None:
        tokens = theme().tokens
        painter.fillRect(rect, tokens.color("surface"))
        painter.fillRect(rect.left(), rect.bottom(), rect.width(), 1, tokens.color("strong_line"))


class RoleTable(QTableView):
    """The first rows under their roles. `role_chosen` tells that a person gave a column another role."""

    role_chosen = Signal(int, str)

    def __init__(self) -> None:
        super().__init__()
        self.rows = FirstRows(self)
        self.head = RoleHeader(self)
        self.setAccessibleName(self.tr("First rows of the file"))
        self.setFont(font(figures=True))
        self.setHorizontalHeader(self.head)
        self.setModel(self.rows)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(ROW_HEIGHT - 4)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QTableView.SelectionMode.SingleSelection)
        self.setHorizontalScrollMode(QTableView.ScrollMode.ScrollPerPixel)
        self.horizontalScrollBar().valueChanged.connect(self.head.place)

    def show_rows(self, names: list[str], rows: list[list[str]]) -> None:
        """Show other rows."""
        self.rows.show_rows(names, rows)
        for head in self.head.show_heads(names):
            head.role_chosen.connect(self.role_chosen)
        self._fit()

    def resizeEvent(self, event: Any) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """All columns equally wide: they fill the table, and none is narrower than its chooser needs."""
        number = self.rows.columnCount()
        if number:
            wide = max(NARROWEST, self.viewport().width() // number)
            for column in range(number):
                self.setColumnWidth(column, wide)
            self.head.place()
