"""Rows of a block that no reader should see: empty, unended, too long, or in another encoding."""

from collections.abc import Iterator

import numpy as np

from workbench.data.reading.text.rows import MAX_LINE_BYTES, TOO_LONG, Block, Positions
from workbench.data.reading.text.text_source import REPLACED


def row_bytes(block: Block, rows: Positions) -> Iterator[bytes]:
    """Each of these rows as it stands in the file."""
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
        texts = zip(suspects.tolist(), row_bytes(block, suspects), strict=True)
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
