"""Runs that wait: their order, by dragging or by Alt with the arrow keys, and how many train at once."""

from functools import partial

from PySide6.QtCore import QModelIndex, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from workbench.app.runs.run_memory import RESERVED_BYTES
from workbench.app.runs.run_text import short_title
from workbench.app.session.run_changes import cancel_run, move_run
from workbench.app.session.session import Session
from workbench.app.widgets.basic import Button, Elided, Text
from workbench.app.widgets.quiet import QuietBox
from workbench.app.widgets.theme import GRID, SMALL
from workbench.project import set_setting

MOST_AT_ONCE = 4
ROW, MOST_ROWS = 26, 4  # pixels, and rows before it scrolls
ID = Qt.ItemDataRole.UserRole


class WaitingList(QListWidget):
    """The waiting runs, the next one first."""

    moved = Signal(str, int)
    """Run id, its new place."""
    removed = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(self.tr("Waiting runs"))
        self.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.setDefaultDropAction(Qt.DropAction.MoveAction)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setUniformItemSizes(True)
        self.setFrameShape(QListWidget.Shape.NoFrame)
        self.setToolTip(self.tr("Drag, or press Alt+Up and Alt+Down, to change the order; Delete removes a run"))
        self.model().rowsMoved.connect(self._dropped)

    def show_runs(self, runs: dict[str, str]) -> None:
        """Show these runs (id to title), keeping the chosen one chosen."""
        if list(runs) == self.ids():
            return
        chosen = self.chosen()
        self.clear()
        for at, (run_id, title) in enumerate(runs.items()):
            row = QListWidgetItem(f"{at + 1}   {title}")
            row.setData(ID, run_id)
            row.setToolTip(title)
            row.setSizeHint(QSize(0, ROW))
            self.addItem(row)
            if run_id == chosen:
                self.setCurrentRow(at)

    def ids(self) -> list[str]:
        """Ids in the order shown."""
        return [str(self.item(row).data(ID)) for row in range(self.count())]

    def chosen(self) -> str:
        """Id of the chosen run; empty where none is."""
        row = self.currentItem()
        return str(row.data(ID)) if row is not None else ""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()), 0)
        if step and event.modifiers() & Qt.KeyboardModifier.AltModifier:
            self.shift(step)
        elif event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and self.chosen():
            self.removed.emit(self.chosen())
        else:
            super().keyPressEvent(event)

    def shift(self, step: int) -> None:
        """Move the chosen run one place up or down."""
        row = self.currentRow()
        if self.chosen() and 0 <= row + step < self.count():
            self.moved.emit(self.chosen(), row + step)

    @Slot(QModelIndex, int, int, QModelIndex, int)
    def _dropped(self, _from: QModelIndex, start: int, _end: int, _to: QModelIndex, row: int) -> None:
        place = row - 1 if row > start else row
        # When the drop is over: until then the view still holds its rows.
        QTimer.singleShot(0, self, partial(self.moved.emit, str(self.item(place).data(ID)), place))


class Queue(QWidget):
    """What waits, how many train at once and by which rule."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * GRID, 4, GRID, 6)
        column.setSpacing(4)
        head = QHBoxLayout()
        head.setSpacing(GRID // 2)
        self.words = Elided("", bold=True)
        self.remove = Button("", "quiet", icon="close", tip=self.tr("Remove the selected run from the queue (Delete)"))
        self.remove.setAccessibleName(self.remove.toolTip())
        self.at_once = QuietBox()
        self.at_once.setAccessibleName(self.tr("Runs trained at the same time"))
        for n in range(1, MOST_AT_ONCE + 1):
            self.at_once.addItem(self.tr("{n} at once").format(n=n), n)
        self.at_once.setCurrentIndex(min(session.runs.at_once, MOST_AT_ONCE) - 1)
        head.addWidget(self.words, 1)
        head.addWidget(self.remove)
        head.addWidget(self.at_once)
        column.addLayout(head)
        self.list = WaitingList()
        column.addWidget(self.list)
        rule = self.tr("Another run starts only if that leaves {spare} GB of memory free, judged by the largest.")
        self.rule = Text(rule.format(spare=RESERVED_BYTES >> 30), SMALL, "muted", wrap=True)
        column.addWidget(self.rule)
        self.at_once.activated.connect(self._choose_at_once)
        self.list.moved.connect(self._move)
        self.list.removed.connect(self._remove)
        self.list.currentRowChanged.connect(self._refresh_buttons)
        self.remove.clicked.connect(self._remove_chosen)
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        """Show what waits now."""
        waiting = self.session.runs.waiting()
        self.words.set_text(self.tr("{n} waiting").format(n=len(waiting)) if waiting else self.tr("Queue is empty"))
        self.list.show_runs({info.id: short_title(info)[:80] for info in waiting})
        self.list.setFixedHeight(ROW * min(MOST_ROWS, len(waiting)) + 2)
        self.list.setVisible(bool(waiting))
        self.rule.setVisible(self.session.runs.at_once > 1)
        self._refresh_buttons()

    def _refresh_buttons(self, *_: object) -> None:
        self.remove.setVisible(self.list.count() > 0)
        self.remove.setEnabled(bool(self.list.chosen()))

    @Slot(str, int)
    def _move(self, run_id: str, place: int) -> None:
        move_run(self.session, run_id, place)
        self.list.clear()  # the numbers before the titles are others now
        self.refresh()
        self.list.setCurrentRow(place)

    @Slot(str)
    def _remove(self, run_id: str) -> None:
        cancel_run(self.session, run_id)
        self.refresh()

    def _remove_chosen(self) -> None:
        if self.list.chosen():
            self._remove(self.list.chosen())

    def _choose_at_once(self) -> None:
        self.session.runs.set_at_once(int(self.at_once.currentData()))
        self.refresh()
        set_setting("at_once", self.session.runs.at_once)
