"""A table of runs: in groups where some must not be ranked with others, each group sorted by itself."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
from PySide6.QtCore import (
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    Qt,
    Signal,
)

from workbench.app.array_model import ArrayModel
from workbench.app.columns import Column
from workbench.app.pages._run_delegates import InkDelegate, RunDelegate
from workbench.app.runs import RunInfo
from workbench.app.tables import TableView

Key = Callable[[RunInfo], Any]


@dataclass
class RunColumn:
    """One column of a table of runs; functions take the run."""

    title: str
    text: Callable[[RunInfo], str]
    key: Key | None = None
    full: Callable[[RunInfo], str] | None = None
    right: bool = False
    tip: str = ""
    extra: dict[int, Callable[[RunInfo], Any]] = field(default_factory=dict)


@dataclass
class Group:
    """Runs that may be compared, and the line above them."""

    title: str
    runs: list[RunInfo]


class RunModel(ArrayModel):
    """Rows for runs, and rows for the titles of groups where there are several."""

    def __init__(self) -> None:
        super().__init__()
        self.groups: list[Group] = []
        self._runs: list[RunInfo] = []
        self._asked: list[RunColumn] = []
        self._by: tuple[int, bool] | None = None

    def show(self, columns: Sequence[RunColumn], groups: Sequence[Group]) -> None:
        """Show other runs or columns, sorted as before."""
        self.groups, self._asked = list(groups), list(columns)
        self._runs = [info for group in groups for info in group.runs]
        rows = len(self._runs) + len(self.groups)
        self.set_columns([self._column(one, first=at == 0) for at, one in enumerate(columns)], rows)
        self._arrange()

    def refresh(self) -> None:
        """The runs have changed, and neither their number nor their order."""
        self._forget()
        if self.rowCount():
            self.dataChanged.emit(self.index(0, 0), self.index(self.rowCount() - 1, self.columnCount() - 1))

    def run_at(self, source: int) -> RunInfo | None:
        """The run at a position in the arrays; None for the title of a group."""
        return self._runs[source] if 0 <= source < len(self._runs) else None

    def headings(self) -> list[int]:
        """Rows of the table that are titles of groups."""
        return [row for row in range(self.rowCount()) if self.run_at(self.source_row(row)) is None]

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort each group by itself."""
        self._by = (column, order == Qt.SortOrder.DescendingOrder)
        self._arrange()
        self.sorted.emit()

    def flags(self, index: QModelIndex | QPersistentModelIndex) -> Qt.ItemFlag:
        if self.run_at(self.source_row(index.row())) is None:
            return Qt.ItemFlag.NoItemFlags
        return super().flags(index)

    def _arrange(self) -> None:
        order: list[int] = []
        start = 0
        for number, group in enumerate(self.groups):
            if len(self.groups) > 1:
                order.append(len(self._runs) + number)
            order += [start + at for at in self._sorted(group.runs)]
            start += len(group.runs)
        self.set_rows(np.array(order, dtype=int))

    def _sorted(self, runs: list[RunInfo]) -> list[int]:
        places = list(range(len(runs)))
        if self._by is None or self._by[0] >= len(self._asked) or (key := self._asked[self._by[0]].key) is None:
            return places
        keys = [key(info) for info in runs]
        known = sorted((at for at in places if keys[at] is not None), key=lambda at: keys[at], reverse=self._by[1])
        return known + [at for at in places if keys[at] is None]  # what is not known comes last, whichever way

    def _column(self, asked: RunColumn, *, first: bool) -> Column:
        def of(row: int, function: Callable[[RunInfo], Any] | None, otherwise: Any = "") -> Any:
            info = self.run_at(row)
            return otherwise if info is None or function is None else function(info)

        def text(row: int) -> str:
            group = row - len(self._runs)
            return self.groups[group].title if first and group >= 0 else of(row, asked.text)

        return Column(
            asked.title,
            lambda rows: [text(row) for row in rows.tolist()],
            (lambda: None) if asked.key is not None else None,
            lambda row: of(row, asked.full) or text(row),
            asked.right,
            asked.tip,
            {role: partial(of, function=function, otherwise=None) for role, function in asked.extra.items()},
        )


class RunTable(TableView):
    """Runs to choose from; the chosen ones keep the order in which they were chosen."""

    ids_selected = Signal(list)
    """Ids of the runs that a person selected, the first one at the head."""
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

    def show_runs(self, columns: Sequence[RunColumn], groups: Sequence[Group]) -> None:
        """Show other runs or columns; the selection and the place stay."""
        place = self.verticalScrollBar().value()
        self._quiet = True
        self._model.show(columns, groups)
        self._quiet = False
        self.choose(self._chosen)
        self.verticalScrollBar().setValue(place)

    def choose(self, ids: Sequence[str]) -> None:
        """Select runs by id, without a word to anybody."""
        self._chosen = list(ids)
        wanted = QItemSelection()
        current = QModelIndex()
        for row in range(self._model.rowCount()):
            info = self._model.run_at(self._model.source_row(row))
            if info is not None and info.id in self._chosen:
                index = self._model.index(row, 0)
                wanted.select(index, self._model.index(row, self._model.columnCount() - 1))
                current = index if info.id == self._chosen[0] else current
        self._quiet = True
        flags = QItemSelectionModel.SelectionFlag
        if current.isValid() and not self.hasFocus():
            self.selectionModel().setCurrentIndex(current, flags.NoUpdate)
        self.selectionModel().select(wanted, flags.ClearAndSelect)
        self._quiet = False

    def _tell(self, *_: object) -> None:
        if self._quiet:
            return
        now = [info.id for row in self.selected_rows() if (info := self._model.run_at(row)) is not None]
        self._chosen = [one for one in self._chosen if one in now] + [one for one in now if one not in self._chosen]
        super()._tell()
        self.ids_selected.emit(list(self._chosen))

    def _keep(self) -> None:
        self._quiet = True

    def _restore(self) -> None:
        self.clearSpans()
        for row in self._model.headings():
            self.setSpan(row, 0, 1, max(1, self._model.columnCount()))
        self._quiet = False
        self.choose(self._chosen)
