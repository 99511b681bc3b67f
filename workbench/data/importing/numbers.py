"""Ids that are numbers become dense indices, looked up at the place that the number says."""

import numpy as np
import pyarrow as pa

from workbench.data.interactions import Array

# Places of the table: at least, and for each row that was read.
LEAST_PLACES, PLACES_EACH = 4 << 20, 16


class NumberTable:
    """Numbers from 0 on get the numbers 0, 1, 2 … in the order in which they first appear."""

    def __init__(self) -> None:
        self._index = np.full(0, -1, np.int32)
        self._known: list[Array] = []
        self._rows = self._n = 0

    def has_room(self, numbers: Array) -> bool:
        """Whether a table with a place for each number up to the largest is not much larger than the rows so far."""
        return int(numbers.max(initial=0)) < max(LEAST_PLACES, PLACES_EACH * (self._rows + len(numbers)))

    def index_of(self, numbers: Array) -> Array:
        """The index of each, int32 (n,)."""
        self._rows += len(numbers)
        self._grow(int(numbers.max(initial=0)))
        found = np.take(self._index, numbers)
        new = np.flatnonzero(found < 0)
        if len(new):
            values = numbers[new]
            each, first = np.unique(values, return_index=True)
            fresh = each[np.argsort(first)]
            self._index[fresh] = np.arange(self._n, self._n + len(fresh), dtype=np.int32)
            self._known.append(fresh)
            self._n += len(fresh)
            found[new] = self._index[values]
        return found

    def _grow(self, most: int) -> None:
        if most >= len(self._index):
            grown = np.full(1 << most.bit_length(), -1, np.int32)
            grown[: len(self._index)] = self._index
            self._index = grown

    def texts(self) -> pa.Array:
        """All numbers so far in digits, by their index."""
        return pa.array(np.concatenate([np.zeros(0, np.int64), *self._known])).cast(pa.string())


def as_texts(numbers: Array) -> pa.ChunkedArray:
    """Numbers as a dictionary of their digits."""
    coded = pa.array(numbers).dictionary_encode()
    return pa.chunked_array([pa.DictionaryArray.from_arrays(coded.indices, coded.dictionary.cast(pa.string()))])
