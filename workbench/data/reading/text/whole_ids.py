"""Ids that are whole numbers, read as numbers: twice as fast as texts, where each text comes out again exactly.

A number says how it was written if it was written in the usual way: in digits, without leading zeros, signs and blanks. Any
other way to write it is longer. So all fields of a column were written in the usual way if their bytes are, in all, as many
as the digits of the numbers.
"""

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

USUAL = r"^(0|[1-9][0-9]{0,17})$"
SAMPLE_BYTES = 32 << 10
# From here on a number in base 16, which Arrow reads as well ("0xE8D4A51000"), can be as short as in base 10.
LEAST_AS_LONG_IN_BASE_16 = 10**11
NEWLINE = 10

Numbers = npt.NDArray[np.int64]


def sample_of(data: bytes) -> bytes:
    """The first lines of a block."""
    return data[: data.find(b"\n", min(SAMPLE_BYTES, len(data) - 1)) + 1]


def is_usual(texts: pa.ChunkedArray) -> bool:
    """Whether all of these are whole numbers written in the usual way."""
    return bool(pc.all(pc.match_substring_regex(texts, USUAL), min_count=0).as_py())


def as_written(columns: dict[int, Numbers], data: bytes, delimiter: bytes, width: int) -> bool:
    """Whether the numbers of some columns were all written in the usual way.

    Parameters
    ----------
    columns : dict of position to int64 (n_rows,)
        What was read, by its column.
    data
        Whole lines without quotes, of which it was read.
    width
        Columns that a line has.
    """
    array = np.frombuffer(data, np.uint8)
    ends = np.flatnonzero((array == delimiter[0]) | (array == NEWLINE))
    n_rows = len(next(iter(columns.values())))
    if len(ends) != n_rows * width or not n_rows:
        return False
    bounds = ends.reshape(n_rows, width)
    for at, numbers in columns.items():
        begin = int(bounds[:, at - 1].sum()) if at else int(bounds[:-1, -1].sum()) - 1
        n_bytes = int(bounds[:, at].sum()) - begin - n_rows
        if n_bytes != _digits(numbers):
            return False
        if numbers.max() >= LEAST_AS_LONG_IN_BASE_16 and (b"x" in data or b"X" in data):
            return False
    return True


def _digits(numbers: Numbers) -> int:
    """Digits of all numbers together; -1 where one is below 0."""
    least, most = int(numbers.min()), int(numbers.max())
    if least < 0:
        return -1
    always = len(str(least))
    found = always * len(numbers)
    for power in range(always, len(str(most))):
        found += int(np.count_nonzero(numbers >= 10**power))
    return found
