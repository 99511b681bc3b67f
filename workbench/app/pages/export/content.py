"""What will be in a file of lists: figures, its first lines, and what happens to its cells."""

from typing import Any

import pyarrow as pa
from PySide6.QtWidgets import QHBoxLayout

from workbench.app.pages.export.preview import Preview
from workbench.app.widgets.amounts import size
from workbench.app.widgets.basic import Card, Elided, Figure, Text
from workbench.app.widgets.theme import GRID, SMALL
from workbench.export.columns import EXACT


class Content(Card):
    """Four figures above the first lines, and a sentence below them."""

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(self.tr("What will be in the file"))
        self.title.setText(self.tr("What will be in the file"))
        self.body.addLayout(self.head)
        named = [
            ("lists", self.tr("lists")), ("rows", self.tr("rows at most")),
            ("columns", self.tr("columns")), ("size", self.tr("size, about")),
        ]  # fmt: skip
        self.figures = {name: Figure("–", what, small=True) for name, what in named}
        row = QHBoxLayout()
        row.setSpacing(2 * GRID)
        for name, figure in self.figures.items():
            row.addWidget(figure, 3 if name == "columns" else 2)
        self.body.addLayout(row)
        self.body.addSpacing(4)
        self.preview = Preview()
        self.add(Text(self.tr("The first lines"), ink="muted"))
        self.add(self.preview, 1)
        self.words = Elided("", SMALL, "muted")
        self.words.setMinimumHeight(2 * GRID)
        self.add(self.words)
        self._row_bytes: float | None = None

    def tell(self, lists: int, rows: int, columns: list[str]) -> float | None:
        """Show figures; returns how many bytes will be written, about, where that is known."""
        total = rows * self._row_bytes if self._row_bytes is not None else None
        self.figures["lists"].set(f"{lists:,}")
        self.figures["rows"].set(f"{rows:,}")
        self.figures["columns"].set(str(len(columns)), ", ".join(columns))
        self.figures["size"].set("–" if total is None else _bytes(total))
        return total

    def show_rows(self, rows: pa.Table, ending: str) -> None:
        """Show the first rows as `ending` writes them, and say what happens to cells."""
        row_bytes, changed = self.preview.show_rows(rows, ending)
        self._row_bytes = row_bytes if len(rows) else None
        self.words.set_text(self._cells(ending, changed))

    def _cells(self, ending: str, changed: int) -> str:
        if ending == ".csv" and changed:
            text = self.tr(
                "{n:,} of these cells look like formulas and get an apostrophe in front, so that no spreadsheet"
            )
            return (text + self.tr(" executes them. Read as lists again, they are unchanged.")).format(n=changed)
        return {
            EXACT: self.tr(
                "Every text is written to the letter. A spreadsheet would execute what looks like a formula."
            ),
            ".csv": self.tr("Ids are written unchanged. Text that looks like a formula gets an apostrophe in front."),
            ".xlsx": self.tr(
                "Text is marked as text, so nothing in it is executed. A full sheet continues in another."
            ),
        }.get(ending, self.tr("Ids and text are written unchanged."))


def _bytes(count: Any) -> str:
    if count < 1e6:  # noqa: PLR2004 - a megabyte
        return f"{max(1, round(count / 1000)):,} kB"
    return size(count)
