"""Dates in which the month is a word: "Sep 13, 2020", "13. September 2020", "Sun Sep 13 10:00:00 +0000 2020"."""

import re
from functools import cache

import pyarrow as pa
import pyarrow.compute as pc

from workbench.data.columns.names import plain
from workbench.data.columns.vocabulary import words_of

# No classes of letters: to count them makes patterns so large that each takes a quarter of a second.
DAY_OF_WEEK = r"^\s*(?:[^\s\d,.]+\.?,?\s+)?"
MONTH = r"([^\s\d,.:/-]+)\.?"
DAY = r"(\d{1,2})(?:st|nd|rd|th|\.)?"
# Ways to write them, and the same as year, month, day and the rest.
ORDERS = (
    (rf"{DAY_OF_WEEK}{MONTH}\s+(\d{{1,2}})\s+([\d:.]+)\s+([+-]\d{{4}}|UTC|GMT)\s+(\d{{4}})\s*$", r"\5 \1 \2 \3 \4"),
    (rf"{DAY_OF_WEEK}{MONTH}[\s-]+{DAY},?[\s-]+(\d{{4}}),?", r"\3 \1 \2"),
    (rf"{DAY_OF_WEEK}{DAY}[\s/-]+(?:de\s+)?{MONTH},?[\s/-]+(?:de\s+)?(\d{{4}}),?", r"\3 \2 \1"),
    (rf"^\s*(\d{{4}})[\s/-]+{MONTH}[\s/-]+{DAY},?", r"\1 \2 \3"),
)
BEGINS = r"^(?P<y>\d{4}) (?P<m>[^\s\d]+) (?P<d>\d{1,2})"
LIKELY = re.compile(r"(?=.*\d{4})(?=.*[^\W\d_]{3}).{8,40}")


def may_have_months(texts: list[str]) -> bool:
    """Whether most texts have a year and a word: a quick look, before a thorough one."""
    return sum(bool(LIKELY.fullmatch(text)) for text in texts) > 0.9 * len(texts)


def in_order(texts: pa.Array) -> pa.Array:
    """Dates as year, month in digits, day and the rest, such as 2020-09-13 10:00; others as they are."""
    for pattern, order in ORDERS:
        texts = pc.replace_substring_regex(texts, pattern, order)
    found = pc.extract_regex(texts, BEGINS)
    words = pc.fill_null(pc.struct_field(found, "m"), "").dictionary_encode()
    months = pa.array([_months().get(plain(word), "") for word in words.dictionary.to_pylist()], pa.string())
    month = months.take(words.indices)
    rest = pc.replace_substring_regex(texts, BEGINS, "")
    date = pc.binary_join_element_wise(pc.struct_field(found, "y"), month, pc.struct_field(found, "d"), "-")
    known = pc.and_(found.is_valid(), pc.not_equal(month, ""))
    return pc.if_else(known, pc.binary_join_element_wise(date, rest, ""), texts)


@cache
def _months() -> dict[str, str]:
    """Names of months and what is cut from them, three letters at least, as long as it tells them apart."""
    found: dict[str, str] = {}
    for names in words_of("months"):
        own: dict[str, set[str]] = {}
        for number, name in enumerate(map(plain, names), 1):
            for end in range(3, len(name) + 1):
                own.setdefault(name[:end], set()).add(f"{number:02}")
        for name, numbers in own.items():
            if len(numbers) == 1:
                found.setdefault(name, numbers.pop())
    return found | {"sept": "09"}
