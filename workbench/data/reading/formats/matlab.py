"""MATLAB files: a matrix of users and items, with gaps or sparse, or a table of numbers."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from workbench.data.reading.formats.base.own_rows import OwnRows
from workbench.data.reading.text.layout import Layout
from workbench.data.reading.text.sample import Sample
from workbench.data.reading.text.source_file import SourceFile
from workbench.errors import WorkbenchError

# Wider than this, the columns of numbers are items and no fields.
WIDEST_TABLE = 8


class Matlab(OwnRows):
    """Variables of two dimensions."""

    name, title, sentence, order = "matlab", "MATLAB", "MATLAB matrix", 14
    endings, options, table_word = (".mat",), ("table", "header"), "matrix"

    @classmethod
    def recognise(cls, sample: Sample) -> dict[str, Any] | None:
        if sample.head.startswith(b"MATLAB 7.3") or (
            sample.head.startswith(b"\x89HDF") and sample.file.path.suffix.lower() == ".mat"
        ):
            message = f"{sample.file.name} is a MATLAB file of version 7.3, which is not read. Save it with -v7."
            raise WorkbenchError(message)
        if not sample.head.startswith(b"MATLAB 5.0 MAT-file"):
            return None
        return {"header": False}

    @classmethod
    def pieces(cls, file: SourceFile, layout: Layout) -> Any:
        pieces = super().pieces(file, layout)
        first = next(pieces)
        if layout.header:
            yield first
        yield from pieces

    @classmethod
    def rows(cls, file: SourceFile, layout: Layout) -> Iterator[list[Any]]:
        from scipy.io import loadmat

        name = cls.chosen_table(layout.table, cls.table_names(file.path), file.path)
        yield from _rows(loadmat(file.path, variable_names=[name])[name])

    @classmethod
    def table_names(cls, path: Path) -> list[str]:
        from scipy.io import whosmat

        shaped = [(name, shape) for name, shape, kind in whosmat(path) if len(shape) == 2 and kind in KINDS]  # noqa: PLR2004
        return [name for name, shape in shaped if min(shape) > 1]


KINDS = (
    "double",
    "single",
    "sparse",
    "logical",
    *(f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)),
)


def _rows(matrix: Any) -> Iterator[list[Any]]:
    """The names of columns, then rows: user, item and rating of a matrix, or those of a table."""
    from scipy.sparse import coo_array, issparse

    if not issparse(matrix) and matrix.shape[1] <= WIDEST_TABLE:
        yield [str(at) for at in range(1, matrix.shape[1] + 1)]
        yield from (row.tolist() for row in matrix)
        return
    filled = coo_array(matrix)
    there = filled.data == filled.data
    yield ["user", "item", "rating"]
    columns = (filled.row[there] + 1, filled.col[there] + 1, filled.data[there])
    yield from map(list, zip(*(column.tolist() for column in columns), strict=True))
