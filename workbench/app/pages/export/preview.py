"""The first lines of a file before it is written, made by the code that writes it."""

from typing import Any

import numpy as np
import pyarrow as pa
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QPlainTextEdit, QStackedLayout, QWidget

from workbench.app.tables.column import Column
from workbench.app.tables.item_tables import line
from workbench.app.tables.table_view import TableView
from workbench.app.widgets.theme import BODY
from workbench.export.columns import COLUMNS
from workbench.owned import temporary_folder

LINES, FEW = 20, 5
MOST_PEOPLE = 4
PACKED = (".parquet", ".xlsx")
MAX_CHARS = 400  # letters of a line that are shown
Json = dict[str, Any]


def asked_for(users: list[str], k: int, columns: list[str]) -> Json:
    """Whose first items are asked for, so that there are some lines of the file and none takes long."""
    most = FEW if "reason" in columns else LINES  # each reason takes as long as a list
    return {"users": users[: min(MOST_PEOPLE, 1 + (most - 1) // k)], "k": min(k, most)}


def rows_of(answer: Json) -> pa.Table:
    """First lines of the file, from the values of each column."""
    given = zip(answer["columns"], answer["values"], strict=True)
    return pa.table({name: pa.array(values, COLUMNS[name]) for name, values in given}).slice(0, LINES)


class Preview(QWidget):
    """The first lines as text; for a format that is no text, as a table."""

    def __init__(self) -> None:
        super().__init__()
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.text.setTabChangesFocus(True)
        self.text.setAccessibleName(self.tr("First lines of the file"))
        fixed = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
        fixed.setPixelSize(BODY)
        self.text.setFont(fixed)
        self.text.setFrameShape(QPlainTextEdit.Shape.NoFrame)
        self.text.setStyleSheet(
            "QPlainTextEdit { border: none; padding: 0; background: transparent; }"
            "QAbstractScrollArea::corner { background: transparent; border: none; }"
        )
        self.text.document().setDocumentMargin(0)
        self.table = TableView("")
        self.table.setAccessibleName(self.tr("First rows of the file"))
        self.table.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self.text)
        self._stack.addWidget(self.table)

    def show_rows(self, rows: pa.Table, ending: str) -> tuple[float | None, int]:
        """Show rows as `ending` writes them.

        Returns
        -------
        bytes a row (None where the format packs them), and the number of cells that do not stand there as they came
        """
        if ending in PACKED:
            self.table.show_columns([_column(name, rows[name]) for name in rows.column_names], len(rows))
            self._stack.setCurrentIndex(1)
            return None, 0
        written, changed = as_written(rows, ending)
        shown = [row[:MAX_CHARS] + ("…" if len(row) > MAX_CHARS else "") for row in written.splitlines()[: LINES + 1]]
        text = "\n".join(shown)
        if text != self.text.toPlainText():
            self.text.setPlainText(text)
        self._stack.setCurrentIndex(0)
        return len(written.encode()) / max(1, len(rows)), changed


def as_written(rows: pa.Table, ending: str) -> tuple[str, int]:
    """What the writer of a text format makes of some rows, and the number of cells that it changes."""
    from workbench.export.tables import FORMATS

    with temporary_folder() as folder:
        path = folder / f"lines{ending}"
        with FORMATS[ending](path, rows.schema) as write:
            changed = write(rows)
        return path.read_text(encoding="utf-8"), changed


def _column(name: str, values: Any) -> Column:
    shown = [_cell(value) for value in values.to_pylist()]
    right = not pa.types.is_string(values.type)

    def cells(rows: np.ndarray) -> list[str]:
        return [shown[row] for row in rows.tolist()]

    return Column(name, cells, right=right, tip=str(values.type))


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return line(value) if isinstance(value, str) else f"{value:.6g}"
