"""Blocks of text become columns of ids, ratings and times; what does not fit is refused with line and reason.

A block that is clean goes the short way: Arrow reads and converts it at once. Only a block with something wrong in it is
read again as text, row by row accounted for.
"""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from workbench.data.columns import times
from workbench.data.feedback.rules import Feedback, Named, Weights, combined
from workbench.data.reading.text.arrow_memory import arrow_reader
from workbench.data.reading.text.fields import split_row
from workbench.data.reading.text.layout import Layout
from workbench.data.reading.text.pieces import Piece, Refusals
from workbench.data.reading.text.rows import TOO_LONG, Block, Positions
from workbench.data.reading.text.text_source import REPLACED
from workbench.data.reading.text.texts import (
    DICTIONARY,
    any_missing,
    as_bare,
    as_numbers,
    as_whole,
    is_missing,
    missing_codes,
    no_time,
    typed_rating,
)
from workbench.data.reading.text.unreadable import row_bytes, unreadable
from workbench.data.reading.text.whole_ids import as_written, is_usual, sample_of

# What becomes of ids, and how that is called.
IDS = {
    "as is": "as in the file",
    "whole": "12.0 and 12 are one id",
    "codes": "codes such as NA are ids, too",
    "bare": "without the apostrophe before = + - and @ that a file for a spreadsheet has",
}
# A field delimiter of one byte for files whose own has several; a control character made for this.
UNIT_SEPARATOR = "\x1f"
# So many blocks that do not convert at once, and the rest is read as text straight away.
MAX_FAILED_BLOCKS = 3


@dataclass
class ColumnPlan:
    """How to turn a block into columns.

    Attributes
    ----------
    width : int
        Columns that a row has.
    columns : dict of role to position
        ``user`` and ``item``, perhaps ``rating`` and ``time``, and those of `feedback`.
    names : dict of role to name
        How the columns are called in what is said of refused rows.
    time : str or None
        How times are written (`times.WRITTEN`).
    scale : dict of str to float
        What words mean where ratings are words.
    ids : str
        What becomes of ids (`IDS`).
    feedback : dict of role to Feedback
        Columns that tell what a row is worth: that is read in the place of a rating.
    """

    layout: Layout
    width: int
    columns: dict[str, int]
    names: dict[str, str]
    time: str | None = None
    scale: dict[str, float] = field(default_factory=dict)
    ids: str = "as is"
    feedback: dict[str, Feedback] = field(default_factory=dict)


class Converter:
    """Turns the blocks of one file into pieces."""

    def __init__(self, plan: ColumnPlan) -> None:
        self.plan = plan
        self.takes_numbers = False
        """Whether pieces may hold ids as numbers (`whole_ids`)."""
        self._numeric: tuple[str, ...] | None = None  # of user and item; None before the first block
        self._failures = 0
        self._accents = {"utf-8": 0, "other": 0}
        self._missing = pa.array([""]) if plan.ids == "codes" else missing_codes()

    @property
    def layout(self) -> Layout:
        """How the file is laid out."""
        return self.plan.layout

    @property
    def is_other_encoding(self) -> bool:
        """Whether most of what is beyond ASCII was not UTF-8, though the file was read as that."""
        return self._accents["other"] > self._accents["utf-8"]

    def convert(self, block: Block) -> Piece:
        """Columns of a block, and what was refused."""
        piece = None
        slow = bool(self.plan.scale) or self.plan.time == "parts"
        if self._failures < MAX_FAILED_BLOCKS and not len(block.broken) and not slow:
            piece = self._at_once(block)
            self._failures += piece is None
        piece = piece or self._row_by_row(block)
        change = {"whole": as_whole, "bare": as_bare}.get(self.plan.ids)
        if change is not None:  # numbers are whole and bare
            piece.user, piece.item = (
                ids if isinstance(ids, np.ndarray) else change(ids) for ids in (piece.user, piece.item)
            )
        return piece

    def texts(self, block: Block) -> tuple[dict[str, pa.Array], pa.Table | None]:
        """Columns of a block as text, and the rows refused because they are not rows."""
        refused = Refusals(block)
        _, texts = self.strings(block, refused)
        return texts, refused.table()

    # --- the short way -------------------------------------------------------------------------------------------

    def _at_once(self, block: Block) -> Piece | None:
        """Columns of a block that has nothing wrong in it; None if it has."""
        if (
            self.plan.layout.thousands
            or b"\0" in block.data
            or (TOO_LONG[-1:] in block.data and TOO_LONG in block.data)  # one byte is looked for faster
            or (self.plan.layout.encoding != "utf-8" and REPLACED in block.data)
        ):
            return None
        kinds = {"user": DICTIONARY, "item": DICTIONARY, "rating": pa.float64(), "time": self._time_type()}
        kinds |= dict.fromkeys(self.plan.feedback, DICTIONARY)
        data = self._readable(block.data)
        if data is None:
            return None
        table = self._with_numbers(data, kinds, block)
        numeric = self._numeric if table is not None and self._numeric else ()
        try:
            if table is None:
                table = self._read(data, {role: kinds[role] for role in self.plan.columns}, quoted=block.quoted)
        except pa.ArrowInvalid:
            return None
        texts = [role for role in ("user", "item") if role not in numeric]
        if table.num_rows != block.n_rows or any(any_missing(table[role], self._missing) for role in texts):
            return None
        rating = typed_rating(table) if "rating" in table.column_names else None
        time = self._typed_time(table) if "time" in table.column_names else None
        if (rating is None and "rating" in self.plan.columns) or (time is None and "time" in self.plan.columns):
            return None
        self._accents["utf-8"] += not block.data.isascii()
        named: dict[str, Named] = {}
        if self.plan.feedback:
            rating, named = self._worth({role: table[role].unify_dictionaries() for role in self.plan.feedback})
        user, item = (table[role].to_numpy() if role in numeric else table[role] for role in ("user", "item"))
        return Piece(user, item, rating, time, block.n_rows, named=named).without_ignored()

    def _with_numbers(self, data: bytes, kinds: dict[str, pa.DataType], block: Block) -> pa.Table | None:
        """Columns of a block with ids as numbers, where that tells how they were written; else None, and never again."""
        if not self.takes_numbers or block.quoted or not data or self._numeric == ():
            return None
        columns, roles = self.plan.columns, ("user", "item")
        try:
            if self._numeric is None:
                texts = self._read(sample_of(data), dict.fromkeys(roles, pa.string()), quoted=False)
                self._numeric = tuple(role for role in roles if is_usual(texts[role]))
            if not self._numeric:
                return None
            kinds = kinds | dict.fromkeys(self._numeric, pa.int64())
            table = self._read(data, {role: kinds[role] for role in columns}, quoted=False)
        except pa.ArrowInvalid:
            self._numeric = ()
            return None
        numbers = {columns[role]: table[role].to_numpy() for role in self._numeric}
        delimiter = self.plan.layout.delimiter if len(self.plan.layout.delimiter) == 1 else UNIT_SEPARATOR
        if table.num_rows != block.n_rows or not as_written(numbers, data, delimiter.encode(), self.plan.width):
            self._numeric = ()
            return None
        return table

    def _time_type(self) -> pa.DataType:
        if self.plan.time in times.EPOCHS:
            return pa.int64()
        return pa.timestamp("us") if self.plan.time == "iso" else pa.string()

    def _typed_time(self, table: pa.Table) -> npt.NDArray[np.int64] | None:
        column, kind = table["time"], str(self.plan.time)
        if pa.types.is_string(column.type):
            time, good = times.to_milliseconds(column.combine_chunks(), kind)
        else:
            number = column.cast(pa.int64()).to_numpy()
            if kind in times.WHOLE:
                return times.whole_in_range(number, kind)
            time, good = times.in_range(number * times.EPOCHS.get(kind, times.EPOCHS["us"]))
        return time if good.all() else None

    def _readable(self, data: bytes) -> bytes | None:
        """Text with a delimiter of one byte; None where that byte is taken."""
        if len(self.plan.layout.delimiter) == 1:
            return data
        if UNIT_SEPARATOR.encode() in data:
            return None
        return data.replace(self.plan.layout.delimiter.encode(), UNIT_SEPARATOR.encode())

    def _read(
        self, data: bytes, kinds: dict[str, pa.DataType], *, quoted: bool, bad: list[int] | None = None
    ) -> pa.Table:
        """Columns by role; rows of another width raise, or go to `bad` (numbers from 0) and are left out."""

        def handle(row: csv.InvalidRow) -> str:
            numbers.append(row.number - 1)
            return "skip"

        numbers = [] if bad is None else bad
        columns, delimiter = self.plan.columns, self.plan.layout.delimiter
        names = [str(i) for i in range(self.plan.width)]
        table = csv.read_csv(
            arrow_reader(data),
            read_options=csv.ReadOptions(
                column_names=names, use_threads=bad is None, block_size=len(data) + 1 if bad is not None else 4 << 20
            ),
            parse_options=csv.ParseOptions(
                delimiter=delimiter if len(delimiter) == 1 else UNIT_SEPARATOR,
                quote_char='"' if quoted else False,
                newlines_in_values=quoted,
                ignore_empty_lines=False,
                invalid_row_handler=None if bad is None else handle,
            ),
            convert_options=csv.ConvertOptions(
                include_columns=[str(columns[role]) for role in kinds],
                column_types={str(columns[role]): kind for role, kind in kinds.items()},
                null_values=[],
                strings_can_be_null=False,
                decimal_point=self.plan.layout.decimal,
                timestamp_parsers=[csv.ISO8601],
            ),
        )
        return table.rename_columns(list(kinds))

    # --- row by row ----------------------------------------------------------------------------------------------

    def _row_by_row(self, block: Block) -> Piece:
        refused = Refusals(block)
        rows, texts = self.strings(block, refused)
        good = np.ones(len(rows), bool)
        for role in ("user", "item"):
            missing = is_missing(texts[role], self._missing)
            refused.add(rows[good & missing], f"no {role}")
            good &= ~missing
        rating = time = None
        if "rating" in texts:
            number, fine, reason = as_numbers(
                texts["rating"], self.plan.names["rating"], self.plan.layout, self.plan.scale
            )
            refused.add(rows[good & ~fine], reason.filter(pa.array(good & ~fine)))
            good &= fine
            rating = number
        if "time" in texts:
            if self.plan.time == "parts":
                texts["time"] = pc.binary_join_element_wise(texts["time"], texts["month"], texts["day"], "-")
            time, fine = times.to_milliseconds(texts["time"], str(self.plan.time))
            reason = no_time(texts["time"], self.plan.names["time"], str(self.plan.time))
            refused.add(rows[good & ~fine], reason.filter(pa.array(good & ~fine)))
            good &= fine
        mask = pa.array(good)
        named: dict[str, Named] = {}
        if self.plan.feedback:
            columns = {role: texts[role].filter(mask).dictionary_encode() for role in self.plan.feedback}
            rating, named = self._worth(columns)
        elif rating is not None:
            rating = rating[good]
        ids = [pa.chunked_array([texts[role].filter(mask).dictionary_encode()]) for role in ("user", "item")]
        time = None if time is None else time[good]
        whole = Piece(ids[0], ids[1], rating, time, block.n_rows, refused.table(), rows[good], named=named)
        return whole.without_ignored()

    def _worth(self, columns: dict[str, pa.DictionaryArray | pa.ChunkedArray]) -> tuple[Weights, dict[str, Named]]:
        """What rows are worth, by columns as dictionaries, NaN for what is to be ignored; and what each rule names."""
        found, named = [], {}
        for role, feedback in self.plan.feedback.items():
            column = columns[role]
            coded = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
            of_each = feedback.of_texts(coded.dictionary)
            indices = coded.indices.to_numpy(zero_copy_only=False)
            found.append(of_each[indices])
            times = np.bincount(indices, minlength=len(coded.dictionary))
            named[str(feedback.column)] = feedback.named_texts(coded.dictionary, times)
        return (combined(found) if len(found) > 1 else found[0]), named

    def strings(self, block: Block, refused: Refusals) -> tuple[Positions, dict[str, pa.Array]]:
        """Texts of the wanted columns, and the row of each, after refusing rows that are not rows."""
        keep = np.ones(block.n_rows, bool)
        for rows, reason in unreadable(block, self.plan.layout.encoding, self._accents):
            refused.add(rows[keep[rows]], reason)
            keep[rows] = False
        rows = np.flatnonzero(keep)
        if not len(rows):
            return rows, {role: pa.array([], pa.string()) for role in self.plan.columns}
        data = block.data if keep.all() else b"".join(row_bytes(block, rows))
        kinds = {role: pa.string() for role in self.plan.columns}
        bad: list[int] = []
        readable = self._readable(data)
        try:
            table = None if readable is None else self._read(readable, kinds, quoted=block.quoted, bad=bad)
        except pa.ArrowInvalid:
            table = None
        if table is None or table.num_rows + len(bad) != len(rows):
            return self._split(block, rows, refused)  # Arrow saw other rows than we did
        wrong = np.array(bad, np.int64)
        self._refuse_widths(block, rows[wrong], refused)
        return np.delete(rows, wrong), {role: table[role].combine_chunks() for role in kinds}

    def _refuse_widths(self, block: Block, rows: Positions, refused: Refusals) -> None:
        refused.add(rows, pa.array([self._width_reason(len(self._fields(block, row))) for row in rows], pa.string()))

    def _width_reason(self, width: int) -> str:
        return f"{width} column{'s' if width != 1 else ''} where {self.plan.width} were expected"

    def _fields(self, block: Block, row: int) -> list[str]:
        text, delimiter = block.text(row), self.plan.layout.delimiter
        return split_row(text, delimiter) if block.quoted and len(delimiter) == 1 else text.split(delimiter)

    def _split(self, block: Block, rows: Positions, refused: Refusals) -> tuple[Positions, dict[str, pa.Array]]:
        """The same as `strings` one row at a time, for the rare block that Arrow reads differently."""
        columns: dict[str, list[str]] = {role: [] for role in self.plan.columns}
        kept, wrong, reasons = [], [], []
        for row in rows.tolist():
            fields = self._fields(block, row)
            if len(fields) != self.plan.width:
                wrong.append(row)
                reasons.append(self._width_reason(len(fields)))
                continue
            kept.append(row)
            for role, at in self.plan.columns.items():
                columns[role].append(fields[at])
        refused.add(np.array(wrong, np.int64), pa.array(reasons, pa.string()))
        return np.array(kept, np.int64), {role: pa.array(texts, pa.string()) for role, texts in columns.items()}
