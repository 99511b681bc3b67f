"""Times in the ways people write them become milliseconds since 1970, UTC.

How a column is written is decided once for the whole column: a number that is seconds in one row and milliseconds in the
next would be silent garbage.
"""

import re
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from workbench.data.columns.months import in_order, may_have_months

Milliseconds = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

# Milliseconds in one unit of each way to count from 1970.
EPOCHS = {"s": 1000.0, "ms": 1.0, "us": 1e-3, "ns": 1e-6}
# Those in which a whole number is a whole number of milliseconds.
WHOLE = {"s": 1000, "ms": 1}
WRITTEN = {
    **{unit: f"{word} since 1970" for unit, word in zip(EPOCHS, ("seconds", "milliseconds", "microseconds", "nanoseconds"),
                                                      strict=True)},
    "iso": "year-month-day", "ymd": "YYYYMMDD", "dmy": "day/month/year", "mdy": "month/day/year",
    "yy": "year/month/day, the year in two digits", "md": "MMDD, without a year",
    "words": "day, month in words, year", "parts": "year, month and day in three columns",
}  # fmt: skip
# Those that no number looks like.
DATED = ("iso", "dmy", "mdy", "yy", "words")
CLOCK = (
    r"(?:[T ]+(?P<h>\d{1,2}):(?P<min>\d{2})(?::(?P<s>\d{2})(?:[.,](?P<f>\d{1,9}))?)?"
    r" *(?P<half>[AaPp]\.?[Mm]\.?)? *(?P<z>Z|UTC|GMT|[+-]\d{2}:?\d{2})?)?\s*$"
)
DAY_MS = 86_400_000
# A year of two digits has no blanks before it, and begins with 20 up to here.
SHORT_YEAR = r"(?:[-/.](?P<short>\d{2})|(?:[-/. ]|, *)(?P<y>\d{4}))"
LAST_SHORT = 69
PATTERNS = {
    "iso": r"^\s*(?P<y>\d{4})[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})" + CLOCK,
    "ymd": r"^\s*(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})" + CLOCK,
    "dmy": r"^\s*(?P<d>\d{1,2})[-/. ](?P<m>\d{1,2})" + SHORT_YEAR + CLOCK,
    "mdy": r"^\s*(?P<m>\d{1,2})[-/. ](?P<d>\d{1,2})" + SHORT_YEAR + CLOCK,
    "yy": r"^\s*(?P<short>\d{2})[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})" + CLOCK,
    "md": r"^\s*(?P<m>\d{1,2})(?P<d>\d{2})" + CLOCK,
}
# Days of no year fall into this one, which has a 29 February.
NO_YEAR = 2000
MONTH_AND_DAY = re.compile(r"(0?[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])")
FEWEST_DAYS = 10
PATTERNS["words"] = PATTERNS["parts"] = PATTERNS["iso"]  # once the month is in digits, the parts together
# Blanks, but not those that Python calls space and `float` does not (the separators of ASCII).
NUMBER = r"^[^\S\x1c-\x1f]*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?[^\S\x1c-\x1f]*$"
# 0001-01-01 and 9999-12-31, the years in which calendars of every library agree.
# So many values tell how a column is written.
LOOKED_AT = 200
# 1980 and 2070: numbers in between are likely times.
LIKELY_MS = (315e9, 3156e9)
EARLIEST, LATEST = -62135596800000, 253402300799999


def guess_kind(values: list[str]) -> tuple[str | None, str]:
    """How times in a column are written.

    Returns
    -------
    kind : str or None
        A key of `WRITTEN`; None if these are no times, or if the day could be the month.
    why : str
        The evidence, or what is in doubt.
    """
    given = [value.strip() for value in values if value.strip()]
    if not given:
        return None, "no values"
    if _most(given, NUMBER):
        return _guess_number(given)
    if _most(given, PATTERNS["iso"]):
        return "iso", f"dates such as {given[0]}"
    looked_at = given[:LOOKED_AT]
    if may_have_months(looked_at) and _most(in_order(pa.array(looked_at, pa.string())).to_pylist(), PATTERNS["iso"]):
        return "words", f"dates such as {given[0]}"
    orders = _orders(given)
    if not orders:
        return None, f"values such as '{given[0]}' are no times"
    if len(orders) > 1:
        return None, f"in dates such as {given[0]} the day could be the month"
    return orders[0], f"dates such as {given[0]}, {FIRST[orders[0]]} first"


def is_ambiguous(values: list[str]) -> bool:
    """Whether these are dates in which the day could be the month: then the person is asked."""
    given = [value.strip() for value in values if value.strip()]
    return bool(given) and guess_kind(given)[0] is None and len(_orders(given)) > 1


FIRST = {"dmy": "day", "mdy": "month", "yy": "year"}


def _orders(given: list[str]) -> list[str]:
    """In which orders these may be day, month and year: those in which all are dates, or else nearly all."""
    matches = (re.match(PATTERNS["dmy"], value) for value in given)
    parts = [found.group("d", "m", "short") for found in matches if found]
    if len(parts) < 0.9 * len(given):
        return []
    first, second = ([int(date[at]) for date in parts] for at in (0, 1))
    within = {"dmy": (_share(first, 31) + _share(second, 12)) / 2, "mdy": (_share(first, 12) + _share(second, 31)) / 2}
    third = [int(date[2]) for date in parts if date[2] is not None]
    if len(third) == len(parts):
        within["yy"] = (_share(second, 12) + _share(third, 31)) / 2
        if len(set(third)) < len(set(first)):  # there are fewer years than days
            del within["yy"]
        elif len(set(third)) > len(set(first)) and within["yy"] == 1:
            return ["yy"]
    return [order for order, share in within.items() if share == 1] or [
        order
        for order, share in within.items()
        if share == max(within.values()) > 0.9  # noqa: PLR2004 - slips aside
    ]


def _share(numbers: list[int], most: int) -> float:
    return sum(1 <= number <= most for number in numbers) / len(numbers)


def _most(values: list[str], pattern: str) -> bool:
    return sum(bool(re.match(pattern, value)) for value in values) > 0.9 * len(values)


def _guess_number(given: list[str]) -> tuple[str | None, str]:
    numbers = sorted(float(value) for value in given if re.match(NUMBER, value))
    middle = abs(numbers[len(numbers) // 2])
    if all(re.match(r"(19|20)\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])$", value) for value in given):
        return "ymd", f"dates such as {given[0]}"
    if len(set(given)) >= FEWEST_DAYS and all(MONTH_AND_DAY.fullmatch(value) for value in given):
        return "md", f"days such as {given[0]}, without a year"
    for unit, limit in (("s", 1e11), ("ms", 1e14), ("us", 1e17)):
        if middle < limit:
            return unit, f"numbers such as {given[0]}, read as {WRITTEN[unit]}"
    return "ns", f"numbers such as {given[0]}, read as {WRITTEN['ns']}"


def looks_like_epoch(values: list[str]) -> bool:
    """Whether numbers would be times between 1980 and 2070 in some unit."""
    kind, _ = guess_kind(values)
    if kind == "ymd":
        return True
    if kind not in EPOCHS:
        return False
    numbers = [float(value) * EPOCHS[kind] for value in values if re.match(NUMBER, value)]
    return all(LIKELY_MS[0] < number < LIKELY_MS[1] for number in numbers)


def has_whole_days(values: list[str]) -> bool:
    """Whether these are times of which none has hours."""
    there = [value for value in values if value.strip()]
    kind, _ = guess_kind(there)
    if kind is None:
        return False
    time, good = to_milliseconds(pa.array(there, pa.string()), kind)
    return bool(good.any()) and not (time[good] % DAY_MS).any() and (kind not in EPOCHS or looks_like_epoch(there))


def is_finer_time(values: list[str]) -> bool:
    """Whether these are times with hours."""
    there = [value for value in values if value.strip()]
    kind, _ = guess_kind(there)
    if kind is None or (kind in EPOCHS and not looks_like_epoch(there)):
        return False
    time, good = to_milliseconds(pa.array(there, pa.string()), kind)
    return bool(good.all()) and bool((time % DAY_MS).any())


def to_milliseconds(values: pa.Array, kind: str) -> tuple[Milliseconds, Mask]:
    """Times as milliseconds since 1970, UTC.

    Parameters
    ----------
    values : pyarrow string array (n,)
        As the file has them.
    kind : str
        A key of `WRITTEN`.

    Returns
    -------
    time : int64 (n,)
    good : bool (n,)
        False where the text is no time of this kind.
    """
    coded = values.dictionary_encode()  # the same day is often written many times
    parse = _numbers if kind in EPOCHS else _dates
    time, good = parse(coded.dictionary, kind)
    codes = coded.indices.to_numpy(zero_copy_only=False)
    return time[codes], good[codes]


def _numbers(texts: pa.Array, kind: str) -> tuple[Milliseconds, Mask]:
    good = pc.match_substring_regex(texts, NUMBER)
    number = pc.cast(pc.if_else(good, pc.utf8_trim_whitespace(texts), "0"), pa.float64()).to_numpy(zero_copy_only=False)
    return in_range(number * EPOCHS[kind], good.to_numpy(zero_copy_only=False))


def in_range(time: npt.NDArray[np.float64], good: Mask | None = None) -> tuple[Milliseconds, Mask]:
    """Whole milliseconds, and which are within the calendar."""
    within = (time >= EARLIEST) & (time <= LATEST)
    return np.where(within, time, 0).round().astype(np.int64), within if good is None else within & good


def whole_in_range(number: Milliseconds, kind: str) -> Milliseconds | None:
    """Whole seconds or milliseconds as milliseconds; None if one is beyond the calendar."""
    unit = WHOLE[kind]
    if len(number) and (number.min() < EARLIEST // unit or number.max() > LATEST // unit):
        return None
    return number * unit


def _dates(texts: pa.Array, kind: str) -> tuple[Milliseconds, Mask]:
    found = pc.extract_regex(in_order(texts) if kind == "words" else texts, PATTERNS[kind])
    matched = found.is_valid().to_numpy(zero_copy_only=False)

    def part(name: str) -> Milliseconds:
        text = pc.fill_null(pc.struct_field(found, name), "")
        number = pc.cast(pc.if_else(pc.equal(text, ""), "0", text), pa.int64())
        return np.asarray(number.to_numpy(zero_copy_only=False))

    year, month, day = _years(found, kind, part), part("m"), part("d")
    hour, minute, second = part("h"), part("min"), part("s")
    half = pc.utf8_upper(pc.utf8_slice_codeunits(pc.fill_null(pc.struct_field(found, "half"), ""), 0, 1))
    hour = _in_24(hour, half.to_numpy(zero_copy_only=False))
    good = matched & (month >= 1) & (month <= 12) & (day >= 1) & (hour < 24) & (minute < 60) & (second <= 60)  # noqa: PLR2004
    good &= year >= 1
    months = np.where(good, (year - 1970) * 12 + month - 1, 0).astype("datetime64[M]")
    days = months.astype("datetime64[D]") + np.where(good, day - 1, 0)
    good &= days.astype("datetime64[M]") == months  # no 31 April
    clock = (hour * 3600 + minute * 60 + second) * 1000 + _fraction(pc.struct_field(found, "f"))
    time = days.astype(np.int64) * 86_400_000 + clock - _zone(pc.struct_field(found, "z"))
    return in_range(time.astype(np.float64), good)


def _years(found: pa.Array, kind: str, part: Callable[[str], Milliseconds]) -> Milliseconds:
    """Years, those of two digits in the century that is likely."""
    if kind == "md":
        return np.full(len(found), NO_YEAR)
    names = [found.type.field(at).name for at in range(found.type.num_fields)]
    if "short" not in names:
        return part("y")
    short = part("short")
    in_century = np.where(short <= LAST_SHORT, 2000 + short, 1900 + short)
    whole = part("y") if "y" in names else np.zeros(len(found), np.int64)
    return np.where(whole > 0, whole, in_century)


def _in_24(hour: Milliseconds, half: npt.NDArray[np.object_]) -> Milliseconds:
    """Hours of the day, where some are counted twice to 12; 13 PM is none."""
    morning, later = half == "A", half == "P"
    if not (morning | later).any():
        return hour
    twelve = np.where((hour < 1) | (hour > 12), 99, hour % 12)  # noqa: PLR2004
    return np.where(morning, twelve, np.where(later, twelve + 12, hour))


def _fraction(digits: pa.Array) -> Milliseconds:
    text = pc.utf8_slice_codeunits(pc.utf8_rpad(pc.fill_null(digits, ""), 3, "0"), 0, 3)
    return np.asarray(pc.cast(text, pa.int64()).to_numpy(zero_copy_only=False))


def _zone(zones: pa.Array) -> Milliseconds:
    """Offset from UTC in milliseconds, from texts such as +02:00, Z or nothing."""
    coded = pc.fill_null(zones, "").dictionary_encode()
    offsets = [_offset(text) for text in coded.dictionary.to_pylist()]
    codes: Milliseconds = coded.indices.to_numpy(zero_copy_only=False)
    return np.array([*offsets, 0], np.int64)[codes]


def _offset(text: str) -> int:
    if text[:1] not in ("+", "-"):
        return 0
    minutes = int(text[1:3]) * 60 + int(text[-2:])
    return (minutes if text[0] == "+" else -minutes) * 60_000
