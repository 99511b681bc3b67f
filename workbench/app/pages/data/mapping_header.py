"""The first rows of a file under their roles: a chooser above each column, and chips to drag onto one."""

from typing import Any

from PySide6.QtCore import QByteArray, QMimeData, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import (
    QDrag,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPalette,
)
from PySide6.QtWidgets import QApplication, QComboBox, QHBoxLayout, QHeaderView, QTableView, QVBoxLayout, QWidget

from workbench.app.pages.data.preview_table import MAX_CHARS, MOST_COLUMNS, FirstRows
from workbench.app.widgets.basic import Chip, Elided, Picture
from workbench.app.widgets.choice import QuietBox
from workbench.app.widgets.theme import GRID, ROW_HEIGHT, SMALL, font, theme
from workbench.app.widgets.translate import translate
from workbench.data.importing.role_evidence import ROLES

MIME = "application/x-workbench-role"
DOUBTFUL = 0.55  # confidence below which a guess is marked
NARROWEST = 19 * GRID
HEAD = 88
PAUSE_MS, BATCH_HEADS = 15, 3  # between two moments in which heads are made, and how many


class RoleBox(QuietBox):
    """A list whose arrow keys open it: moving along it must not take other columns' roles away on the way."""

    OPENS = frozenset({Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown, Qt.Key.Key_Home,
                       Qt.Key.Key_End})  # fmt: skip

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if Qt.Key(event.key()) in self.OPENS:
            self.showPopup()
            return
        super().keyPressEvent(event)


def role_titles() -> dict[str, str]:
    """What the roles are called."""
    titles = (
        translate("Roles", "User"),
        translate("Roles", "Item"),
        translate("Roles", "Rating"),
        translate("Roles", "Time"),
    )
    return dict(zip(ROLES, titles, strict=True))


def role_mime(role: str) -> QMimeData:
    """A role while it is dragged."""
    data = QMimeData()
    data.setData(MIME, QByteArray(role.encode()))
    return data


class RoleChip(Chip):
    """A role to drag onto a column; filled while a column has it."""

    def __init__(self, role: str, title: str) -> None:
        super().__init__(title)
        self.role = role
        self.setCursor(Qt.CursorShape.OpenHandCursor)
        self.setToolTip(self.tr("Drag it onto a column"))
        self._pressed = None

    def set_taken(self, taken: bool) -> None:
        """Show whether a column has the role."""
        if taken != self._strong:
            self._strong = taken
            self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._pressed = event.position() if event.button() == Qt.MouseButton.LeftButton else None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pressed is None:
            return
        if (event.position() - self._pressed).manhattanLength() >= QApplication.startDragDistance():
            self._pressed = None
            drag = QDrag(self)
            drag.setMimeData(role_mime(self.role))
            drag.setPixmap(self.grab())
            drag.exec(Qt.DropAction.CopyAction)


class RoleChips(QWidget):
    """All roles, to be dragged."""

    def __init__(self) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(GRID, 0, 0, 0)
        row.setSpacing(GRID)
        self.chips = [RoleChip(role, title) for role, title in role_titles().items()]
        for chip in self.chips:
            row.addWidget(chip)

    def show_roles(self, roles: dict[int, str]) -> None:
        """Show which roles columns have."""
        for chip in self.chips:
            chip.set_taken(chip.role in roles.values())


class Head(QWidget):
    """Name of a column, its role, and why; a role can be dropped on it."""

    role_chosen = Signal(int, str)

    def __init__(self, column: int, parent: QWidget) -> None:
        super().__init__(parent)
        self.column = column
        lines = QVBoxLayout(self)
        # Inside a view, texts would take the colour of its cells; these are labels.
        self.setBackgroundRole(QPalette.ColorRole.Window)
        lines.setContentsMargins(GRID + 3, 6, GRID, 4)
        lines.setSpacing(2)
        self.name = Elided("", SMALL, "muted")
        self.box = RoleBox()
        self.box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        for role, title in role_titles().items():
            self.box.addItem(title, role)
        self.box.addItem(self.tr("–"), "")
        self.box.setItemData(len(ROLES), self.tr("Not used"), Qt.ItemDataRole.ToolTipRole)
        self.evidence = Elided("", SMALL, "faint")
        lines.addWidget(self.name)
        lines.addWidget(self.box, 0, Qt.AlignmentFlag.AlignLeft)
        self.doubt = Picture("warning", 12, "warn")
        self.doubt.hide()
        under = QHBoxLayout()
        under.setSpacing(4)
        under.addWidget(self.doubt)
        under.addWidget(self.evidence, 1)
        lines.addLayout(under)
        self.box.activated.connect(self._tell)
        self.setAcceptDrops(True)
        self._over = False

    def show_name(self, name: str) -> None:
        """Stand above a column of this name."""
        self.name.set_text(name[:MAX_CHARS])
        self.box.setAccessibleName(self.tr("Role of column {name}").format(name=name[:MAX_CHARS]))

    def show_role(self, role: str, evidence: str, sure: float = 1.0, why: str = "") -> None:
        """Show a role, what speaks for it in a line and in a sentence, and whether that is little."""
        self.box.setCurrentIndex(self.box.findData(role))
        doubtful = bool(role) and sure < DOUBTFUL
        self.doubt.setVisible(doubtful)
        self.evidence.set_ink("warn" if doubtful else "faint")
        self.evidence.set_text(evidence)
        tip = self.tr("Only a guess: {why} Please check.").format(why=why) if doubtful else why
        self.setToolTip(tip)
        self.box.setToolTip(tip)
        self.box.setAccessibleDescription(tip or evidence)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasFormat(MIME):
            self._light(True)
            event.acceptProposedAction()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._light(False)

    def dropEvent(self, event: QDropEvent) -> None:
        self._light(False)
        role = bytes(event.mimeData().data(MIME).data()).decode()
        if role in ROLES:
            event.acceptProposedAction()
            self.role_chosen.emit(self.column, role)

    def _light(self, over: bool) -> None:
        self._over = over
        self.update()

    def paintEvent(self, event: Any) -> None:
        if self._over:
            QPainter(self).fillRect(self.rect(), theme().tokens.color("wash"))

    def _tell(self) -> None:
        self.role_chosen.emit(self.column, self.box.currentData())


class RoleHeader(QHeaderView):
    """A header of the table whose sections hold a `Head` each.

    Heads are made once and stay for the next file; those out of sight are made a few at a time, so that many columns do
    not hold the window. `head_made` tells of each that came later.
    """

    role_chosen = Signal(int, str)
    head_made = Signal(object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.heads: list[Head] = []
        self._made: list[Head] = []
        self._names: list[str] = []
        self._soon = QTimer(self, interval=PAUSE_MS)
        self._soon.timeout.connect(self._make_some)
        self.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.setSectionsClickable(False)
        self.sectionResized.connect(self.place)
        self.geometriesChanged.connect(self.place)

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), HEAD)

    def show_heads(self, names: list[str]) -> None:
        """Put a head above each column, first above those in sight."""
        self._names = names[:MOST_COLUMNS]
        self.heads = self._made[: len(self._names)]
        for part in self._made[len(self._names) :]:
            part.hide()
        for head in self.heads:
            head.show_name(self._names[head.column])
            head.show()
        self._make(self.viewport().width() // NARROWEST + 1)
        self._soon.start()

    @Slot()
    def _make_some(self) -> None:
        before = len(self.heads)
        self._make(before + BATCH_HEADS)
        for head in self.heads[before:]:
            self.head_made.emit(head)
        if len(self.heads) == len(self._names):
            self._soon.stop()

    def _make(self, wanted: int) -> None:
        for at in range(len(self.heads), min(wanted, len(self._names))):
            head = Head(at, self.viewport())
            head.role_chosen.connect(self.role_chosen)
            head.show_name(self._names[at])
            head.show()
            self._made.append(head)
            self.heads.append(head)
        self.place()

    def place(self, *_: object) -> None:
        """Put each head above its column."""
        for head in self.heads:
            if head.column < self.count():
                at = self.sectionViewportPosition(head.column)
                head.setGeometry(at, 0, self.sectionSize(head.column) - 1, self.height() - 1)

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
        self.head.role_chosen.connect(self.role_chosen)
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
        self.head.show_heads(names)
        self._fit()

    def resizeEvent(self, event: Any) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """All columns equally wide: they fill the table, and none is narrower than its chooser needs."""
        number = self.rows.columnCount()
        if number:
            wide = max(NARROWEST, self.viewport().width() // number)
            if self.columnWidth(0) != wide or self.columnWidth(number - 1) != wide:
                self.head.sectionResized.disconnect(self.head.place)  # once for all of them is enough
                for column in range(number):
                    self.setColumnWidth(column, wide)
                self.head.sectionResized.connect(self.head.place)
            self.head.place()
