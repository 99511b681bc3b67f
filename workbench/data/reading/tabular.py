"""Files with rows and columns of their own (Parquet, Arrow, Excel, JSON lines, SQLite) as a stream of CSV text.

They take the same way as text from there on: the same account of rows, the same refusals, the same ids as text. A row's
number takes the place of its line; the header is row 1, as a sheet shows it.
"""

import csv as plain_csv
import io
import json
import math
import re
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from workbench.data.reading.formats import Format
from workbench.data.reading.rows import unified
from workbench.data.reading.sources import DAMAGED, bomb, could_not_read, is_workbook, opened
from workbench.errors import WorkbenchError

ROWS = 50_000
CELLS = 1_000_000
# More rows for each byte of a file than this are no data.
MOST_ROWS, ROWS_A_BYTE = 100_000_000, 100
LARGEST_JSON = 256 << 20
WHOLE = 2.0**53
# Control characters as a workbook has them, and the sign by which what only looks like one is told apart.
WRITTEN_OUT = re.compile("_x(00[01][0-9A-Fa-f]|005[Ff])_")
# Fields that differ from row to row are gathered from this much of JSON lines.
LOOK = 64 << 10
BROKEN = (*DAMAGED, pa.ArrowException, sqlite3.Error, ValueError, KeyError, ParseError, TypeError, IndexError)


class Typed:
    """An open file of one of these kinds: CSV text in pieces, and how far the reading is."""

    def __init__(self, path: Path, pieces: Iterator[tuple[float, bytes]]) -> None:
        self.path, self._pieces, self._done = path, pieces, 0.0

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
            raise _damaged(self.path, error) from error


@contextmanager
def opened_typed(path: Path, layout: Format) -> Iterator[Typed]:
    """Open a file of a kind in `formats.TYPED`.

    Raises
    ------
    WorkbenchError
        If it is damaged, or has no such table.
    """
    with unpacked(path, layout) as plain:
        pieces = READERS[layout.kind](plain, layout)
        with closing(pieces):
            yield Typed(path, pieces)


def tables(path: Path, layout: Format) -> list[str]:
    """Names of the sheets or tables that there are to choose from; empty for kinds that have one only."""
    if layout.kind not in LISTS:
        return []
    try:
        with unpacked(path, layout) as plain:
            return LISTS[layout.kind](plain)
    except BROKEN as error:
        raise _damaged(path, error) from error


@contextmanager
def unpacked(path: Path, layout: Format) -> Iterator[Path]:
    """The file itself, or a copy that is unpacked and soon gone: these kinds are read from all their ends."""
    if layout.compression == "none":
        yield path
        return
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "unpacked"
        with opened(path, "utf-8", layout.compression, layout.member) as source, copy.open("wb") as sink:
            shutil.copyfileobj(_Reader(source.raw_pieces()), sink)
        yield copy


class _Reader:
    """Pieces as something to read from."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces

    def read(self, size: int = 0) -> bytes:
        return next(self._pieces, b"")


def _damaged(path: Path, error: Exception) -> WorkbenchError:
    if isinstance(error, OSError) and error.errno is not None:
        return could_not_read(path, error)
    reason = " ".join(str(error).split())[:200] or type(error).__name__
    return WorkbenchError(f"{path.name} is damaged: it could not be read ({reason}). Get the file again.")


# --- Parquet and Arrow ------------------------------------------------------------------------------------------------


def _parquet(path: Path, layout: Format) -> Iterator[tuple[float, bytes]]:
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        if file.metadata.num_columns > MOST_COLUMNS:
            raise _too_wide(path, file.metadata.num_columns)
        names, total, done = file.schema_arrow.names, file.metadata.num_rows, 0
        if total > MOST_ROWS and total > ROWS_A_BYTE * path.stat().st_size:
            raise bomb(path)
        yield 0.0, _header(names)
        for batch in file.iter_batches(ROWS):
            batch.validate(full=True)
            done += batch.num_rows
            yield done / total, _csv([column_texts(column) for column in batch.columns])


def _arrow(path: Path, layout: Format) -> Iterator[tuple[float, bytes]]:
    with pa.memory_map(str(path)) as source:
        batches, names, total = _batches(source, path)
        if len(names) > MOST_COLUMNS:
            raise _too_wide(path, len(names))
        yield 0.0, _header(names)
        for number, batch in enumerate(batches, 1):
            batch.validate(full=True)  # Arrow believes what such a file says of itself, and would read beyond its end
            for start in range(0, batch.num_rows, ROWS):
                part = batch.slice(start, ROWS)
                share = (number - 1 + (start + part.num_rows) / batch.num_rows) / total
                yield share, _csv([column_texts(column) for column in part.columns])


def _batches(source: Any, path: Path) -> tuple[Iterable[Any], list[str], int]:
    if source.read(4) == b"FEA1":
        from pyarrow import feather

        table = feather.read_table(path)
        return table.to_batches(), table.schema.names, max(len(table.to_batches()), 1)
    source.seek(0)
    file = pa.ipc.open_file(source)
    number = file.num_record_batches
    return (file.get_batch(i) for i in range(number)), file.schema.names, max(number, 1)


def column_texts(column: Any) -> Any:
    """A column as text, empty where there is nothing; numbers that are whole without a point."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        return column_texts(column.dictionary_decode())
    if pa.types.is_boolean(kind):
        column = column.cast(pa.int8())
    elif pa.types.is_floating(kind):
        column = column.cast(pa.float64())
        whole = pc.all(pc.and_(pc.equal(pc.floor(column), column), pc.less(pc.abs(column), WHOLE))).as_py()
        column = column.cast(pa.int64()) if whole else column
    elif pa.types.is_timestamp(kind):
        column = pc.cast(column, pa.timestamp("ms", kind.tz), safe=False)
    elif pa.types.is_nested(kind) or pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        column = pa.array([value_text(one) for one in column.to_pylist()], pa.string())
    return pc.fill_null(column.cast(pa.string()), "")


def _csv(columns: list[Any]) -> bytes:
    # Names that are all there and all different; the header is written once, by itself.
    table = pa.table(columns, names=[str(i) for i in range(len(columns))])
    for quoting in (
        "none",
        "needed",
    ):  # what is refused is shown as it is written: without quotes where they can be spared
        sink = pa.BufferOutputStream()
        try:
            csv.write_csv(table, sink, csv.WriteOptions(include_header=False, quoting_style=quoting))
        except pa.ArrowInvalid:
            continue
        break
    return bytes(sink.getvalue())


# --- Excel, SQLite and JSON -------------------------------------------------------------------------------------------


def _excel(path: Path, layout: Format) -> Iterator[tuple[float, bytes]]:
    from openpyxl import load_workbook

    is_workbook(path)
    # Given an open file, it does not mind how the file is called.
    with path.open("rb") as file, closing(load_workbook(file, read_only=True, data_only=True)) as book:
        name = _chosen(layout.table, book.sheetnames, path, "sheet")
        sheet = book[name]
        total = max(sheet.max_row or 1, 1)
        sheet.reset_dimensions()  # what a sheet says of its size need not be so
        yield from _written((map(_plain, row) for row in sheet.iter_rows(values_only=True)), total, path)


def _plain(value: Any) -> Any:
    """A cell of a workbook, in which control characters are written out (``_x000D_``)."""
    if isinstance(value, str) and "_x" in value:
        return WRITTEN_OUT.sub(lambda found: chr(int(found[1], 16)), value)
    return value


def _sqlite(path: Path, layout: Format) -> Iterator[tuple[float, bytes]]:
    with closing(_database(path)) as database:
        name = _chosen(layout.table, _tables(path), path, "table")
        quoted = '"' + name.replace('"', '""') + '"'
        total = database.execute(f"select count(*) from {quoted}").fetchone()[0]  # noqa: S608 - quoted
        cursor = database.execute(f"select * from {quoted}")  # noqa: S608 - quoted
        names = [one[0] for one in cursor.description]
        yield 0.0, _header(names)
        yield from _written(cursor, max(total, 1), path, len(names))


def _database(path: Path) -> sqlite3.Connection:
    # Read-only and without a look at the files beside it: nothing of the person's is touched.
    database = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)
    database.execute("pragma trusted_schema = off")
    database.text_factory = lambda data: data.decode(errors="replace")
    return database


def _tables(path: Path) -> list[str]:
    with closing(_database(path)) as database:
        query = "select name from sqlite_master where type = 'table' and name not like 'sqlite_%' order by rowid"
        return [name for (name,) in database.execute(query)]


def _sheets(path: Path) -> list[str]:
    from openpyxl import load_workbook

    with path.open("rb") as file, closing(load_workbook(file, read_only=True)) as book:
        return list(book.sheetnames)


def _chosen(wanted: str, names: list[str], path: Path, what: str) -> str:
    """The table that was asked for; else the one whose name says interactions, else the first."""
    if wanted and wanted not in names:
        message = (
            f"{path.name} has no {what} '{wanted}', but {', '.join(names[:10]) or 'none at all'}. Choose one of them."
        )
        raise WorkbenchError(message)
    if not names:
        raise WorkbenchError(f"{path.name} has no {what}. Choose a file with interactions.")
    likely = [one for one in names if any(word in one.lower() for word in TELLING)]
    return wanted or (likely or names)[0]


def _jsonl(path: Path, layout: Format) -> Iterator[tuple[float, bytes]]:
    with opened(path, layout.encoding, "none") as source:
        head = source.head(LOOK).lstrip(b"\xef\xbb\xbf \t\r\n")
    if head.startswith(b"["):
        yield from _json_list(path)
        return
    size = path.stat().st_size
    with opened(path, layout.encoding, "none") as source:
        names: list[str] = []
        rest, done = b"", 0
        for chunk in source.chunks():
            done += len(chunk)
            lines = unified(rest + chunk).split(b"\n")
            rest = lines.pop()
            if len(rest) > LOOK << 8:
                raise WorkbenchError(
                    f"{path.name} has a line longer than {(LOOK << 8) >> 20} MB. This is no table of rows."
                )
            if not names and lines:
                names = _names(lines, path)
                yield 0.0, _header(names)
            yield min(done / max(size, 1), 1.0), _rows([_object(line, names) for line in lines])
        if rest.strip():
            if not names:
                names = _names([rest], path)
                yield 0.0, _header(names)
            yield 1.0, _rows([_object(rest, names)])


def _json_list(path: Path) -> Iterator[tuple[float, bytes]]:
    if path.stat().st_size > LARGEST_JSON:
        message = f"{path.name} is one JSON list of more than {LARGEST_JSON >> 20} MB. Write an object on each line."
        raise WorkbenchError(message)
    found = json.loads(path.read_bytes(), parse_int=str, parse_float=str)
    lines = [json.dumps(one).encode() for one in found]
    names = _names(lines[:1000], path)
    yield 0.0, _header(names)
    for start in range(0, len(lines), ROWS):
        yield start / len(lines), _rows([_object(line, names) for line in lines[start : start + ROWS]])


def _names(lines: list[bytes], path: Path) -> list[str]:
    names: dict[str, None] = {}
    for line in lines[:1000]:
        found = _parsed(line)
        if isinstance(found, dict):
            names.update(dict.fromkeys(found))
    if not names:
        message = (
            f'{path.name} is JSON, but no list of objects such as {{"user": 1, "item": 2}}. Write one on each line.'
        )
        raise WorkbenchError(message)
    if len(names) > MOST_COLUMNS:
        raise _too_wide(path, len(names))
    return list(names)


def _parsed(line: bytes) -> Any:
    try:
        return json.loads(line, parse_int=str, parse_float=str)
    except (ValueError, RecursionError):
        return None


def _object(line: bytes, names: list[str]) -> list[str]:
    """Fields of a line; what is no object is one field, which is refused for that with its text."""
    found = _parsed(line)
    if not isinstance(found, dict):
        return [line.decode(errors="replace")] if line.strip() else []
    return [value_text(found.get(name)) for name in names]


READERS: dict[str, Callable[[Path, Format], Any]] = {
    "parquet": _parquet,
    "arrow": _arrow,
    "excel": _excel,
    "jsonl": _jsonl,
    "sqlite": _sqlite,
}
LISTS: dict[str, Callable[[Path], list[str]]] = {"excel": _sheets, "sqlite": _tables}
TELLING = ("rating", "interaction", "review", "event", "click", "order", "purchase", "评分", "交互")
MOST_COLUMNS = 10_000


def _too_wide(path: Path, width: int) -> WorkbenchError:
    message = f"{path.name} has {width:,} columns. Write it as rows of user, item and rating."
    return WorkbenchError(message)


def _written(
    rows: Iterable[Iterable[Any]], total: int, path: Path, width: int | None = None
) -> Iterator[tuple[float, bytes]]:
    """Rows of values as CSV, some at a time, all as wide as the first that is not empty."""
    waiting: list[list[str]] = []
    done = cells = 0
    for row in rows:
        fields = [value_text(one) for one in row]
        if any(fields) or width is None:
            while fields and not fields[-1] and (width is None or len(fields) > width):
                fields.pop()
            width = width or len(fields) or None
            if (width or 0) > MOST_COLUMNS:
                raise _too_wide(path, width or 0)
        waiting.append(fields + [""] * ((width or 0) - len(fields)) if any(fields) else [])
        cells += len(fields)
        if len(waiting) == ROWS or cells > CELLS:
            done += len(waiting)
            yield done / total, _rows(waiting)
            waiting, cells = [], 0
    yield 1.0, _rows(waiting)


def _rows(rows: list[list[str]]) -> bytes:
    sink = io.StringIO(newline="")
    # By itself Python leaves a return without quotes, and it would be taken for the end of a line.
    usual = plain_csv.writer(sink, lineterminator="\n")
    quoted = plain_csv.writer(sink, lineterminator="\n", quoting=plain_csv.QUOTE_ALL)
    for row in rows:
        (quoted if any("\r" in field for field in row) else usual).writerow(row)
    return sink.getvalue().encode(errors="replace")


def _header(names: list[str]) -> bytes:
    return _rows([[name or f"Column {i}" for i, name in enumerate(names, 1)]])


def value_text(value: Any) -> str:
    """A value as text: what a person would have typed."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, float):
        return str(int(value)) if math.isfinite(value) and value == int(value) and abs(value) < WHOLE else repr(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    if isinstance(value, list) and all(isinstance(one, str | int) for one in value):
        return "|".join(map(str, value))
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
