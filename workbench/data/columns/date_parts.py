"""Dates whose year, month and day stand in three columns."""

from collections.abc import Callable

from workbench.data.columns.names import plain
from workbench.data.columns.vocabulary import words_of

# Years that are likely, and how many months and days there are.
RANGES = {"year": (1980, 2070), "month": (1, 12), "day": (1, 31)}


def date_parts(names: list[str], values_of: Callable[[int], list[str]]) -> dict[str, int] | None:
    """Positions of the columns of year, month and day; None where a file has not all three.

    Parameters
    ----------
    values_of
        The values of the column at a position; asked of few.
    """
    found: dict[str, int] = {}
    for part, (low, high) in RANGES.items():
        known = {plain(word) for words in words_of(f"{part}_of_date") for word in words}
        at = next(
            (at for at, name in enumerate(names) if plain(name) in known and _within(values_of(at), low, high)), None
        )
        if at is None:
            return None
        found[part] = at
    return found


def _within(values: list[str], low: int, high: int) -> bool:
    there = [value.strip() for value in values if value.strip()]
    return bool(there) and all(value.isdecimal() and low <= int(value[:5]) <= high for value in there)
