"""How a file is laid out, guessed from its first 64 KiB, so that it takes the same moment for any size."""

import csv
import io
import re
from collections import Counter
from pathlib import Path
from typing import Any, Literal

from workbench.data.columns.names import is_known
from workbench.data.reading.encodings import encoding_of
from workbench.data.reading.folders import interactions_of
from workbench.data.reading.formats import Format
from workbench.data.reading.matrices import matrix_of
from workbench.data.reading.rows import blocks
from workbench.data.reading.sources import is_workbook, opened, packing, stamp, zip_member
from workbench.errors import WorkbenchError

Kind = Literal["parquet", "arrow", "sqlite", "excel"]
SAMPLE = 64 << 10
# In the order in which they are believed where two explain the file equally well.
DELIMITERS = ("\t", "::", ";", ",", "|", " ")
MAGIC = {
    b"\x89PNG": "a PNG picture",
    b"\xff\xd8\xff": "a JPEG picture",
    b"GIF8": "a GIF picture",
    b"%PDF": "a PDF document",
    b"\xd0\xcf\x11\xe0": "an old Office document. Save the sheet as XLSX or CSV",
    b"\x93NUMPY": "a NumPy array. Save it as CSV",
    b"7z\xbc\xaf": "a 7z archive. Unpack it",
    b"Rar!": "a RAR archive. Unpack it",
}
TYPED_MAGIC: dict[bytes, Kind] = {
    b"PAR1": "parquet",
    b"ARROW1": "arrow",
    b"FEA1": "arrow",
    b"SQLite format 3": "sqlite",
}
COMMENTS = ("#", "%")
# Blanks, but not those that Python calls space and `float` does not (the separators of ASCII).
NUMBER = re.compile(r"[^\S\x1c-\x1f]*[+-]?(\d+[.,]?\d*|[.,]\d+)([eE][+-]?\d+)?[^\S\x1c-\x1f]*")


def sniff(path: Path, known: dict[str, Any] | None = None) -> Format:
    """Guess how a file is laid out from its first 64 KiB.

    Parameters
    ----------
    known
        Fields of `Format` that the person has said: they are kept, and the rest is guessed by them.

    Raises
    ------
    WorkbenchError
        If it cannot be read, or is no table with two columns or more.
    """
    path = interactions_of(path)
    if stamp(path).size == 0:
        message = (
            f"{path.name} is empty. Choose a file with a user, an item and perhaps a rating and a time in each row."
        )
        raise WorkbenchError(message)
    known = known or {}
    compression = packing(path)
    if compression == "zip" and is_workbook(path):
        return Format(kind="excel", table=known.get("table", ""), decimal=known.get("decimal", "."))
    member = (known.get("member") or zip_member(path)) if compression == "zip" else ""
    with opened(path, "latin-1", compression, member) as source:
        head = source.head(SAMPLE)
    packed = Format(compression=compression, member=member)
    kind = next((kind for mark, kind in TYPED_MAGIC.items() if head.startswith(mark)), None)
    if kind is None and member.lower().endswith(".xlsx"):
        kind = "excel"
    known = {name: value for name, value in known.items() if name not in ("member", "compression")}
    if kind is not None:
        return packed.model_copy(update={**known, "kind": kind})
    encoding = known.get("encoding") or _encoding(path, head)
    text = head.decode(encoding, errors="replace").removeprefix("\ufeff")
    if text.lstrip()[:1] == "{" or re.match(r"\s*\[\s*\{", text):
        return packed.model_copy(update={**known, "kind": "jsonl", "encoding": encoding})
    lines = lines_of(text, whole=len(head) < SAMPLE)
    comment = known.get("comment", next((mark for mark in COMMENTS if lines and lines[0].startswith(mark)), ""))
    lines = [line for line in lines if not (comment and line.startswith(comment))]
    if not lines:
        message = f"{path.name} holds nothing but empty lines. Choose a file with a user and an item in each row."
        raise WorkbenchError(message)
    return _layout(path, lines, packed.model_copy(update={"encoding": encoding, "comment": comment}), known)


def _layout(path: Path, lines: list[str], draft: Format, known: dict[str, Any]) -> Format:
    """The draft completed by what the lines tell."""
    asked = known.get("kind")
    delimiter = known.get("delimiter") or _delimiter(lines)
    if asked == "lists" or (not delimiter and not asked):
        if not asked and not _is_one_user_a_line(lines):
            raise one_column(path)
        mark = known.get("delimiter") or max(
            (" ", ",", ";"), key=lambda one: sum(line.count(one) + (one == " ") * line.count("\t") for line in lines)
        )
        return draft.model_copy(update={"kind": "lists", "delimiter": mark, "header": False, "quotes": False})
    if not delimiter:
        raise one_column(path)
    quotes = known.get("quotes", len(delimiter) == 1 and _quotes_make_sense(lines, delimiter))
    draft = draft.model_copy(update={"delimiter": delimiter, "quotes": quotes})
    rows = fields_of(lines, draft)
    width = width_of(rows)
    header = known.get("header", _has_header(rows, width))
    skip = 2 if header and _is_orange(rows, width) else 0
    below = [row for row in rows[1 + skip if header else 0 :] if len(row) == width]
    decimal = known.get("decimal") or _decimal(below, delimiter)
    thousands = known.get("thousands", _thousands(below, decimal))
    found = {"header": header, "skip": skip, "decimal": decimal, "thousands": thousands}
    if asked != "table":
        found |= matrix_of(rows[0] if header else [], below, asked=asked == "matrix")
    return draft.model_copy(update={**found, **known})


def _encoding(path: Path, head: bytes) -> str:
    for magic, what in MAGIC.items():
        if head.startswith(magic):
            message = f"{path.name} is {what}{' and choose' if '. ' in what else ''}"
            raise WorkbenchError(message + (" that." if ". " in what else ", not a table of text. Choose a CSV file."))
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    encoding = encoding_of(head, cut=len(head) >= SAMPLE)
    if not encoding.startswith("utf-16"):
        control = sum(head.count(code) for code in range(32) if code not in b"\t\n\r\x1f\x0c")
        if b"\0" in head or control > len(head) // 20:
            message = f"{path.name} is no text: it holds bytes that no table has. Choose a CSV file, or save it as one."
            raise WorkbenchError(message)
    return encoding


def lines_of(text: str, *, whole: bool) -> list[str]:
    """Lines that are not empty; the last is left out where the sample may have cut it."""
    lines = re.split("\r\n|\n|\r", text)
    if len(lines) > 1 and not whole:
        lines.pop()
    return [line for line in lines if line.strip()]


def _delimiter(lines: list[str]) -> str:
    """The delimiter by which most lines have the same number of fields, and many; empty if there is none."""
    best, best_score = "", (0.0, 0)
    for delimiter in DELIMITERS:
        if delimiter == " " and best_score[0] >= 0.5:  # noqa: PLR2004 - blanks stand in text, too
            continue
        widths = [len(row) for row in fields_of(lines, Format(delimiter=delimiter, quotes=delimiter != "::"))]
        width, count = Counter(widths).most_common(1)[0]
        score = (round(count / len(widths), 1) if width > 1 else 0.0, width)
        if score > best_score:
            best, best_score = delimiter, score
    return best if best_score[0] >= 0.5 else ""  # noqa: PLR2004


def one_column(path: Path) -> WorkbenchError:
    """Say that a file has no columns."""
    message = (
        f"{path.name} has one column only. A file of interactions needs a user and an item in each row, divided by"
    )
    return WorkbenchError(message + " commas, tabs, semicolons or '::'.")


def _is_one_user_a_line(lines: list[str]) -> bool:
    fields = [re.split(r"[ \t,;]+", line.strip()) for line in lines]
    many = sum(len(one) > 1 and all(re.search(r"\d", f) for f in one) for one in fields)
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
    width = width_of(rows) if rows else 0
    return sum(len(row) == width for row in rows) / max(len(rows) + broken, 1)


def fields_of(lines: list[str], layout: Format, most: int = 2000) -> list[list[str]]:
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


def width_of(rows: list[list[str]]) -> int:
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
    number = re.compile(r"\s*[+-]?(\d{1,3}([. ']\d{3})+|\d*)(,\d+)?\s*")
    for column in zip(*rows, strict=True):
        if all(number.fullmatch(value) for value in column) and any("," in value for value in column):
            return ","
    return "."


def _thousands(rows: list[list[str]], decimal: str) -> Literal["", ",", ".", " ", "'"]:
    """What divides the digits of a column of numbers in threes, where that cannot be the decimal point."""
    marks: tuple[Literal[",", ".", " ", "'"], ...] = (",", ".", " ", "'")
    for mark in marks:
        if mark == decimal:
            continue
        dot = re.escape("." if mark != "." else ",")
        grouped = re.compile(rf"\s*[+-]?\d{{1,3}}({re.escape(mark)}\d{{3}})+({dot}\d+)?\s*")
        number = re.compile(rf"{grouped.pattern}|\s*[+-]?\d{{1,3}}({dot}\d+)?\s*")
        for column in zip(*rows, strict=True):
            sure = mark != "." or any(value.count(mark) > 1 or decimal == "," for value in column)
            if sure and all(number.fullmatch(v) for v in column) and any(grouped.fullmatch(v) for v in column):
                return mark
    return ""
