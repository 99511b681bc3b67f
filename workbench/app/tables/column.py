"""Columns of a table: what their cells say, what sorts them, and what is drawn for a row."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
from PySide6.QtCore import Qt

FRACTION = int(Qt.ItemDataRole.UserRole)
"""Role of the length of a bar, 0 to 1."""
SERIES = FRACTION + 1
"""Role of the number of a series, for a coloured dot before the text."""
NEVER = 2**63 - 1
"""Stands for no moment among moments."""


@dataclass
class Column:
    """One column; use `numbers`, `texts`, `times` or `bars` to make the usual ones.

    Attributes
    ----------
    title : str
    texts : callable
        Rows (int array) to a list of str: what the cells say.
    keys : callable or None
        No argument, to an array that sorts the column; None where it cannot be sorted.
    full : callable or None
        One row to the text shown on hover; None: what the cell says.
    right : bool
        Right-aligned, as numbers are.
    extra : dict
        Role (`FRACTION`, `SERIES`) to a function of one row.
    """

    title: str
    texts: Callable[[np.ndarray], list[str]]
    keys: Callable[[], Any] | None = None
    full: Callable[[int], str] | None = None
    right: bool = False
    tip: str = ""
    extra: dict[int, Callable[[int], Any]] | None = None


def numbers(title: str, values: Any, digits: int | None = None, unit: str = "", tip: str = "") -> Column:
    """A column of numbers: `digits` after the point (None: whole numbers with separators); NaN is left empty."""
    array = np.asarray(values)
    pattern = "{:,}" if digits is None else f"{{:,.{digits}f}}"
    whole = array.dtype.kind in "iub"

    def text(value: Any) -> str:
        if value is None or value != value:  # noqa: PLR0124 - NaN
            return ""
        return pattern.format(value if not (digits is None and not whole) else round(value)) + unit

    def full(row: int) -> str:
        value = array[row].item()
        return "" if value != value else f"{value!r}{unit}"  # noqa: PLR0124 - NaN

    return Column(title, lambda rows: [text(v) for v in array[rows].tolist()], lambda: array, full, right=True, tip=tip)


def texts(title: str, values: Any, tip: str = "") -> Column:
    """A column of texts: a list, a numpy array, or an Arrow array of strings (read a window at a time)."""
    if hasattr(values, "take") and not isinstance(values, np.ndarray):
        import pyarrow as pa

        take = lambda rows: ["" if v is None else v for v in values.take(pa.array(rows)).to_pylist()]  # noqa: E731
    else:
        take = lambda rows: ["" if values[r] is None else str(values[r]) for r in rows.tolist()]  # noqa: E731
    return Column(title, take, lambda: values, tip=tip)


def times(title: str, milliseconds: Any, tip: str = "", never: str = "–") -> Column:
    """A column of moments, milliseconds since 1970 UTC: the day in the cell, the second on hover.

    None is no moment: `never` stands there, and after all others when it is sorted.
    """
    array = np.array([NEVER if value is None else value for value in milliseconds], np.int64)

    def moment(value: int, pattern: str) -> str:
        if value == NEVER:
            return never
        try:
            return datetime.fromtimestamp(value / 1000, UTC).strftime(pattern)
        except (OverflowError, OSError, ValueError):
            return str(value)

    def cells(rows: np.ndarray) -> list[str]:
        return [moment(v, "%d %b %Y") for v in array[rows].tolist()]

    return Column(title, cells, lambda: array, lambda row: moment(int(array[row]), "%Y-%m-%d %H:%M:%S UTC"), tip=tip)


def bars(title: str, values: Any, digits: int = 3, tip: str = "") -> Column:
    """A column of scores drawn as bars, longest for the largest; a delegate of the view draws its `FRACTION`."""
    array = np.nan_to_num(np.asarray(values, dtype=float))
    low, high = (min(0.0, float(array.min())), float(array.max())) if len(array) else (0.0, 1.0)
    span = (high - low) or 1.0
    column = numbers(title, values, digits, tip=tip)
    column.extra = {FRACTION: lambda row: float((array[row] - low) / span)}
    return column
