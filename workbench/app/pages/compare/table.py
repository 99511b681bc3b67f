"""A table of runs to choose from, which keeps what is chosen and what sorts it."""

from collections.abc import Sequence
from itertools import chain
from typing import Any

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QModelIndex, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent

from workbench.app.pages.compare.delegates import ARROW, InkDelegate, RunDelegate
from workbench.app.pages.compare.model import Group, RunColumn, RunModel
from workbench.app.runs.run_store import RunInfo
from workbench.app.tables.table_view import TableView
from workbench.app.widgets.theme import GRID


class RunTable(TableView):
    """Runs to choose from; the chosen ones keep the order in which they were chosen."""

    ids_selected = Signal(list)
    """Ids of the runs that a person selected, the first one at the head."""
    group_turned = Signal(object)
    """A line that sums runs up is to be opened or closed: a `Group`."""
    room_changed = Signal()
    """There is more or less room for the columns."""

    def __init__(self, name: str) -> None:
        self._quiet = False
        self._chosen: list[str] = []
        super().__init__(name, RunModel(), several=True)
        self.setItemDelegate(InkDelegate(self))
        self.setItemDelegateForColumn(0, RunDelegate(self))

    def resizeEvent(self, event: Any) -> None:
        super().resizeEvent(event)
        self.room_changed.emit()

    def runs(self) -> RunModel:
        """The model."""
        return self._model

    @property
    def chosen_runs(self) -> list[RunInfo]:
        """The selected runs, from the top."""
        # Not `selectedRows`, which asks for the flags of each cell.
        rows = chain.from_iterable(self._selected())
        found = [info for row in rows for info in self._model.runs_at(self._model.source_row(row))]
        return list({info.id: info for info in found}.values())

    def show_runs(self, columns: Sequence[RunColumn], groups: Sequence[Group]) -> None:
        """Show other runs or columns; the selection and the place stay."""
        place = self.verticalScrollBar().value()
        self._model.show(columns, groups)
        self.executeDelayedItemsLayout()  # else it is painted, gets another scroll bar, and is painted again
        self.mark_sort()
        self.verticalScrollBar().setValue(place)

    def set_widths(self, widths: Sequence[int]) -> None:
        """Give all columns their widths, and have the scroll bars follow at once."""
        header = self.horizontalHeader()
        changed = [at for at, width in enumerate(widths) if header.sectionSize(at) != width]
        if changed:
            with QSignalBlocker(header):  # each signal would have the table painted once more in a moment
                for at in changed:
                    header.resizeSection(at, widths[at])
            self.updateGeometries()
            self.viewport().update()

    def choose(self, ids: Sequence[str]) -> None:
        """Select runs by id, without a word to anybody."""
        self._chosen = list(ids)
        chosen = set(ids)
        wanted = QItemSelection()
        current = QModelIndex()
        last, begun = self._model.columnCount() - 1, -1
        rows = self._model.ids()
        for row, inside in enumerate([*self._model.rows_of(chosen), False]):
            if inside and begun < 0:
                begun = row
            elif not inside and begun >= 0:  # rows beside each other are one range: each costs a while to draw
                wanted.select(self._model.index(begun, 0), self._model.index(row - 1, last))
                begun = -1
        if ids and ids[0] in rows:
            current = self._model.index(rows.index(ids[0]), 0)
        self._quiet = True
        flags = QItemSelectionModel.SelectionFlag
        # Where the keyboard is, it stays; but a table that was shown anew has lost its place.
        if current.isValid() and not (self.hasFocus() and self.currentIndex().isValid()):
            self.selectionModel().setCurrentIndex(current, flags.NoUpdate)
        self.selectionModel().select(wanted, flags.ClearAndSelect)
        self._quiet = False

    # Lines that sum runs up ----------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        source = self._model.source_row(self.currentIndex().row()) if self.currentIndex().isValid() else -1
        group, wanted = self._model.group_at(source), {Qt.Key.Key_Right: False, Qt.Key.Key_Left: True}
        key = Qt.Key(event.key())
        if group is not None and wanted.get(key, group.closed) != group.closed:
            self.group_turned.emit(group)
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        group = self._model.group_at(self._model.source_row(index.row())) if index.isValid() else None
        left = self.visualRect(index).left() + GRID + 2 * GRID * max(0, group.level - 1) if group is not None else 0
        if group is not None and left - GRID <= event.position().x() < left + ARROW:
            self.group_turned.emit(group)
        else:
            super().mousePressEvent(event)

    # Sorting -------------------------------------------------------------------------------------------------------

    def sort_by(self, name: str, *, falling: bool) -> None:
        """Sort by a column, also one that is not shown yet."""
        self._model.by = (name, falling)
        self.mark_sort()

    def mark_sort(self) -> None:
        """Let an arrow stand at the column that sorts."""
        by = self._model.by
        at = self._model.column_of(by[0]) if by is not None else -1
        self.horizontalHeader().setSortIndicatorShown(at >= 0)
        if by is not None and at >= 0:
            order = Qt.SortOrder.DescendingOrder if by[1] else Qt.SortOrder.AscendingOrder
            self.horizontalHeader().setSortIndicator(at, order)

    def _sort_by(self, column: int) -> None:
        if self._model.columns[column].keys is None:
            return
        name, by = self._model.name_of(column), self._model.by
        falling = not by[1] if by is not None and by[0] == name else self._model.columns[column].right
        self._model.sort(column, Qt.SortOrder.DescendingOrder if falling else Qt.SortOrder.AscendingOrder)
        self.mark_sort()

    # The selection -------------------------------------------------------------------------------------------------

    def _tell(self, *_: object) -> None:
        if self._quiet:
            return
        now = dict.fromkeys(info.id for info in self.chosen_runs)
        self._chosen = [row_id for row_id in self._chosen if row_id in now] + [
            row_id for row_id in now if row_id not in self._chosen
        ]
        super()._tell()
        self.ids_selected.emit(list(self._chosen))

    def _keep(self) -> None:
        self._quiet = True

    def _restore(self) -> None:
        self.clearSpans()
        columns, totals = self._model.columnCount(), self._model.totals_from()
        for row, group in self._model.headings():
            wide = totals if group.summed else columns
            if wide > 1:
                self.setSpan(row, 0, 1, wide)
        self._quiet = False
        self.choose(self._chosen)
