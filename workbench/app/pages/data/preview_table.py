"""The first rows of a file as a table: what they become under the roles, and which of them will be refused."""

from typing import Any

import pyarrow as pa
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QWidget

from workbench.app.widgets.theme import theme
from workbench.data.columns.date_parts import date_parts
from workbench.data.columns.graded import is_graded, number_of, scale_of
from workbench.data.columns.times import to_milliseconds
from workbench.data.reading.text.fields import NUMBER

MAX_CHARS = 120  # letters of a cell that are shown
MAX_TIP_CHARS = 1000
MOST_COLUMNS = 60


class FirstRows(QAbstractTableModel):
    """The first rows as text; times and rows that will be refused are shown as what they become."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._names: list[str] = []
        self._rows: list[list[str]] = []
        self._roles: dict[int, str] = {}
        self._times: dict[int, list[str]] = {}
        self._scale: dict[str, float] = {}

    def show_rows(self, names: list[str], rows: list[list[str]]) -> None:
        """Show other rows."""
        self.beginResetModel()
        self._names, self._rows, self._roles, self._times = names[:MOST_COLUMNS], rows, {}, {}
        self.endResetModel()

    def set_roles(self, roles: dict[int, str], time_kind: str | None, words: Any) -> None:
        """Tell what each column is, so that times are read; `words` turns milliseconds into text."""
        self._roles, self._times = dict(roles), {}
        self._scale = {}
        for column, role in roles.items():
            if role == "rating":
                graded = self._values(column)
                self._scale = scale_of(graded) if is_graded(graded, 0.5) else {}
            if role == "time" and time_kind:
                texts = pa.array(self._dates() if time_kind == "parts" else self._values(column), pa.string())
                times, good = to_milliseconds(texts, time_kind)
                self._times[column] = [words(int(at)) if ok else "" for at, ok in zip(times, good, strict=True)]
        if self._rows:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._rows) - 1, len(self._names) - 1))

    def _values(self, column: int) -> list[str]:
        return [row[column] if column < len(row) else "" for row in self._rows]

    def _dates(self) -> list[str]:
        """Dates whose year, month and day stand in three columns."""
        parts = date_parts(self._names, self._values)
        columns = [self._values(parts[part]) for part in ("year", "month", "day")] if parts else []
        return ["-".join(date) for date in zip(*columns, strict=True)] if columns else [""] * len(self._rows)

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
            return (shown or raw)[:MAX_CHARS]
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
        is_number = NUMBER.fullmatch(value) or (self._scale and number_of(value, self._scale) is not None)
        return (role == "rating" and not is_number) or (
            role == "time" and column in self._times and not self._times[column][row]
        )

    def _remark(self, row: list[str], column: int, raw: str) -> str:
        if len(row) != len(self._names) and len(self._names) < MOST_COLUMNS:
            return self.tr("This row has {n} fields, not {wanted}: it will be refused.").format(
                n=len(row), wanted=len(self._names)
            )
        return raw[:MAX_TIP_CHARS]
