"""Values of any kind as CSV text: what a person would have typed."""

import csv as plain_csv
import io
import json
import math
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from workbench.errors import WorkbenchError

BATCH_ROWS = 50_000
BATCH_CELLS = 1_000_000
MAX_COLUMNS = 10_000
# Beyond this, a number of eight bytes does not tell whether it is whole.
MAX_WHOLE = 2.0**53


def header_text(names: list[str], path: Path) -> bytes:
    """The names of columns as a row of CSV.

    Raises
    ------
    WorkbenchError
        If there are more than any table has.
    """
    if len(names) > MAX_COLUMNS:
        raise _too_wide(path, len(names))
    return rows_text([[name or f"Column {at}" for at, name in enumerate(names, 1)]])


def values_text(
    rows: Iterable[Iterable[Any]], path: Path, total: int | None = None, width: int | None = None
) -> Iterator[tuple[float, bytes]]:
    """Rows of values as CSV, some at a time, all as wide as the first that is not empty.

    Parameters
    ----------
    total
        How many rows there are; None where nobody knows.
    width
        How many columns; None where the first row with a value says it.
    """
    waiting: list[list[str]] = []
    done = cells = 0
    for row in rows:
        fields = [value_text(value) for value in row]
        if any(fields) or width is None:
            while fields and not fields[-1] and (width is None or len(fields) > width):
                fields.pop()
            width = width or len(fields) or None
            if (width or 0) > MAX_COLUMNS:
                raise _too_wide(path, width or 0)
        waiting.append(fields + [""] * ((width or 0) - len(fields)) if any(fields) else [])
        cells += len(fields)
        if len(waiting) == BATCH_ROWS or cells > BATCH_CELLS:
            done += len(waiting)
            yield done / total if total else 0.0, rows_text(waiting)
            waiting, cells = [], 0
    yield 1.0, rows_text(waiting)


def rows_text(rows: list[list[str]]) -> bytes:
    """Rows of texts as CSV."""
    sink = io.StringIO(newline="")
    # By itself Python leaves a return without quotes, and it would be taken for the end of a line.
    usual = plain_csv.writer(sink, lineterminator="\n")
    quoted = plain_csv.writer(sink, lineterminator="\n", quoting=plain_csv.QUOTE_ALL)
    for row in rows:
        (quoted if any("\r" in field for field in row) else usual).writerow(row)
    return sink.getvalue().encode(errors="replace")


def value_text(value: Any) -> str:
    """A value as text: what a person would have typed."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, float):
        whole = math.isfinite(value) and value == int(value) and abs(value) < MAX_WHOLE
        return str(int(value)) if whole else repr(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    if isinstance(value, list) and all(isinstance(part, str | int) for part in value):
        return "|".join(map(str, value))
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def arrow_text(columns: list[pa.Array]) -> bytes:
    """Columns as CSV."""
    texts = [column_texts(column) for column in columns]
    # Names that are all there and all different; the header is written once, by itself.
    table = pa.table(texts, names=[str(at) for at in range(len(texts))])
    # What is refused is shown as it is written: without quotes where they can be spared.
    for quoting in ("none", "needed"):
        sink = pa.BufferOutputStream()
        try:
            csv.write_csv(table, sink, csv.WriteOptions(include_header=False, quoting_style=quoting))
        except pa.ArrowInvalid:
            continue
        break
    return bytes(sink.getvalue())


def column_texts(column: Any) -> Any:
    """A column as text, empty where there is nothing; numbers that are whole without a point."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        return column_texts(column.dictionary_decode())
    if pa.types.is_boolean(kind):
        column = column.cast(pa.int8())
    elif pa.types.is_floating(kind):
        column = column.cast(pa.float64())
        whole = pc.all(pc.and_(pc.equal(pc.floor(column), column), pc.less(pc.abs(column), MAX_WHOLE))).as_py()
        column = column.cast(pa.int64()) if whole else column
    elif pa.types.is_timestamp(kind):
        column = pc.cast(column, pa.timestamp("ms", kind.tz), safe=False)
    elif pa.types.is_nested(kind) or pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        column = pa.array([value_text(value) for value in column.to_pylist()], pa.string())
    return pc.fill_null(column.cast(pa.string()), "")


def _too_wide(path: Path, width: int) -> WorkbenchError:
    return WorkbenchError(f"{path.name} has {width:,} columns. Write it as rows of user, item and rating.")
