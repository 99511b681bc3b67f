"""Tables written block by block, in the format that a file's ending names; whole or not at all."""

import csv
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from workbench.errors import WorkbenchError
from workbench.files import whole_file

# Takes one block of rows.
Write = Callable[[pa.Table], None]


@contextmanager
def table_file(path: Path, schema: pa.Schema) -> Iterator[Write]:
    """Open a table for writing; it is at its place only when the block ends well.

    Numbers are written with a decimal point and the fewest digits that give the same number back, whatever the
    language of the system; ids and titles exactly as they came.

    Raises
    ------
    WorkbenchError
        If the ending is none that can be written, or the place cannot be written to.
    """
    check_place(path)
    with whole_file(path) as part, FORMATS[path.suffix.lower()](part, schema) as write:
        yield write


def check_place(path: Path) -> None:
    """Say before the work what would be said after it: that nothing can be written there."""
    if path.is_dir():
        raise WorkbenchError(f"{path} is a folder. Name a file in it.")
    if path.suffix.lower() not in FORMATS:
        message = f"{path.name} does not say which format to write. End its name in {', '.join(FORMATS)}."
        raise WorkbenchError(message)
    if not path.parent.is_dir():
        raise WorkbenchError(f"The folder {path.parent} is not there. Make it, or name another place.")


@contextmanager
def _csv(path: Path, schema: pa.Schema) -> Iterator[Write]:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(schema.names)
        yield lambda table: writer.writerows(zip(*map(_texts, table.columns), strict=True))


def _texts(column: pa.ChunkedArray) -> list[Any]:
    # Arrow knows the shortest text of a float32; Python would write it as the float64 that it is not.
    return (column.cast(pa.string()) if pa.types.is_floating(column.type) else column).to_pylist()


@contextmanager
def _jsonl(path: Path, schema: pa.Schema) -> Iterator[Write]:
    with path.open("w", encoding="utf-8", newline="\n") as file:

        def write(table: pa.Table) -> None:
            columns = [_numbers(column) for column in table.columns]
            for row in zip(*columns, strict=True):
                file.write(json.dumps(dict(zip(schema.names, row, strict=True)), ensure_ascii=False) + "\n")

        yield write


def _numbers(column: pa.ChunkedArray) -> list[Any]:
    if not pa.types.is_floating(column.type):
        return column.to_pylist()
    return [None if text is None else float(text) for text in column.cast(pa.string()).to_pylist()]


@contextmanager
def _parquet(path: Path, schema: pa.Schema) -> Iterator[Write]:
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        yield writer.write_table


FORMATS: dict[str, Callable[[Path, pa.Schema], Any]] = {".csv": _csv, ".parquet": _parquet, ".jsonl": _jsonl}
