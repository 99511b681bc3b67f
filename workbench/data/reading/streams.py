"""A file of any format as blocks of rows: what every reader of rows begins with."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import numpy as np

from workbench.data.reading.archives import member_of
from workbench.data.reading.formats import format_of
from workbench.data.reading.formats.base.file_format import Text
from workbench.data.reading.text.layout import Layout
from workbench.data.reading.text.rows import Block, blocks
from workbench.data.reading.text.source_file import SourceFile, look_at


def open_text(path: Path | SourceFile, layout: Layout) -> AbstractContextManager[Text]:
    """Open a file of any format for reading as text.

    Raises
    ------
    WorkbenchError
        If it cannot be opened, unpacked or decoded, or has no such sheet or table.
    """
    file = look_at(path)
    if layout.compression == "zip":
        layout = layout.model_copy(update={"member": member_of(file, layout.member)})
    return format_of(layout).open(file, layout)


class Beginning:
    """The whole lines at the beginning of an open file, read as if they were all of it.

    Attributes
    ----------
    is_whole : bool
        Once they are read: whether there is nothing behind them.
    """

    def __init__(self, source: Text, size: int = 1 << 20) -> None:
        self._source, self._size = source, size
        self.is_whole = True

    def fraction(self) -> float:
        """Share of the file's bytes read so far, 0 to 1."""
        return self._source.fraction()

    def chunks(self, size: int = 0) -> Iterator[bytes]:
        """The first text; its last line is left out where it may be cut."""
        held = b""
        for piece in self._source.chunks(self._size):
            held += piece
            if len(held) >= self._size:
                self.is_whole = False
                held = held[: max(held.rfind(b"\n"), held.rfind(b"\r")) + 1]
                break
        yield held


def row_blocks(source: Text, layout: Layout) -> Iterator[Block]:
    """Blocks of the rows below the header, comments left out; perhaps without any row."""
    quotes = layout.quotes and len(layout.delimiter) == 1
    every = blocks(source.chunks(), layout.delimiter, quotes=quotes)
    if not format_of(layout).is_text:
        every = _numbered(every)
    if layout.comment:
        every = (_without_comments(block, layout.comment) for block in every)
    return _without_header(every, layout)


def _numbered(every: Iterator[Block]) -> Iterator[Block]:
    first = 1
    for block in every:
        yield block.numbered(first)
        first += block.n_rows


def _without_comments(block: Block, mark: str) -> Block:
    begins = mark.encode()
    if begins not in block.data:
        return block
    starts, data = block.starts, block.data
    rows = [row for row, at in enumerate(starts.tolist()) if not data.startswith(begins, at)]
    return block if len(rows) == len(starts) else block.only(np.array(rows, np.int64))


def _without_header(every: Iterator[Block], layout: Layout) -> Iterator[Block]:
    """Blocks without the rows that name the columns, and the empty lines above them."""
    left = 1 + layout.skip if layout.header else 0
    for given in every:
        block = given
        if left:
            lead = len(block.data) - len(block.data.lstrip(b"\n"))
            block = block.after(lead if left == 1 + layout.skip else 0)
            had = block.n_rows
            block = block.after(left)
            left -= min(left, had)
        yield block
