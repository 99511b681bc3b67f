"""The first rows of a file, as they are shown before it is read."""

from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from pydantic import BaseModel

from workbench.data.reading.formats import format_of
from workbench.data.reading.sniffing import sniff
from workbench.data.reading.streams import open_text, row_blocks
from workbench.data.reading.text.beginning import beginning
from workbench.data.reading.text.fields import fields_of, lines_of, width_of
from workbench.data.reading.text.layout import Layout
from workbench.data.reading.text.rows import unified
from workbench.data.reading.text.sample import SAMPLE_BYTES, one_column
from workbench.data.reading.text.source_file import SourceFile, look_at
from workbench.errors import WorkbenchError

PREVIEW_ROWS = 200
# So many are read at once, as whoever asks next may want more.
MOST_ROWS = 1000
MAX_COLUMNS = 10_000
# Rows that tell how many columns a matrix has.
WIDTH_ROWS = 20
MAX_DELIMITER_CHARS = 8


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
    format: Layout
    tables: list[str] = []

    def column(self, position: int) -> list[str]:
        """Values of a column, from rows that are whole."""
        return [row[position] for row in self.rows if len(row) == len(self.names)]


def preview(path: Path | SourceFile, layout: Layout | None = None, rows: int = PREVIEW_ROWS) -> Preview:
    """The first rows of a file, read by `layout` (guessed where None).

    Raises
    ------
    WorkbenchError
        If the file cannot be read by it.
    """
    file = look_at(path)
    layout = layout or sniff(file)
    _check(layout)
    key = f"{layout.model_dump_json()} {max(rows, MOST_ROWS)}"
    if key not in file.shown:
        file.shown[key] = _read_preview(file, layout, max(rows, MOST_ROWS))
    seen: Preview = file.shown[key]
    return seen.model_copy(update={"rows": seen.rows[:rows]})


def _read_preview(file: SourceFile, layout: Layout, rows: int) -> Preview:
    kind = format_of(layout)
    if kind.is_wide:
        return _wide_preview(file, layout, rows)
    found = _first_rows(file, layout, rows + 1 + layout.skip)
    names = _names(file, layout, found)
    if len(names) < 2:  # noqa: PLR2004 - a user and an item
        raise one_column(file)
    first = 1 + layout.skip if layout.header else 0
    return Preview(names=names, rows=found[first : first + rows], format=layout, tables=kind.tables(file, layout))


def _first_rows(file: SourceFile, layout: Layout, most: int) -> list[list[str]]:
    with open_text(file, layout) as source:
        chunks = source.chunks(SAMPLE_BYTES)
        text, whole = "", False
        if format_of(layout).is_text:
            first = next(chunks, b"")
            begun = beginning(chain([first], chunks), SAMPLE_BYTES)
            text = begun.decode(errors="replace")
            whole = begun is not first or next(chunks, b"") in (b"", b"\n", b"\r")
        while len(text) < SAMPLE_BYTES and not whole and not format_of(layout).is_text:
            piece = next(chunks, None)
            whole = piece is None
            text += (piece or b"").decode(errors="replace")
    lines = lines_of(text, whole=whole)
    return fields_of([line for line in lines if not (layout.comment and line.startswith(layout.comment))], layout, most)


def _names(file: SourceFile, layout: Layout, found: list[list[str]]) -> list[str]:
    if not found:
        raise WorkbenchError(f"{file.name} holds no rows.")
    names = [name.strip() for name in found[0]] if layout.header else []
    names = names or [f"Column {i + 1}" for i in range(width_of(found))]
    if len(names) > MAX_COLUMNS:
        message = f"{file.name} has {len(names):,} columns. It may be a matrix of users and items; write it as rows of"
        raise WorkbenchError(message + " user, item and rating.")
    return names


def column_names(path: Path | SourceFile, layout: Layout) -> list[str]:
    """Names of all columns of a format whose columns are items; empty for others that are wide."""
    file = look_at(path)
    return _names(file, layout, _first_rows(file, layout, WIDTH_ROWS)) if format_of(layout).names_items else []


def _wide_preview(file: SourceFile, layout: Layout, most: int) -> Preview:
    """Rows of user, item and perhaps rating, as they will be read."""
    kind = format_of(layout)
    converter = kind.converter(layout, column_names(file, layout))
    rows: list[list[str]] = []
    with open_text(file, layout) as source:
        text = unified(next(source.chunks(SAMPLE_BYTES), b""))
        whole = text[: text.rfind(b"\n") + 1] if len(text) >= SAMPLE_BYTES and b"\n" in text else text
        for block in row_blocks(_Known(whole), layout):
            piece = converter.convert(block)
            columns = [piece.user.cast("string").to_pylist(), piece.item.cast("string").to_pylist()]
            if piece.rating is not None:
                columns.append([f"{value:g}" for value in piece.rating.tolist()])
            rows += [list(row) for row in zip(*columns, strict=True)]
    return Preview(names=list(kind.columns), rows=rows[:most], format=layout)


class _Known:
    """Text that is already there, read like a file."""

    def __init__(self, text: bytes) -> None:
        self._text = text

    def fraction(self) -> float:
        """All of it."""
        return 1.0

    def chunks(self, size: int = 0) -> Iterator[bytes]:
        """The text."""
        yield self._text


def _check(layout: Layout) -> None:
    if not 1 <= len(layout.delimiter) <= MAX_DELIMITER_CHARS or set(layout.delimiter) & set('"\r\n'):
        message = f"{layout.delimiter!r} cannot separate fields. Use a comma, a tab, ';', '|', '::' or the like."
        raise WorkbenchError(message)
