"""The beginning of a file: what the formats look at to recognise their own, worked out only as far as one asks."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from workbench.data.reading.text import guesses
from workbench.data.reading.text.encodings import encoding_of
from workbench.data.reading.text.fields import fields_of, lines_of, width_of
from workbench.data.reading.text.layout import Layout
from workbench.data.reading.text.source_file import SourceFile
from workbench.data.reading.text.text_source import check_encoding
from workbench.errors import WorkbenchError

SAMPLE_BYTES = 64 << 10
# First bytes of what is no table.
OTHER_FILES = {
    b"\x89PNG": "a PNG picture",
    b"\xff\xd8\xff": "a JPEG picture",
    b"GIF8": "a GIF picture",
    b"%PDF": "a PDF document",
    b"\xd0\xcf\x11\xe0": "an old Office document. Save the sheet as XLSX or CSV",
    b"\x93NUMPY": "a NumPy array. Save it as CSV",
    b"7z\xbc\xaf": "a 7z archive. Unpack it",
    b"Rar!": "a RAR archive. Unpack it",
}
COMMENTS = ("#", "%")


@dataclass(frozen=True)
class Grid:
    """Rows of fields, and how they are written."""

    rows: list[list[str]]
    below: list[list[str]]
    """Rows below the header that are as wide as most."""
    header: bool
    skip: int
    quotes: bool
    decimal: Literal[".", ","]
    thousands: Literal["", ",", ".", " ", "'"]


class Sample:
    """The beginning of a file.

    Parameters
    ----------
    head
        The first bytes, unpacked; fewer than `SAMPLE_BYTES` where they are the whole file.
    known
        Fields of `Layout` that the person has said.
    member
        The file of a zip that is meant.
    """

    def __init__(self, file: SourceFile, head: bytes, known: dict[str, Any], member: str = "") -> None:
        self.file, self.head, self.known, self.member = file, head, known, member

    @property
    def asked(self) -> str | None:
        """The format that the person has said; None where nobody did."""
        return self.known.get("kind")

    @cached_property
    def encoding(self) -> str:
        """In which the text is written; raises WorkbenchError where this is none."""
        given = self.known.get("encoding")
        if given:
            check_encoding(given)
        return str(given or _encoding(self.file, self.head))

    @cached_property
    def text(self) -> str:
        """The beginning as text."""
        return self.head.decode(self.encoding, errors="replace").removeprefix("\ufeff")

    @cached_property
    def comment(self) -> str:
        """What lines begin with that are no rows."""
        first = next(iter(self._all_lines), "")
        return str(self.known.get("comment", next((mark for mark in COMMENTS if first.startswith(mark)), "")))

    @cached_property
    def lines(self) -> list[str]:
        """Lines that may be rows; raises WorkbenchError where there is none."""
        found = [line for line in self._all_lines if not (self.comment and line.startswith(self.comment))]
        if found:
            return found
        message = f"{self.file.name} holds nothing but empty lines. Choose a file with a user and an item in each row."
        raise WorkbenchError(message)

    @cached_property
    def _all_lines(self) -> list[str]:
        return lines_of(self.text, whole=len(self.head) < SAMPLE_BYTES)

    @cached_property
    def delimiter(self) -> str:
        """What stands between fields; empty where nothing does."""
        return str(self.known.get("delimiter") or guesses.delimiter_of(self.lines))

    @cached_property
    def grid(self) -> Grid:
        """Rows of fields between delimiters."""
        known, delimiter = self.known, self.delimiter
        quotes = known.get("quotes", len(delimiter) == 1 and guesses.quotes_make_sense(self.lines, delimiter))
        rows = fields_of(self.lines, Layout(delimiter=delimiter, quotes=quotes))
        width = width_of(rows)
        header = known.get("header", guesses.has_header(rows, width))
        skip = 2 if header and guesses.is_orange(rows, width) else 0
        below = [row for row in rows[1 + skip if header else 0 :] if len(row) == width]
        decimal = known.get("decimal") or guesses.decimal_of(below, delimiter)
        thousands = known.get("thousands", guesses.thousands_of(below, decimal))
        return Grid(rows, below, header, skip, quotes, decimal, thousands)

    @property
    def fields(self) -> dict[str, Any]:
        """Fields of `Layout` that all rows of text have."""
        grid = self.grid
        return {
            "encoding": self.encoding,
            "comment": self.comment,
            "delimiter": self.delimiter,
            "quotes": grid.quotes,
            "header": grid.header,
            "skip": grid.skip,
            "decimal": grid.decimal,
            "thousands": grid.thousands,
        }


def one_column(file: SourceFile) -> WorkbenchError:
    """Say that a file has no columns."""
    return WorkbenchError(
        f"{file.name} has one column only. A file of interactions needs a user and an item in each row, separated by "
        "commas, tabs, semicolons or '::'."
    )


def _encoding(file: SourceFile, head: bytes) -> str:
    for magic, what in OTHER_FILES.items():
        if head.startswith(magic):
            message = f"{file.name} is {what}{' and choose' if '. ' in what else ''}"
            raise WorkbenchError(message + (" that." if ". " in what else ", not a table of text. Choose a CSV file."))
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    encoding = encoding_of(head, cut=len(head) >= SAMPLE_BYTES)
    if not encoding.startswith("utf-16"):
        control = sum(head.count(code) for code in range(32) if code not in b"\t\n\r\x1f\x0c")
        if b"\0" in head or control > len(head) // 20:
            message = f"{file.name} is not text: it contains binary data. Choose a CSV file, or save it as one."
            raise WorkbenchError(message)
    return encoding
