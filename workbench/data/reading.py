"""How a file is laid out: delimiter, encoding, header, packing; and its first rows.

Both look at the first 64 KiB alone, so that they take the same moment for any size.
"""

import csv
import io
import re
from collections import Counter
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from workbench.data.names import is_known
from workbench.data.rows import blocks
from workbench.data.sources import opened, packing, stamp, zip_member
from workbench.errors import WorkbenchError

SAMPLE = 64 << 10
SHOWN = 200
MOST_COLUMNS = 10_000
# In the order in which they are believed where two explain the file equally well.
DELIMITERS = ("\t", "::", ";", ",", "|", " ")
MAGIC = {
    b"\x89PNG": "a PNG picture",
    b"\xff\xd8\xff": "a JPEG picture",
    b"GIF8": "a GIF picture",
    b"%PDF": "a PDF document",
    b"\xd0\xcf\x11\xe0": "an Office document. Save the sheet as CSV",
    b"PAR1": "a Parquet file. Save it as CSV",
    b"ARROW1": "an Arrow file. Save it as CSV",
    b"SQLite format 3": "a SQLite database. Save the table as CSV",
    b"\x93NUMPY": "a NumPy array. Save it as CSV",
    b"7z\xbc\xaf": "a 7z archive. Unpack it",
    b"\xfd7zXZ": "packed with xz. Unpack it",
    b"BZh": "packed with bzip2. Unpack it",
    b"\x28\xb5\x2f\xfd": "packed with zstd. Unpack it",
}
NUMBER = re.compile(r"\s*[+-]?(\d+[.,]?\d*|[.,]\d+)([eE][+-]?\d+)?\s*")


class Format(BaseModel):
    """How a file is laid out; guessed, then correctable.

    Attributes
    ----------
    delimiter
        What stands between fields: one character, or two as in ``::``.
    header
        Whether the first row holds the names of the columns.
    skip
        Further rows below the header that describe columns (Orange has two).
    quotes
        Whether a field may stand in quotes.
    decimal
        ``.`` or ``,``.
    member
        The file inside a zip.
    """

    model_config = ConfigDict(extra="forbid")

    delimiter: str = ","
    encoding: str = "utf-8"
    header: bool = True
    compression: Literal["none", "gz", "zip"] = "none"
    skip: int = 0
    quotes: bool = True
    decimal: Literal[".", ","] = "."
    member: str = ""


class Preview(BaseModel):
    """The first rows of a file as text.

    Attributes
    ----------
    names
        Names of the columns; "Column 1", "Column 2", ... where there is no header.
    rows
        Fields of each row; rows of another length than `names` are here as they are.
    """

    names: list[str]
    rows: list[list[str]]
    format: Format

    def column(self, position: int) -> list[str]:
        """Values of a column, from rows that are whole."""
        return [row[position] for row in self.rows if len(row) == len(self.names)]


def sniff(path: Path) -> Format:
    """Guess how a file is laid out from its first 64 KiB.

    Raises
    ------
    WorkbenchError
        If it cannot be read, or is no table of text with two columns or more.
    """
    size = stamp(path).size
    if size == 0:
        message = (
            f"{path.name} is empty. Choose a file with a user, an item and perhaps a rating and a time in each row."
        )
        raise WorkbenchError(message)
    compression = packing(path)
    member = zip_member(path) if compression == "zip" else ""
    with opened(path, "latin-1", compression, member) as source:
        head = source.head(SAMPLE)
    encoding = _encoding(path, head)
    lines = _lines(head.decode(encoding, errors="replace").removeprefix("\ufeff"), whole=len(head) < SAMPLE)
    if not lines:
        message = f"{path.name} holds nothing but empty lines. Choose a file with a user and an item in each row."
        raise WorkbenchError(message)
    delimiter = _delimiter(path, lines)
    quotes = len(delimiter) == 1 and _quotes_make_sense(lines, delimiter)
    draft = Format(delimiter=delimiter, encoding=encoding, compression=compression, member=member, quotes=quotes)
    rows = _fields(lines, draft)
    width = _width(rows)
    header = _has_header(rows, width)
    skip = 2 if header and _is_orange(rows, width) else 0
    decimal = _decimal([row for row in rows[1:] if len(row) == width], delimiter)
    return draft.model_copy(update={"header": header, "skip": skip, "decimal": decimal})


def preview(path: Path, format: Format | None = None, rows: int = SHOWN) -> Preview:  # noqa: A002 - the word for it
    """The first rows of a file, read by `format` (guessed where None).

    Raises
    ------
    WorkbenchError
        If the file cannot be read by it.
    """
    layout = format or sniff(path)
    _check(layout)
    with opened(path, layout.encoding, layout.compression, layout.member) as source:
        chunks = source.chunks(SAMPLE)
        text, whole = next(chunks, b"").decode(errors="replace"), next(chunks, b"") in (b"", b"\n")
    found = _fields(_lines(text, whole=whole), layout, rows + 1 + layout.skip)
    if not found:
        raise WorkbenchError(f"{path.name} holds no rows.")
    names = [name.strip() for name in found[0]] if layout.header else []
    names = names or [f"Column {i + 1}" for i in range(_width(found))]
    if len(names) < 2:  # noqa: PLR2004 - a user and an item
        raise _one_column(path)
    if len(names) > MOST_COLUMNS:
        message = f"{path.name} has {len(names):,} columns. It may be a matrix of users and items; write it as rows of"
        raise WorkbenchError(message + " user, item and rating.")
    first = 1 + layout.skip if layout.header else 0
    return Preview(names=names, rows=found[first : first + rows], format=layout)


def _check(layout: Format) -> None:
    if not 1 <= len(layout.delimiter) <= 8 or set(layout.delimiter) & set('"\r\n'):  # noqa: PLR2004
        message = f"{layout.delimiter!r} cannot stand between fields. Use a comma, a tab, ';', '|', '::' or the like."
        raise WorkbenchError(message)


def _encoding(path: Path, head: bytes) -> str:
    for magic, what in MAGIC.items():
        if head.startswith(magic):
            message = f"{path.name} is {what}{' and choose' if '. ' in what else ''}"
            raise WorkbenchError(message + (" that." if ". " in what else ", not a table of text. Choose a CSV file."))
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    if head.lstrip()[:1] in (b"{", b"["):
        message = f"{path.name} is JSON, which is not read yet. Save it as CSV and choose that."
        raise WorkbenchError(message)
    control = sum(head.count(code) for code in range(32) if code not in b"\t\n\r\x1f\x0c")
    if b"\0" in head or control > len(head) // 20:
        message = f"{path.name} is no text: it holds bytes that no table has. Choose a CSV file, or save it as one."
        raise WorkbenchError(message)
    try:
        # The sample may end within a character.
        head[: len(head) - 4].decode("utf-8") if len(head) >= SAMPLE else head.decode("utf-8")
    except UnicodeDecodeError as error:
        if len(head) < SAMPLE or error.start < len(head) - 8:
            return western(head)
    return "utf-8"


def western(data: bytes) -> str:
    """Which of the encodings of Western Europe bytes are in that are not UTF-8."""
    windows = re.search(rb"[\x80-\x9f]", data) and not re.search(rb"[\x81\x8d\x8f\x90\x9d]", data)
    return "cp1252" if windows else "latin-1"


def _lines(text: str, *, whole: bool) -> list[str]:
    """Lines that are not empty; the last is left out where the sample may have cut it."""
    lines = re.split("\r\n|\n|\r", text)
    if len(lines) > 1 and not whole:
        lines.pop()
    return [line for line in lines if line.strip()]


def _delimiter(path: Path, lines: list[str]) -> str:
    """The delimiter by which most lines have the same number of fields, and many."""
    best, best_score = "", (0.0, 0)
    for delimiter in DELIMITERS:
        if delimiter == " " and best_score[0] >= 0.5:  # noqa: PLR2004 - blanks stand in text, too
            continue
        widths = [len(row) for row in _fields(lines, Format(delimiter=delimiter, quotes=delimiter != "::"))]
        width, count = Counter(widths).most_common(1)[0]
        score = (round(count / len(widths), 1) if width > 1 else 0.0, width)
        if score > best_score:
            best, best_score = delimiter, score
    if best_score[0] < 0.5:  # noqa: PLR2004
        if _is_one_user_a_line(lines):
            message = f"{path.name} seems to hold one user a line, with the items behind. This layout is not read yet:"
            raise WorkbenchError(message + " write a line for each user and item.")
        raise _one_column(path)
    return best


def _one_column(path: Path) -> WorkbenchError:
    message = (
        f"{path.name} has one column only. A file of interactions needs a user and an item in each row, divided by"
    )
    return WorkbenchError(message + " commas, tabs, semicolons or '::'.")


def _is_one_user_a_line(lines: list[str]) -> bool:
    fields = [re.split(r"[ \t,]+", line.strip()) for line in lines]
    many = sum(len(one) > 2 and all(f.isdecimal() for f in one) for one in fields)  # noqa: PLR2004
    return many > 0.7 * len(fields) and len({len(one) for one in fields}) > 1


def _quotes_make_sense(lines: list[str], delimiter: str) -> bool:
    """Whether rows come out at least as even with quotes heeded as without."""
    if not any('"' in line for line in lines):
        return True
    heeded, broken = _quoted_fields(lines, delimiter, len(lines))
    as_letters = [line.split(delimiter) for line in lines]
    return _evenness(heeded, broken) >= _evenness(as_letters, 0)


def _evenness(rows: list[list[str]], broken: int) -> float:
    """Share of rows that have as many fields as most, `broken` ones counted as others."""
    width = _width(rows) if rows else 0
    return sum(len(row) == width for row in rows) / max(len(rows) + broken, 1)


def _fields(lines: list[str], layout: Format, most: int = 2000) -> list[list[str]]:
    """Fields of the first rows."""
    if len(layout.delimiter) > 1:
        return [line.split(layout.delimiter) for line in lines[:most]]
    if layout.quotes:
        rows, _ = _quoted_fields(lines, layout.delimiter, most)
        return rows or [line.split(layout.delimiter) for line in lines[:most]]
    return [line.split(layout.delimiter) for line in lines[:most]]


def _quoted_fields(lines: list[str], delimiter: str, most: int) -> tuple[list[list[str]], int]:
    """Fields of the first rows where quotes count, and how many rows are left out because a quote is not closed."""
    data = ("\n".join(lines) + "\n").encode()
    rows: list[list[str]] = []
    broken = 0
    for block in blocks(iter([data]), delimiter, quotes=True):
        left_out = set(block.broken.tolist())  # the sample may have cut a field
        broken += len(left_out)
        wanted = [i for i in range(min(block.n_rows, most - len(rows))) if i not in left_out]
        rows += [split_row(block.text(i), delimiter) for i in wanted]
    return rows, broken


def split_row(text: str, delimiter: str) -> list[str]:
    """Fields of one row in which quotes count."""
    if '"' not in text:
        return text.split(delimiter)
    csv.field_size_limit(1 << 30)
    return next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), [])


def _width(rows: list[list[str]]) -> int:
    """How many fields most rows have."""
    return Counter(len(row) for row in rows).most_common(1)[0][0]


def _has_header(rows: list[list[str]], width: int) -> bool:
    """Whether the first row names the columns: known names, or words above columns of numbers."""
    first, below = rows[0], [row for row in rows[1:] if len(row) == width]
    if len(first) != width or any(NUMBER.fullmatch(name) for name in first):
        return False
    if any(is_known(name) for name in first):
        return True
    numeric = [sum(bool(NUMBER.fullmatch(row[i])) for row in below) > 0.9 * len(below) for i in range(width)]
    return bool(below) and any(numeric)


def _is_orange(rows: list[list[str]], width: int) -> bool:
    kinds = {"continuous", "discrete", "string", "time", "c", "d", "s", "t", "basket", ""}
    return len(rows) > 2 and len(rows[1]) == width and {f.strip().lower() for f in rows[1]} <= kinds  # noqa: PLR2004


def _decimal(rows: list[list[str]], delimiter: str) -> Literal[".", ","]:
    """A comma, if some column is all numbers and some of them have one."""
    if delimiter == "," or not rows:
        return "."
    number = re.compile(r"\s*-?\d*,?\d+\s*")
    for column in zip(*rows, strict=True):
        if all(number.fullmatch(value) for value in column) and any("," in value for value in column):
            return ","
    return "."
