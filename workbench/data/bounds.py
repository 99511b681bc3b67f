"""Arrays of interactions that come from disk are what compiled loops believe them to be, or are refused.

A compiled loop reads memory at the places that an array names: an item that does not exist is a crash, not an error. So
each column is looked through before anything else sees it.
"""

from collections.abc import Iterator, Mapping, Sized

import numpy as np

Array = np.ndarray
BATCH_ROWS = 1 << 18  # a piece that the processor has at hand
TYPES = {
    "user": np.int32,
    "item": np.int32,
    "rating": np.float32,
    "time": np.int64,
    "part": np.int8,
    "weight": np.float32,
}
PARTS = 3
# The years 1 to 9999, which is what a calendar knows, in milliseconds since 1970.
FIRST_TIME, LAST_TIME = -62_135_596_800_000, 253_402_300_799_999


def check_columns(columns: Mapping[str, Array]) -> None:
    """Raise ValueError where a column has another type, shape or length than it must have."""
    n = len(columns["user"]) if columns["user"].ndim else 0
    for name, column in columns.items():
        if column.dtype != TYPES[name] or column.ndim != 1 or not column.flags.c_contiguous:
            raise ValueError(f"{name}.npy holds {column.dtype} of the shape {column.shape}")
        if len(column) != n:
            raise ValueError("its columns differ in length")


def check_values(columns: Mapping[str, Array], n_users: int, n_items: int) -> None:
    """Raise ValueError where a value of a column is out of its bounds, or users do not rise."""
    bounds = {"item": (0, n_items - 1), "part": (0, PARTS - 1), "time": (FIRST_TIME, LAST_TIME)}
    last = 0
    for piece in _pieces(columns["user"]):
        if piece[0] < last or (piece[1:] < piece[:-1]).any():
            raise ValueError("user.npy is not in the order of the users")
        last = int(piece[-1])
    if last >= n_users:
        raise ValueError(f"user.npy names user {last} of {n_users}")
    for name, (low, high) in bounds.items():
        for piece in _pieces(columns.get(name)):
            least, most = int(piece.min()), int(piece.max())
            if least < low or most > high:
                raise ValueError(f"{name}.npy holds {least if least < low else most}, beyond {low} to {high}")
    for name in ("rating", "weight"):
        for piece in _pieces(columns.get(name)):
            if not (np.isfinite(piece.min()) and np.isfinite(piece.max())):  # NaN is the least and the most of any
                raise ValueError(f"{name}.npy holds what is no number")


def check_lengths(n: int, written: int, *sides: tuple[Sized | None, int]) -> None:
    """Raise ValueError where there are not as many interactions, items and users as there should be."""
    if n != written:
        raise ValueError("its columns differ in length from what is written of them")
    if any(len(side) != number for side, number in sides if side is not None):
        raise ValueError("what is known of items or users differs in length")


def check_ids(ids: Mapping[str, Array | object]) -> None:
    """Raise ValueError where ids are no texts, or one is missing."""
    import pyarrow as pa

    for name, column in ids.items():
        kind = getattr(column, "type", None)
        if kind is None or not (pa.types.is_string(kind) or pa.types.is_large_string(kind)):
            raise ValueError(f"{name}.arrow holds no texts")
        if getattr(column, "null_count", 0):
            raise ValueError(f"{name}.arrow lacks some ids")


def _pieces(column: Array | None) -> Iterator[Array]:
    for start in range(0, 0 if column is None else len(column), BATCH_ROWS):
        yield np.asarray(column[start : start + BATCH_ROWS])  # type: ignore[index]
