"""Blocks of text become columns of ids, ratings and times; what does not fit is refused with line and reason.

A block that is clean goes the short way: Arrow reads and converts it at once. Only a block with something wrong in it is
read again as text, row by row accounted for.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from workbench.data.columns import times
from workbench.data.columns.graded import number_of
from workbench.data.feedback.rules import Feedback, Named, Weights, combined
from workbench.data.reading.text.arrow_memory import arrow_reader
from workbench.data.reading.text.fields import split_row
from workbench.data.reading.text.layout import Layout
from workbench.data.reading.text.rows import MAX_LINE_BYTES, TOO_LONG, Block, Positions
from workbench.data.reading.text.text_source import REPLACED

# Texts that mean "nothing here", whatever program wrote them.
MISSING = pa.array(["", "NA", "N/A", "NaN", "nan", "null", "NULL", "Null", "<NA>", r"\N"])
NUMBER = r"^\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*$"
# What becomes of ids, and how that is called.
IDS = {"as is": "as in the file", "whole": "12.0 and 12 are one id", "codes": "codes such as NA are ids, too"}
NO_CODES = pa.array([""])
DICTIONARY = pa.dictionary(pa.int32(), pa.string())
MAX_TEXT_CHARS = 200
MAX_VALUE_CHARS = 40
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


@dataclass
class Piece:
    """The rows of a block that were kept, and those that were refused.

    Attributes
    ----------
    user, item : pyarrow dictionary arrays, possibly chunked (n,)
    rating : float32 (n,) or None
    time : int64 (n,) or None
    refused : pyarrow table of line, reason, text
    at : int64 (n,) or None
        Row of the block in which each stands; None where they are all its rows.
    ignored : int
        Rows that were read well and are left out all the same, as the rules of feedback want it.
    named : dict of str to int64 (n_rules, 2)
        By column of `ColumnPlan.feedback`: rows that each of its rules names, and those that no rule before it does.
    """

    user: pa.ChunkedArray
    item: pa.ChunkedArray
    rating: npt.NDArray[np.float32] | None
    time: npt.NDArray[np.int64] | None
    rows: int
    refused: pa.Table | None = None
    at: Positions | None = None
    ignored: int = 0
    named: dict[str, Named] = field(default_factory=dict)

    def without_ignored(self) -> "Piece":
        """The rows that are worth something, or nothing, but not those that are not to be looked at (NaN)."""
        if self.rating is None or not (left_out := np.isnan(self.rating)).any():
            return self
        kept = ~left_out
        at = np.arange(self.rows) if self.at is None else self.at
        user, item = (pa.chunked_array([_again(column, kept)]) for column in (self.user, self.item))
        time = None if self.time is None else self.time[kept]
        ignored = int(left_out.sum())
        return Piece(user, item, self.rating[kept], time, self.rows, self.refused, at[kept], ignored, self.named)


def _again(ids: pa.ChunkedArray, kept: npt.NDArray[np.bool_]) -> pa.Array:
    """Some ids, in a dictionary without those of the others."""
    return ids.cast(pa.string()).filter(pa.array(kept)).combine_chunks().dictionary_encode()


@dataclass
class Refusals:
    """Rows of one block that are refused, the first reason of each."""

    block: Block
    rows: list[Positions] = field(default_factory=list)
    reasons: list[pa.Array] = field(default_factory=list)

    def add(self, rows: Positions, reason: str | pa.Array) -> None:
        """Refuse rows, each for its reason or all for one."""
        if len(rows):
            self.rows.append(rows)
            self.reasons.append(pa.array([reason] * len(rows)) if isinstance(reason, str) else reason)

    def table(self) -> pa.Table | None:
        """Line, reason and text of each refused row, in the order of the file."""
        if not self.rows:
            return None
        rows = np.concatenate(self.rows)
        order = np.argsort(rows, kind="stable")
        reasons = pa.chunked_array(self.reasons, pa.string()).take(order)
        rows = rows[order]
        return pa.table({"line": self.block.lines(rows), "reason": reasons, "text": _texts(self.block, rows)})


def _texts(block: Block, rows: Positions) -> pa.Array:
    """The beginnings of rows as text."""
    bounds = block.bounds
    begin, length = bounds[rows], bounds[rows + 1] - bounds[rows] - 1
    # Four bytes are the longest character, so this many hold what is shown.
    length = np.minimum(length, MAX_TEXT_CHARS * 4)
    pieces = (
        block.data[b : b + n].decode(errors="replace")[:MAX_TEXT_CHARS] for b, n in zip(begin, length, strict=True)
    )
    return pa.array(pieces, pa.string())


class Converter:
    """Turns the blocks of one file into pieces."""

    def __init__(self, plan: ColumnPlan) -> None:
        self.plan = plan
        self._failures = 0
        self._accents = {"utf-8": 0, "other": 0}
        self._missing = NO_CODES if plan.ids == "codes" else MISSING

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
        if self.plan.ids == "whole":
            piece.user, piece.item = _as_whole(piece.user), _as_whole(piece.item)
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
            or TOO_LONG in block.data
            or (self.plan.layout.encoding != "utf-8" and REPLACED in block.data)
        ):
            return None
        kinds = {"user": DICTIONARY, "item": DICTIONARY, "rating": pa.float64(), "time": self._time_type()}
        kinds |= dict.fromkeys(self.plan.feedback, DICTIONARY)
        data = self._readable(block.data)
        if data is None:
            return None
        try:
            table = self._read(data, {role: kinds[role] for role in self.plan.columns}, quoted=block.quoted)
        except pa.ArrowInvalid:
            return None
        if table.num_rows != block.n_rows or any(_any_missing(table[role], self._missing) for role in ("user", "item")):
            return None
        rating = _typed_rating(table) if "rating" in table.column_names else None
        time = self._typed_time(table) if "time" in table.column_names else None
        if (rating is None and "rating" in self.plan.columns) or (time is None and "time" in self.plan.columns):
            return None
        self._accents["utf-8"] += not block.data.isascii()
        named: dict[str, Named] = {}
        if self.plan.feedback:
            rating, named = self._worth({role: table[role].unify_dictionaries() for role in self.plan.feedback})
        return Piece(table["user"], table["item"], rating, time, block.n_rows, named=named).without_ignored()

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
            missing = _is_missing(texts[role], self._missing)
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
            reason = _no_time(texts["time"], self.plan.names["time"], str(self.plan.time))
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
        data = block.data if keep.all() else b"".join(_slices(block, rows))
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


def _slices(block: Block, rows: Positions) -> Iterator[bytes]:
    bounds = block.bounds
    for row in rows.tolist():
        yield block.data[bounds[row] : bounds[row + 1]]


def unreadable(block: Block, encoding: str, accents: dict[str, int]) -> Iterator[tuple[Positions, str]]:
    """Rows that no reader should see, and why."""
    yield block.broken, "a quote is opened and never closed"
    array = np.frombuffer(block.data, np.uint8)
    lengths = np.diff(block.bounds)
    short = np.flatnonzero(lengths < 64)  # noqa: PLR2004 - blanks alone rarely fill more
    blank = [row for row in short[array[block.starts[short]] <= 32].tolist() if not block.text(row).strip()]  # noqa: PLR2004
    yield np.array(blank, np.int64), "an empty line"
    if TOO_LONG in block.data:
        yield _rows_of(block, _places(block.data, TOO_LONG)), f"a line of more than {MAX_LINE_BYTES >> 20} MB"
    if b"\0" in block.data:
        yield _rows_of(block, np.flatnonzero(array == 0)), "a NUL byte, which no text has"
    if encoding != "utf-8":
        at = _places(block.data, REPLACED) if REPLACED in block.data else np.zeros(0, np.int64)
        yield _rows_of(block, at), f"bytes that are not {encoding}; choose another encoding"
        return
    try:
        block.data.decode()
    except UnicodeDecodeError:
        suspects = np.unique(_rows_of(block, np.flatnonzero(array > 127)))  # noqa: PLR2004 - beyond ASCII
        texts = zip(suspects.tolist(), _slices(block, suspects), strict=True)
        bad = [row for row, text in texts if not _is_utf8(text)]
        accents["other"] += len(bad)
        accents["utf-8"] += len(suspects) - len(bad)
        yield np.array(bad, np.int64), "bytes that are not UTF-8; choose another encoding"


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _places(data: bytes, what: bytes) -> Positions:
    found, at = [], data.find(what)
    while at >= 0:
        found.append(at)
        at = data.find(what, at + len(what))
    return np.array(found, np.int64)


def _rows_of(block: Block, places: Positions) -> Positions:
    return np.unique(np.searchsorted(block.starts, places, side="right") - 1)


def _as_whole(ids: pa.ChunkedArray) -> pa.ChunkedArray:
    """The same ids without the point of whole numbers."""

    def plain(chunk: pa.DictionaryArray) -> pa.DictionaryArray:
        texts = pc.replace_substring_regex(chunk.dictionary, r"^([+-]?\d+)\.0*$", r"\1")
        return pa.DictionaryArray.from_arrays(chunk.indices, texts).cast(pa.string()).dictionary_encode()

    return pa.chunked_array([plain(chunk) for chunk in ids.chunks], DICTIONARY)


def _is_missing(texts: pa.Array, codes: pa.Array) -> npt.NDArray[np.bool_]:
    coded = texts.dictionary_encode()
    trimmed = pc.utf8_trim_whitespace(coded.dictionary)
    missing = pc.is_in(trimmed, value_set=codes).to_numpy(zero_copy_only=False)
    return np.asarray(missing[coded.indices.to_numpy(zero_copy_only=False)], bool)


def _any_missing(column: pa.ChunkedArray, codes: pa.Array) -> bool:
    """Whether an id is missing in dictionary-encoded chunks."""
    return any(
        pc.any(pc.is_in(pc.utf8_trim_whitespace(chunk.dictionary), value_set=codes)).as_py() for chunk in column.chunks
    )


def _typed_rating(table: pa.Table) -> npt.NDArray[np.float32] | None:
    with np.errstate(over="ignore"):
        rating = table["rating"].to_numpy().astype(np.float32)
    return rating if np.isfinite(rating).all() else None


def as_numbers(
    texts: pa.Array, name: str, layout: Layout, scale: dict[str, float] | None = None
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.bool_], pa.Array]:
    """Texts as numbers, which of them are, and the reason against each that is not; `scale` says what words mean."""
    plain = _in_digits(texts, scale) if scale else pc.utf8_trim_whitespace(texts)
    if layout.thousands:
        mark, point = re.escape(layout.thousands), re.escape(layout.decimal)
        grouped = pc.match_substring_regex(plain, rf"^[+-]?\d{{1,3}}({mark}\d{{3}})+({point}\d*)?$")
        plain = pc.if_else(grouped, pc.replace_substring(plain, layout.thousands, ""), plain)
    if layout.decimal == ",":
        plain = pc.replace_substring(plain, ",", ".")
    is_number = pc.match_substring_regex(plain, NUMBER)
    with np.errstate(over="ignore"):
        number = pc.cast(pc.if_else(is_number, plain, "0"), pa.float64()).to_numpy(zero_copy_only=False)
        number = number.astype(np.float32)
    finite = np.isfinite(number)
    tail = pc.if_else(is_number, "' is too large", "' is not a number")
    reason = pc.if_else(pc.equal(plain, ""), f"no {name}", _quoted(name, texts, tail))
    return number, is_number.to_numpy(zero_copy_only=False) & finite, reason


def _in_digits(texts: pa.Array, scale: dict[str, float]) -> pa.Array:
    """Texts with the numbers that words among them mean."""
    coded = texts.dictionary_encode()
    numbers = (number_of(text, scale) for text in coded.dictionary.to_pylist())
    plain = [
        text.strip() if number is None else repr(number)
        for text, number in zip(coded.dictionary.to_pylist(), numbers, strict=True)
    ]
    return pa.array(plain, pa.string()).take(coded.indices)


def _no_time(texts: pa.Array, name: str, kind: str) -> pa.Array:
    tail = "' is not a number of " + times.WRITTEN[kind] if kind in times.EPOCHS else "' is not a date"
    return pc.if_else(pc.equal(pc.utf8_trim_whitespace(texts), ""), f"no {name}", _quoted(name, texts, tail))


def _quoted(name: str, texts: pa.Array, tail: str | pa.Array) -> pa.Array:
    shown = pc.utf8_slice_codeunits(texts, 0, MAX_VALUE_CHARS)
    return pc.binary_join_element_wise(f"{name} '", shown, tail, "")
