"""The rows where a mask holds, of several columns at once: what filters and splits do most."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

Array = np.ndarray
COMPILED_FROM_ROWS = 2_000_000
"""Rows from which on loading the compiler costs less than it saves."""
THREADS = 2


def picked(columns: Sequence[Array | None], mask: Array) -> list[Any]:
    """Values of each column where `mask` (bool (n,)) holds, in order; None stays None."""
    if len(mask) < COMPILED_FROM_ROWS:
        return [None if column is None else column[mask] for column in columns]
    chosen, n = _plain(mask), int(np.count_nonzero(mask))
    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(lambda column: None if column is None else _picked(column, chosen, n), columns))


def _picked(column: Array, chosen: Array, n: int) -> Array:
    from workbench.data.kernels.masks import picked as compiled

    found = np.empty(n + 1, f"u{column.itemsize}")
    compiled(chosen, _plain(column), found)
    return found[:n].view(column.dtype)


def _plain(column: Array) -> Array:
    """The same bytes as unsigned numbers that nobody writes to: so the loop is compiled once for each size of a value."""
    plain = np.ascontiguousarray(column).view(f"u{column.itemsize}")
    plain.flags.writeable = False
    return plain
