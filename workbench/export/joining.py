"""Parts of a table, written one by one wherever, made one file: the same bytes as if it had been written at once."""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from workbench.export.tables import table_file
from workbench.files import readable_errors, whole_file
from workbench.owned import discard, owned, sweep

COPY_BYTES = 1 << 22
LINES = (".csv", ".jsonl")


@contextmanager
def parts_folder(output: Path) -> Iterator[Path]:
    """A folder for parts beside the file that they are for, gone at the end of the block."""
    sweep(output.parent, output.name)
    folder = owned(output)
    try:
        with readable_errors(folder):
            folder.mkdir()
        yield folder
    finally:
        discard(folder)


def part_names(folder: Path, output: Path, parts: int) -> list[Path]:
    """Where each part is written: in the format of the file where its parts can be put one behind the other."""
    ending = output.suffix.lower()
    return [folder / f"{number:06}{ending if ending in LINES else '.parquet'}" for number in range(parts)]


def join_parts(parts: Sequence[Path], output: Path) -> int:
    """Write all parts to `output`, whole or not at all; returns the cells that do not stand there as they came."""
    if output.suffix.lower() in LINES:
        with whole_file(output) as whole:
            _join_lines(parts, whole, header=output.suffix.lower() == ".csv")
        return 0
    return _join_rows(parts, output)


def _join_lines(parts: Sequence[Path], whole: Path, *, header: bool) -> None:
    with whole.open("wb") as file:
        for number, path in enumerate(parts):
            with path.open("rb") as part:
                if header and number:
                    part.readline()
                shutil.copyfileobj(part, file, COPY_BYTES)


def _join_rows(parts: Sequence[Path], output: Path) -> int:
    import pyarrow.parquet as pq

    schema, changed = pq.read_schema(parts[0]), 0
    with table_file(output, schema) as write:
        for path in parts:
            with pq.ParquetFile(path) as part:
                for group in range(part.num_row_groups):
                    changed += write(part.read_row_group(group, use_threads=False))
    return changed
