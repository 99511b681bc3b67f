"""The first rows of a file, as they are shown before it is read."""

from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel

from workbench.data.reading.folders import interactions_of
from workbench.data.reading.formats import TYPED, Format
from workbench.data.reading.rows import unified
from workbench.data.reading.sniffing import NUMBER, SAMPLE, fields_of, lines_of, one_column, sniff, split_row, width_of
from workbench.data.reading.streams import open_text, row_blocks
from workbench.data.reading.tabular import tables
from workbench.errors import WorkbenchError

__all__ = ["NUMBER", "Format", "Preview", "preview", "sniff", "split_row"]

SHOWN = 200
MOST_COLUMNS = 10_000


class Preview(BaseModel):
    """The first rows of a file as text.

    Attributes
    ----------
    names
        Names of the columns; "Column 1", "Column 2", ... where there is no header.
    rows
        Fields of each row; rows of another length than `names` are here as they are.
    tables
        Sheets or tables of the file, to choose from; empty where it has but one.
    """

    names: list[str]
    rows: list[list[str]]
    format: Format
    tables: list[str] = []

    def column(self, position: int) -> list[str]:
        """Values of a column, from rows that are whole."""
        return [row[position] for row in self.rows if len(row) == len(self.names)]


def preview(path: Path, format: Format | None = None, rows: int = SHOWN) -> Preview:  # noqa: A002 - the word for it
    """The first rows of a file, read by `format` (guessed where None).

    Raises
    ------
    WorkbenchError
        If the file cannot be read by it.
    """
    path = interactions_of(path)
    layout = format or sniff(path)
    _check(layout)
    if layout.kind in ("lists", "matrix"):
        return _wide_preview(path, layout, rows)
    found = _first_rows(path, layout, rows + 1 + layout.skip)
    names = _names(path, layout, found)
    if len(names) < 2:  # noqa: PLR2004 - a user and an item
        raise one_column(path)
    first = 1 + layout.skip if layout.header else 0
    return Preview(names=names, rows=found[first : first + rows], format=layout, tables=_tables(path, layout))


def _first_rows(path: Path, layout: Format, most: int) -> list[list[str]]:
    with open_text(path, layout) as source:
        chunks = source.chunks(SAMPLE)
        text, whole = "", False
        while len(text) < SAMPLE and not whole:
            piece = next(chunks, None)
            whole = piece is None
            text += (piece or b"").decode(errors="replace")
            if layout.kind not in TYPED:
                whole = next(chunks, b"") in (b"", b"\n", b"\r")
                break
    lines = lines_of(text, whole=whole)
    return fields_of([line for line in lines if not (layout.comment and line.startswith(layout.comment))], layout, most)


def _names(path: Path, layout: Format, found: list[list[str]]) -> list[str]:
    if not found:
        raise WorkbenchError(f"{path.name} holds no rows.")
    names = [name.strip() for name in found[0]] if layout.header else []
    names = names or [f"Column {i + 1}" for i in range(width_of(found))]
    if len(names) > MOST_COLUMNS:
        message = f"{path.name} has {len(names):,} columns. It may be a matrix of users and items; write it as rows of"
        raise WorkbenchError(message + " user, item and rating.")
    return names


def _tables(path: Path, layout: Format) -> list[str]:
    return tables(path, layout) if layout.kind in TYPED else []


def matrix_names(path: Path, layout: Format) -> list[str]:
    """Names of all columns of a matrix."""
    return _names(path, layout, _first_rows(path, layout, 20))


def _wide_preview(path: Path, layout: Format, most: int) -> Preview:
    """Rows of user, item and rating, as they will be read."""
    from workbench.data.reading.wide import Lists, Matrix

    names = matrix_names(path, layout) if layout.kind == "matrix" else []
    converter = Matrix(layout, len(names), names) if layout.kind == "matrix" else Lists(layout)
    rows: list[list[str]] = []
    with open_text(path, layout) as source:
        text = unified(next(source.chunks(SAMPLE), b""))
        whole = text[: text.rfind(b"\n") + 1] if len(text) >= SAMPLE and b"\n" in text else text
        for block in row_blocks(Piecemeal(whole), layout):
            piece = converter.convert(block)
            columns = [piece.user.cast("string").to_pylist(), piece.item.cast("string").to_pylist()]
            if piece.rating is not None:
                columns.append([f"{value:g}" for value in piece.rating.tolist()])
            rows += [list(row) for row in zip(*columns, strict=True)]
    shown = ["user", "item", "rating"] if layout.kind == "matrix" else ["user", "item"]
    return Preview(names=shown, rows=rows[:most], format=layout)


class Piecemeal:
    """Text that is already there, read like a file."""

    def __init__(self, text: bytes) -> None:
        self._text = text

    def chunks(self, size: int = 0) -> Iterator[bytes]:
        """The text."""
        yield self._text


def _check(layout: Format) -> None:
    if not 1 <= len(layout.delimiter) <= 8 or set(layout.delimiter) & set('"\r\n'):  # noqa: PLR2004
        message = f"{layout.delimiter!r} cannot stand between fields. Use a comma, a tab, ';', '|', '::' or the like."
        raise WorkbenchError(message)
