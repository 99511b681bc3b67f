"""The first lines of a file before it is written, made by the code that writes it."""

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QPlainTextEdit, QStackedLayout, QWidget

from workbench.app.columns import Column
from workbench.app.pages._latest import Latest
from workbench.app.pages._lists import line
from workbench.app.session import Session
from workbench.app.tables import TableView
from workbench.app.theme import BODY

LINES = 20
MOST_PEOPLE = 4
LONGEST = 400  # letters of a line that are shown
Json = dict[str, Any]


class Lists(QObject):
    """Gets the first few lists, one after another; emits them when all are there."""

    ready = Signal(list)
    failed = Signal(str, str)

    def __init__(self, session: Session, parent: QObject) -> None:
        super().__init__(parent)
        self._ask = Latest(session, "recommend", self)
        self._ask.answered.connect(self._take)
        self._ask.failed.connect(self._fail)
        self._wanted: tuple[str, tuple[str, ...], int, bool] | None = None
        self._found: list[Json] = []

    def want(self, run: str, users: list[str], k: int, seen: bool) -> None:
        """Ask for the lists of the first few users."""
        wanted = (run, tuple(users[: min(MOST_PEOPLE, 1 + (LINES - 1) // k)]), k, seen)
        if wanted != self._wanted:
            self._wanted, self._found = wanted, []
            self._next()

    def forget(self) -> None:
        """Get them anew the next time."""
        self._wanted = None

    def _next(self) -> None:
        run, users, k, seen = self._wanted
        if len(self._found) < len(users):
            self._ask.ask({"run": run, "user": users[len(self._found)], "k": min(k, LINES), "include_seen": seen})
        else:
            self.ready.emit(self._found)

    @Slot(object, object)
    def _take(self, _asked: Json, answer: Json) -> None:
        if self._wanted is not None:
            self._found.append(answer)
            self._next()

    @Slot(object, str, str)
    def _fail(self, _asked: Json, sentence: str, details: str) -> None:
        self._wanted = None
        self.failed.emit(sentence, details)


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

    def show_rows(self, rows: pa.Table, ending: str) -> float | None:
        """Show rows as `ending` writes them; returns bytes a row, None where the format packs them."""
        if ending == ".parquet":
            self.table.show_columns([_column(name, rows[name]) for name in rows.column_names], len(rows))
            self._stack.setCurrentIndex(1)
            return None
        written = as_written(rows, ending)
        shown = [one[:LONGEST] + ("…" if len(one) > LONGEST else "") for one in written.splitlines()[: LINES + 1]]
        text = "\n".join(shown)
        if text != self.text.toPlainText():
            self.text.setPlainText(text)
        self._stack.setCurrentIndex(0)
        return len(written.encode()) / max(1, len(rows))


def rows_of(answers: list[Json], *, titles: bool) -> pa.Table:
    """Lists of `recommend` as rows of the file."""
    flat = [(answer["user"], one) for answer in answers for one in answer["items"]][:LINES]
    columns = {
        "user": pa.array([user for user, _ in flat], pa.string()),
        "rank": pa.array([one["rank"] for _, one in flat], pa.int32()),
        "item": pa.array([one["item"] for _, one in flat], pa.string()),
        "score": pa.array([one["score"] for _, one in flat], pa.float32()),
    }
    if titles:
        columns["title"] = pa.array([one.get("title") for _, one in flat], pa.string())
    return pa.table(columns)


def as_written(rows: pa.Table, ending: str) -> str:
    """What the writer of a text format makes of some rows."""
    from workbench.export.tables import FORMATS

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"lines{ending}"
        with FORMATS[ending](path, rows.schema) as write:
            write(rows)
        return path.read_text(encoding="utf-8")


def _column(name: str, values: Any) -> Column:
    shown = ["" if one is None else line(one) if isinstance(one, str) else f"{one:.6g}" for one in values.to_pylist()]
    right = not pa.types.is_string(values.type)

    def cells(rows: np.ndarray) -> list[str]:
        return [shown[row] for row in rows.tolist()]

    return Column(name, cells, right=right, tip=str(values.type))
