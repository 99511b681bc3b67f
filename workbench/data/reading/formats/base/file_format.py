"""What a file format is."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import Any, ClassVar, Protocol

import pyarrow as pa

from workbench.data.reading.text.layout import Layout
from workbench.data.reading.text.pieces import Piece
from workbench.data.reading.text.rows import Block
from workbench.data.reading.text.sample import Sample
from workbench.data.reading.text.source_file import SourceFile


class Text(Protocol):
    """An open file: its text in pieces, and how far the reading is."""

    def fraction(self) -> float:
        """Share of it read so far, 0 to 1."""

    def chunks(self, size: int = ...) -> Iterator[bytes]:
        """UTF-8 text, cut anywhere."""


class BlockConverter(Protocol):
    """Turns blocks of rows into pieces."""

    @property
    def layout(self) -> Layout:
        """How the file is laid out."""

    @property
    def is_other_encoding(self) -> bool:
        """Whether most of what is beyond ASCII was not UTF-8, though the file was read as that."""

    def convert(self, block: Block) -> Piece:
        """The interactions of a block."""


class FileFormat:
    """Base of all file formats: which files are its own, and how they are read as rows of text.

    Class attributes (declared by each file)
    -----------------------------------
    name : value of `Layout.kind`, of the command line's ``--read kind=`` and of recipes
    title : what the window calls it; where a row is a line of text, what its rows are
    sentence : what the command line calls it
    endings : what names of such files end with, lower case with the dot
    options : fields of `Layout` that a person may correct, see `Layout`
    order : formats with a lower one are asked first whether a file is theirs
    is_text : whether rows are lines of text in an encoding, with something between fields
    is_wide : whether a row is more than one interaction; then `converter` says how it becomes several
    columns : in a wide format, what an interaction is made of
    names_items : whether the names of columns are items, so that they say nothing of what the file is like
    table_word : what a file holds several of, one of which is read; empty where it holds one only
    zip_entry : where such a file is a zip by itself, an entry that each of them has
    """

    name: ClassVar[str] = ""
    title: ClassVar[str]
    sentence: ClassVar[str]
    endings: ClassVar[tuple[str, ...]] = ()
    options: ClassVar[tuple[str, ...]] = ()
    order: ClassVar[int] = 50
    is_text: ClassVar[bool] = False
    is_wide: ClassVar[bool] = False
    columns: ClassVar[tuple[str, ...]] = ()
    names_items: ClassVar[bool] = False
    table_word: ClassVar[str] = ""
    zip_entry: ClassVar[str] = ""

    @classmethod
    def recognise(cls, sample: Sample) -> dict[str, Any] | None:
        """Fields of `Layout` that the beginning of a file tells, None where it is none of this format.

        Raises
        ------
        WorkbenchError
            If it is one, but cannot be read.
        """
        raise NotImplementedError

    @classmethod
    def heeded(cls, known: dict[str, Any]) -> dict[str, Any]:
        """Of what the person said of the layout, what matters here; it overrules what was recognised."""
        return {name: value for name, value in known.items() if name in cls.options}

    @classmethod
    def open(cls, file: SourceFile, layout: Layout) -> AbstractContextManager[Text]:
        """Open a file for reading as text.

        Raises
        ------
        WorkbenchError
            If it is damaged, cannot be unpacked or decoded, or has no such table.
        """
        raise NotImplementedError

    @classmethod
    def tables(cls, file: SourceFile, layout: Layout) -> list[str]:
        """Names of the sheets or tables that there are to choose from; empty where there is but one."""
        return []

    @classmethod
    def converter(cls, layout: Layout, names: list[str], *, rated: bool = True) -> BlockConverter:
        """In a wide format, what turns rows into interactions; `names` are those of the columns."""
        raise NotImplementedError

    @classmethod
    def arrow_table(cls, file: SourceFile) -> pa.Table | None:
        """The whole file with the types of its columns; None for formats that have none."""
        return None
