"""Tables written block by block, in the format that a file's ending names; whole or not at all."""

import csv
import json
import operator
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from workbench.data.data_file import read_about
from workbench.data.reading.text.cells import harmless
from workbench.errors import WorkbenchError
from workbench.export.columns import EXACT
from workbench.export.workbook import sheet_file
from workbench.files import whole_file
from workbench.training.run import Run

# Takes one block of rows; gives the number of its cells that do not stand there as they came: with an apostrophe before
# them in CSV, cut in Excel.
Write = Callable[[pa.Table], int]


@contextmanager
def table_file(path: Path, schema: pa.Schema, *, exact: bool = False) -> Iterator[Write]:
    """Open a table for writing; it is at its place only when the block ends well.

    Numbers are written with a decimal point and the fewest digits that give the same number back, whatever the
    language of the system; ids and titles exactly as they came. In CSV a text that a spreadsheet would execute has an
    apostrophe before it (`harmless`); in Excel every text is marked as text.

    Parameters
    ----------
    exact
        Whether CSV is for a program: to the letter, also what a spreadsheet would execute.

    Raises
    ------
    WorkbenchError
        If the ending is none that can be written, the place cannot be written to, or a sheet does not hold so much.
    """
    check_place(path)
    kind = path.suffix.lower()
    with whole_file(path) as part, FORMATS[EXACT if exact and kind == ".csv" else kind](part, schema) as write:
        yield write


def check_place(path: Path) -> None:
    """Say before the work what would be said after it: that nothing can be written there."""
    if path.is_dir():
        raise WorkbenchError(f"{path} is a folder. Name a file in it.")
    endings = [ending for ending in FORMATS if ending != EXACT]
    if path.suffix.lower() not in endings:
        message = f"{path.name} does not say which format to write. End its name in {', '.join(endings)}."
        raise WorkbenchError(message)
    check_folder(path)


def refuse_source(run: Run, output: Path, *others: Path) -> None:
    """Raise WorkbenchError where something is to be written over a file that a run was made from, or one of others."""
    if not output.exists():
        return
    sources = read_about(run.data_folder).get("source") or {}
    for source in (*(Path(file["path"]) for file in sources.values() if "path" in file), *others):
        if source.exists() and output.samefile(source):
            message = f"{output} is a file that is read for this. Write to another place; nothing was changed."
            raise WorkbenchError(message)


def check_folder(path: Path) -> None:
    """Say that the folder is not there in which something is to be written."""
    if not path.parent.is_dir():
        raise WorkbenchError(f"The folder {path.parent} does not exist. Create it, or choose another one.")


@contextmanager
def _csv(path: Path, schema: pa.Schema, *, exact: bool = False) -> Iterator[Write]:
    with path.open("w", encoding="utf-8", newline="") as file:
        usual = csv.writer(file, lineterminator="\n")
        # By itself Python leaves a return without quotes, and a reader would take it for the end of the line.
        quoted = csv.writer(file, lineterminator="\n", quoting=csv.QUOTE_ALL)
        usual.writerow(schema.names)

        def write(table: pa.Table) -> int:
            columns, marked = [], 0
            for column in table.columns:
                cells = _texts(column)
                if _is_text(column) and not exact:
                    given, cells = cells, [None if cell is None else harmless(cell) for cell in cells]
                    marked += sum(map(operator.ne, given, cells))
                columns.append(cells)
            odd = any(pc.any(pc.match_substring(entry, "\r")).as_py() for entry in table.columns if _is_text(entry))
            (quoted if odd else usual).writerows(zip(*columns, strict=True))
            return marked

        yield write


def _texts(column: pa.ChunkedArray) -> list[Any]:
    # Arrow knows the shortest text of a float32; Python would write it as the float64 that it is not.
    return (column.cast(pa.string()) if pa.types.is_floating(column.type) else column).to_pylist()


def _is_text(column: pa.ChunkedArray) -> bool:
    return pa.types.is_string(column.type) or pa.types.is_large_string(column.type)


@contextmanager
def _jsonl(path: Path, schema: pa.Schema) -> Iterator[Write]:
    encoded = json.JSONEncoder(ensure_ascii=False).encode  # `dumps` would make one for each row
    with path.open("w", encoding="utf-8", newline="\n") as file:

        def write(table: pa.Table) -> int:
            columns = [_numbers(column) for column in table.columns]
            for row in zip(*columns, strict=True):
                file.write(encoded(dict(zip(schema.names, row, strict=True))) + "\n")
            return 0

        yield write


def _numbers(column: pa.ChunkedArray) -> list[Any]:
    if not pa.types.is_floating(column.type):
        return column.to_pylist()
    # JSON has no word for what is not a number or not finite.
    finite = pc.if_else(pc.is_finite(column), column, None)
    return [None if text is None else float(text) for text in finite.cast(pa.string()).to_pylist()]


@contextmanager
def _parquet(path: Path, schema: pa.Schema) -> Iterator[Write]:
    import pyarrow.parquet as pq  # takes longer to load than all the rest, and the window writes none

    with pq.ParquetWriter(path, schema, compression="zstd") as writer:

        def write(table: pa.Table) -> int:
            writer.write_table(table)
            return 0

        yield write


FORMATS: dict[str, Callable[[Path, pa.Schema], Any]] = {
    ".csv": _csv,
    EXACT: partial(_csv, exact=True),
    ".parquet": _parquet,
    ".jsonl": _jsonl,
    ".xlsx": lambda path, schema: sheet_file(path, schema.names),
}
