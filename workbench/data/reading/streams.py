"""A file of any kind as blocks of rows: what every reader of rows begins with."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

import numpy as np

from workbench.data.reading.formats import TYPED, Format
from workbench.data.reading.rows import Block, blocks
from workbench.data.reading.sources import Source, opened
from workbench.data.reading.tabular import Typed, opened_typed


def open_text(path: Path, layout: Format) -> AbstractContextManager[Source | Typed]:
    """Open a file of any kind for reading as text.

    Raises
    ------
    WorkbenchError
        If it cannot be opened, unpacked or decoded, or has no such sheet or table.
    """
    if layout.kind in TYPED:
        return opened_typed(path, layout)
    return opened(path, layout.encoding, layout.compression, layout.member)


class Text(Protocol):
    """Something that gives text in pieces."""

    def chunks(self, size: int = ...) -> Iterator[bytes]:
        """UTF-8 text, cut anywhere."""


def row_blocks(source: Text, layout: Format) -> Iterator[Block]:
    """Blocks of the rows below the header, comments left out; perhaps without any row."""
    quotes = layout.quotes and len(layout.delimiter) == 1
    every = blocks(source.chunks(), layout.delimiter, quotes=quotes)
    if layout.kind in TYPED:
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


def _without_header(every: Iterator[Block], layout: Format) -> Iterator[Block]:
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
