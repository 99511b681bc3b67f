"""Tables over arrays: millions of rows, sorted by a permutation of their own, formatted a window at a time.

No proxy models and no widgets in cells: both were measured to stall the window from some thousand rows on.
"""

import itertools
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
from PySide6.QtCore import (
    QAbstractTableModel,
    QItemSelectionModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRectF,
    QRunnable,
    Qt,
    QThreadPool,
    Signal,
    Slot,
)
from PySide6.QtGui import QAction, QKeySequence, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
)

from workbench.app.theme import GRID, ROW_HEIGHT, SMALL, font, theme
from workbench.control import Control
from workbench.data.sorting import order_of
from workbench.errors import Cancelled

WINDOW = 256  # rows formatted at once
MOST_ROWS = 2**31 // ROW_HEIGHT - 1000  # beyond, Qt's pixel arithmetic overflows and the view never returns
FAR = 20_000  # rows from which a sort happens outside the window's thread
MOST_COPIED = 100_000  # rows; whoever wants more wants a file
FIT_ROWS = 200  # rows looked at for the width of a column

FRACTION = int(Qt.ItemDataRole.UserRole)
"""Role of the length of a bar, 0 to 1 (see `BarDelegate`)."""
SERIES = FRACTION + 1
"""Role of the number of a series, for a coloured dot before the text."""

_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)


@dataclass
class Column:
    """One column; use `numbers`, `texts`, `times` or `bars` to make the usual ones.

    Attributes
    ----------
    title : str
    texts : callable
        Rows (int array) to a list of str: what the cells say.
    keys : callable or None
        No argument, to an array that sorts the column; None where it cannot be sorted.
    full : callable or None
        One row to the text shown on hover; None: what the cell says.
    right : bool
        Right-aligned, as numbers are.
    extra : dict
        Role (`FRACTION`, `SERIES`) to a function of one row.
    """

    title: str
    texts: Callable[[np.ndarray], list[str]]
    keys: Callable[[], Any] | None = None
    full: Callable[[int], str] | None = None
    right: bool = False
    tip: str = ""
    extra: dict[int, Callable[[int], Any]] | None = None


def numbers(title: str, values: Any, digits: int | None = None, unit: str = "", tip: str = "") -> Column:
    """A column of numbers: `digits` after the point (None: whole numbers with separators); NaN is left empty."""
    array = np.asarray(values)
    pattern = "{:,}" if digits is None else f"{{:,.{digits}f}}"
    whole = array.dtype.kind in "iub"

    def text(value: Any) -> str:
        if value is None or value != value:  # noqa: PLR0124 - NaN
            return ""
        return pattern.format(value if not (digits is None and not whole) else round(value)) + unit

    def full(row: int) -> str:
        value = array[row].item()
        return "" if value != value else f"{value!r}{unit}"  # noqa: PLR0124 - NaN

    return Column(title, lambda rows: [text(v) for v in array[rows].tolist()], lambda: array, full, right=True, tip=tip)


def texts(title: str, values: Any, tip: str = "") -> Column:
    """A column of texts: a list, a numpy array, or an Arrow array of strings (read a window at a time)."""
    if hasattr(values, "take") and not isinstance(values, np.ndarray):
        import pyarrow as pa

        take = lambda rows: ["" if v is None else v for v in values.take(pa.array(rows)).to_pylist()]  # noqa: E731
    else:
        take = lambda rows: ["" if values[r] is None else str(values[r]) for r in rows.tolist()]  # noqa: E731
    return Column(title, take, lambda: values, tip=tip)


def times(title: str, milliseconds: Any, tip: str = "") -> Column:
    """A column of moments, int64 milliseconds since 1970 UTC: the day in the cell, the second on hover."""
    array = np.asarray(milliseconds)

    def moment(value: int, pattern: str) -> str:
        try:
            return datetime.fromtimestamp(value / 1000, UTC).strftime(pattern)
        except (OverflowError, OSError, ValueError):
            return str(value)

    def cells(rows: np.ndarray) -> list[str]:
        return [moment(v, "%d %b %Y") for v in array[rows].tolist()]

    return Column(title, cells, lambda: array, lambda row: moment(int(array[row]), "%Y-%m-%d %H:%M:%S UTC"), tip=tip)


def bars(title: str, values: Any, digits: int = 3, tip: str = "") -> Column:
    """A column of scores drawn as bars, longest for the largest; give the view a `BarDelegate` for it."""
    array = np.nan_to_num(np.asarray(values, dtype=float))
    low, high = (min(0.0, float(array.min())), float(array.max())) if len(array) else (0.0, 1.0)
    span = (high - low) or 1.0
    column = numbers(title, values, digits, tip=tip)
    column.extra = {FRACTION: lambda row: float((array[row] - low) / span)}
    return column


class ArrayModel(QAbstractTableModel):
    """Columns of equal length, in an order of its own."""

    sorted = Signal()
    sorting = Signal(bool)
    """A sort outside the window's thread has begun; it is over, done or given up."""

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
            return column.tip or None
        return None

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort by a column; many rows are sorted outside the window's thread and appear when that is done."""
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
        """Whether rows are being sorted outside the window's thread."""
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
    """Brings a finished sort back into the window's thread; without a parent, so that it outlives a closed table."""

    done = Signal(int, object)

    def __init__(self, model: ArrayModel) -> None:
        super().__init__()
        self.wanted = 0
        """Number of the sort that is waited for; others need not begin."""
        self.done.connect(model._swap)  # noqa: SLF001 - part of the model


class _Sort(QRunnable, Control):
    """One sort; numpy and Arrow let the window's thread run meanwhile."""

    def __init__(
        self, token: int, keys: Callable[[], Any], shown: np.ndarray | None, falling: bool, arrived: _Arrived
    ) -> None:
        super().__init__()
        self._token, self._keys, self._shown, self._falling, self._arrived = token, keys, shown, falling, arrived

    def check(self) -> None:
        if self._token != self._arrived.wanted:
            raise Cancelled

    def run(self) -> None:
        with suppress(Cancelled, RuntimeError):  # nobody waits for it any more; the program has ended
            order = self._ordered()
            self._arrived.done.emit(self._token, order if self._shown is None else self._shown[order])

    def _ordered(self) -> np.ndarray:
        self.check()
        keys = self._keys()  # here, because it may take as long as the sort itself
        if isinstance(keys, np.ndarray) and keys.dtype.kind != "O":
            return order_of(keys if self._shown is None else keys[self._shown], falling=self._falling, control=self)
        import pyarrow as pa
        import pyarrow.compute as pc

        column = keys if isinstance(keys, pa.Array | pa.ChunkedArray) else pa.array([str(one) for one in keys])
        column = column if self._shown is None else column.take(pa.array(self._shown))
        return pc.array_sort_indices(column, order="descending" if self._falling else "ascending").to_numpy()


class _Written(QObject):
    """Brings rows as text into the window's thread."""

    done = Signal(str, int, int)


class _Copy(QRunnable):
    """Writes rows as text, a tab between cells."""

    def __init__(self, columns: Sequence[Column], rows: np.ndarray, selected: int, written: _Written) -> None:
        super().__init__()
        self._columns, self._rows, self._selected, self._written = list(columns), rows, selected, written

    def run(self) -> None:
        lines: list[str] = []
        for start in range(0, len(self._rows), WINDOW):
            rows = self._rows[start : start + WINDOW]
            cells = zip(*(column.texts(rows) for column in self._columns), strict=True)
            lines += ["\t".join(" ".join(cell.split()) for cell in row) for row in cells]
        with suppress(RuntimeError):  # the program has ended meanwhile
            self._written.done.emit("\n".join(lines), len(lines), self._selected)


class TableView(QTableView):
    """A calm table: fixed rows, whole rows selected, hairlines, Tab leaves it. Keeps the selected row when it is sorted."""

    row_selected = Signal(int)
    """Position in the arrays of the row that was selected; -1 for none."""
    row_opened = Signal(int)
    """The same, by double click or Return."""
    copied = Signal(int, int)
    """How many rows were copied, of how many that are selected."""
    sort_given_up = Signal()

    def __init__(self, name: str, model: ArrayModel | None = None, *, several: bool = False) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setFont(font(figures=True))
        mode = QAbstractItemView.SelectionMode
        self.setSelectionMode(mode.ExtendedSelection if several else mode.SingleSelection)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setCornerButtonEnabled(False)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        rows = self.verticalHeader()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setDefaultSectionSize(ROW_HEIGHT)
        rows.setMinimumSectionSize(ROW_HEIGHT)
        rows.hide()
        columns = self.horizontalHeader()
        columns.setFont(font(SMALL))
        columns.setHighlightSections(False)
        columns.setStretchLastSection(True)
        columns.setSortIndicatorShown(False)
        self.setSortingEnabled(False)
        columns.setSectionsClickable(True)
        columns.sectionClicked.connect(self._sort_by)
        self._falling: dict[int, bool] = {}
        self._kept: list[int] = []
        self.doubleClicked.connect(self._open)
        self._written = _Written()
        self._written.done.connect(self._put_on_clipboard)
        copy = QAction(self.tr("Copy"), self)
        copy.setShortcut(QKeySequence.StandardKey.Copy)
        copy.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        copy.triggered.connect(self.copy)
        self.addAction(copy)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        self.setModel(model if model is not None else ArrayModel())

    def setModel(self, model: Any) -> None:
        super().setModel(model)
        self._model = model
        model.modelAboutToBeReset.connect(self._keep)
        model.modelReset.connect(self._restore)
        self.selectionModel().selectionChanged.connect(self._tell)
        # A header asks whether all of a column is selected, row by row, each time it is painted: with all of 25 million
        # rows selected it would never return. One that knows of no selection has nothing to ask.
        self._unselected = QItemSelectionModel(model, self)
        self.horizontalHeader().setSelectionModel(self._unselected)

    def show_columns(self, columns: Sequence[Column], n_rows: int) -> None:
        """Show other columns, and fit their widths."""
        self._kept = []
        self._model.modelAboutToBeReset.disconnect(self._keep)
        self._model.set_columns(columns, n_rows)
        self._model.modelAboutToBeReset.connect(self._keep)
        self.fit()

    def fit(self) -> None:
        """Make each column as wide as its title and first rows need."""
        if self._model is None:
            return
        metrics, head = self.fontMetrics(), self.horizontalHeader().fontMetrics()
        rows = np.arange(min(FIT_ROWS, self._model.rowCount()))
        for number, column in enumerate(self._model.columns):
            longest = max(column.texts(rows), key=len, default="") if len(rows) else ""
            wide = max(metrics.horizontalAdvance(longest), head.horizontalAdvance(column.title))
            self.setColumnWidth(number, min(48 * GRID, wide + 3 * GRID))

    def selected_rows(self) -> list[int]:
        """Positions in the arrays of the selected rows."""
        return [self._model.source_row(index.row()) for index in self.selectionModel().selectedRows()]

    def _selected(self) -> list[range]:
        """Rows of the table that are selected, as they stand; nothing is listed one by one, which may be millions."""
        ranges = {(one.top(), one.bottom() + 1) for one in self.selectionModel().selection()}
        return [range(*one) for one in sorted(ranges)]

    def copy(self) -> None:
        """Copy the selected rows as text, a tab between cells; of very many the first `MOST_COPIED`."""
        spans = self._selected()
        rows = np.fromiter(itertools.islice(itertools.chain(*spans), MOST_COPIED), np.int64)
        if not len(rows):
            return
        job = _Copy(self._model.columns, self._model.source_rows(rows), sum(map(len, spans)), self._written)
        if len(rows) < WINDOW:
            job.run()
        else:
            QThreadPool.globalInstance().start(job)

    @Slot(str, int, int)
    def _put_on_clipboard(self, text: str, copied: int, selected: int) -> None:
        QApplication.clipboard().setText(text)
        self.copied.emit(copied, selected)

    def select(self, source: int) -> None:
        """Select the row at this position in the arrays, and bring it into view."""
        row = self._model.table_row(source)
        if row >= 0:
            index = self._model.index(row, 0)
            flags = QItemSelectionModel.SelectionFlag
            self.selectionModel().setCurrentIndex(index, flags.ClearAndSelect | flags.Rows)
            self.scrollTo(index)

    def keyPressEvent(self, event: Any) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self._open(self.currentIndex())
            return
        if event.key() == Qt.Key.Key_Escape and self._model.busy:
            self.give_up_sort()
            return
        super().keyPressEvent(event)

    def give_up_sort(self) -> None:
        """Leave the rows as they are; they are then in no order that an arrow could tell."""
        self._model.give_up_sort()
        self._falling = {}
        self.horizontalHeader().setSortIndicatorShown(False)
        self.sort_given_up.emit()

    def _open(self, index: QModelIndex) -> None:
        self.row_opened.emit(self._model.source_row(index.row()))

    def _tell(self, *_: object) -> None:
        first = self._first()
        self.row_selected.emit(first[0] if first else -1)

    def _sort_by(self, column: int) -> None:
        """Sort by a column: numbers largest first, texts from A; again for the other way."""
        if self._model.columns[column].keys is None:
            return
        falling = not self._falling[column] if column in self._falling else self._model.columns[column].right
        self._falling = {column: falling}
        order = Qt.SortOrder.DescendingOrder if falling else Qt.SortOrder.AscendingOrder
        self.horizontalHeader().setSortIndicatorShown(True)
        self.horizontalHeader().setSortIndicator(column, order)
        self._model.sort(column, order)

    def _first(self) -> list[int]:
        """Position in the arrays of the first selected row, if there is one."""
        return [self._model.source_row(span[0]) for span in self._selected()[:1]]

    def _keep(self) -> None:
        self._kept = self._first() if self.selectionModel() is not None else []

    def _restore(self) -> None:
        for source in self._kept[:1]:
            self.select(source)


class BarDelegate(QStyledItemDelegate):
    """Draws a score as a bar with its number at the right; the column has a `FRACTION` (see `bars`)."""

    def __init__(self, parent: TableView, number: int = 0, *, text: bool = True) -> None:
        super().__init__(parent)
        self._number, self._text = number, text

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Any) -> None:
        self.initStyleOption(option, index)
        text, option.text = option.text, ""
        option.widget.style().drawControl(
            option.widget.style().ControlElement.CE_ItemViewItem, option, painter, option.widget
        )
        room = QRectF(option.rect).adjusted(GRID, 0, -GRID, 0)
        if self._text:
            painter.setPen(theme().tokens.color("text"))
            painter.drawText(room, _RIGHT, text)
            room.setRight(room.right() - 7 * GRID)
        fraction = index.data(FRACTION)
        if fraction is None or room.width() <= 0:
            return
        track = QRectF(room.left(), room.center().y() - 3, room.width(), 6)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme().tokens.color("line"))
        painter.drawRoundedRect(track, 3, 3)
        track.setWidth(max(2.0, track.width() * min(1.0, max(0.0, fraction))))
        painter.setBrush(theme().series(self._number))
        painter.drawRoundedRect(track, 3, 3)


class DotDelegate(QStyledItemDelegate):
    """Draws a dot in the colour of a series before the text; the column has a `SERIES` in `extra`."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Any) -> None:
        number = index.data(SERIES)
        self.initStyleOption(option, index)
        text, option.text = option.text, ""
        option.widget.style().drawControl(
            option.widget.style().ControlElement.CE_ItemViewItem, option, painter, option.widget
        )
        room = QRectF(option.rect).adjusted(GRID, 0, -GRID, 0)
        if number is not None:
            painter.save()
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme().series(number))
            painter.drawEllipse(QRectF(room.left(), room.center().y() - 4, 8, 8))
            painter.restore()
            room.setLeft(room.left() + 2 * GRID)
        painter.setPen(theme().tokens.color("text"))
        elided = option.fontMetrics.elidedText(text, Qt.TextElideMode.ElideRight, int(room.width()))
        painter.drawText(room, _LEFT, elided)
