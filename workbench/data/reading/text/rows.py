r"""Text is cut into rows: blocks that end where a row ends, and where in a block each row begins.

Most blocks hold no quote, and a row is a line. Where quotes stand, a line end inside them belongs to the field, and stays
as it is; quotes that are never closed must not swallow the rest of the file. A line ends at ``\n``, ``\r\n`` or ``\r``.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt

Positions = npt.NDArray[np.int64]

QUOTE, NEWLINE, RETURN, BLANK = 34, 10, 13, 32
# A quoted field longer than this is a quote that someone forgot to close.
MAX_FIELD_BYTES = 1 << 20
MAX_LINE_BYTES = 16 << 20
# What stands at the end of a line of which the rest is left out.
TOO_LONG = "…\x1d".encode()
SHOWN_BYTES = 1024


@dataclass(frozen=True)
class Block:
    """Some whole rows of a file.

    Attributes
    ----------
    data : bytes
        UTF-8; the last byte is a line end.
    first_line : int
        Line of the file at which the first row begins, from 1.
    quoted : bool
        Whether quotes were looked at in cutting it, so that a row may be several lines.
    broken : int64 (n,)
        Rows with a quote that is never closed.
    _starts, _lines : int64 (n_rows,)
        Where each row begins in `data`, and on which line of the file; None where each line is a row.
    """

    data: bytes
    first_line: int
    quoted: bool = False
    _starts: Positions | None = None
    broken: Positions = field(default_factory=lambda: np.zeros(0, np.int64))
    _lines: Positions | None = None

    @cached_property
    def line_ends(self) -> Positions:
        """Where each line ends in `data`, int64 (n_lines,)."""
        return np.flatnonzero(np.frombuffer(self.data, np.uint8) == NEWLINE)

    @cached_property
    def starts(self) -> Positions:
        """Where each row begins in `data`, int64 (n_rows,)."""
        if self._starts is not None:
            return self._starts
        return np.concatenate([[0], self.line_ends[:-1] + 1]).astype(np.int64)

    @property
    def n_rows(self) -> int:
        """Number of rows."""
        return len(self._starts) if self._starts is not None else self.n_lines

    @cached_property
    def n_lines(self) -> int:
        """Number of lines."""
        return int(np.count_nonzero(np.frombuffer(self.data, np.uint8) == NEWLINE))

    @cached_property
    def bounds(self) -> Positions:
        """Where rows begin, and the end of the last, int64 (n_rows + 1,)."""
        return np.append(self.starts, len(self.data))

    def lines(self, rows: Positions) -> Positions:
        """Line of the file at which each of these rows begins, int64 (len(rows),)."""
        if self._lines is not None:
            return self._lines[rows]
        return self.first_line + np.searchsorted(self.line_ends, self.starts[rows])

    def text(self, row: int) -> str:
        """A row as text, without its line end."""
        return self.data[self.bounds[row] : self.bounds[row + 1]].decode(errors="replace").rstrip("\n")

    def after(self, rows: int) -> "Block":
        """This block without its first rows."""
        rows = min(rows, self.n_rows)
        at = int(self.bounds[rows])
        line = self.first_line + self.data.count(b"\n", 0, at)
        starts = None if self._starts is None else self._starts[rows:] - at
        lines = None if self._lines is None else self._lines[rows:]
        return Block(self.data[at:], line, self.quoted, starts, self.broken[self.broken >= rows] - rows, lines)

    def only(self, rows: Positions) -> "Block":
        """A block of these rows alone, which know their lines."""
        bounds = self.bounds
        pieces = [self.data[a:b] for a, b in zip(bounds[rows], bounds[rows + 1], strict=True)]
        starts = np.cumsum([0, *map(len, pieces)])[:-1].astype(np.int64)
        broken = np.flatnonzero(np.isin(rows, self.broken))
        return Block(b"".join(pieces), self.first_line, self.quoted, starts, broken, self.lines(rows))

    def numbered(self, first: int) -> "Block":
        """The same rows, their numbers from `first` in place of lines: a sheet has rows, whatever its cells hold."""
        numbers = np.arange(first, first + self.n_rows, dtype=np.int64)
        return Block(self.data, self.first_line, self.quoted, self.starts, self.broken, numbers)


def blocks(chunks: Iterator[bytes], delimiter: str, *, quotes: bool) -> Iterator[Block]:
    """Cut text into blocks of whole rows; empty lines at the end of the file are left out.

    Raises
    ------
    WorkbenchError
        If a line is so long that this cannot be a table.
    """
    rest, line, is_skipping = b"", 1, False
    for piece in chunks:
        chunk = piece
        if is_skipping:
            line_end = re.search(rb"[\r\n]", chunk)
            if line_end is None:
                continue
            chunk, is_skipping = chunk[line_end.start() :], False
        text = rest + chunk if rest else chunk
        data = unified(text)
        block = _cut(data, line, delimiter, quotes=quotes, final=False)
        # Empty lines wait for what follows: at the end of the file they are no rows.
        end = _without_empty_end(block.data)
        if end < len(block.data):
            block = _cut(data[:end], line, delimiter, quotes=quotes, final=False)
        rest = _rest(text, data, block)
        if block.data:
            yield _with_returns(block, text)
        line += block.n_lines
        if len(rest) > MAX_LINE_BYTES:  # it is refused by its mark, and the rest of it never held
            rest, is_skipping = rest[:SHOWN_BYTES].replace(b'"', b"'") + TOO_LONG, True
    if rest.strip(b" \t\r\n"):
        data = unified(rest) + b"\n"
        yield _with_returns(_cut(data[: _without_empty_end(data)], line, delimiter, quotes=quotes, final=True), rest)


def unified(text: bytes) -> bytes:
    r"""The text with ``\n`` at the end of lines."""
    return text.replace(b"\r\n", b"\n").replace(b"\r", b"\n") if b"\r" in text else text


def _rest(text: bytes, data: bytes, block: Block) -> bytes:
    """The text, as it came, behind a block that was cut from its unified `data`."""
    rest = data[len(block.data) :]
    if b"\r" not in text or b'"' not in rest:  # no field of several lines begins in it
        return rest
    return text[_line_ends(text)[block.n_lines - 1] + 1 :] if block.n_lines else text


def _line_ends(text: bytes) -> Positions:
    """Where each line ends, at its last byte, whatever it ends with; int64 (n_lines,)."""
    array = np.frombuffer(text, np.uint8)
    is_end = array == NEWLINE
    alone = array == RETURN
    alone[:-1] &= ~is_end[1:]
    return np.flatnonzero(is_end | alone)


def _with_returns(block: Block, text: bytes) -> Block:
    """The block with the line ends inside its fields as they stand in the `text` that it was cut from."""
    if not block.quoted or b"\r" not in text or block.n_lines == block.n_rows:
        return block
    inner = np.flatnonzero(~np.isin(block.line_ends, block.bounds[1:] - 1))
    array, ends = np.frombuffer(text, np.uint8), _line_ends(text)[inner]
    both = (array[ends] == NEWLINE) & (ends > 0) & (array[ends - 1] == RETURN)
    pieces, done = [], 0
    for at, end, two in zip(block.line_ends[inner].tolist(), ends.tolist(), both.tolist(), strict=True):
        pieces += [block.data[done:at], text[end - two : end + 1]]
        done = at + 1
    starts = block.starts + np.searchsorted(block.line_ends[inner[both]], block.starts)
    data = b"".join([*pieces, block.data[done:]])
    return Block(data, block.first_line, block.quoted, starts, block.broken, block.lines(np.arange(block.n_rows)))


def _without_empty_end(data: bytes) -> int:
    """Where the last line ends that is not empty."""
    if len(data) > 1 and data[-1] == NEWLINE and data[-2] > BLANK:
        return len(data)  # most end like this, and `rstrip` would copy them
    full = len(data.rstrip(b" \t\n"))
    return data.find(b"\n", full) + 1 if full else 0


def _cut(data: bytes, line: int, delimiter: str, *, quotes: bool, final: bool) -> Block:
    """The whole rows that `data` begins with."""
    if not (quotes and b'"' in data and b"\n" in data):
        return Block(data[: data.rfind(b"\n") + 1], line)
    cut = _well_formed(data, delimiter)
    if cut is not None:
        starts, end = cut
        longest = np.diff(starts, append=len(data)).max(initial=0) if end else len(data)
        if longest < MAX_FIELD_BYTES and (end == len(data) or not final):
            return Block(data[:end], line, quoted=True, _starts=starts)
    starts, end, broken = _tolerant(data, delimiter, final=final)
    return Block(data[:end], line, quoted=True, _starts=starts, broken=broken)


def _well_formed(data: bytes, delimiter: str) -> tuple[Positions, int] | None:
    """Row starts and the end of the last row, if each quote opens or closes a whole field; else None."""
    array = np.frombuffer(data, np.uint8)
    quotes = np.flatnonzero(array == QUOTE)
    edges = np.array([ord(delimiter), NEWLINE, QUOTE], np.uint8)
    opening, closing = quotes[0::2], quotes[1::2]
    before = array[opening[opening > 0] - 1]
    after = array[closing[closing < len(data) - 1] + 1]
    if not (np.isin(before, edges).all() and np.isin(after, edges).all()):
        return None
    newlines = np.flatnonzero(array == NEWLINE)
    ends = newlines[np.searchsorted(quotes, newlines) % 2 == 0]
    if not len(ends):
        return np.zeros(0, np.int64), 0
    return np.concatenate([[0], ends[:-1] + 1]).astype(np.int64), int(ends[-1]) + 1


def _tolerant(data: bytes, delimiter: str, *, final: bool) -> tuple[Positions, int, Positions]:
    """Row starts, the end of the last row, and the broken rows, where quotes stand anywhere.

    A quote opens a field only where the field begins; elsewhere it is a letter, as in the other readers people use. Unlike
    them, a field of several lines must also end at its closing quote: else two quotes that nobody closed would take the
    rows between them for one.
    """
    d = re.escape(delimiter.encode())
    lines = rb'"[^"]*+(?:""[^"]*+)*+"(?=%b|\n)' % d
    line = rb'"[^"\n]*+(?:""[^"\n]*+)*+"[^%b\n]*+' % d
    one = rb'(?:%b|%b|(?!")[^%b\n]*+)' % (lines, line, d)
    row = re.compile(one + rb"(?:%b%b)*+\n" % (d, one))
    starts: list[int] = []
    broken: list[int] = []
    at = 0
    while at < len(data):
        found = row.match(data, at)
        end = found.end() if found else -1
        if end < 0 or end - at > MAX_FIELD_BYTES:
            if not final and end < 0 and len(data) - at < MAX_FIELD_BYTES:
                break  # the closing quote may be in the next chunk
            end = data.find(b"\n", at) + 1
            if not end:
                break
            broken.append(len(starts))
        starts.append(at)
        at = end
    return np.array(starts, np.int64), at, np.array(broken, np.int64)
