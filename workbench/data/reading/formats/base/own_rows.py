"""Formats whose files have rows and columns of their own: they become CSV text.

They take the same way as text from there on: the same account of rows, the same refusals, the same ids as text. A row's
number takes the place of its line; the header is row 1, as a sheet shows it.
"""

import shutil
import sqlite3
from collections.abc import Generator, Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

import pyarrow as pa

from workbench.data.reading.formats.base.csv_text import header_text, values_text
from workbench.data.reading.formats.base.file_format import FileFormat
from workbench.data.reading.text.layout import Layout
from workbench.data.reading.text.source_file import DAMAGED, SourceFile, could_not_read, look_at
from workbench.data.reading.text.text_source import opened
from workbench.errors import WorkbenchError
from workbench.owned import temporary_folder

# What the libraries that read these formats raise where the bytes are not what they should be.
BROKEN = (*DAMAGED, pa.ArrowException, sqlite3.Error, ValueError, KeyError, ParseError, TypeError, IndexError)
# Words in the name of a table that tell that it holds interactions.
TELLING_WORDS = ("rating", "interaction", "review", "event", "click", "order", "purchase", "评分", "交互")
Pieces = Generator[tuple[float, bytes]]


class CsvPieces:
    """An open file: CSV text in pieces, and how far the reading is."""

    def __init__(self, file: SourceFile, pieces: Pieces) -> None:
        self.file, self._pieces, self._done = file, pieces, 0.0

    def fraction(self) -> float:
        """Share of the rows read so far, 0 to 1."""
        return min(self._done, 1.0)

    def chunks(self, size: int = 0) -> Iterator[bytes]:
        """UTF-8 text in pieces, the header first."""
        try:
            for done, piece in self._pieces:
                self._done = done
                yield piece
        except BROKEN as error:
            raise damaged(self.file.path, error) from error


class OwnRows(FileFormat):
    """Base of formats whose files have rows and columns of their own."""

    @classmethod
    def rows(cls, file: SourceFile, layout: Layout) -> Iterator[Iterable[Any]]:
        """Names of the columns, then the values of each row; `file` is not packed any more.

        Raises
        ------
        ValueError, or what a library raises (`BROKEN`)
            If the file is damaged; the person is told so, with what the error says.
        """
        raise NotImplementedError

    @classmethod
    def pieces(cls, file: SourceFile, layout: Layout) -> Pieces:
        """CSV text in pieces, the header first, each with the share of the file that is read behind it."""
        rows = iter(cls.rows(file, layout))
        names = [str(name) for name in next(rows, ())]
        yield 0.0, header_text(names, file.path)
        yield from values_text(rows, file.path, width=len(names))

    @classmethod
    @contextmanager
    def open(cls, file: SourceFile, layout: Layout) -> Iterator[CsvPieces]:
        """Open a file for reading as CSV text."""
        with unpacked(file, layout) as plain, closing(cls.pieces(plain, layout)) as pieces:
            yield CsvPieces(file, pieces)

    @classmethod
    def tables(cls, file: SourceFile, layout: Layout) -> list[str]:
        """Names of the sheets or tables that there are to choose from."""
        if not cls.table_word:
            return []
        try:
            with unpacked(file, layout) as plain:
                return cls.table_names(plain.path)
        except BROKEN as error:
            raise damaged(file.path, error) from error

    @classmethod
    def table_names(cls, path: Path) -> list[str]:
        """The same of a file that is not packed any more."""
        raise NotImplementedError

    @classmethod
    def chosen_table(cls, wanted: str, names: list[str], path: Path) -> str:
        """The table that was asked for; else the one whose name says interactions, else the first."""
        if wanted and wanted not in names:
            there = ", ".join(names[:10]) or "none at all"
            raise WorkbenchError(f"{path.name} has no {cls.table_word} '{wanted}', but {there}. Choose one of them.")
        if not names:
            raise WorkbenchError(f"{path.name} has no {cls.table_word} with rows. Choose a file with interactions.")
        return wanted or next((name for name in names if is_likely(name)), names[0])


def is_likely(name: str) -> bool:
    """Whether a table or file of several is likely the one with the interactions, by its name."""
    return any(word in name.lower() for word in TELLING_WORDS)


@contextmanager
def unpacked(file: SourceFile, layout: Layout) -> Iterator[SourceFile]:
    """The file itself, or a copy that is unpacked and soon gone: these formats are read from all their ends."""
    if layout.compression == "none":
        yield file
        return
    with temporary_folder() as folder:
        copy = folder / "unpacked"
        with opened(file, "utf-8", layout.compression, layout.member) as source, copy.open("wb") as sink:
            shutil.copyfileobj(_Reader(source.raw_pieces()), sink)
        yield look_at(copy)


class _Reader:
    """Pieces as something to read from."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces

    def read(self, size: int = 0) -> bytes:
        return next(self._pieces, b"")


def damaged(path: Path, error: Exception) -> WorkbenchError:
    """Say in a sentence why a file could not be read as what it is."""
    if isinstance(error, OSError) and error.errno is not None:
        return could_not_read(path, error)
    reason = " ".join(str(error).split())[:200] or type(error).__name__
    return WorkbenchError(f"{path.name} is damaged: it could not be read ({reason}). Get the file again.")
