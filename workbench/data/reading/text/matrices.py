"""Whether rows of fields are a matrix of users and items, and what stands in its gaps."""

import re
from collections import Counter
from typing import Any

from workbench.data.columns.names import NAMES, is_known, likeness
from workbench.data.reading.text.fields import NUMBER

WIDE_COLUMNS = 20
EMPTY_CELLS = ("", "NA", "N/A", "NaN", "nan", "null", "NULL", "?", "-")
CORNERS = ("", "Unnamed: 0")
FEWEST_ITEMS = 3
# From this share of all cells on, zeros are no ratings.
SPARSE_SHARE = 0.5


def matrix_of(names: list[str], rows: list[list[str]], *, asked: bool = False) -> dict[str, Any]:
    """Fields of `Layout` that a matrix needs; empty where the rows are none and nobody has `asked` for one.

    Parameters
    ----------
    names
        The header; empty where there is none.
    """
    width = len(rows[0]) if rows else 0
    if not asked and (
        any(is_known(name) for name in names[1:]) or (width < WIDE_COLUMNS and not _has_corner(names, rows))
    ):
        return {}
    body = [row[1:] for row in rows]
    cells = [cell.strip() for row in body for cell in row]
    filled = [cell for cell in cells if cell not in EMPTY_CELLS]
    if not asked and not _looks_like_ratings(cells, filled):
        return {}
    missing = _missing(cells, filled)
    return {"missing": missing, "first": _first(names, rows, missing)}


def _has_corner(names: list[str], rows: list[list[str]]) -> bool:
    """Whether the first cell is empty, users stand below it and items beside it, as programs write a matrix."""
    if len(names) < FEWEST_ITEMS + 1 or names[0].strip() not in CORNERS or not all(name.strip() for name in names[1:]):
        return False
    users = [row[0].strip() for row in rows]
    body = [cell.strip() for row in rows for cell in row[1:]]
    filled = [cell for cell in body if cell not in EMPTY_CELLS]
    # A table with row numbers has no gaps in most of its columns, and columns that are each of another kind.
    return len(set(users)) == len(users) and len(filled) < len(body) and _few_levels(filled)


def _looks_like_ratings(cells: list[str], filled: list[str]) -> bool:
    if not filled or sum(bool(NUMBER.fullmatch(cell)) for cell in filled) < 0.95 * len(filled):
        return False
    # Else they are features of items or users, each measured for all.
    return _apart(filled) is not None or len(filled) < len(cells) or _few_levels(filled)


def _few_levels(filled: list[str]) -> bool:
    return len(set(filled)) <= WIDE_COLUMNS and all(re.fullmatch(r"-?\d{1,2}(\.[05]0*)?", cell) for cell in set(filled))


def _missing(cells: list[str], filled: list[str]) -> str:
    code = _apart(filled)
    if code is not None:
        return code
    zeros = next((cell for cell in set(filled) if _is(cell, 0.0)), None)
    if zeros is not None and filled.count(zeros) > SPARSE_SHARE * len(cells):
        return zeros
    odd = Counter(cell for cell in cells if cell in ("?", "-"))
    return odd.most_common(1)[0][0] if odd else ""


def _apart(filled: list[str]) -> str | None:
    """A value far beyond all others, or below ratings that are all positive: such as 99 or -1."""
    values = {cell: float(cell.replace(",", ".")) for cell in set(filled) if NUMBER.fullmatch(cell)}
    if not values:
        return None
    high, low = max(values, key=values.__getitem__), min(values, key=values.__getitem__)
    for code, others in ((high, [v for v in values.values() if v != values[high]]),
                         (low, [v for v in values.values() if v != values[low]])):  # fmt: skip
        if not others:
            continue
        value, whole = values[code], float(values[code]).is_integer()
        far = abs(value) > 3 * max(abs(v) for v in others) and abs(value) in (99, 999, 9999)
        below = value == -1 and min(others) >= 0
        if whole and (far or below):
            return str(int(value))
    return None


def _first(names: list[str], rows: list[list[str]], missing: str) -> str:
    """What the first column is."""
    ids = [row[0].strip() for row in rows]
    if names and (not names[0].strip() or likeness(names[0], NAMES["user"]) > 0):
        return "user"
    if not all(NUMBER.fullmatch(text) for text in ids):
        return "user"
    gap = {missing, *EMPTY_CELLS}
    code = float(missing) if NUMBER.fullmatch(missing) else None
    counts = [sum(not (c.strip() in gap or _is(c, code)) for c in row[1:]) for row in rows]
    if all(_is(text, float(n)) for text, n in zip(ids, counts, strict=True)):
        return "count"
    counting = all(text.isdecimal() for text in ids) and len(set(ids)) == len(ids) > 1
    return "user" if counting and max(map(int, ids)) >= len(ids) - 1 else "cell"


def _is(text: str, number: float | None) -> bool:
    return number is not None and NUMBER.fullmatch(text) is not None and float(text.replace(",", ".")) == number
