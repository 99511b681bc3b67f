"""Tables over arrays: millions of rows, their selection, their widths, and copying them.

No proxy models and no widgets in cells: both were measured to stall the window from some thousand rows on.
"""

import itertools
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import numpy as np
from PySide6.QtCore import QItemSelectionModel, QModelIndex, QObject, QRunnable, Qt, QThreadPool, Signal, Slot
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QApplication, QHeaderView, QTableView

from workbench.app.tables.array_model import WINDOW, ArrayModel
from workbench.app.tables.column import Column
from workbench.app.widgets.theme import GRID, ROW_HEIGHT, SMALL, font

MOST_COPIED = 100_000  # rows; whoever wants more wants a file
FIT_ROWS = 200  # rows looked at for the width of a column


class _Written(QObject):
    """Brings rows as text into the UI thread."""

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

    def renew(self, columns: Sequence[Column], n_rows: int) -> None:
        """Show the same columns with more rows, sorted as before; what is selected stays so."""
        self._model.set_columns(columns, n_rows)
        for column, falling in self._falling.items():
            self._model.sort(column, Qt.SortOrder.DescendingOrder if falling else Qt.SortOrder.AscendingOrder)

    def sort_column(self, column: int, *, falling: bool) -> None:
        """Sort by a column."""
        self._falling = {column: not falling}
        self._sort_by(column)

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
        ranges = {(block.top(), block.bottom() + 1) for block in self.selectionModel().selection()}
        return [range(*entry) for entry in sorted(ranges)]

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
