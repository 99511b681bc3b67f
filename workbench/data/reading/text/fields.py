"""The first lines of a text, and the fields of its rows."""

import csv
import io
import re
from collections import Counter

from workbench.data.reading.text.layout import Layout
from workbench.data.reading.text.rows import blocks

# Blanks, but not those that Python calls space and `float` does not (the separators of ASCII).
NUMBER = re.compile(r"[^\S\x1c-\x1f]*[+-]?(\d+[.,]?\d*|[.,]\d+)([eE][+-]?\d+)?[^\S\x1c-\x1f]*")
MAX_ROWS = 2000


def lines_of(text: str, *, whole: bool) -> list[str]:
    """Lines that are not empty; the last is left out where the sample may have cut it."""
    lines = re.split("\r\n|\n|\r", text)
    if len(lines) > 1 and not whole:
        lines.pop()
    return [line for line in lines if line.strip()]


def fields_of(lines: list[str], layout: Layout, most: int = MAX_ROWS) -> list[list[str]]:
    """Fields of the first rows."""
    if layout.quotes and len(layout.delimiter) == 1:
        rows, _ = quoted_fields(lines, layout.delimiter, most)
        if rows:
            return rows
    return [line.split(layout.delimiter) for line in lines[:most]]


def quoted_fields(lines: list[str], delimiter: str, most: int) -> tuple[list[list[str]], int]:
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
