"""The model of a table over arrays: sorted beside the UI thread, formatted a window of rows at a time."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

import numpy as np
from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRunnable,
    Qt,
    QThreadPool,
    Signal,
)

from workbench.app.tables.column import Column
from workbench.app.widgets.theme import ROW_HEIGHT
from workbench.errors import Cancelled

WINDOW = 256  # rows formatted at once
MOST_ROWS = 2**31 // ROW_HEIGHT - 1000  # beyond, Qt's pixel arithmetic overflows and the view never returns
FAR = 20_000  # rows from which a sort happens outside the UI thread

_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)


class ArrayModel(QAbstractTableModel):
    """Columns of equal length, in an order of its own."""

    sorted = Signal()
    sorting = Signal(bool)
    """A sort outside the UI thread has begun; it is over, done or given up."""

    def __init__(self, columns: Sequence[Column] = (), n_rows: int = 0) -> None:
        super().__init__()
        self._columns, self._n = list(columns), n_rows
        self._order: np.ndarray | None = None
        self._busy = False
        self._start = -1
        self._window: list[tuple[str, ...]] = []
        self._arrived = _Arrived(self)

    def set_columns(self, columns: Sequence[Column], n_rows: int) -> None:
        """Show something else, unsorted."""
        self.beginResetModel()
        self._columns, self._n = list(columns), n_rows
        self._order = None
        self.give_up_sort()
        self._forget()
        self.endResetModel()

    def set_rows(self, rows: np.ndarray | None) -> None:
        """Show only these source rows, in this order; None: all of them."""
        self.give_up_sort()
        self._take(rows)

    @property
    def columns(self) -> list[Column]:
        """The columns."""
        return self._columns

    def source_row(self, row: int) -> int:
        """Position in the arrays of a row of the table."""
        return row if self._order is None else int(self._order[row])

    def source_rows(self, rows: np.ndarray) -> np.ndarray:
        """Positions in the arrays of some rows of the table."""
        return rows if self._order is None else self._order[rows]

    def table_row(self, source: int) -> int:
        """Row of the table of a position in the arrays; -1 where it is not shown."""
        if self._order is None:
            return source if 0 <= source < self.rowCount() else -1
        found = np.flatnonzero(self._order == source)
        return int(found[0]) if len(found) else -1

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = QModelIndex()) -> int:  # noqa: B008 - Qt's way
        return 0 if parent.isValid() else min(MOST_ROWS, self._n if self._order is None else len(self._order))

    def columnCount(self, parent: QModelIndex | QPersistentModelIndex = QModelIndex()) -> int:  # noqa: B008 - Qt's way
        return 0 if parent.isValid() else len(self._columns)

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = 0) -> Any:
        """What a cell says; Python values only, because Qt shows nothing for those of numpy."""
        if role == 0:
            row = index.row()
            if not self._start <= row < self._start + len(self._window):
                self._format(row)
            return self._window[row - self._start][index.column()]
        column = self._columns[index.column()]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if column.right else _LEFT
        if role == Qt.ItemDataRole.ToolTipRole:
            return column.full(self.source_row(index.row())) if column.full else self.data(index)
        if column.extra and role in column.extra:
            return column.extra[role](self.source_row(index.row()))
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = 0) -> Any:
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(self._columns):
            return None
        column = self._columns[section]
        if role == 0:
            return column.title
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if column.right else _LEFT
        if role == Qt.ItemDataRole.ToolTipRole:
            return column.tip or column.title or None
        return None

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort by a column; many rows are sorted outside the UI thread and appear when that is done."""
        keys = self._columns[column].keys if 0 <= column < len(self._columns) else None
        self.give_up_sort()
        if keys is None:
            return
        shown = self._order if self._order is not None and len(self._order) < self._n else None
        job = _Sort(self._arrived.wanted, keys, shown, order == Qt.SortOrder.DescendingOrder, self._arrived)
        if self.rowCount() < FAR:
            job.run()
        else:
            self._tell_busy(True)
            QThreadPool.globalInstance().start(job)

    @property
    def busy(self) -> bool:
        """Whether rows are being sorted outside the UI thread."""
        return self._busy

    def give_up_sort(self) -> None:
        """Let the rows stay as they are, whatever is being sorted."""
        self._arrived.wanted += 1
        self._tell_busy(False)

    def _tell_busy(self, busy: bool) -> None:
        if busy != self._busy:
            self._busy = busy
            self.sorting.emit(busy)

    def _swap(self, token: int, order: np.ndarray) -> None:
        if token == self._arrived.wanted:
            self._take(order)
            self._tell_busy(False)
            self.sorted.emit()

    def _take(self, order: np.ndarray | None) -> None:
        self.beginResetModel()
        self._order = order
        self._forget()
        self.endResetModel()

    def _forget(self) -> None:
        self._start, self._window = -1, []

    def _format(self, row: int) -> None:
        start = max(0, row - WINDOW // 4)
        stop = min(self.rowCount(), start + WINDOW)
        rows = np.arange(start, stop) if self._order is None else self._order[start:stop]
        self._window = list(zip(*(column.texts(rows) for column in self._columns), strict=True))
        self._start = start


class _Arrived(QObject):
    """Brings a finished sort back into the UI thread; without a parent, so that it outlives a closed table."""

    done = Signal(int, object)

    def __init__(self, model: ArrayModel) -> None:
        super().__init__()
        self.wanted = 0
        """Number of the sort that is waited for; others need not begin."""
        self.done.connect(model._swap)  # noqa: SLF001 - part of the model


class _Sort(QRunnable):
    """One sort; numpy and Arrow let the UI thread run meanwhile."""

    def __init__(
        self, token: int, keys: Callable[[], Any], shown: np.ndarray | None, falling: bool, arrived: _Arrived
    ) -> None:
        super().__init__()
        self._token, self._keys, self._shown, self._falling, self._arrived = token, keys, shown, falling, arrived

    def _check(self) -> None:
        if self._token != self._arrived.wanted:
            raise Cancelled

    def run(self) -> None:
        with suppress(Cancelled, RuntimeError):  # nobody waits for it any more; the program has ended
            order = self._ordered()
            self._arrived.done.emit(self._token, order if self._shown is None else self._shown[order])

    def _ordered(self) -> np.ndarray:
        self._check()
        keys = self._keys()  # here, because it may take as long as the sort itself
        self._check()
        if isinstance(keys, np.ndarray) and keys.dtype.kind != "O":
            return _order(keys if self._shown is None else keys[self._shown], falling=self._falling)
        import pyarrow as pa
        import pyarrow.compute as pc

        column = keys if isinstance(keys, pa.Array | pa.ChunkedArray) else pa.array([str(key) for key in keys])
        column = column if self._shown is None else column.take(pa.array(self._shown))
        return pc.array_sort_indices(column, order="descending" if self._falling else "ascending").to_numpy()


def _order(keys: np.ndarray, *, falling: bool) -> np.ndarray:
    """The order that sorts numbers, equal ones in their own order (falling: in the opposite), NaN last either way.

    25 million take 0.1 to 6 s of processor time here, 1 to 8 s by their digits (radix) in Python, 2 to 8 s by Arrow.
    """
    order = np.argsort(keys, kind="stable")
    if not falling:
        return order
    numbers = len(order) - np.count_nonzero(np.isnan(keys)) if keys.dtype.kind == "f" else len(order)
    return np.concatenate([order[:numbers][::-1], order[numbers:]])
