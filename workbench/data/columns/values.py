"""What the values of a column look like, whatever the column is called."""

import re
from collections import defaultdict
from itertools import pairwise

# Blanks, but not those that Python calls space and `float` does not (the separators of ASCII).
NUMBER = re.compile(r"[^\S\x1c-\x1f]*[+-]?(\d+[.,]?\d*|[.,]\d+)([eE][+-]?\d+)?[^\S\x1c-\x1f]*")
MISSING = ("", "NA", "N/A", "NaN", "nan", "null", "NULL", "Null", "<NA>", r"\N")
# So many values say more than chance does.
ENOUGH = 20
# From so many words on, a value is a text and no title.
WORDS_OF_TEXT = 6


def is_numeric(values: list[str], share: float) -> bool:
    """Whether more than a share are numbers."""
    return sum(bool(NUMBER.fullmatch(value)) for value in values) > share * len(values)


def as_number(value: str) -> float:
    """A text that is a number as one."""
    return float(value.replace(",", "."))


def is_prose(values: list[str]) -> bool:
    """Whether these are titles or sentences, each another, rather than ids."""
    worded = sum(bool(re.search(r"[^\W\d]\s+\S", value)) for value in values)
    return worded > 0.5 * len(values) and len(set(values)) == len(values) > ENOUGH


def is_text(values: list[str]) -> bool:
    """Whether these are sentences, such as comments."""
    there = [value for value in values if value not in MISSING]
    return bool(there) and sum(value.count(" ") >= WORDS_OF_TEXT - 1 for value in there) > 0.5 * len(there)


def counts_up(values: list[str]) -> bool:
    """Whether the column only counts rows."""
    if len(values) < ENOUGH or not all(value.isdecimal() and len(value) < 16 for value in values):  # noqa: PLR2004
        return False
    numbers = [int(value) for value in values]
    return all(b - a == 1 for a, b in pairwise(numbers))


def missing_share(values: list[str]) -> float:
    """Share of values that say that nothing is there."""
    return sum(value.strip() in MISSING for value in values) / max(len(values), 1)


def follows(values: list[str], ids: list[str]) -> bool:
    """Whether a value is that of its id wherever the id stands, so that it tells of the id and not of the row."""
    by_id: dict[str, list[str]] = defaultdict(list)
    for identity, value in zip(ids, values, strict=True):
        by_id[identity].append(value)
    again = [found for found in by_id.values() if len(found) > 1]
    return (
        sum(map(len, again)) >= ENOUGH
        and len(again) < len(values) / 2
        and len(set(values)) > 1
        and all(len(set(found)) == 1 for found in again)
    )
