"""Parts of a table, written one by one wherever, made one file: the same bytes as if it had been written at once."""

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from workbench.export.tables import Write, table_file
from workbench.files import readable_errors, whole_file
from workbench.owned import discard, owned, sweep

COPY_BYTES = 1 << 22
LINES = (".csv", ".jsonl")
# Takes the file of a part; gives the number of its cells that do not stand in the whole as they came.
Add = Callable[[Path], int]


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


@contextmanager
def joined(output: Path) -> Iterator[Add]:
    """Put parts one behind the other, each as soon as it is there and then gone; at its place when the block ends well."""
    lines = output.suffix.lower() in LINES
    with (_joined_lines if lines else _joined_rows)(output) as add:
        yield add


@contextmanager
def _joined_lines(output: Path) -> Iterator[Add]:
    header = output.suffix.lower() == ".csv"
    with whole_file(output) as whole, whole.open("wb") as file:

        def add(path: Path) -> int:
            with path.open("rb") as part:
                if header and file.tell():
                    part.readline()
                shutil.copyfileobj(part, file, COPY_BYTES)
            return 0

        yield add


@contextmanager
def _joined_rows(output: Path) -> Iterator[Add]:
    import pyarrow.parquet as pq

    with ExitStack() as stack:
        writers: list[Write] = []

        def add(path: Path) -> int:
            with pq.ParquetFile(path) as part:
                if not writers:
                    writers.append(stack.enter_context(table_file(output, part.schema_arrow)))
                groups = (part.read_row_group(group, use_threads=False) for group in range(part.num_row_groups))
                return sum(map(writers[0], groups))

        yield add


class InOrder:
    """Hands on parts in their order, whichever is there first, and removes each that was handed on."""

    def __init__(self, parts: Sequence[Path], add: Add) -> None:
        self._parts, self._add = parts, add
        self._there: set[int] = set()
        self._next = self.changed = 0

    def take(self, number: int) -> None:
        """A part is there."""
        self._there.add(number)
        while self._next in self._there:
            path = self._parts[self._next]
            self.changed += self._add(path)
            discard(path)
            self._next += 1
