"""Layouts in which a line is a whole user: the items behind the user, or a column for each item."""

from contextlib import suppress
from itertools import count

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from workbench.data.reading.text.blocks import ColumnPlan, Converter
from workbench.data.reading.text.layout import Layout
from workbench.data.reading.text.pieces import Piece, Refusals
from workbench.data.reading.text.rows import Block, Positions
from workbench.data.reading.text.texts import as_numbers, missing_codes
from workbench.data.reading.text.unreadable import unreadable

Mask = npt.NDArray[np.bool_]


class ListConverter:
    """Turns blocks of lines ``user item item …`` into pieces; the order of the items is their order in time."""

    is_other_encoding = False

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self._next = count(1)

    def convert(self, block: Block) -> Piece:
        """A row for each item of each line."""
        refused = Refusals(block)
        keep = np.ones(block.n_rows, bool)
        for rows, reason in unreadable(block, self.layout.encoding, {"utf-8": 0, "other": 0}):
            refused.add(rows[keep[rows]], reason)
            keep[rows] = False
        rows = np.flatnonzero(keep)
        lines = pa.array([block.text(row).strip() for row in rows.tolist()], pa.string())
        blank = self.layout.delimiter == " "
        fields = pc.ascii_split_whitespace(lines) if blank else pc.split_pattern(lines, self.layout.delimiter)
        values, ends = fields.flatten(), fields.offsets.to_numpy()
        starts, lengths = ends[:-1], np.diff(ends) - 1
        refused.add(rows[lengths == 0], "no item")
        is_item = np.ones(len(values), bool)
        is_item[starts] = False
        item = pc.utf8_trim_whitespace(values.filter(pa.array(is_item)))
        users = values.take(pa.array(starts)) if self.layout.first != "count" else self._numbered(rows, block)
        user = pc.utf8_trim_whitespace(users.take(pa.array(np.repeat(np.arange(len(rows)), lengths))))
        row, good = np.repeat(rows, lengths), np.ones(len(item), bool)
        for name, texts in (("user", user), ("item", item)):
            missing = pc.is_in(texts, value_set=missing_codes()).to_numpy(zero_copy_only=False)
            refused.add(row[missing & good], f"no {name}")
            good &= ~missing
        table, kept = refused.table(), pa.array(good)
        ids = [pa.chunked_array([texts.filter(kept).dictionary_encode()]) for texts in (user, item)]
        rows_in_all = int(good.sum()) + (table.num_rows if table is not None else 0)
        return Piece(ids[0], ids[1], None, None, rows_in_all, table, row[good])

    def _numbered(self, rows: Positions, block: Block) -> pa.Array:
        """Users that are called by the number of their line, from 1."""
        numbers = np.array([next(self._next) for _ in range(block.n_rows)], np.int64)
        return pa.array(numbers[rows].astype(str).tolist(), pa.string())


class MatrixConverter:
    """Turns blocks of a matrix of users and items into pieces; a row of the report is a cell that is not missing.

    Parameters
    ----------
    names : list of str
        Of the columns, where the file has them.
    rated
        Whether cells are ratings; else they only say that the user met the item.
    """

    def __init__(self, layout: Layout, width: int, names: list[str], *, rated: bool = True) -> None:
        self.layout, self.width, self.rated = layout, width, rated
        self.names = names if layout.header else [str(i) for i in range(1, width + 1)]
        if layout.first != "cell":
            self.names = self.names[1:] if layout.header else self.names[:-1]
        self.text = Converter(ColumnPlan(layout, width, {str(i): i for i in range(width)}, {}))
        self._next = count(1)

    @property
    def is_other_encoding(self) -> bool:
        """Whether most of what is beyond ASCII was not UTF-8, though the file was read as that."""
        return self.text.is_other_encoding

    def convert(self, block: Block) -> Piece:
        """A row for each cell that is not missing."""
        refused = Refusals(block)
        rows, texts = self.text.strings(block, refused)
        users = np.array([next(self._next) for _ in range(block.n_rows)], np.int64)[rows].astype(str)
        cells = [texts[str(i)] for i in range(self.width)]
        if self.layout.first != "cell":
            first = cells.pop(0)
            users = np.array(first.to_pylist(), object) if self.layout.first == "user" else users
        value = np.zeros((len(rows), len(cells)), np.float32)
        there = np.zeros((len(rows), len(cells)), bool)
        for at, cell in enumerate(cells):
            value[:, at], there[:, at] = self._column(cell, self.names[at], rows, refused)
        row, column = np.nonzero(there)
        user = pa.chunked_array([pa.DictionaryArray.from_arrays(row.astype(np.int32), pa.array(users, pa.string()))])
        item = pa.chunked_array([pa.DictionaryArray.from_arrays(column.astype(np.int32), pa.array(self.names))])
        table = refused.table()
        rows_in_all = len(row) + (table.num_rows if table is not None else 0)
        ratings = value[row, column] if self.rated else None
        return Piece(_used(user), _used(item), ratings, None, rows_in_all, table, rows[row])

    def _column(
        self, texts: pa.Array, name: str, rows: Positions, refused: Refusals
    ) -> tuple[npt.NDArray[np.float32], Mask]:
        """Values of a column, and which cells hold one."""
        trimmed = pc.utf8_trim_whitespace(texts)
        missing = pc.is_in(trimmed, value_set=missing_codes()).to_numpy(zero_copy_only=False)
        value, good, reason = as_numbers(trimmed, name, self.layout)
        code = self.layout.missing
        missing |= pc.equal(trimmed, code).to_numpy(zero_copy_only=False)
        with suppress(ValueError):
            missing |= good & (value == np.float32(code))  # 99 is written 99.00, too
        bad = ~good & ~missing
        refused.add(rows[bad], reason.filter(pa.array(bad)))
        return value, good & ~missing


def _used(ids: pa.ChunkedArray) -> pa.ChunkedArray:
    """The same ids with a dictionary of those that are there, in the order in which they come."""
    return pa.chunked_array([ids.combine_chunks().cast(pa.string()).dictionary_encode()])
