"""How rows of text are laid out, guessed from the first of them."""

import re
from collections import Counter
from typing import Literal

from workbench.data.columns.names import is_known
from workbench.data.reading.text.fields import NUMBER, fields_of, quoted_fields, width_of
from workbench.data.reading.text.layout import Layout

# In the order in which they are believed where two explain the file equally well.
DELIMITERS = ("\t", "::", ";", ",", "|", " ")
# Share of rows that have to agree on their width before a delimiter is believed.
AGREEING_SHARE = 0.5
# Kinds of columns as Orange writes them below the header.
ORANGE_KINDS = {"continuous", "discrete", "string", "time", "c", "d", "s", "t", "basket", ""}


def delimiter_of(lines: list[str]) -> str:
    """The delimiter by which most lines have the same number of fields, and many; empty if there is none."""
    best, best_score = "", (0.0, 0)
    for delimiter in DELIMITERS:
        if delimiter == " " and best_score[0] >= AGREEING_SHARE:  # blanks stand in text, too
            continue
        widths = [len(row) for row in fields_of(lines, Layout(delimiter=delimiter, quotes=delimiter != "::"))]
        width, count = Counter(widths).most_common(1)[0]
        score = (round(count / len(widths), 1) if width > 1 else 0.0, width)
        if score > best_score:
            best, best_score = delimiter, score
    return best if best_score[0] >= AGREEING_SHARE else ""


def quotes_make_sense(lines: list[str], delimiter: str) -> bool:
    """Whether rows come out at least as even with quotes heeded as without."""
    if not any('"' in line for line in lines):
        return True
    heeded, broken = quoted_fields(lines, delimiter, len(lines))
    as_letters = [line.split(delimiter) for line in lines]
    return _evenness(heeded, broken) >= _evenness(as_letters, 0)


def _evenness(rows: list[list[str]], broken: int) -> float:
    """Share of rows that have as many fields as most, `broken` ones counted as others."""
    width = width_of(rows) if rows else 0
    return sum(len(row) == width for row in rows) / max(len(rows) + broken, 1)


def has_header(rows: list[list[str]], width: int) -> bool:
    """Whether the first row names the columns: known names, or words above columns of numbers."""
    first, below = rows[0], [row for row in rows[1:] if len(row) == width]
    if len(first) != width or any(NUMBER.fullmatch(name) for name in first):
        return False
    if any(is_known(name) for name in first) or _has_empty_corner(first):
        return True
    numeric = [sum(bool(NUMBER.fullmatch(row[i])) for row in below) > 0.9 * len(below) for i in range(width)]
    return bool(below) and any(numeric)


def _has_empty_corner(first: list[str]) -> bool:
    """Whether all but the first cell have something else in them, as above rows that have names."""
    names = [name.strip() for name in first[1:]]
    return not first[0].strip() and all(names) and len(set(names)) == len(names) > 1


def is_orange(rows: list[list[str]], width: int) -> bool:
    """Whether the second row tells the kinds of the columns, and the third their roles, as Orange writes them."""
    return len(rows) > 2 and len(rows[1]) == width and {f.strip().lower() for f in rows[1]} <= ORANGE_KINDS  # noqa: PLR2004


def decimal_of(rows: list[list[str]], delimiter: str) -> Literal[".", ","]:
    """A comma, if some column is all numbers and some of them have one."""
    if delimiter == "," or not rows:
        return "."
    number = re.compile(r"\s*[+-]?(\d{1,3}([. ']\d{3})+|\d*)(,\d+)?\s*")
    for column in zip(*rows, strict=True):
        if all(number.fullmatch(value) for value in column) and any("," in value for value in column):
            return ","
    return "."


def thousands_of(rows: list[list[str]], decimal: str) -> Literal["", ",", ".", " ", "'"]:
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
